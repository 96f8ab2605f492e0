// A person looks something up on the platform, once. Nothing is kept unless they say so.
import { useState } from "preact/hooks";
import { apiUrl, Problem, send } from "../../parts/api.ts";
import { PostCard } from "../../parts/postcard.tsx";
import type { Post } from "../../parts/post.ts";
import { param, setParams } from "../../parts/router.ts";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { counted } from "../../parts/words.ts";
import { toList, type Connector, type Source } from "./source.ts";

interface Found {
  posts: Post[];
  is_kept: boolean;
}

export function Looks({ source, connector }: { source: Source; connector: Connector | undefined }) {
  const canThread = connector?.modes.includes("thread") ?? false;
  const canSearch = connector?.modes.includes("search") ?? false;
  const mode = param("mode") === "thread" && canThread ? "thread" : canSearch ? "search" : "thread";
  const [text, setText] = useState(param("for"));
  const [keeps, setKeeps] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isAsking, setAsking] = useState(false);
  const look = async () => {
    if (!text.trim() || isAsking) return;
    setParams({ for: text.trim() }, "replace");
    setAsking(true);
    setProblem(null);
    setFound(null);
    const words = toList(text);
    const query = { any: words.filter((each) => !each.startsWith("#")), hashtags: words.filter((each) => each.startsWith("#")).map((each) => each.slice(1)) };
    try {
      setFound(await send<Found>("POST", apiUrl(`/sources/${source.id}/look`), mode === "thread" ? { mode, post: text.trim(), keeps } : { mode, query, keeps }));
    } catch (cause) {
      setProblem(cause instanceof Problem ? cause : new Problem(0, String(cause)));
    } finally {
      setAsking(false);
    }
  };
  return (
    <div class="stack">
      <p class="hint">Once, by a person: platforms allow this for people and not for harvesting. To listen for something, make a topic.</p>
      <form class="stack source-look" onSubmit={(event) => { event.preventDefault(); void look(); }}>
        {canThread && canSearch && (
          <div class="row" role="group" aria-label="What to look up">
            <button type="button" aria-pressed={mode === "search"} onClick={() => setParams({ mode: null })}>Words</button>
            <button type="button" aria-pressed={mode === "thread"} onClick={() => setParams({ mode: "thread" })}>A thread</button>
          </div>
        )}
        <label class="source-field">
          {mode === "thread" ? "The post whose thread you want" : `Words or #hashtags, on ${source.title}`}
          <input value={text} dir="auto" maxLength={512} placeholder={mode === "thread" ? "its id, as the archive or the platform has it" : "lost bag, #harbour"} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <label class="source-check"><input type="checkbox" checked={keeps} onChange={(event) => setKeeps(event.currentTarget.checked)} /> Keep what is found in the archive</label>
        <div class="row"><button type="submit" class="act" disabled={!text.trim() || isAsking}>{isAsking ? "Asking the platform …" : "Look it up"}</button></div>
      </form>
      {isAsking && <Loading words="Asking the platform" rows={3} />}
      {problem && <Failed problem={problem} what="What the platform has" again={() => void look()} />}
      {found && (found.posts.length ? (
        <section class="stack" aria-label="Found">
          <p role="status">{counted(found.posts.length, "post")}{found.is_kept ? ", kept in the archive" : ", not kept"}</p>
          <ul class="source-found">{found.posts.map((post) => <li key={post.id}><PostCard post={post} /></li>)}</ul>
        </section>
      ) : <Empty title="The platform found nothing">Try other words; many platforms search whole words of the last days alone.</Empty>)}
    </div>
  );
}
