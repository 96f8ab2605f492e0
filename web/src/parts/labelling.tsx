// The labelling room: one post at a time, on paper, without figures and without anybody else's opinion.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { send } from "./api.ts";
import { useKeys } from "./keys.ts";
import { type Post, authorName, safeLink } from "./post.ts";
import { Away, PostText } from "./postcard.tsx";
import { may } from "./session.ts";
import { Empty } from "./states.tsx";
import { Time } from "./time.tsx";
import { toastProblem } from "./toast.ts";
import { counted } from "./words.ts";
import "./labelling.css";

export type Label = "" | "relevant" | "not" | "unsure";

/** A post without its figures and without who found it. */
export interface BlindPost {
  id: string;
  platform: string;
  at: string;
  author: string;
  text: string;
  lang: string;
  community: string;
  url: string;
  is_reply: boolean;
  is_repost: boolean;
  label: Label;
}

export function blindOf(post: Post, label: Label): BlindPost {
  return {
    id: post.id, platform: post.platform, at: post.at, author: authorName(post), text: post.text ?? "", lang: post.lang ?? "", community: post.community ?? "",
    url: post.url ?? "", is_reply: Boolean(post.reply_to), is_repost: Boolean(post.repost_of), label,
  };
}

const choices: { label: Exclude<Label, "">; words: string; keys: [string, string] }[] = [
  { label: "relevant", words: "Relevant", keys: ["1", "r"] },
  { label: "not", words: "Not", keys: ["2", "n"] },
  { label: "unsure", words: "Unsure", keys: ["3", "u"] },
];

/** asks: what is to be decided. address takes PUT {post, label}. over: what was labelled, "this sample of matches". */
export function LabellingRoom({ asks, address, over, posts, onDone }: { asks: ComponentChildren; address: string; over: string; posts: BlindPost[]; onDone: () => void }) {
  const [labels, setLabels] = useState<ReadonlyMap<string, Label>>(() => new Map(posts.map((each) => [each.id, each.label])));
  const [at, setAt] = useState(() => posts.findIndex((each) => !each.label));
  const done = useRef<{ at: number; before: Label }[]>([]);
  const sending = useRef<Promise<void>>(Promise.resolve()); // one after the other, so that undo comes after what it undoes
  const place = useRef<HTMLElement>(null);
  const labelledCount = [...labels.values()].filter(Boolean).length;
  const isOver = at < 0 || at >= posts.length; // -1: all were labelled before
  const post = posts[at];

  const put = (id: string, label: Label, before: Label) => {
    setLabels((now) => new Map(now).set(id, label));
    sending.current = sending.current.then(async () => {
      try {
        await send("PUT", address, { post: id, label });
      } catch (cause) {
        setLabels((now) => new Map(now).set(id, before));
        toastProblem("The label was not saved", cause);
      }
    });
  };
  /** The next that has no label yet; behind the last, those that were skipped come again. */
  const next = (from: number, now: ReadonlyMap<string, Label>) => {
    for (let i = from + 1; i < posts.length; i++) if (!now.get(posts[i]!.id)) return i;
    for (let i = 0; i < from; i++) if (!now.get(posts[i]!.id)) return i;
    return posts.length;
  };
  const label = (said: Exclude<Label, "">) => {
    if (!post) return;
    const before = labels.get(post.id) ?? "";
    done.current.push({ at, before });
    put(post.id, said, before);
    setAt(next(at, new Map(labels).set(post.id, said)));
  };
  const skip = () => {
    if (!post) return;
    const to = next(at, labels);
    setAt(to < posts.length ? to : at);
  };
  const undo = () => {
    const last = done.current.pop();
    if (!last) return;
    const undone = posts[last.at]!;
    put(undone.id, last.before, labels.get(undone.id) ?? "");
    setAt(last.at);
  };
  const step = (by: number) => setAt(Math.max(0, Math.min(posts.length - 1, at + by)));
  const leave = () => void sending.current.then(onDone);

  useEffect(() => place.current?.focus({ preventScroll: true }), [at]);
  useKeys("Labelling", [
    ...choices.flatMap((each) => each.keys.map((key, i) => ({ key, words: each.words, act: () => label(each.label), isHidden: i > 0 }))),
    { key: "s", words: "Skip: it comes again at the end", act: skip },
    { key: "ArrowLeft", words: "The post before", act: () => step(-1) },
    { key: "ArrowRight", words: "The post behind", act: () => step(1) },
    { key: "z", words: "Undo the last label", act: undo },
    { key: "Escape", words: "Leave; the labels are kept", act: leave },
  ]);

  if (!may("learner")) return <Empty title="Not for your role" action={<button type="button" onClick={onDone}>Back</button>}>Labelling needs the role learner.</Empty>;
  return (
    <>
      <header class="labelling-head">
        <button type="button" class="plain" onClick={leave} title="Esc">Leave</button>
        <progress max={posts.length} value={labelledCount} aria-label="Labelled" />
        <span class="quiet number" role="status">{labelledCount} of {posts.length}</span>
      </header>
      <p class="labelling-ask">{asks}</p>
      {isOver || !post ? (
        <Empty title="All of it is labelled" action={<button type="button" class="act" onClick={leave}>See what it comes to</button>}>
          You labelled {counted(labelledCount, "post")} of {over}. <button type="button" class="plain" onClick={() => setAt(0)}>Look through them again</button>
        </Empty>
      ) : (
        <article ref={place} tabIndex={-1} class="labelling-post" aria-label={`Post ${at + 1} of ${posts.length}`}>
          <PostText text={post.text || "(no text)"} />
          <p class="quiet"><span dir="auto">{post.author}</span> · {post.platform}{post.community && ` · ${post.community}`} · <Time at={post.at} />{post.is_reply && " · reply"}{post.is_repost && " · repost"}{safeLink(post.url) && <> · <Away href={safeLink(post.url)!}>look at it there</Away></>}</p>
        </article>
      )}
      {!isOver && post && (
        <div class="labelling-foot">
          <div class="labelling-choices" role="group" aria-label="Your label">
            {choices.map((each) => (
              <button key={each.label} type="button" aria-pressed={labels.get(post.id) === each.label} onClick={() => label(each.label)}>{each.words} <kbd>{each.keys[0]}</kbd></button>
            ))}
          </div>
          <div class="row">
            <button type="button" class="plain" onClick={skip}>Skip <kbd>s</kbd></button>
            <button type="button" class="plain" disabled={!done.current.length} onClick={undo}>Undo <kbd>z</kbd></button>
          </div>
        </div>
      )}
    </>
  );
}
