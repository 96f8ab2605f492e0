// A read in one breath: a sentence whose bold words are controls. Every control is the browser's own, so the keyboard needs no explaining.
import "./reads.css";
import { useId, useRef, useState } from "preact/hooks";
import { apiUrl, Problem } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { clockNow } from "../../parts/clock.ts";
import { useKeys } from "../../parts/keys.ts";
import { toast, toastProblem } from "../../parts/toast.ts";
import { counted, fromLocal, moment, toLocal, zoneWords } from "../../parts/words.ts";
import { makeRead, withdrawRead, type Claim, type Kind, type Read, type Way } from "./read.ts";

interface TopicRow {
  id: number;
  name: string;
  query: string;
}
interface Values {
  values: { value: string; count: number }[];
}

const ways: Record<Kind, { way: Way; words: string }[]> = {
  volume: [{ way: "down", words: "lower" }, { way: "flat", words: "about the same" }, { way: "up", words: "higher" }],
  tone: [{ way: "above", words: "above" }, { way: "below", words: "below" }],
  spill: [{ way: "reaches", words: "reach" }],
};

const dues: { name: string; words: string; hours: number }[] = [
  { name: "3", words: "in 3 hours", hours: 3 },
  { name: "6", words: "in 6 hours", hours: 6 },
  { name: "12", words: "in 12 hours", hours: 12 },
  { name: "24", words: "tomorrow at this time", hours: 24 },
  { name: "72", words: "in 3 days", hours: 72 },
  { name: "168", words: "in a week", hours: 168 },
  { name: "at", words: "at …", hours: 0 },
];

const windows = [900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 7 * 86400];

export interface About {
  q?: string;
  topic?: number;
  trend?: number;
  room?: number;
}

/** 21600 -> "6 hours": in a sentence, lengths are words. */
function lengthWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes % 1440 === 0 && minutes > 1440) return counted(minutes / 1440, "day");
  return minutes % 60 === 0 ? counted(minutes / 60, "hour") : counted(minutes, "minute");
}

/** The width of a text field that holds its words and a little more, in characters. */
const wide = (text: string, least: number, most: number) => ({ inlineSize: `${Math.min(most, Math.max(least, text.length + 2))}ch` });

export function Sentence({ about, onMade, onCancel }: { about: About; onMade: (read: Read) => void; onCancel?: () => void }) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<Kind>("volume");
  const [way, setWay] = useState<Way>("down");
  const [topic, setTopic] = useState(about.topic ?? 0);
  const [q, setQ] = useState(about.q ?? "");
  const [due, setDue] = useState("24");
  const [at, setAt] = useState(() => toLocal(new Date(clockNow().getTime() + 86400_000)));
  const [window_s, setWindow] = useState(0);
  const [sure, setSure] = useState("70");
  const [share, setShare] = useState("30");
  const [voices, setVoices] = useState("5");
  const [before, setBefore] = useState("1");
  const [targetKind, setTargetKind] = useState<"platform" | "community">("platform");
  const [target, setTarget] = useState("");
  const [because, setBecause] = useState("");
  const [feelings, setFeelings] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSaving, setSaving] = useState(false);
  const topics = useAsk<{ topics: TopicRow[] }>(apiUrl("/topics")).data?.topics ?? [];
  const places = useAsk<Values>(kind === "spill" ? apiUrl("/breakdown", { field: targetKind, top: 50 }) : null).data?.values ?? [];

  const chosenDue = dues.find((each) => each.name === due)!;
  const dueDate = chosenDue.hours ? new Date(clockNow().getTime() + chosenDue.hours * 3600_000) : fromLocal(at);
  const lead_s = dueDate ? (dueDate.getTime() - clockNow().getTime()) / 1000 : 0;
  const own_s = window_s && window_s <= lead_s ? window_s : Math.min(86400, lead_s);

  const chooseKind = (next: Kind) => {
    setKind(next);
    setWay(ways[next][0]!.way);
  };

  const save = async () => {
    if (isSaving || !dueDate) return;
    setSaving(true);
    setProblem(null);
    const claim: Claim = {
      kind, way, due_at: dueDate.toISOString(), sure: Number(sure), because: because.trim(), feelings: feelings.trim(),
      ...(topic ? { topic } : { q: q.trim() }),
      ...(window_s && window_s <= lead_s ? { window_s } : {}),
      ...(kind === "tone" ? { share: Number(share) / 100 } : {}),
      ...(kind === "spill" ? { target_kind: targetKind, target: target.trim(), voices: Number(voices), voices_before: Number(before) } : {}),
      ...(about.trend ? { trend: about.trend } : {}),
      ...(about.room ? { room: about.room } : {}),
    };
    try {
      const read = await makeRead(claim);
      toast("Your read is on record", about.room ? null : async () => void (await withdrawRead(read.id)));
      onMade(read);
    } catch (cause) {
      if (cause instanceof Problem && cause.status < 500 && cause.status > 0) setProblem(cause);
      else toastProblem("The read was not saved", cause);
    } finally {
      setSaving(false);
    }
  };
  useKeys("A read", [{ key: "Ctrl+Enter", words: "Put the read on record", act: () => form.current?.requestSubmit(), isInText: true }]);

  const subject = (
    <>
      <select aria-label="About" value={topic} onChange={(event) => setTopic(Number(event.currentTarget.value))}>
        <option value={0}>the words</option>
        {topics.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
      </select>{" "}
      {topic === 0 && <input type="text" aria-label="Query; empty is every post" placeholder="every post" value={q} style={wide(q, 12, 44)} spellcheck={false} autocapitalize="off" onInput={(event) => setQ(event.currentTarget.value)} />}
    </>
  );
  const kindSelect = (
    <select aria-label="What the read is about" value={kind} onChange={(event) => chooseKind(event.currentTarget.value as Kind)}>
      <option value="volume">the volume</option>
      <option value="tone">the negative share</option>
      <option value="spill">a spill</option>
    </select>
  );
  const waySelect = (
    <select aria-label="Which way" value={way} onChange={(event) => setWay(event.currentTarget.value as Way)}>
      {ways[kind].map((each) => <option key={each.way} value={each.way}>{each.words}</option>)}
    </select>
  );
  const number = (label: string, value: string, set: (text: string) => void, least: number, most: number) => (
    <input type="number" inputMode="numeric" aria-label={label} min={least} max={most} required value={value} style={{ inlineSize: "6ch" }} onInput={(event) => set(event.currentTarget.value)} />
  );
  return (
    <form
      ref={form}
      class="sentence"
      aria-label="A new read"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p class="sentence-words">
        I think {kindSelect} of {subject} will{" "}
        {kind === "spill" ? (
          <>
            reach {number("How many voices", voices, setVoices, 1, 10000)} voices on{" "}
            <select aria-label="Kind of place" value={targetKind} onChange={(event) => setTargetKind(event.currentTarget.value as "platform" | "community")}>
              <option value="platform">the platform</option>
              <option value="community">the community</option>
            </select>{" "}
            <input type="text" aria-label="Which place" required list={`${id}-places`} value={target} style={wide(target, 12, 30)} onInput={(event) => setTarget(event.currentTarget.value)} />
            <datalist id={`${id}-places`}>{places.map((each) => <option key={each.value} value={each.value} />)}</datalist>, where fewer than{" "}
            {number("Fewer than so many voices up to now", before, setBefore, 1, Math.max(1, Number(voices) || 1))} wrote up to now,
          </>
        ) : (
          <>be {waySelect}{kind === "tone" && <> {number("Percent", share, setShare, 1, 99)} %</>}</>
        )}{" "}
        <select aria-label="When it is due" value={due} onChange={(event) => setDue(event.currentTarget.value)}>
          {dues.map((each) => <option key={each.name} value={each.name}>{each.words}</option>)}
        </select>
        {due === "at" && <> <input type="datetime-local" aria-label={`Due at, ${zoneWords()}`} required value={at} onInput={(event) => setAt(event.currentTarget.value)} /></>}
        , {number("How sure, in percent", sure, setSure, 1, 99)} % sure, because{" "}
        <textarea class="sentence-because" rows={1} aria-label="Because" maxLength={1900} placeholder="what you heard" value={because} onInput={(event) => setBecause(event.currentTarget.value)} />
      </p>
      <p class="sentence-words sentence-small">
        It feels <input type="text" aria-label="Words of feeling" maxLength={190} placeholder="weary, amused …" value={feelings} style={wide(feelings, 18, 44)} onInput={(event) => setFeelings(event.currentTarget.value)} />.
        {" "}Counted over{" "}
        <select aria-label="How long a time is counted" value={window_s} onChange={(event) => setWindow(Number(event.currentTarget.value))}>
          <option value={0}>the {lengthWords(own_s)}</option>
          {windows.filter((each) => each <= lead_s && each !== own_s).map((each) => <option key={each} value={each}>the {lengthWords(each)}</option>)}
        </select>{" "}
        {kind === "volume" ? "before it is due, against the same time up to now." : "before it is due."}
      </p>
      <p class="hint">
        {dueDate ? `Due ${moment(dueDate)} ${zoneWords(dueDate)}. ` : "Say when it is due. "}
        {kind === "volume" && "A change counts from a quarter up or down, and from twice the square root of the count; less is about the same. "}
        {kind === "tone" && "Of posts whose tone a machine can tell; it errs in about a third of single posts, so read shares of many. "}
        The engine’s own forecast shows once yours is on record.
      </p>
      {problem && <p class="loss-words" role="alert">{problem.message}{problem.hint && <span class="hint"> {problem.hint}</span>}</p>}
      <p class="row">
        <button type="submit" class="act" disabled={isSaving || !dueDate} title="Ctrl Enter">Put it on record</button>
        {onCancel && <button type="button" onClick={onCancel}>Cancel</button>}
      </p>
    </form>
  );
}
