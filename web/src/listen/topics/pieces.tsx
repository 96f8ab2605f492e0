// Small pieces that several of the topic screens show.
import { useState } from "preact/hooks";
import { PostCard } from "../../parts/postcard.tsx";
import { count, counted, percent } from "../../parts/words.ts";
import { wordDiff } from "./diff.ts";
import type { Examples } from "./topic.ts";

/** A query's text with what went and what came since the one before. Never by colour alone: gone is struck out, new is underlined. */
export function Diff({ before, after }: { before: string; after: string }) {
  return (
    <code class="topic-query" dir="auto">
      {wordDiff(before, after).map((part, i) =>
        part.kind === "same" ? <span key={i}>{part.text}</span> : part.kind === "gone" ? <del key={i}>{part.text}</del> : <ins key={i}>{part.text}</ins>,
      )}
    </code>
  );
}

/** Won to the right, lost to the left, on one scale for all rows. */
export function WonLost({ won, lost, most }: { won: number; lost: number; most: number }) {
  const half = 80;
  const wide = (n: number) => (n ? Math.max(2, (n / Math.max(1, most)) * half) : 0);
  return (
    <svg class="wonlost" viewBox={`0 0 ${half * 2} 12`} width={half * 2} height={12} role="img" aria-label={`won ${counted(won, "post")}, lost ${counted(lost, "post")}`}>
      <rect class="wonlost-lost" x={half - wide(lost)} y={1} width={wide(lost)} height={10} />
      <rect class="wonlost-won" x={half} y={1} width={wide(won)} height={10} />
      <rect class="wonlost-middle" x={half - 0.5} y={0} width={1} height={12} />
    </svg>
  );
}

export function ExamplePosts({ title, examples, none, isOpen = false }: { title: string; examples: Examples; none: string; isOpen?: boolean }) {
  const [shown, setShown] = useState(isOpen ? 3 : 0);
  const { count: all, posts } = examples;
  return (
    <section class="topic-examples">
      <header class="row">
        <h3>{title} <span class="number">{count(all)}</span></h3>
        {posts.length > 0 && shown === 0 && <button type="button" class="plain" onClick={() => setShown(5)}>Show {posts.length === 1 ? "it" : "some"}</button>}
      </header>
      {all === 0 && <p class="quiet">{none}</p>}
      {all > 0 && posts.length === 0 && <p class="quiet">The examples that were kept are no longer there.</p>}
      <ul class="topic-posts">{posts.slice(0, shown).map((post) => <li key={post.id}><PostCard post={post} /></li>)}</ul>
      {shown > 0 && shown < posts.length && <button type="button" class="plain" onClick={() => setShown(shown + 5)}>More ({posts.length - shown} of {count(all)} drawn by lot)</button>}
    </section>
  );
}

export function Tags({ tags, onTag }: { tags: string[]; onTag?: (tag: string) => void }) {
  if (!tags.length) return null;
  return (
    <ul class="row topic-tags" aria-label="Tags">
      {tags.map((tag) => <li key={tag}>{onTag ? <button type="button" class="chip" onClick={() => onTag(tag)}>{tag}</button> : <span class="chip">{tag}</span>}</li>)}
    </ul>
  );
}

export function shareOf(k: number, n: number): string {
  return n ? `${percent(k / n)} (${count(k)} of ${count(n)})` : "–";
}
