// What people do about a trend: each act is done at once and can be taken back.
import { useState } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl, get, send } from "../../parts/api.ts";
import { clockNow } from "../../parts/clock.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { go, href } from "../../parts/router.ts";
import { Shown } from "../../parts/states.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { counted, day, percent } from "../../parts/words.ts";
import { trendTime, type Trend, type TrendList, type WholeTrend } from "./trend.ts";

export type Deed = "mute" | "merge" | "note" | "topic";

// ---- Mute ----

const lengths = [
  { name: "1", words: "1 day", hours: 24 },
  { name: "7", words: "1 week", hours: 168 },
  { name: "28", words: "4 weeks", hours: 672 },
  { name: "", words: "for good", hours: 0 },
];

export function MuteDialog({ trend, onClose, onDone }: { trend: Trend; onClose: () => void; onDone: () => void }) {
  const [length, setLength] = useState("7");
  const [reason, setReason] = useState("");
  const mute = async () => {
    const hours = lengths.find((each) => each.name === length)!.hours;
    const body: Record<string, unknown> = { version: trend.version };
    if (hours) body.until = new Date(clockNow().getTime() + hours * 3600_000).toISOString();
    if (reason.trim()) body.reason = reason.trim();
    try {
      await send("POST", apiUrl(`/trends/${trend.id}/mute`), body);
      toast(`Muted “${trend.label}”`, async () => {
        await send("DELETE", apiUrl(`/trends/${trend.id}/mute`));
        onDone();
      });
      onDone();
      onClose();
    } catch (cause) {
      toastProblem("It was not muted", cause);
    }
  };
  return (
    <Dialog
      title={`Mute “${trend.label}”`}
      onClose={onClose}
      foot={<><button type="button" onClick={onClose}>Cancel</button><button type="submit" form="mute-form" class="act">Mute</button></>}
    >
      <p class="quiet">It leaves the list until then, and so do trends that come meanwhile and share two of its first five terms. Muted trends stay under “Muted”.</p>
      <form id="mute-form" class="stack" onSubmit={(event) => { event.preventDefault(); void mute(); }}>
        <fieldset class="row">
          <legend class="unseen">For how long</legend>
          {lengths.map((each) => (
            <label key={each.words} class="row"><input type="radio" name="length" value={each.name} checked={length === each.name} onChange={() => setLength(each.name)} /> {each.words}</label>
          ))}
        </fieldset>
        <label class="stack">Reason, for your colleagues
          <input type="text" maxLength={200} value={reason} placeholder="our weekly offer; expected" onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
      </form>
    </Dialog>
  );
}

export async function unmute(trend: Trend, onDone: () => void): Promise<void> {
  try {
    await send("DELETE", apiUrl(`/trends/${trend.id}/mute`));
    toast(`“${trend.label}” is listed again`, trend.muted && (async () => {
      const { until, reason } = trend.muted!;
      await send("POST", apiUrl(`/trends/${trend.id}/mute`), { ...(until ? { until } : {}), ...(reason ? { reason } : {}) });
      onDone();
    }));
    onDone();
  } catch (cause) {
    toastProblem("It was not unmuted", cause);
  }
}

// ---- Merge ----

export function MergeDialog({ trend, onClose, onDone }: { trend: Trend; onClose: () => void; onDone: () => void }) {
  const day_ms = 86_400_000;
  const around = Date.parse(trend.detected_at);
  const answer = useAsk<TrendList>(apiUrl("/trends", {
    since: new Date(around - 3 * day_ms).toISOString(), until: new Date(around + 3 * day_ms).toISOString(), muted: "all", limit: 100,
  }));
  const [into, setInto] = useState<number | null>(null);
  const merge = async () => {
    if (into === null) return;
    try {
      await send("POST", apiUrl(`/trends/${trend.id}/merge`), { into, version: trend.version });
      toast(`“${trend.label}” is part of another now`, async () => {
        await unmergeQuietly(trend.id);
        onDone();
      });
      onDone();
      onClose();
    } catch (cause) {
      toastProblem("It was not merged", cause);
    }
  };
  return (
    <Dialog
      title={`Merge “${trend.label}” into …`}
      onClose={onClose}
      foot={<><button type="button" onClick={onClose}>Cancel</button><button type="submit" form="merge-form" class="act" disabled={into === null}>Merge</button></>}
    >
      <p class="quiet">One story, told twice: it will show as a part of the other. Both keep their numbers, and it can be undone.</p>
      <form id="merge-form" onSubmit={(event) => { event.preventDefault(); void merge(); }}>
        <Shown answer={answer} what="Trends of these days">
          {({ trends }) => {
            const others = trends.filter((each) => each.id !== trend.id);
            return others.length ? (
              <fieldset class="merge-list">
                <legend class="unseen">Into which trend</legend>
                {others.map((each) => (
                  <label key={each.id} class="merge-row">
                    <input type="radio" name="into" checked={into === each.id} onChange={() => setInto(each.id)} />
                    <span class="cut" dir="auto">{each.label}</span>
                    <span class="quiet">{day(each.detected_at)}, {counted(Math.round(each.voices), "voice")}</span>
                  </label>
                ))}
              </fieldset>
            ) : <p>No other trend came up in the three days before and after.</p>;
          }}
        </Shown>
      </form>
    </Dialog>
  );
}

async function unmergeQuietly(id: number): Promise<void> {
  await send("DELETE", apiUrl(`/trends/${id}/merge`));
}

export async function unmerge(id: number, label: string, into: number, onDone: () => void): Promise<void> {
  try {
    await unmergeQuietly(id);
    toast(`“${label}” stands by itself again`, async () => {
      await send("POST", apiUrl(`/trends/${id}/merge`), { into });
      onDone();
    });
    onDone();
  } catch (cause) {
    toastProblem("It was not taken out", cause);
  }
}

// ---- Notes ----

export function NoteForm({ trend, onDone, onCancel }: { trend: Trend; onDone: () => void; onCancel?: () => void }) {
  const [text, setText] = useState("");
  const save = async () => {
    const words = text.trim();
    if (!words) return;
    try {
      const whole = await send<WholeTrend>("POST", apiUrl(`/trends/${trend.id}/notes`), { text: words });
      const mine = whole.notes.findLast((each) => each.is_mine);
      setText("");
      toast("Noted", mine && (async () => {
        await send("DELETE", apiUrl(`/trends/notes/${mine.id}`));
        onDone();
      }));
      onDone();
      onCancel?.();
    } catch (cause) {
      toastProblem("The note was not saved", cause); // the words stay in the box
    }
  };
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <label class="stack">Note
        <textarea
          rows={3}
          maxLength={4000}
          value={text}
          placeholder="What you know about it, and what you did"
          autoFocus={Boolean(onCancel)}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              void save();
            }
          }}
        />
      </label>
      <div class="dialog-foot">
        {onCancel && <button type="button" onClick={onCancel}>Cancel</button>}
        <button type="submit" class="act" disabled={!text.trim()} title="Ctrl Enter">Keep the note</button>
      </div>
    </form>
  );
}

export function NoteDialog({ trend, onClose, onDone }: { trend: Trend; onClose: () => void; onDone: () => void }) {
  return <Dialog title={`Note on “${trend.label}”`} onClose={onClose}><NoteForm trend={trend} onDone={onDone} onCancel={onClose} /></Dialog>;
}

// ---- A topic, and the reading room ----

export interface Proposed {
  query: string;
  time: string;
  covers: number;
  precise: number;
  matches: number;
  sampled: number;
}

/** Looks first: what the proposed query would find. */
export function TopicDialog({ trend, onClose }: { trend: Trend; onClose: () => void }) {
  const answer = useAsk<Proposed>(apiUrl(`/trends/${trend.id}/query`));
  const proposed = answer.data;
  const target = proposed?.query ? href("/listen/topics/new", { q: proposed.query, name: trend.label.slice(0, 60), from_trend: trend.id }) : null;
  return (
    <Dialog
      title={`A topic from “${trend.label}”`}
      onClose={onClose}
      foot={<>
        <button type="button" onClick={onClose}>Cancel</button>
        {target && <a class="button" href={href("/listen/explore", { q: proposed!.query, ...trendTime(trend) })}>Look in Explore</a>}
        {target && <a class="button act" href={target}>Make the topic</a>}
      </>}
    >
      <Shown answer={answer} what="A proposed query">
        {({ query, covers, precise, matches, sampled }) => query ? (
          <div class="stack">
            <p><code class="trend-query" dir="auto">{query}</code></p>
            <p>It finds <b>{percent(covers)}</b> of the trend’s posts ({counted(sampled, "post")} looked at). In the time of the trend it finds {counted(matches, "post")}, of which about <b>{percent(precise)}</b> are the trend’s.</p>
            <p class="quiet">Made from the trend’s terms. A topic listens on when the trend is over: widen or narrow it there.</p>
          </div>
        ) : <p>None of its terms finds its posts: there is no query to propose.</p>}
      </Shown>
    </Dialog>
  );
}

/** The reading room with the trend's posts: by the proposed query, in the time of the trend. */
export async function readIt(trend: Trend): Promise<void> {
  try {
    const proposed = await get<Proposed>(apiUrl(`/trends/${trend.id}/query`));
    go(href("/listen/read", { q: proposed.query || trend.terms[0] || "", ...trendTime(trend), trend: trend.id }));
  } catch (cause) {
    toastProblem("The reading room could not be opened", cause);
  }
}
