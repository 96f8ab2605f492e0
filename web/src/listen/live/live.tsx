// Live: posts as they arrive. It runs while the reader stands at the top edge; away from it nothing moves, and new posts wait.
import "../explore/explore.css";
import "./live.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { apiUrl, get, Problem } from "../../parts/api.ts";
import { useCommands } from "../../parts/commands.ts";
import { eventsUrl, listenTo, type StreamState } from "../../parts/events.ts";
import { Icon } from "../../parts/icon.tsx";
import { useKeys } from "../../parts/keys.ts";
import { lazy } from "../../parts/lazy.tsx";
import { VirtualList, type ListHandle } from "../../parts/list.tsx";
import { Sparkline } from "../../parts/pictures.tsx";
import type { Post } from "../../parts/post.ts";
import { go, href, param, setParams } from "../../parts/router.ts";
import { Empty, Failed } from "../../parts/states.tsx";
import { useMedia } from "../../parts/use-media.ts";
import { count, counted, figure } from "../../parts/words.ts";
import { CompactSwitch, PostRow, postRowHeight } from "../explore/posts.tsx";
import { explored } from "../explore/state.ts";
import { QueryBar, type QueryBarHandle } from "../query-bar.tsx";
import { markPattern } from "../query-text.ts";
import { Tail } from "./tail.ts";

const Drawer = lazy(() => import("../explore/drawer.tsx").then((module) => module.Drawer), { isQuiet: true });
const EDGE = 8; // px from the top that still count as the edge

export default function Live() {
  const q = param("q");
  const open = param("post");
  const isNarrow = useMedia("(max-width: 1000px)");
  const url = eventsUrl({ q: q || "*" });
  const tail = useMemo(() => new Tail(), [url]);
  const [line, setLine] = useState<StreamState>({ is: "connecting" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isHeld, setHeld] = useState(false); // by the reader's own wish
  const [isAway, setAway] = useState(false); // scrolled from the edge
  const [active, setActive] = useState<string | null>(open || null);
  const bar = useRef<QueryBarHandle>(null);
  const list = useRef<ListHandle>(null);
  tail.round.value; // drawn again when it changes
  const isPaused = isHeld || isAway || Boolean(open);
  const why = open ? "while a thread is open" : isHeld ? "" : "while you read below";

  useEffect(() => tail.pause(isPaused), [tail, isPaused]);
  useEffect(() => {
    const stop = new AbortController();
    const listening = listenTo(url, { batch: (events) => tail.take(events) });
    const unsubscribe = listening.state.subscribe(setLine);
    setProblem(null);
    get<{ posts: Post[] }>(apiUrl("/posts", { q, limit: 50 }), stop.signal).then(
      (body) => tail.begin(body.posts),
      (cause: unknown) => !stop.signal.aborted && setProblem(cause as Problem),
    );
    return () => {
      stop.abort();
      unsubscribe();
      listening.stop();
      tail.close();
    };
  }, [tail]);

  const letIn = () => {
    setHeld(false);
    if (open) setParams({ post: "" }, "replace");
    tail.letIn();
    list.current?.scrollToTop();
    setAway(false);
  };
  const openPost = (post: Post) => setParams({ post: post.id }, open ? "replace" : "act");
  const close = () => {
    setParams({ post: "" }, "replace");
    list.current?.focus();
  };
  const move = (step: number) => {
    const at = tail.items.findIndex((each) => each.id === active);
    const next = Math.max(0, Math.min(tail.items.length - 1, at < 0 ? 0 : at + step));
    const post = tail.items[next];
    if (!post) return;
    setHeld(true); // a chosen row must not run away
    setActive(post.id);
    list.current?.scrollTo(next);
    if (open) openPost(post);
  };
  useKeys("Live", [
    { key: "/", words: "Write the query", act: () => bar.current?.focus() },
    { key: ".", words: "Show the new posts", act: letIn },
    { key: "p", words: "Pause, go on", act: () => (isPaused ? letIn() : setHeld(true)) },
    { key: "j", words: "Next post (pauses)", act: () => move(1) },
    { key: "k", words: "Post before (pauses)", act: () => move(-1) },
    { key: "o", words: "Open the thread", act: () => { const post = tail.items.find((each) => each.id === active) ?? tail.items[0]; if (post) openPost(post); } },
    { key: "Escape", words: "Close the thread", act: () => open && close() },
    { key: "x", words: "Explore this query", act: () => go(href("/listen/explore", { q })) },
  ]);
  useCommands([{ words: "Explore this query", kind: "Live", key: "x", act: () => go(href("/listen/explore", { q })) }]);

  const pattern = useMemo(() => markPattern(q), [q]);
  const rowOf = (post: Post) => <PostRow post={post} pattern={pattern} hasSeconds />;
  const perSecond = tail.perSecond();
  const state = { is: isPaused ? "paused" : line.is, words: stateWords(isPaused, why, line) };
  return (
    <div class={open && !isNarrow ? "live has-drawer" : "live"}>
      <h1 class="unseen">Live</h1>
      <div class="live-top">
        <QueryBar q={q} handle={bar} onQuery={(next) => setParams({ q: next, post: "" })} placeholder={isNarrow ? "Every post" : "Every post as it arrives. Try: ferry OR harbour"} />
        <div class="row live-line">
          <span class={`live-state is-${state.is}`} role="status"><i class="dot" aria-hidden="true" /> {state.words}</span>
          <span class="live-rate quiet">
            <Sparkline counts={tail.rate} label={`Posts in each of the last 60 seconds, ${figure(perSecond)} a second now`} />
            {perSecond >= 1 ? `${figure(perSecond)} posts a second` : perSecond > 0 ? `${counted(Math.max(1, Math.round(perSecond * 60)), "post")} a minute` : "quiet just now"}
          </span>
          <button type="button" class="push" aria-pressed={isHeld} title={isPaused ? "Go on (p)" : "Pause (p)"} onClick={() => (isPaused ? letIn() : setHeld(true))}>
            <Icon name={isPaused ? "play" : "pause"} /> {isPaused ? "Go on" : "Pause"}
          </button>
          <CompactSwitch />
          <a class="button plain" href={href("/listen/explore", { q })}>Explore</a>
        </div>
        {tail.missed > 0 && (
          <p class="live-missed" role="status">
            {counted(tail.missed, "post")} went by too fast to show. They are in the archive. <a href={href("/listen/explore", { q })}>Explore them</a>
          </p>
        )}
      </div>
      <div class="live-main">
        {isPaused && tail.waiting.length > 0 && (
          <button type="button" class="act live-new" onClick={letIn}>
            {tail.waiting.length >= 1000 ? "1,000 or more" : count(tail.waiting.length)} new <kbd>.</kbd>
          </button>
        )}
        {line.is === "refused" ? (
          <Failed problem={new Problem(0, line.words)} what="The live line" />
        ) : problem && !tail.items.length ? (
          <Failed problem={problem} what="The newest posts" />
        ) : tail.items.length ? (
          <VirtualList
            label="Posts as they arrive, newest first"
            items={tail.items}
            keyOf={(post) => post.id}
            rowHeight={postRowHeight()}
            activeKey={active}
            onActive={(id) => {
              setHeld(true);
              setActive(id);
            }}
            onOpen={openPost}
            onScroll={(top) => setAway(top > EDGE)}
            handle={list}
            row={rowOf}
          />
        ) : (
          <Empty title={q ? "No such post yet" : "No post yet"} action={q ? <button type="button" onClick={() => setParams({ q: "" })}>Watch every post</button> : <a class="button" href={href("/listen/explore")}>Go to Explore</a>}>
            {q ? "Posts that fit the query will appear here the moment they arrive." : "Posts will appear here the moment a source captures them or somebody pushes them in."}
          </Empty>
        )}
      </div>
      {open && <Drawer state={explored()} isNarrow={isNarrow} onClose={close} onGone={close} />}
    </div>
  );
}

function stateWords(isPaused: boolean, why: string, line: StreamState): string {
  if (line.is === "waiting") return `${line.words} Trying again in ${line.retry_s} s`;
  if (line.is === "refused") return "Not live";
  if (isPaused) return `Paused ${why}`.trim();
  return line.is === "live" ? "Live" : "Connecting";
}
