// The posts, newest first or otherwise; only the rows in sight exist.
import { signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useMemo } from "preact/hooks";
import { apiUrl } from "../../parts/api.ts";
import { clockNow } from "../../parts/clock.ts";
import { Icon } from "../../parts/icon.tsx";
import { VirtualList, type ListHandle } from "../../parts/list.tsx";
import { Menu } from "../../parts/menu.tsx";
import type { Pages } from "../../parts/pages.ts";
import { authorName, type Post } from "../../parts/post.ts";
import { metricsWords } from "../../parts/postcard.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { clockWords, count, counted, day, moment } from "../../parts/words.ts";
import { markPattern } from "../query-text.ts";
import { asked, explore, type Explored } from "./state.ts";

// One line or three: a habit of this reader, not a state to share.
const isCompact = signal(localStorage.getItem("compact rows") === "1");

/** The height of PostRow as the reader likes it. */
export function postRowHeight(): number {
  return isCompact.value ? (matchMedia("(pointer: coarse)").matches ? 44 : 32) : 76;
}

export function CompactSwitch() {
  return (
    <button
      type="button"
      class="plain square"
      aria-pressed={isCompact.value}
      aria-label="One line for each post"
      title={isCompact.value ? "More of each post" : "One line for each post"}
      onClick={() => {
        isCompact.value = !isCompact.value;
        localStorage.setItem("compact rows", isCompact.value ? "1" : "0");
      }}
    >
      <Icon name="menu" />
    </button>
  );
}

export function Posts({ state, pages, active, onActive, onOpen, list }: {
  state: Explored;
  pages: Pages<Post>;
  active: string | null;
  onActive: (id: string) => void;
  onOpen: (post: Post) => void;
  list: RefObject<ListHandle | null>;
}) {
  const pattern = useMemo(() => markPattern(state.q), [state.q]);
  const hasQuestion = Boolean(state.q || state.since || state.until);
  if (pages.problem && !pages.items.length) return <Failed problem={pages.problem} what="The posts" again={pages.again} />;
  if (!pages.items.length && pages.isLoading) return <Loading words="The posts are on their way" rows={9} />;
  if (!pages.items.length)
    return hasQuestion ? (
      <Empty
        title="No post fits"
        action={state.since || state.until
          ? <button type="button" onClick={() => explore({ since: "", until: "" })}>Ask for all time</button>
          : <button type="button" onClick={() => explore({ q: "" })}>Take the query away</button>}
      >
        {state.since || state.until ? "None in this stretch of time; there may be some before or after it." : "No post in the archive is taken by this query. The remarks under it may say why."}
      </Empty>
    ) : (
      <Empty title="The archive is empty" action={<code>bellwether import posts.jsonl</code>}>
        Posts will be here once a source captures some, or a file of them is imported on the server.
      </Empty>
    );
  return (
    <VirtualList
      label="Posts"
      class={pages.isStale ? "is-stale" : ""}
      items={pages.items}
      keyOf={(post) => post.id}
      rowHeight={postRowHeight()}
      total={pages.total ?? undefined}
      activeKey={active}
      onActive={onActive}
      onOpen={onOpen}
      onNearEnd={pages.more}
      startTop={pages.place.top}
      onScroll={(top) => (pages.place.top = top)}
      handle={list}
      row={(post) => <PostRow post={post} pattern={pattern} />}
      foot={
        pages.problem ? (
          <p class="list-foot" role="alert">{pages.problem.message} <button type="button" onClick={pages.again}>Try again</button></p>
        ) : !pages.hasMore && pages.total !== null && pages.items.length < pages.total ? (
          <p class="list-foot">The first {count(pages.items.length)} of {count(pages.total)}. Narrow the time or the query to read on, or download all.</p>
        ) : null
      }
    />
  );
}

/** One post in three lines, or in one; all of it plain text. */
export function PostRow({ post, pattern, hasSeconds }: { post: Post; pattern: RegExp | null; hasSeconds?: boolean }) {
  if (isCompact.value)
    return (
      <p class="post-row is-compact">
        <b class="cut" dir="auto">{authorName(post)}</b>
        <span class="cut post-row-line" dir="auto">{post.text ? <Marked text={post.text} pattern={pattern} /> : <span class="quiet">No text</span>}</span>
        <span class="quiet post-row-time"><Time at={post.at} words={hasSeconds ? secondsWords(post.at) : undefined} /></span>
      </p>
    );
  return (
    <div class="post-row">
      <p class="post-row-head">
        <b class="cut" dir="auto">{authorName(post)}</b>
        <span class="quiet cut">{post.platform}{post.community ? ` · ${post.community}` : ""}{post.reply_to ? " · reply" : post.repost_of ? " · repost" : ""}</span>
        <span class="quiet cut push">{metricsWords(post)}</span>
        <span class="quiet post-row-time"><Time at={post.at} words={hasSeconds ? secondsWords(post.at) : undefined} /></span>
      </p>
      <p class="post-row-text" dir="auto">{post.text ? <Marked text={post.text} pattern={pattern} /> : <span class="quiet">No text</span>}</p>
    </div>
  );
}

/** 10:04:31 today, 23 Feb 10:04 on other days. */
function secondsWords(at: string): string {
  return day(at) === day(clockNow()) ? clockWords(at) : moment(at);
}

const MARKS_MOST = 24;

function Marked({ text, pattern }: { text: string; pattern: RegExp | null }) {
  const short = text.length > 420 ? text.slice(0, 420) + "…" : text;
  if (!pattern) return <>{short}</>;
  const parts = [];
  let end = 0;
  for (const match of short.matchAll(pattern)) {
    if (!match[0] || parts.length >= MARKS_MOST * 2) break;
    if (match.index > end) parts.push(short.slice(end, match.index));
    parts.push(<mark key={match.index}>{match[0]}</mark>);
    end = match.index + match[0].length;
  }
  parts.push(short.slice(end));
  return <>{parts}</>;
}

export function PostsHead({ state, total, isStale }: { state: Explored; total: number | null; isStale: boolean }) {
  return (
    <div class="posts-head">
      <p role="status" class={isStale ? "is-stale" : ""}>{total === null ? "" : counted(total, "post")}</p>
      <label class="push">
        <span class="unseen">Order</span>
        <select value={state.order} onChange={(event) => explore({ order: event.currentTarget.value as Explored["order"] })}>
          <option value="newest">Newest first</option>
          <option value="oldest">Oldest first</option>
          <option value="top">Most reactions first</option>
        </select>
      </label>
      <CompactSwitch />
      <Menu
        class="plain square"
        label={`Download all ${total === null ? "" : count(total) + " "}posts`}
        items={[
          { words: "All as CSV", href: asked("/posts", state, { order: state.order, format: "csv" }), download: true, icon: "download", hint: "Every post of the query, streamed whole; times in UTC" },
          { words: "All as CSV for Excel", href: asked("/posts", state, { order: state.order, format: "csv", bom: true }), download: true, icon: "download", hint: "The same with a byte order mark" },
          { words: "All as JSON Lines", href: asked("/posts", state, { order: state.order, format: "jsonl" }), download: true, icon: "download" },
        ]}
      >
        <Icon name="download" />
      </Menu>
    </div>
  );
}

export function postsUrl(state: Explored): string {
  return apiUrl("/posts", { q: state.q, since: state.since, until: state.until, order: state.order, limit: 100 });
}
