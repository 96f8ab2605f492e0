// Where a topic is written: what it takes is shown before it is saved, and a colleague's newer version is never written over unseen.
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl, get, Problem, send } from "../../parts/api.ts";
import { useKeys } from "../../parts/keys.ts";
import { go, href, param, setParams } from "../../parts/router.ts";
import { client, may } from "../../parts/session.ts";
import { Empty } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { count, counted } from "../../parts/words.ts";
import { QueryBar, type QueryBarHandle } from "../query-bar.tsx";
import { Diff, ExamplePosts } from "./pieces.tsx";
import type { Preview, Topic, Version } from "./topic.ts";

interface Draft {
  name: string;
  purpose: string;
  query: string;
  tags: string;
  note: string;
}

const splitTags = (text: string) => text.split(",").map((each) => each.trim()).filter(Boolean);

/** Asks again when typing pauses; the newest question wins. */
function usePreview(path: string, query: string): { preview: Preview | null; problem: Problem | null; isAsking: boolean } {
  const [state, setState] = useState<{ preview: Preview | null; problem: Problem | null; isAsking: boolean }>({ preview: null, problem: null, isAsking: false });
  const round = useRef(0);
  useEffect(() => {
    const mine = ++round.current;
    const text = query.trim();
    if (!text) {
      setState({ preview: null, problem: null, isAsking: false });
      return;
    }
    setState((before) => ({ ...before, isAsking: true }));
    const timer = setTimeout(() => {
      send<Preview>("POST", apiUrl(path), { query: text }).then(
        (preview) => mine === round.current && setState({ preview, problem: null, isAsking: false }),
        (cause: unknown) => mine === round.current && setState({ preview: null, problem: cause instanceof Problem ? cause : new Problem(0, String(cause)), isAsking: false }),
      );
    }, 350);
    return () => clearTimeout(timer);
  }, [path, query]);
  return state;
}

export function NewTopic() {
  const [first] = useState<Draft>(() => ({ name: param("name"), purpose: "", query: param("q"), tags: "", note: param("from_trend") ? `Made from trend ${param("from_trend")}` : "" }));
  if (!may("practitioner"))
    return <div class="page"><Empty title="Not for your role" action={<a class="button" href={href("/listen/topics")}>Go to Topics</a>}>A practitioner of {client.value?.title ?? "this client"} can make topics.</Empty></div>;
  return (
    <div class="page topics">
      <nav aria-label="Where you are"><a href={href("/listen/topics")}>Topics</a></nav>
      <header class="page-head"><h1>New topic</h1></header>
      <Editor first={first} before={null} />
    </div>
  );
}

export function EditTopic({ topic, again }: { topic: Topic; again: () => void }) {
  const tried = param("q");
  const [base, setBase] = useState(topic);
  const [first, setFirst] = useState<Draft>(() => ({ name: topic.name, purpose: topic.purpose, query: tried || topic.query, tags: topic.tags.join(", "), note: param("note") }));
  return (
    <>
      <header class="page-head"><h1 dir="auto">Edit “{topic.name}”</h1></header>
      <Editor
        key={base.version}
        first={first}
        before={base}
        onNewer={(newer, draft) => {
          setFirst(draft);
          setBase(newer);
          again();
        }}
        onSaved={again}
      />
    </>
  );
}

interface Conflict {
  theirs: Topic;
  version: Version | undefined;
}

function Editor({ first, before, onNewer, onSaved }: { first: Draft; before: Topic | null; onNewer?: (newer: Topic, draft: Draft) => void; onSaved?: () => void }) {
  const [draft, setDraft] = useState(first);
  const [asked, setAsked] = useState(first.query); // what the query bar holds from outside
  const [problem, setProblem] = useState<Problem | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [isSaving, setSaving] = useState(false);
  const bar = useRef<QueryBarHandle>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const { preview, problem: previewProblem, isAsking } = usePreview(before ? `/topics/${before.id}/preview` : "/topics/preview", draft.query);
  const set = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const isSame = before !== null && draft.name.trim() === before.name && draft.purpose.trim() === before.purpose && draft.query.trim() === before.query && splitTags(draft.tags).join() === before.tags.join();
  const canSave = draft.name.trim() !== "" && draft.query.trim() !== "" && !isSame && !isSaving;
  const back = before ? href(`/listen/topics/${before.id}`) : href("/listen/topics");

  useEffect(() => {
    if (!before && !first.name) nameField.current?.focus();
    else bar.current?.focus();
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setParams({ q: draft.query === (before?.query ?? "") ? null : draft.query }, "replace"), 400);
    return () => clearTimeout(timer);
  }, [draft.query]);

  const save = async () => {
    if (!canSave) return;
    setSaving(true);
    setProblem(null);
    const said = { name: draft.name.trim(), purpose: draft.purpose.trim(), query: draft.query.trim(), tags: splitTags(draft.tags), note: draft.note.trim() };
    try {
      const saved = before ? await send<Topic>("PATCH", apiUrl(`/topics/${before.id}`), { ...said, version: before.version }) : await send<Topic>("POST", apiUrl("/topics"), said);
      onSaved?.();
      go(href(`/listen/topics/${saved.id}`), "replace");
      if (before)
        toast(`Version ${saved.version} is in force`, async () => {
          await send("POST", apiUrl(`/topics/${saved.id}/revert`), { version: saved.version, to: before.version });
          onSaved?.();
        });
      else toast(`“${saved.name}” listens from now on`, async () => void (await send("POST", apiUrl(`/topics/${saved.id}/archive`), { version: saved.version, is_archived: true })));
    } catch (cause) {
      const why = cause instanceof Problem ? cause : new Problem(0, String(cause));
      if (why.isConflict && before) await lookAtTheirs(why);
      else setProblem(why);
    } finally {
      setSaving(false);
    }
  };
  const lookAtTheirs = async (why: Problem) => {
    try {
      const theirs = await get<Topic>(apiUrl(`/topics/${before!.id}`));
      if (theirs.version === before!.version) {
        setProblem(why); // the name is taken, not the version
        return;
      }
      const { versions } = await get<{ versions: Version[] }>(apiUrl(`/topics/${before!.id}/versions`, { limit: 1 }));
      setConflict({ theirs, version: versions[0] });
    } catch (cause) {
      toastProblem("The newer version could not be read", cause);
    }
  };

  useKeys("Editor", [
    { key: "Ctrl+Enter", words: "Save", act: () => void save(), isInText: true },
    { key: "q", words: "To the query", act: () => bar.current?.focus() },
  ]);

  return (
    <div class="stack">
      {conflict && (
        <section class="card topic-conflict" role="alert">
          <h2>{conflict.version?.by.name ?? "Somebody"} saved version {conflict.theirs.version} {conflict.version && <Time at={conflict.version.at} as="ago" />}</h2>
          <p>You began from version {before!.version}. Struck out is theirs, underlined is yours:</p>
          <Diff before={conflict.theirs.query} after={draft.query} />
          {conflict.version?.note && <p dir="auto">Their reason: {conflict.version.note}</p>}
          <div class="row">
            <button type="button" onClick={() => onNewer?.(conflict.theirs, { ...draft, query: conflict.theirs.query, name: conflict.theirs.name, purpose: conflict.theirs.purpose, tags: conflict.theirs.tags.join(", ") })}>Take theirs</button>
            <button type="button" onClick={() => onNewer?.(conflict.theirs, draft)}>Go on with mine, over theirs</button>
          </div>
        </section>
      )}
      <label class="stack topic-field">Name
        <input ref={nameField} type="text" maxLength={120} value={draft.name} required autocomplete="off" dir="auto" onInput={(event) => set({ name: event.currentTarget.value })} />
      </label>
      <label class="stack topic-field">Purpose
        <textarea rows={2} maxLength={2000} value={draft.purpose} dir="auto" placeholder="What it listens for, and what counts as relevant: those who label samples read it" onInput={(event) => set({ purpose: event.currentTarget.value })} />
      </label>
      <div class="stack topic-field">
        <span class="topic-label">Query</span>
        <QueryBar q={asked} verb="Preview" handle={bar} placeholder="Which posts belong to it: (bag OR luggage) lost" onDraft={(query) => set({ query })} onQuery={(query) => { setAsked(query); set({ query }); }} />
      </div>
      <div class="topic-fields">
        <label class="stack">Tags, with commas between
          <input type="text" value={draft.tags} dir="auto" onInput={(event) => set({ tags: event.currentTarget.value })} />
        </label>
        <label class="stack">{before ? "Why this change" : "Why this topic"}
          <input type="text" maxLength={500} value={draft.note} dir="auto" placeholder={before ? "Kept with the version" : "Kept with its first version"} onInput={(event) => set({ note: event.currentTarget.value })} />
        </label>
      </div>
      {problem && <div class="state failed" role="alert"><h3>It was not saved</h3><p>{problem.message}</p>{problem.hint && <pre class="hint">{problem.hint}</pre>}</div>}
      <div class="row">
        <button type="button" class="act" disabled={!canSave} onClick={() => void save()}>{before ? "Save as version " + (before.version + 1) : "Make the topic"} <kbd>Ctrl Enter</kbd></button>
        <a class="button plain" href={back}>{isSame ? "Back" : "Leave without saving"}</a>
        {isSame && <span class="quiet">Nothing is changed yet.</span>}
      </div>
      <PreviewBox before={before} query={draft.query} preview={preview} problem={previewProblem} isAsking={isAsking} />
    </div>
  );
}

function PreviewBox({ before, query, preview, problem, isAsking }: { before: Topic | null; query: string; preview: Preview | null; problem: Problem | null; isAsking: boolean }) {
  if (!query.trim()) return null;
  if (problem) return problem.status === 422 ? null : <p class="loss-words" role="alert">The preview failed: {problem.message}</p>; // the query bar says what does not parse
  if (!preview) return <p class="quiet" role="status">Asking the archive …</p>;
  const { won, lost, kept, mentions } = preview;
  return (
    <section class={isAsking ? "stack is-stale" : "stack"} aria-label="Before saving" aria-busy={isAsking}>
      <h2>Before saving</h2>
      {before && <Diff before={before.query} after={query.trim()} />}
      <p role="status">
        {!before ? <>It would take <b>{counted(mentions, "post")}</b>.</>
          : preview.is_same ? <>The same posts as now: {counted(mentions, "post")}.</>
          : <>It would take <b>{counted(mentions, "post")}</b>: {count(kept)} as now, <b>{count(won.count)}</b> won, <b>{count(lost.count)}</b> lost.</>}
      </p>
      {!preview.is_same && (
        <div class="topic-columns">
          {before && <ExamplePosts key={`l${query}`} title="Would be lost" examples={lost} none="Nothing would be lost." isOpen />}
          <ExamplePosts key={`w${query}`} title={before ? "Would be won" : "Some of them"} examples={won} none={before ? "Nothing would be won." : "No post of the archive matches."} isOpen />
        </div>
      )}
    </section>
  );
}
