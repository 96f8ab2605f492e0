// What one source missed: a picture of time with hatched gaps, its twin as a table, and a way to write down what people know.
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl, Problem, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { clockNow } from "../../parts/clock.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Figure } from "../../parts/figure.tsx";
import { Gaps } from "../../parts/gaps.tsx";
import { param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Shown } from "../../parts/states.tsx";
import { toast } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { useWidth } from "../../parts/use-width.ts";
import { counted, day, fromLocal, moment, percent, span, toLocal, zoneWords } from "../../parts/words.ts";
import { captured, gapWords, type Gap, type Source } from "./source.ts";

interface Answered {
  since: string;
  until: string;
  created_at: string;
  gaps: Gap[];
}
const spans = [{ days: 1, words: "1 day" }, { days: 7, words: "7 days" }, { days: 30, words: "30 days" }, { days: 90, words: "90 days" }];

export function CoverageOf({ source }: { source: Source }) {
  const days = spans.find((each) => String(each.days) === param("days"))?.days ?? 7;
  const answer = useAsk<Answered>(apiUrl(`/sources/${source.id}/coverage`, { since: `${days}d` }));
  const [isWriting, setWriting] = useState(false);
  useEvents({ coverage: answer.again });
  return (
    <div class="stack">
      <div class="row" role="group" aria-label="How far back">
        {spans.map((each) => <button key={each.days} type="button" aria-pressed={each.days === days} onClick={() => setParams({ days: each.days === 7 ? null : String(each.days) })}>{each.words}</button>)}
        {may("practitioner") && <button type="button" class="source-write" onClick={() => setWriting(true)}>Write a gap down</button>}
      </div>
      <Shown answer={answer} what="The coverage">{(data) => <Picture data={data} />}</Shown>
      {isWriting && <WriteDown source={source} onClose={() => setWriting(false)} onWritten={() => { setWriting(false); answer.again(); }} />}
    </div>
  );
}

function Picture({ data }: { data: Answered }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [at, setAt] = useState<number | null>(null);
  const since = Date.parse(data.since);
  const until = Date.parse(data.until);
  const begins = Math.max(since, Math.min(until, Date.parse(data.created_at)));
  const plot = { left: 1, right: Math.max(2, width - 1), top: 4, bottom: 52 };
  const x = (ms: number) => plot.left + ((ms - since) / (until - since)) * (plot.right - plot.left);
  const said = at === null ? "" : gapWords(data.gaps[at]!);
  const ticks = width < 480 ? 2 : 4;
  const share = captured(data.gaps, begins, until);
  // Of an hour and more: a share of minutes says nothing. With a gap it is never all.
  const shareWords = until - begins < 3600_000 ? "" : `, ${share > 0.9995 ? "more than 99.9 %" : percent(share, share > 0.99 ? 1 : 0)} captured`;
  useEffect(() => setAt(null), [data]);
  const move = (to: number) => data.gaps.length && setAt(Math.max(0, Math.min(data.gaps.length - 1, to)));
  return (
    <Figure
      title={data.gaps.length ? `${counted(data.gaps.length, "gap")}${shareWords}` : "Nothing is known to be missing"}
      said={said}
      table={{ columns: ["From", "Until", "Missed", "Of", "Why"], rows: () => data.gaps.map((gap) => [moment(gap.from), moment(gap.until), span(Math.round((Date.parse(gap.until) - Date.parse(gap.from)) / 1000)), gap.is_own ? "this source" : "all sources", gap.reason]) }}
    >
      <div ref={box} class="source-picture">
        <svg
          width={width}
          height={72}
          role="group"
          aria-roledescription="picture of time"
          aria-label={`What was captured from ${moment(data.since)} to ${moment(data.until)}: ${counted(data.gaps.length, "gap")}. Arrow keys go through them.`}
          tabIndex={0}
          onKeyDown={(event) => {
            const to = { ArrowLeft: (at ?? data.gaps.length) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: data.gaps.length - 1 }[event.key];
            if (to === undefined) return;
            event.preventDefault();
            move(to);
          }}
          onBlur={() => setAt(null)}
        >
          <rect class="source-held" x={x(begins)} y={plot.top} width={Math.max(0, x(until) - x(begins))} height={plot.bottom - plot.top} />
          {begins > since && <g><rect class="source-before" x={plot.left} y={plot.top} width={x(begins) - plot.left} height={plot.bottom - plot.top} />{x(begins) - plot.left > 120 && <text class="tick" x={plot.left + 8} y={plot.top + 28}>it was not there yet</text>}</g>}
          {data.gaps.map((gap, i) => <rect key={`w${i}`} class="source-missed" x={x(Date.parse(gap.from))} y={plot.top} width={Math.max(2, x(Date.parse(gap.until)) - x(Date.parse(gap.from)))} height={plot.bottom - plot.top} />)}
          <Gaps gaps={data.gaps.map((gap) => ({ from: gap.from, until: gap.until, reason: gap.reason }))} x={x} {...plot} />
          {at !== null && data.gaps[at] && <rect class="source-chosen" x={x(Date.parse(data.gaps[at]!.from)) - 2} y={plot.top - 2} width={Math.max(2, x(Date.parse(data.gaps[at]!.until)) - x(Date.parse(data.gaps[at]!.from))) + 4} height={plot.bottom - plot.top + 4} />}
          {Array.from({ length: ticks + 1 }, (_, i) => since + ((until - since) * i) / ticks).map((ms, i) => (
            <text key={i} class="tick" x={x(ms)} y={68} text-anchor={i === 0 ? "start" : i === ticks ? "end" : "middle"}>{i === ticks ? "now" : until - since > 2 * 86400_000 ? day(ms) : moment(ms)}</text>
          ))}
        </svg>
      </div>
      {data.gaps.length > 0 && (
        <ul class="source-gaps">
          {[...data.gaps].reverse().slice(0, 10).map((gap, i) => <li key={i}>{gapWords(gap)}{!gap.is_own && <span class="quiet"> (all sources)</span>}</li>)}
        </ul>
      )}
      {data.gaps.length > 10 && <p class="hint">The newest ten; all of them are in the table.</p>}
    </Figure>
  );
}

function WriteDown({ source, onClose, onWritten }: { source: Source; onClose: () => void; onWritten: () => void }) {
  const now = clockNow();
  const [from, setFrom] = useState(toLocal(now.getTime() - 3600_000));
  const [until, setUntil] = useState(toLocal(now));
  const [reason, setReason] = useState("");
  const [isFilled, setFilled] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const write = async () => {
    setProblem(null);
    const body = { from: fromLocal(from)?.toISOString(), until: fromLocal(until)?.toISOString() };
    const put = (filled: boolean) => send("POST", apiUrl(`/sources/${source.id}/coverage`), { ...body, reason: reason.trim() || "not said", is_filled: filled });
    try {
      await put(isFilled);
      toast(isFilled ? "Written down: it came after all" : "Written down: charts are hatched there", isFilled ? null : () => put(true).then(onWritten));
      onWritten();
    } catch (cause) {
      setProblem(cause instanceof Problem ? cause : new Problem(0, String(cause)));
    }
  };
  return (
    <Dialog
      title={`What did ${source.name} miss?`}
      onClose={onClose}
      foot={<><button type="button" onClick={onClose}>Cancel</button><button type="button" class="act" disabled={!from || !until || (!isFilled && !reason.trim())} onClick={() => void write()}>Write it down</button></>}
    >
      <div class="stack">
        <p class="hint">Gaps write themselves down where the program can know of them. This is for what people know: the platform was down, an account was locked. Times in {zoneWords()}.</p>
        <div class="source-two">
          <label class="source-field">From<input type="datetime-local" value={from} onInput={(event) => setFrom(event.currentTarget.value)} /></label>
          <label class="source-field">Until<input type="datetime-local" value={until} onInput={(event) => setUntil(event.currentTarget.value)} /></label>
        </div>
        {!isFilled && <label class="source-field">Why<input value={reason} maxLength={120} placeholder="the platform was down" onInput={(event) => setReason(event.currentTarget.value)} /></label>}
        <label class="source-check"><input type="checkbox" checked={isFilled} onChange={(event) => setFilled(event.currentTarget.checked)} /> It came after all: take this time out of the gaps</label>
        {problem && <p class="loss-words" role="alert">{problem.message}</p>}
      </div>
    </Dialog>
  );
}
