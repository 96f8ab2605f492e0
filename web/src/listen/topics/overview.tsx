// What this client listens for: one row a topic, with its last two weeks, its owner and how precise it is.
import { useRef, useState } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { clockNow } from "../../parts/clock.ts";
import { useCommands } from "../../parts/commands.ts";
import { Icon } from "../../parts/icon.tsx";
import { useKeys } from "../../parts/keys.ts";
import { Sparkline } from "../../parts/pictures.tsx";
import { go, href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { ShareWords } from "../../parts/share.tsx";
import { Empty, Shown } from "../../parts/states.tsx";
import { useEvents } from "../../parts/use-events.ts";
import { count, counted, day } from "../../parts/words.ts";
import { Tags } from "./pieces.tsx";
import type { TopicRow } from "./topic.ts";

function fits(topic: TopicRow, find: string, tag: string): boolean {
  if (tag && !topic.tags.includes(tag)) return false;
  const text = `${topic.name} ${topic.purpose} ${topic.owner.name} ${topic.tags.join(" ")} ${topic.query}`.toLowerCase();
  return find.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export function TopicsNav({ at }: { at: "topics" | "lists" }) {
  return (
    <nav class="row" aria-label="Topics">
      <a class="button plain" aria-current={at === "topics" ? "page" : undefined} href={href("/listen/topics")}>Topics</a>
      <a class="button plain" aria-current={at === "lists" ? "page" : undefined} href={href("/listen/topics/lists")}>Named lists</a>
    </nav>
  );
}

export function Overview() {
  const withArchived = param("archived") === "1";
  const find = param("find");
  const tag = param("tag");
  const answer = useAsk<{ topics: TopicRow[] }>(apiUrl("/topics", { figures: "true", archived: withArchived ? "true" : null }));
  useEvents({ topic: answer.again });
  const rows = useRef<HTMLUListElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [, setRound] = useState(0);
  const create = () => may("practitioner") && go(href("/listen/topics/new"));
  const move = (step: number) => {
    const links = [...(rows.current?.querySelectorAll<HTMLElement>(".topic-name") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + step))]?.focus();
  };
  useKeys("Topics", [
    { key: "j", words: "Next topic", act: () => move(1) },
    { key: "k", words: "Topic before", act: () => move(-1) },
    ...(may("practitioner") ? [{ key: "c", words: "New topic", act: create }] : []),
    { key: "/", words: "Find a topic", act: () => search.current?.focus() },
  ]);
  useCommands([
    ...(may("practitioner") ? [{ words: "New topic", key: "c", act: create }] : []),
    ...(answer.data?.topics ?? []).map((each) => ({ words: each.name, kind: "topic", act: () => go(href(`/listen/topics/${each.id}`)) })),
  ]);
  return (
    <div class="page topics">
      <header class="page-head">
        <h1>Topics</h1>
        <TopicsNav at="topics" />
        {may("practitioner") && <a class="button" href={href("/listen/topics/new")}><Icon name="plus" /> New topic <kbd>c</kbd></a>}
      </header>
      <Shown answer={answer} what="The topics" rows={5}>
        {({ topics }) => {
          const shown = topics.filter((each) => fits(each, find, tag));
          if (!topics.length)
            return (
              <Empty title="No topics yet" action={may("practitioner") ? <a class="button act" href={href("/listen/topics/new")}>Make the first topic</a> : undefined}>
                A topic is a query with a name, a purpose and an owner. Every version is kept, and its precision can be measured. {may("practitioner") ? "None has been made for this client." : "A practitioner of this client can make one."}
              </Empty>
            );
          return (
            <>
              <div class="row">
                <input ref={search} type="search" aria-label="Find a topic" placeholder="Find a topic" value={find} onInput={(event) => setParams({ find: event.currentTarget.value }, "replace")} />
                {tag && <button type="button" class="chip" aria-label={`Tag ${tag}: show every tag`} onClick={() => setParams({ tag: null })}>{tag} <Icon name="close" size={12} /></button>}
                <label class="push"><input type="checkbox" checked={withArchived} onChange={(event) => { setParams({ archived: event.currentTarget.checked ? "1" : null }); setRound((n) => n + 1); }} /> Archived too</label>
              </div>
              <p class="quiet" role="status">{counted(shown.length, "topic")}{shown.length < topics.length && ` of ${topics.length}`}</p>
              {shown.length === 0 && <Empty title="No topic fits" action={<button type="button" onClick={() => setParams({ find: null, tag: null })}>Show all of them</button>}>None holds these words.</Empty>}
              <ul ref={rows} class="topic-list">{shown.map((each) => <Row key={each.id} topic={each} />)}</ul>
            </>
          );
        }}
      </Shown>
    </div>
  );
}

function Row({ topic }: { topic: TopicRow }) {
  const daily = topic.daily;
  const two = daily?.counts.reduce((a, b) => a + b, 0) ?? 0;
  const last = daily ? new Date(Date.parse(daily.since) + (daily.counts.length - 1) * 86400_000) : null;
  const isToday = last !== null && clockNow().getTime() - last.getTime() < 86400_000; // of this day, posts still arrive
  const isOld = topic.precision !== null && topic.precision_version !== topic.version;
  return (
    <li class="card topic-row">
      <div class="topic-row-words">
        <h2><a class="topic-name" href={href(`/listen/topics/${topic.id}`)} dir="auto">{topic.name}</a>{topic.is_archived && <span class="chip">archived</span>}</h2>
        {topic.purpose ? <p class="topic-purpose" dir="auto">{topic.purpose}</p> : <p class="quiet">No purpose is written down.</p>}
        <Tags tags={topic.tags} onTag={(tag) => setParams({ tag })} />
      </div>
      <div class="topic-row-curve">
        {daily && last ? (
          <>
            <Sparkline counts={daily.counts} arrivingFrom={isToday ? daily.counts.length - 1 : undefined} width={168} height={32} over={{ from_ms: Date.parse(daily.since), until_ms: last.getTime() + 86400_000 }} label={`${counted(two, "mention")} in the 14 days up to ${day(last)}`} />
            <span class="quiet">{counted(two, "mention")}, 14 days to {day(last)}</span>
          </>
        ) : <span class="loss-words">{topic.problem ?? "It could not be counted."}</span>}
      </div>
      <dl class="topic-row-facts">
        <div><dt>Mentions</dt><dd>{topic.mentions === null ? "–" : count(topic.mentions)}</dd></div>
        <div><dt>Precision</dt><dd><ShareWords share={topic.precision} />{isOld && <span class="quiet"> (version {topic.precision_version})</span>}</dd></div>
        <div><dt>Owner</dt><dd dir="auto">{topic.owner.name}</dd></div>
      </dl>
    </li>
  );
}
