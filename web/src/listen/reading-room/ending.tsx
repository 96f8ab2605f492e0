// The end of a sitting: what she marked as plain counts, her read, and behind it the charts that were closed up to now.
import { useState } from "preact/hooks";
import { apiUrl } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Histogram, type Timeline } from "../../parts/histogram.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Sparkline } from "../../parts/pictures.tsx";
import { authorName } from "../../parts/post.ts";
import { href, param } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Shown } from "../../parts/states.tsx";
import { count, counted } from "../../parts/words.ts";
import { ReadCard } from "../reads/card.tsx";
import type { Read } from "../reads/read.ts";
import { Sentence } from "../reads/sentence.tsx";
import { marks, numberWords, type Item, type Room } from "./room.ts";

export function Ending({ room, items, onBack, onMade, onLeave }: { room: Room; items: Item[]; onBack: () => void; onMade: () => void; onLeave: () => void }) {
  const trend = Number(param("trend")) || undefined;
  return (
    <>
      <header class="room-head">
        <h1>{room.is_revealed ? "After the reading" : `You have read ${numberWords(items.length)}`}</h1>
        <span class="quiet">{room.q ? <code dir="auto">{room.q}</code> : "every post"}</span>
        <a class="button plain push" href={href("/listen/read")}>Get up</a>
      </header>
      <Marks items={items} />
      <p><button type="button" onClick={onBack}>Back to the posts</button></p>
      {room.read ? <Written id={room.read} /> : !room.is_revealed && may("learner") && (
        <section class="stack" aria-label="Your read">
          <h2>Now write your read</h2>
          <div class="card"><Sentence about={{ q: room.q, topic: room.topic ?? undefined, trend, room: room.id }} onMade={onMade} /></div>
          <p class="row quiet"><button type="button" class="plain" onClick={onLeave}>Leave without a read</button> and see the charts.</p>
        </section>
      )}
      {room.is_revealed ? <Revealed room={room} items={items} /> : <p class="hint">The charts of these posts open when your read is on record.</p>}
    </>
  );
}

function Marks({ items }: { items: Item[] }) {
  const counts = marks.map((mark) => ({ mark, n: items.filter((each) => each.marks.includes(mark)).length })).filter((each) => each.n).sort((a, b) => b.n - a.n);
  const words = items.filter((each) => each.words.trim());
  const notes = items.filter((each) => each.note.trim());
  const unmarked = items.filter((each) => !each.marks.length).length;
  return (
    <section class="stack" aria-label="What you marked">
      <h2>What you heard</h2>
      {counts.length === 0 && <p class="quiet">You marked none of them.</p>}
      <ul class="room-counts">
        {counts.map(({ mark, n }) => (
          <li key={mark}><span>{mark}</span><span class="number">{n}</span><span class="room-tally" aria-hidden="true">{"▮".repeat(n)}</span></li>
        ))}
        {counts.length > 0 && unmarked > 0 && <li class="quiet"><span>none of these</span><span class="number">{unmarked}</span><span class="room-tally" aria-hidden="true">{"▯".repeat(unmarked)}</span></li>}
      </ul>
      {words.length > 0 && <p>In words of your own: {words.map((each) => each.words.trim()).join(", ")}.</p>}
      {notes.length > 0 && (
        <ul class="room-note-list">
          {notes.map((each) => <li key={each.place}><span dir="auto">{each.note}</span> <span class="quiet">on {each.post ? authorName(each.post) : "a deleted post"}</span></li>)}
        </ul>
      )}
    </section>
  );
}

function Written({ id }: { id: number }) {
  const answer = useAsk<Read>(apiUrl(`/reads/${id}`));
  return <Shown answer={answer} what="Your read">{(read) => <ReadCard key={read.status} read={read} isTurned onChange={answer.again} />}</Shown>;
}

interface Terms {
  terms: { term: string; count: number; score: number }[];
}

function Revealed({ room, items }: { room: Room; items: Item[] }) {
  const params = { q: room.q, since: room.since, until: room.until };
  const timeline = useAsk<Timeline>(apiUrl("/timeline", params));
  const terms = useAsk<Terms>(apiUrl("/terms", { ...params, top: 20 }));
  return (
    <>
      <Shown answer={timeline} what="The timeline" rows={4}>
        {(data) => <Histogram timeline={data} csv={apiUrl("/timeline", { ...params, format: "csv" })} />}
      </Shown>
      <div class="room-after">
        <Groups room={room} items={items} />
        <Panel title="Words that stand out" answer={terms}>
          {(data) => data.terms.length
            ? <p class="room-terms">{data.terms.map((each) => <a key={each.term} class="chip" dir="auto" href={href("/listen/explore", { ...params, q: `(${room.q || "*"}) ${each.term}` })} title={counted(each.count, "post")}>{each.term}</a>)}</p>
            : <p class="quiet">None does.</p>}
        </Panel>
      </div>
      <p><a class="button" href={href("/listen/explore", params)}>Look in Explore</a></p>
    </>
  );
}

/** What each post stood for: her few posts beside how many are like them. */
function Groups({ room, items }: { room: Room; items: Item[] }) {
  const [isWhole, setWhole] = useState(false);
  const groups = [...new Map(items.filter((each) => each.group).map((each) => [each.group!, each])).values()].sort((a, b) => (b.group_size ?? 0) - (a.group_size ?? 0));
  const alone = items.filter((each) => each.group === 0);
  const sampled = room.sampled ?? 0;
  return (
    <section class="panel" aria-label="What the posts stood for">
      <header class="panel-head"><h2>What they stood for</h2></header>
      <p class="hint">{counted(room.matches ?? 0, "post")} matched; {count(sampled)} of them, chosen by chance, were grouped by their words into {counted(room.groups ?? 0, "group")}. Numbers are posts of that sample.</p>
      <ul class="room-groups">
        {groups.slice(0, isWhole ? groups.length : 8).map((each) => (
          <li key={each.group}>
            <Sparkline counts={[each.group_size ?? 0, Math.max(0, sampled - (each.group_size ?? 0))]} label={`${each.group_size} of ${sampled}`} width={24} height={14} />
            <span class="number">{count(each.group_size ?? 0)}</span>
            <span class="cut" dir="auto">{each.post?.text ?? "deleted"}{(each.copies ?? 1) > 1 && <span class="quiet"> ({count(each.copies!)} copies)</span>}</span>
          </li>
        ))}
        {alone.length > 0 && <li><span /><span class="number">{count(alone[0]!.group_size ?? 0)}</span><span class="quiet">like no other; you read {numberWords(alone.length)} of them</span></li>}
      </ul>
      {groups.length > 8 && !isWhole && <p><button type="button" class="plain" onClick={() => setWhole(true)}>All groups</button></p>}
    </section>
  );
}
