// The thread of a post: what it answers and what answers it, as deep as it goes.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { apiUrl, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { copy } from "../../parts/copy.ts";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Menu } from "../../parts/menu.tsx";
import { authorName, type Post } from "../../parts/post.ts";
import { PostCard } from "../../parts/postcard.tsx";
import { may } from "../../parts/session.ts";
import { Shown } from "../../parts/states.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { counted } from "../../parts/words.ts";
import { clauseText, withClause } from "../query-text.ts";
import { explore, type Explored } from "./state.ts";

export function Drawer({ state, isNarrow, onClose, onGone }: { state: Explored; isNarrow: boolean; onClose: () => void; onGone: () => void }) {
  const inside = <Thread id={state.post} state={state} onGone={onGone} />;
  if (isNarrow) return <Dialog title="Thread" class="thread-dialog" onClose={onClose}>{inside}</Dialog>;
  return (
    <aside class="drawer-aside" aria-label="Thread">
      <header class="drawer-aside-head">
        <h2>Thread</h2>
        <button type="button" class="plain square push" aria-label="Close the thread" title="Close (Esc)" onClick={onClose}><Icon name="close" /></button>
      </header>
      {inside}
    </aside>
  );
}

interface Placed {
  post: Post;
  depth: number;
}

/** Each reply under what it answers, in order of time; what answers something unknown stands at the root. */
export function placed(posts: Post[]): Placed[] {
  const known = new Set(posts.map((each) => each.id));
  const below = new Map<string, Post[]>();
  for (const post of posts) {
    const parent = post.reply_to && known.has(post.reply_to) && post.reply_to !== post.id ? post.reply_to : "";
    below.set(parent, [...(below.get(parent) ?? []), post]);
  }
  const rows: Placed[] = [];
  const seen = new Set<string>();
  const stack: Placed[] = (below.get("") ?? []).map((post) => ({ post, depth: 0 })).reverse();
  while (stack.length) {
    const row = stack.pop()!;
    if (seen.has(row.post.id)) continue;
    seen.add(row.post.id);
    rows.push(row);
    for (const post of [...(below.get(row.post.id) ?? [])].reverse()) stack.push({ post, depth: row.depth + 1 });
  }
  for (const post of posts) if (!seen.has(post.id)) rows.push({ post, depth: 0 }); // posts that answer each other in a ring
  return rows;
}

const SHOWN_FIRST = 60;

function Thread({ id, state, onGone }: { id: string; state: Explored; onGone: () => void }) {
  const answer = useAsk<{ posts: Post[] }>(apiUrl("/thread", { id }));
  const rows = useMemo(() => placed(answer.data?.posts ?? []), [answer.data]);
  const [most, setMost] = useState(SHOWN_FIRST);
  const [leaving, setLeaving] = useState<Post | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector(".is-chosen")?.scrollIntoView({ block: "nearest" });
  }, [answer.data, id]);
  const at = rows.findIndex((each) => each.post.id === id);
  const shown = rows.slice(0, Math.max(most, at + 10));

  const remove = async (post: Post) => {
    setLeaving(null);
    try {
      await send("DELETE", apiUrl("/post", { id: post.id }));
      toast("The post is gone from every answer");
      onGone();
    } catch (cause) {
      toastProblem("The post is still there", cause);
    }
  };
  return (
    <div ref={box} class="thread">
      <Shown answer={answer} what="The thread" rows={5}>
        {() => (
          <>
            {rows.length > 1 && <p class="quiet">{counted(rows.length, "post")}</p>}
            <ol>
              {shown.map(({ post, depth }) => (
                <li key={post.id} style={{ marginInlineStart: `${Math.min(depth, 6) * 12}px` }}>
                  <PostCard
                    post={post}
                    isChosen={post.id === id}
                    onTag={(tag) => explore({ q: withClause(state.q, tag) })}
                    foot={
                      <Menu
                        class="plain square push"
                        label={`Acts on the post by ${authorName(post)}`}
                        items={[
                          { words: `Posts by ${authorName(post)}`, act: () => explore({ q: clauseText("author", authorName(post)), post: "" }) },
                          { words: "Only this thread", act: () => explore({ q: clauseText("thread", post.thread ?? id), since: "", until: "", post: post.id }) },
                          { words: "Leave this author out", act: () => explore({ q: withClause(state.q, clauseText("author", authorName(post)), true), post: "" }) },
                          { words: "Copy the text", act: () => void copy(post.text ?? "", "The text is copied") },
                          ...(may("reviewer") ? ["line" as const, { words: "Delete for good …", isLoss: true, act: () => setLeaving(post) }] : []),
                        ]}
                      >
                        <Icon name="more" />
                      </Menu>
                    }
                  />
                </li>
              ))}
            </ol>
            {shown.length < rows.length && <button type="button" onClick={() => setMost(most + 200)}>Show {counted(Math.min(200, rows.length - shown.length), "more post")}</button>}
          </>
        )}
      </Shown>
      {leaving && (
        <Confirm
          title="Delete this post for good?"
          words={<>The post by {authorName(leaving)} disappears from every answer, count and export of this client. Nothing brings it back, and importing it again is withheld.</>}
          verb="Delete for good"
          onYes={() => void remove(leaving)}
          onNo={() => setLeaving(null)}
        />
      )}
    </div>
  );
}
