// A read as a card: what she said on the front, the engine's view on the back, what happened once it is settled.
import "./reads.css";
import { useState } from "preact/hooks";
import { apiUrl, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { useCoverage } from "../../parts/coverage.ts";
import { Gaps } from "../../parts/gaps.tsx";
import { Figure } from "../../parts/figure.tsx";
import { href } from "../../parts/router.ts";
import { may, session } from "../../parts/session.ts";
import { Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { figure, moment, percent } from "../../parts/words.ts";
import { canWithdraw, countsWords, outcomeWords, wayWords, withdrawRead, type Read } from "./read.ts";

export function ReadWords({ read }: { read: Read }) {
  const what = read.q ? <code dir="auto">{read.q}</code> : <b>every post</b>;
  const when = <b><Time at={read.due_at} /></b>;
  if (read.kind === "volume") return <>Volume of {what} will be <b>{wayWords[read.way]}</b> by {when}</>;
  if (read.kind === "tone") return <>The negative share of {what} will be <b>{wayWords[read.way]} {percent(read.share ?? 0)}</b> by {when}</>;
  return <>{what} will reach <b>{read.voices} voices</b> on {read.target_kind} <b dir="auto">{read.target}</b> by {when}</>;
}

function statusWords(read: Read): string {
  if (read.status === "settled") return read.came_true ? "came true" : "did not come true";
  return { open: "open", void: "void: nobody can tell", withdrawn: "withdrawn" }[read.status];
}

/** A probability as a bar with its words. */
function Chance({ who, p, isYours }: { who: string; p: number; isYours?: boolean }) {
  return (
    <div class="chance">
      <span class="chance-who">{who}</span>
      <span class="chance-bar" aria-hidden="true"><span class={isYours ? "is-yours" : ""} style={{ inlineSize: `${Math.max(1, p * 100)}%` }} /></span>
      <span class="number">{percent(p)}</span>
    </div>
  );
}

function Engine({ read }: { read: Read }) {
  const { engine } = read;
  return (
    <div class="read-engine">
      <Chance who={read.name} p={read.sure / 100} isYours />
      <Chance who="The engine" p={engine.p} />
      <Chance who="Base rate" p={engine.base_rate} />
      {engine.down !== undefined && <p class="hint">The engine: lower {percent(engine.down)}, about the same {percent(engine.flat ?? 0)}, higher {percent(engine.up ?? 0)}.</p>}
      <p class="hint">{engine.basis}</p>
      {engine.was_on_show && <p class="hint">The engine’s view of these posts was on show when this was written, so it does not count against the engine.</p>}
    </div>
  );
}

interface Series {
  since: string;
  made_at: string;
  due_from: string;
  due_at: string;
  step_s: number;
  counts: number[];
}

/** The claim's posts from the base window to the due time: both windows shaded, the moment it was made as a line. */
function Curve({ read }: { read: Read }) {
  const answer = useAsk<Series>(apiUrl(`/reads/${read.id}/series`));
  const { gaps } = useCoverage();
  return (
    <Shown answer={answer} what="The posts of this read" rows={2}>
      {(series) => {
        const from = Date.parse(series.since);
        const until = Date.parse(series.due_at);
        const x = (at: string | number) => (((typeof at === "number" ? at : Date.parse(at)) - from) / Math.max(1, until - from)) * 600;
        const most = Math.max(1, ...series.counts);
        const step = x(from + series.step_s * 1000);
        return (
          <Figure
            title="Posts"
            table={{ columns: ["From", "Posts"], rows: () => series.counts.map((n, i) => [moment(from + i * series.step_s * 1000), n]) }}
            said={`at most ${most} in ${Math.round(series.step_s / 60)} min`}
          >
            <svg class="read-curve" viewBox="0 0 600 72" preserveAspectRatio="none" role="img" aria-label={`Posts from ${moment(series.since)} to ${moment(series.due_at)}; the table beside it has the numbers`}>
              <rect class="read-window" x={0} y={0} width={Math.max(0, x(series.made_at))} height={72} />
              <rect class="read-window" x={x(series.due_from)} y={0} width={Math.max(0, 600 - x(series.due_from))} height={72} />
              <Gaps gaps={gaps} x={x} left={0} right={600} top={0} bottom={72} />
              {series.counts.map((n, i) => n > 0 && <rect key={i} class="read-bar" x={i * step} y={72 - (n / most) * 66} width={Math.max(0.6, step - 0.6)} height={(n / most) * 66} />)}
              <line class="read-made" x1={x(series.made_at)} x2={x(series.made_at)} y1={0} y2={72} />
            </svg>
            <p class="hint read-axis"><span>{moment(series.since)}</span><span>made {moment(series.made_at)}</span><span>due {moment(series.due_at)}</span></p>
          </Figure>
        );
      }}
    </Shown>
  );
}

function Judge({ read, onDone, onClose }: { read: Read; onDone: (read: Read) => void; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const decide = async (came_true: boolean) => {
    try {
      onDone(await send<Read>("POST", apiUrl(`/reads/${read.id}/settle`), { came_true, reason }));
      onClose();
    } catch (cause) {
      toastProblem("It was not decided", cause);
    }
  };
  return (
    <Dialog
      title="Decide where the archive cannot"
      onClose={onClose}
      foot={<>
        <button type="button" onClick={onClose}>Cancel</button>
        <button type="button" disabled={!reason.trim()} onClick={() => void decide(false)}>It did not come true</button>
        <button type="button" disabled={!reason.trim()} onClick={() => void decide(true)}>It came true</button>
      </>}
    >
      <p>{read.words}. It is void: {read.reason}.</p>
      <label class="stack">How do you know?<textarea rows={3} maxLength={1900} value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </Dialog>
  );
}

export function ReadCard({ read, isTurned, isWhole, onChange }: { read: Read; isTurned?: boolean; isWhole?: boolean; onChange: (read: Read) => void }) {
  const [turned, setTurned] = useState(isTurned ?? false);
  const [isJudging, setJudging] = useState(false);
  const me = session.value?.member.id;
  const withdraw = async () => {
    try {
      onChange(await withdrawRead(read.id));
      toast("Withdrawn: it does not count");
    } catch (cause) {
      toastProblem("It was not withdrawn", cause);
    }
  };
  const isEnded = read.status === "settled" || read.status === "void";
  return (
    <article class={`card read-card is-${read.status}`} aria-label={`Read ${read.id}: ${read.words}`}>
      <header class="read-head">
        <span class="quiet">{read.name} · <Time at={read.made_at} /></span>
        <span class={`chip ${read.status === "open" ? "is-live" : ""}`}>{statusWords(read)}</span>
      </header>
      <p class="read-words">{isWhole ? <ReadWords read={read} /> : <a href={href(`/listen/reads/${read.id}`)}><ReadWords read={read} /></a>}, <b>{read.sure} %</b> sure{read.because && <>, because <span dir="auto">{read.because}</span></>}.</p>
      {read.feelings && <p class="quiet" dir="auto">It feels {read.feelings}.</p>}
      {read.status === "open" && <p class="quiet">Due <Time at={read.due_at} as="ago" />; up to then: {countsWords(read.kind, read.base)} in the window before it was made.</p>}
      {read.status === "settled" && (
        <p class="read-outcome">
          <b>{read.came_true ? "It came true" : "It did not come true"}.</b> {outcomeWords(read)}. Settled by {read.ended_by} <Time at={read.ended_at!} />{read.reason && <>: <span dir="auto">{read.reason}</span></>}.
          {" "}Brier {figure(read.brier ?? NaN)}.
        </p>
      )}
      {read.status === "void" && <p class="read-outcome"><b>Void.</b> {read.reason}. It counts for nothing.</p>}
      {isWhole && read.status !== "withdrawn" && <Curve read={read} />}
      {isWhole && <p class="hint">{read.rule}</p>}
      {turned && <Engine read={read} />}
      <footer class="row">
        <button type="button" aria-expanded={turned} onClick={() => setTurned(!turned)}>{turned ? "Turn it back" : "Turn over: the engine’s view"}</button>
        {read.trend && <a class="button plain" href={href(`/listen/trends/${read.trend}`)}>Its trend</a>}
        {read.room && read.member === me && <a class="button plain" href={href(`/listen/read/${read.room}`)}>Its reading room</a>}
        <a class="button plain" href={href("/listen/explore", { q: read.q })}>Look in Explore</a>
        {canWithdraw(read, me) && <button type="button" class="plain" onClick={() => void withdraw()} title="Possible for ten minutes">Withdraw</button>}
        {read.status === "void" && may("reviewer") && read.member !== me && <button type="button" onClick={() => setJudging(true)}>Decide …</button>}
        {isEnded && !isWhole && <a class="button plain" href={href(`/listen/reads/${read.id}`)}>What happened</a>}
      </footer>
      {isJudging && <Judge read={read} onDone={onChange} onClose={() => setJudging(false)} />}
    </article>
  );
}
