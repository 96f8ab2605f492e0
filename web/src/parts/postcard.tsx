// A post to be read. Everything in it was written by strangers: it is shown as text, and links lead out without a trace.
import type { ComponentChildren } from "preact";
import { authorName, piecesOf, safeLink, type Post } from "./post.ts";
import { Icon } from "./icon.tsx";
import { Time } from "./time.tsx";
import { counted } from "./words.ts";

/** A link to somewhere else. */
export function Away({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc" referrerpolicy="no-referrer">
      {children}
    </a>
  );
}

export function PostText({ text, onTag }: { text: string; onTag?: (tag: string) => void }) {
  return (
    <p class="post-text" dir="auto">
      {piecesOf(text).map((piece, i) =>
        piece.kind === "link" ? (
          <Away key={i} href={piece.href!}>{piece.text}</Away>
        ) : piece.kind === "text" ? (
          piece.text
        ) : onTag ? (
          <button key={i} type="button" class="in-text" onClick={() => onTag(piece.text)} title={`Add ${piece.text} to the query`}>{piece.text}</button>
        ) : (
          <span key={i} class="in-text-quiet">{piece.text}</span>
        ),
      )}
    </p>
  );
}

/** @handle, with the name beside it where it says something else. */
export function Author({ post }: { post: Post }) {
  const handle = authorName(post);
  const name = post.author.name;
  return (
    <span class="post-author" dir="auto">
      <b>{handle}</b>
      {name && name !== handle && <span class="quiet"> {name}</span>}
    </span>
  );
}

export function metricsWords(post: Post): string {
  const m = post.metrics ?? {};
  const parts: string[] = [];
  if (m.likes) parts.push(counted(m.likes, "like"));
  if (m.reposts) parts.push(counted(m.reposts, "repost"));
  if (m.replies) parts.push(counted(m.replies, "reply", "replies"));
  if (m.quotes) parts.push(counted(m.quotes, "quote"));
  if (m.views) parts.push(counted(m.views, "view"));
  return parts.join(" · ");
}

/** The whole card: for drawers, dialogs, the reading room (isReading: serif, large, alone). */
export function PostCard({ post, isReading, isChosen, onTag, foot }: {
  post: Post;
  isReading?: boolean;
  isChosen?: boolean;
  onTag?: (tag: string) => void;
  foot?: ComponentChildren;
}) {
  const where = safeLink(post.url);
  const metrics = metricsWords(post);
  const links = (post.links ?? []).filter((each) => safeLink(each) && !post.text?.includes(each));
  return (
    <article class={`post ${isReading ? "post-reading" : ""} ${isChosen ? "is-chosen" : ""}`} aria-label={`Post by ${authorName(post)}`}>
      <header class="post-head">
        <Author post={post} />
        <span class="quiet">
          {post.platform}{post.community ? ` · ${post.community}` : ""} · <Time at={post.at} />
          {post.edited_at && <> · edited <Time at={post.edited_at} /></>}
        </span>
      </header>
      {post.text ? <PostText text={post.text} onTag={onTag} /> : <p class="post-text quiet">No text</p>}
      {(post.media ?? []).map((each, i) => {
        const href = safeLink(each.url);
        const words = `${each.type ?? "media"}${each.alt ? `: ${each.alt}` : ""}`;
        // Nothing is loaded from other hosts: a picture is a link with its words.
        return <p key={i} class="post-media">{href ? <Away href={href}>{words}</Away> : words}</p>;
      })}
      {links.map((each) => <p key={each} class="post-media"><Away href={safeLink(each)!}>{each}</Away></p>)}
      <footer class="post-foot quiet">
        {metrics && <span>{metrics}</span>}
        {post.reply_to && <span>reply</span>}
        {post.repost_of && <span>repost</span>}
        {where && <Away href={where}>At {post.platform} <Icon name="out" size={12} /></Away>}
        {foot}
      </footer>
    </article>
  );
}
