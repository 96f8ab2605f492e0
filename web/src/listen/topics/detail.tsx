// One topic: what it takes, how it came to be what it is, and how good it is.
import { useAsk, type Answer } from "../../parts/ask.ts";
import { apiUrl, send } from "../../parts/api.ts";
import { useCommands } from "../../parts/commands.ts";
import { Histogram, type Timeline } from "../../parts/histogram.tsx";
import { useKeys } from "../../parts/keys.ts";
import { Menu } from "../../parts/menu.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Panel } from "../../parts/panel.tsx";
import type { Post } from "../../parts/post.ts";
import { PostCard } from "../../parts/postcard.tsx";
import { go, href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Shown } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { count } from "../../parts/words.ts";
import { TimeRange } from "../time-range.tsx";
import { CraftTab } from "./craft.tsx";
import { EditTopic } from "./editor.tsx";
import { Tags } from "./pieces.tsx";
import type { Topic } from "./topic.ts";
import { Versions } from "./versions.tsx";

export async function setArchived(topic: Topic, isArchived: boolean): Promise<void> {
  const put = (value: boolean) => send<Topic>("POST", apiUrl(`/topics/${topic.id}/archive`), { version: topic.version, is_archived: value });
  try {
    await put(isArchived);
    toast(isArchived ? `“${topic.name}” is archived` : `“${topic.name}” is back`, async () => void (await put(!isArchived)));
  } catch (cause) {
    toastProblem(isArchived ? "The topic was not archived" : "The topic was not brought back", cause);
  }
}

export async function revert(topic: Topic, to: number): Promise<void> {
  const put = (version: number, number: number) => send<Topic>("POST", apiUrl(`/topics/${topic.id}/revert`), { version, to: number });
  try {
    const after = await put(topic.version, to);
    if (after.version === topic.version) toast(`Version ${to} says the same as the newest`);
    else toast(`Version ${after.version} says what version ${to} said`, async () => void (await put(after.version, topic.version)));
  } catch (cause) {
    toastProblem("The version was not taken back", cause);
  }
}

export function Detail({ id, part }: { id: number; part: string }) {
  const answer = useAsk<Topic>(apiUrl(`/topics/${id}`));
  useEvents({ topic: (data: { id: number }) => data.id === id && answer.again() });
  return (
    <div class="page topics">
      <nav aria-label="Where you are"><a href={href("/listen/topics")}>Topics</a></nav>
      <Shown answer={answer} what="The topic">{(topic) => <Whole topic={topic} answer={answer} part={part} />}</Shown>
    </div>
  );
}

function Whole({ topic, answer, part }: { topic: Topic; answer: Answer<Topic>; part: string }) {
  const at = (name: string) => href(`/listen/topics/${topic.id}${name === "mentions" ? "" : `/${name}`}`);
  const mayEdit = may("practitioner");
  const edit = () => go(at("edit"));
  useKeys("Topic", [
    ...(mayEdit ? [{ key: "e", words: "Edit this topic", act: edit }] : []),
    { key: "m", words: "Mentions", act: () => go(at("mentions")) },
    { key: "v", words: "Versions", act: () => go(at("versions")) },
    { key: "f", words: "Craft", act: () => go(at("craft")) },
  ]);
  useCommands(mayEdit ? [{ words: `Edit “${topic.name}”`, key: "e", act: edit }, { words: topic.is_archived ? `Bring “${topic.name}” back` : `Archive “${topic.name}”`, act: () => void setArchived(topic, !topic.is_archived).then(answer.again) }] : []);
  if (part === "edit" && mayEdit) return <EditTopic key={topic.id} topic={topic} again={answer.again} />;
  if (part === "craft" && param("label")) return <CraftTab topic={topic} />; // the labelling room: nothing beside it
  return (
    <>
      <header class="page-head">
        <h1 dir="auto">{topic.name} {topic.is_archived && <span class="chip">archived</span>}</h1>
        <a class="button" href={href("/listen/explore", { q: topic.query })}>Open in Explore</a>
        {mayEdit && <button type="button" onClick={edit} title="e">Edit <kbd>e</kbd></button>}
        {mayEdit && (
          <Menu label="More for this topic" class="square" items={[
            { words: "Alert us on this topic", hint: "When more is said than usual", act: () => go(href("/listen/alerts/new", { topic: topic.id, name: topic.name })) },
            topic.is_archived ? { words: "Bring it back", act: () => void setArchived(topic, false).then(answer.again) } : { words: "Archive", hint: "Out of sight; nothing is lost", act: () => void setArchived(topic, true).then(answer.again) },
            { words: "Take it over: become its owner", act: () => void takeOver(topic).then(answer.again) },
          ]}><Icon name="more" /></Menu>
        )}
      </header>
      <div class="stack">
        {topic.purpose && <p class="topic-purpose" dir="auto">{topic.purpose}</p>}
        <code class="topic-query" dir="auto">{topic.query}</code>
        <p class="row quiet"><span>Owner <b dir="auto">{topic.owner.name}</b></span> · <span>version {topic.version}, <Time at={topic.updated_at} as="ago" /></span> <Tags tags={topic.tags} /></p>
      </div>
      <Tabs
        label={`Topic ${topic.name}`}
        tabs={[{ name: "mentions", words: "Mentions" }, { name: "versions", words: "Versions" }, { name: "craft", words: "Craft" }]}
        chosen={["versions", "craft"].includes(part) ? part : "mentions"}
        onChoose={(name) => go(at(name))}
      >
        {part === "versions" ? <Versions topic={topic} onRevert={(to) => void revert(topic, to).then(answer.again)} /> : part === "craft" ? <CraftTab topic={topic} /> : <Mentions topic={topic} />}
      </Tabs>
    </>
  );
}

async function takeOver(topic: Topic): Promise<void> {
  try {
    await send("PATCH", apiUrl(`/topics/${topic.id}`), { version: topic.version, takes_over: true, note: "Taken over" });
    toast("You own this topic now");
  } catch (cause) {
    toastProblem("The topic was not taken over", cause);
  }
}

function Mentions({ topic }: { topic: Topic }) {
  const since = param("since");
  const until = param("until");
  const asked = { q: topic.query, since, until };
  const timeline = useAsk<Timeline>(apiUrl("/timeline", asked));
  const posts = useAsk<{ posts: Post[]; total: number }>(apiUrl("/posts", { ...asked, limit: 10 }));
  return (
    <div class="stack">
      <div class="row"><TimeRange range={{ since, until }} onRange={(range) => setParams({ ...range })} />{(since || until) && <button type="button" class="plain" onClick={() => setParams({ since: null, until: null })}>All time</button>}</div>
      <Shown answer={timeline} what="The curve" rows={4}>
        {(data) => <Histogram timeline={data} title="Mentions" onBrush={(from, to) => setParams({ since: from.toISOString(), until: to.toISOString() })} csv={apiUrl("/timeline", { ...asked, format: "csv" })} />}
      </Shown>
      <Panel title="Newest mentions" answer={posts} aside={<a href={href("/listen/explore", asked)}>All {posts.data ? count(posts.data.total) : ""} in Explore</a>}>
        {(data) => data.posts.length ? <ul class="topic-posts">{data.posts.map((post) => <li key={post.id}><PostCard post={post} /></li>)}</ul> : <p class="quiet">Nothing was said about it in this time.</p>}
      </Panel>
    </div>
  );
}
