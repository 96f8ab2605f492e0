// Explore: ask the archive, see when, narrow by what, read the posts. The address holds every state.
import "./explore.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl } from "../../parts/api.ts";
import { askAgain, useAsk } from "../../parts/ask.ts";
import { copy } from "../../parts/copy.ts";
import { useCommands } from "../../parts/commands.ts";
import { Histogram, type Timeline } from "../../parts/histogram.tsx";
import { Icon } from "../../parts/icon.tsx";
import { may } from "../../parts/session.ts";
import { useKeys } from "../../parts/keys.ts";
import { lazy } from "../../parts/lazy.tsx";
import type { ListHandle } from "../../parts/list.tsx";
import { Menu } from "../../parts/menu.tsx";
import { usePages } from "../../parts/pages.ts";
import type { Post } from "../../parts/post.ts";
import { href } from "../../parts/router.ts";
import { stats } from "../../frame/life.ts";
import { bucketWords, sensibleBuckets } from "../../parts/scale.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { useMedia } from "../../parts/use-media.ts";
import { QueryBar, type Lint, type QueryBarHandle } from "../query-bar.tsx";
import { resolve, stepRange, TimeRange } from "../time-range.tsx";
import { Facets } from "./facets.tsx";
import { Posts, PostsHead, postsUrl } from "./posts.tsx";
import { asked, explore, explored, rangeOf, type Explored, type Show } from "./state.ts";
import { Views } from "./views.tsx";

// What is not looked at first is not loaded first.
const Drawer = lazy(() => import("./drawer.tsx").then((module) => module.Drawer), { isQuiet: true });
const Words = lazy(() => import("./words.tsx").then((module) => module.Words));
const ShareOfVoice = lazy(() => import("./share.tsx").then((module) => module.ShareOfVoice));
const BreakdownTable = lazy(() => import("./breakdown.tsx").then((module) => module.BreakdownTable));

export default function Explore() {
  const state = explored();
  const isNarrow = useMedia("(max-width: 1000px)");
  const bar = useRef<QueryBarHandle>(null);
  const list = useRef<ListHandle>(null);
  const [active, setActive] = useState<string | null>(state.post || null);
  const pages = usePages<Post, { posts: Post[]; next: string | null; total: number }>(state.show === "posts" ? postsUrl(state) : null, (body) => body.posts);
  const timeline = useAsk<Timeline>(asked("/timeline", state, { by: state.by }));
  const lint = useAsk<Lint>(state.q ? apiUrl("/lint", { q: state.q }) : null);
  const isWrong = lint.data?.is_valid === false && !lint.isStale; // an address can hold what the query bar would not ask
  const isVoid = stats.value?.posts === 0 && !pages.items.length;

  useEffect(() => {
    if (state.post) setActive(state.post);
  }, [state.post]);

  const open = (post: Post) => explore({ post: post.id }, state.post ? "replace" : "act");
  const close = () => {
    explore({ post: "" }, "replace");
    list.current?.focus();
  };
  const move = (step: number) => {
    const at = pages.items.findIndex((each) => each.id === active);
    const next = Math.max(0, Math.min(pages.items.length - 1, at < 0 ? 0 : at + step));
    const post = pages.items[next];
    if (!post) return;
    setActive(post.id);
    list.current?.scrollTo(next);
    if (state.post) open(post);
  };
  const step = (how: "earlier" | "later" | "wider" | "narrower") => {
    const data = timeline.data;
    if (!data) return;
    const from = new Date(data.from);
    explore(stepRange(rangeOf(state), how, { from, to: new Date(from.getTime() + data.counts.length * data.by_s * 1000) }));
  };
  const current = () => pages.items.find((each) => each.id === active);
  useKeys("Explore", [
    { key: "/", words: "Write the query", act: () => bar.current?.focus() },
    { key: "j", words: "Next post", act: () => move(1) },
    { key: "k", words: "Post before", act: () => move(-1) },
    { key: "o", words: "Open the thread", act: () => { const post = current() ?? pages.items[0]; if (post) open(post); } },
    { key: "Enter", words: "Open the thread", isHidden: true, act: () => { const post = current(); if (post) open(post); } },
    { key: "Escape", words: "Close the thread", act: () => state.post && close() },
    { key: "r", words: "Ask again", act: askAgain },
    { key: "y", words: "Copy the link", act: () => void copyLink(state) },
    { key: "t ArrowLeft", words: "Time: earlier", act: () => step("earlier") },
    { key: "t ArrowRight", words: "Time: later", act: () => step("later") },
    { key: "t -", words: "Time: twice as wide", act: () => step("wider") },
    { key: "t +", words: "Time: half as wide", act: () => step("narrower") },
    { key: "t a", words: "Time: all", act: () => explore({ since: "", until: "" }) },
    { key: "v p", words: "Posts", act: () => explore({ show: "posts" }) },
    { key: "v w", words: "Words that stand out", act: () => explore({ show: "words" }) },
    { key: "v s", words: "Share of voice", act: () => explore({ show: "share" }) },
    { key: "v b", words: "Breakdown", act: () => explore({ show: "breakdown" }) },
  ]);
  useCommands([
    { words: "Copy the link to this", kind: "Explore", key: "y", act: () => void copyLink(state) },
    { words: "Watch this query live", kind: "Explore", act: () => location.assign(href("/listen/live", { q: state.q })) },
    ...(may("practitioner") ? [{ words: "Alert us on this query", kind: "Explore", act: () => location.assign(href("/listen/alerts/new", { q: state.q })) }] : []),
  ]);

  return (
    <div class={state.post && !isNarrow ? "explore has-drawer" : "explore"}>
      <h1 class="unseen">Explore</h1>
      <div class="explore-top">
        <QueryBar placeholder={isNarrow ? "Every post" : undefined} q={state.q} handle={bar} onQuery={(q) => (q === state.q ? askAgain() : explore({ q, post: "" }))} />
        <div class="explore-acts row">
          <TimeRange range={rangeOf(state)} onRange={(range) => explore({ since: range.since, until: range.until, by: "" })} />
          <Views state={state} />
          <a class="button plain" href={href("/listen/live", { q: state.q })} title="Watch this query as posts arrive">Watch live</a>
          {state.q && may("practitioner") && <a class="button plain" href={href("/listen/topics/new", { q: state.q })} title="Keep this query, with a name and a purpose">Make a topic</a>}
          <Menu
            class="plain push"
            title="Copy a link to this"
            items={[
              { words: "Copy the link", key: "y", icon: "link", act: () => void copyLink(state) },
              { words: "Copy the link with fixed times", icon: "link", hint: "A relative time (last 24 hours) is written out, so that the link shows the same later", act: () => void copyLink(state, true) },
            ]}
          >
            <Icon name="link" /> <span class="explore-link-words">Copy link</span>
          </Menu>
        </div>
        {!isWrong && !isVoid && <Shown answer={timeline} what="The timeline" rows={4}>
          {(data) => (
            <Histogram
              timeline={data}
              csv={asked("/timeline", state, { by: state.by, format: "csv" })}
              onBrush={(since, until) => explore({ since: iso(since), until: iso(until), by: "" })}
              aside={<By state={state} timeline={data} />}
            />
          )}
        </Shown>}
      </div>
      {isWrong ? (
        <Empty title="This query cannot be asked" action={<button type="button" onClick={() => bar.current?.focus()}>Mend the query</button>}>What is wrong with it stands below the query.</Empty>
      ) : isVoid ? (
        <Empty title="Nothing has been captured yet" action={<code>bellwether import posts.jsonl</code>}>
          Posts will be here once a source captures some, a program pushes them in, or a file of them is imported on the server:
        </Empty>
      ) : (
      <>
      <div class="explore-left">
        {isNarrow ? (
          <details class="narrow-facets"><summary>Narrow by field</summary><Facets state={state} /></details>
        ) : <Facets state={state} />}
      </div>
      <div class="explore-main">
        <Tabs
          label="What is shown"
          tabs={[{ name: "posts", words: "Posts" }, { name: "words", words: "Words" }, { name: "share", words: "Share of voice" }, { name: "breakdown", words: "Breakdown" }]}
          chosen={state.show}
          onChoose={(show) => explore({ show: show as Show })}
        >
          {state.show === "posts" ? (
            <>
              <PostsHead state={state} total={pages.total} isStale={pages.isStale} />
              <Posts state={state} pages={pages} active={active} onActive={setActive} onOpen={open} list={list} />
            </>
          ) : state.show === "words" ? <Words state={state} />
            : state.show === "share" ? <ShareOfVoice state={state} />
            : <BreakdownTable state={state} />}
        </Tabs>
      </div>
      </>
      )}
      {state.post && <Drawer state={state} isNarrow={isNarrow} onClose={close} onGone={() => { close(); pages.again(); timeline.again(); }} />}
    </div>
  );
}

/** Only widths that draw a sensible number of bars. */
function By({ state, timeline }: { state: Explored; timeline: Timeline }) {
  const span_s = timeline.counts.length * timeline.by_s;
  const choices = sensibleBuckets(span_s);
  if (choices.length < 2 && !state.by) return <span class="quiet">in each {bucketWords(timeline.by_s)}</span>;
  return (
    <label class="by">
      <span class="unseen">Width of a bar</span>
      <select value={state.by} onChange={(event) => explore({ by: event.currentTarget.value })}>
        <option value="">{state.by ? "the width that fits" : `in each ${bucketWords(timeline.by_s)}`}</option>
        {choices.filter((each) => Boolean(state.by) || each.seconds !== timeline.by_s).map((each) => <option key={each.name} value={each.name}>in each {each.words}</option>)}
      </select>
    </label>
  );
}

function iso(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

async function copyLink(state: Explored, isFixed = false): Promise<void> {
  const url = new URL(location.href);
  if (isFixed)
    for (const name of ["since", "until"] as const) {
      const at = resolve(state[name]);
      if (at) url.searchParams.set(name, iso(at));
    }
  if (isFixed && state.since && !state.until) url.searchParams.set("until", iso(resolve("now")!));
  await copy(url.href, isFixed ? "The link is copied, with fixed times" : "The link is copied");
}

