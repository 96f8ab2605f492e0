// The reading room: a few posts that cover what is said, one at a time on paper, before any chart.
import "./reading-room.css";
import { useState } from "preact/hooks";
import { apiUrl, Problem, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { go, href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { QueryBar } from "../query-bar.tsx";
import { resolve, TimeRange } from "../time-range.tsx";
import { progressWords, type Room, type RoomHead } from "./room.ts";
import { Sitting } from "./sitting.tsx";

export default function ReadingRoom({ parts }: { parts: Record<string, string> }) {
  if (!parts.id) return <Door />;
  if (!/^\d+$/.test(parts.id)) return <div class="page"><Empty title="There is no such reading room" action={<a class="button" href={href("/listen/read")}>Go to the reading room</a>}>A room’s address ends with its number.</Empty></div>;
  return <Sitting key={parts.id} id={Number(parts.id)} />;
}

interface TopicRow {
  id: number;
  name: string;
  query: string;
}

const sizes = [
  { size: 12, words: "twelve posts", hint: "ten minutes" },
  { size: 24, words: "twenty-four posts", hint: "twenty minutes" },
  { size: 48, words: "forty-eight posts", hint: "three quarters of an hour" },
];

function Door() {
  const q = param("q");
  const topic = Number(param("topic")) || 0;
  const range = { since: param("since") || (param("until") ? "" : "24h"), until: param("until") };
  const size = sizes.find((each) => String(each.size) === param("size")) ?? sizes[1]!;
  const [draft, setDraft] = useState(q);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isDrawing, setDrawing] = useState(false);
  const topics = useAsk<{ topics: TopicRow[] }>(apiUrl("/topics")).data?.topics ?? [];

  const enter = async (text: string) => {
    if (isDrawing) return;
    setDrawing(true);
    setProblem(null);
    try {
      const since = resolve(range.since);
      const until = resolve(range.until);
      const room = await send<Room>("POST", apiUrl("/rooms"), {
        ...(topic ? { topic } : { q: text.trim() }),
        ...(since ? { since: since.toISOString() } : { since: "1990-01-01T00:00:00Z" }),
        ...(until ? { until: until.toISOString() } : {}),
        size: size.size,
      });
      go(href(`/listen/read/${room.id}`, { trend: param("trend") }));
    } catch (cause) {
      setProblem(cause instanceof Problem ? cause : new Problem(0, String(cause)));
    } finally {
      setDrawing(false);
    }
  };
  return (
    <div class="page room-door">
      <header class="page-head"><h1>Reading room</h1><a class="button" href={href("/listen/reads")}>Reads</a></header>
      <p class="room-lead">Read before you count. A few posts are drawn so that small voices are heard beside the loud ones, and shown one at a time. The charts come afterwards, when your own read is on record.</p>
      {may("learner") ? (
        <section class="stack" aria-label="A new sitting">
          <label class="row">What shall it be about?
            <select value={topic} onChange={(event) => setParams({ topic: event.currentTarget.value === "0" ? null : event.currentTarget.value }, "replace")}>
              <option value={0}>words of my own</option>
              {topics.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
            </select>
          </label>
          {topic === 0 && <QueryBar q={q} verb="Take these words" onQuery={(text) => setParams({ q: text })} onDraft={setDraft} />}
          <div class="row">
            <TimeRange range={range} onRange={(next) => setParams({ since: next.since || null, until: next.until || null })} />
            <fieldset class="row"><legend class="unseen">How many posts</legend>
              {sizes.map((each) => <button key={each.size} type="button" aria-pressed={each === size} title={`About ${each.hint}`} onClick={() => setParams({ size: each.size === 24 ? null : each.size }, "replace")}>{each.words}</button>)}
            </fieldset>
          </div>
          {problem && <p class="loss-words" role="alert">{problem.message} {problem.hint && <span class="hint">{problem.hint}</span>}</p>}
          <p><button type="button" class="act" disabled={isDrawing} onClick={() => void enter(draft)}>{isDrawing ? "Choosing posts …" : "Sit down and read"}</button></p>
        </section>
      ) : <p class="quiet">Your role reads what others write; a learner’s role opens reading rooms of one’s own.</p>}
      <Sittings />
    </div>
  );
}

function Sittings() {
  const answer = useAsk<{ rooms: RoomHead[] }>(apiUrl("/rooms"));
  return (
    <section class="stack" aria-label="Your sittings">
      <h2>Your sittings</h2>
      <Shown answer={answer} what="Your sittings">
        {({ rooms }) => rooms.length ? (
          <ul class="room-list">
            {rooms.map((room) => (
              <li key={room.id}>
                <a href={href(`/listen/read/${room.id}`)}>{room.q ? <code dir="auto">{room.q}</code> : "every post"}</a>
                <span class="quiet"><Time at={room.since} /> to <Time at={room.until} /></span>
                <span class="quiet">{progressWords(room)}</span>
              </li>
            ))}
          </ul>
        ) : <Empty title="You have not sat down yet">What you mark and note is kept here, so that you can get up and go on later.</Empty>}
      </Shown>
    </section>
  );
}
