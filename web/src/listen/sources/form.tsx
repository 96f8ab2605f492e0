// A form printed from a connector's fields, with what is asked for, what is kept and what that means, and a test of the connection.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { apiUrl, get, Problem, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { useKeys } from "../../parts/keys.ts";
import { Once } from "../../parts/once.tsx";
import { go, href } from "../../parts/router.ts";
import { session } from "../../parts/session.ts";
import { toast } from "../../parts/toast.ts";
import { fromLocal, toLocal, zoneWords } from "../../parts/words.ts";
import { hookWords } from "./hook.ts";
import { modeWords, toList, type Checked, type Connector, type Field, type Keep, type Mode, type Query, type Source, type Value } from "./source.ts";

interface Written {
  name: string;
  values: Record<string, string>; // every field as text; lists one a line; booleans "true" or ""
  query: Record<keyof Query, string>;
  mode: Mode;
  keep: Keep;
  sample: string;
  owner: number | null;
  expires: string;
}

const queryFields: { name: keyof Query; words: string; help: string }[] = [
  { name: "any", words: "Words or phrases", help: "A post needs one of them. Empty: everything the platform gives." },
  { name: "hashtags", words: "Hashtags", help: "Without #." },
  { name: "accounts", words: "Accounts", help: "As the platform names them." },
  { name: "urls", words: "Addresses", help: "Posts that link there." },
  { name: "none", words: "Never with", help: "Posts with one of these are not asked for." },
  { name: "lang", words: "Languages", help: "Such as en, de. Empty: all." },
];

function textOf(value: Value | undefined, field: Field): string {
  if (value === undefined) return field.type === "boolean" ? (field.fallback === "true" ? "true" : "") : field.type === "word" ? (field.fallback ?? field.words[0] ?? "") : "";
  if (Array.isArray(value)) return value.join("\n");
  return value === false ? "" : String(value);
}

function begin(connector: Connector, before: Source | null): Written {
  const listening = connector.modes.filter((mode) => mode === "stream" || mode === "poll");
  const query = Object.fromEntries(queryFields.map(({ name }) => [name, (before?.query[name] ?? []).join("\n")])) as Written["query"];
  return {
    name: before?.name ?? connector.title,
    values: Object.fromEntries(connector.fields.map((field) => [field.name, field.is_secret ? "" : textOf(before?.config[field.name], field)])),
    query,
    mode: before?.mode ?? listening[0] ?? connector.modes[0] ?? "stream",
    keep: before?.keep ?? (connector.fields.some((field) => field.is_made) ? "all" : "matched"),
    sample: String(before?.sample_per_mille || 10),
    owner: before ? (before.owner?.id ?? null) : (session.value?.member.id ?? null),
    expires: before?.expires_at ? toLocal(before.expires_at).slice(0, 10) : "",
  };
}

function valueOf(text: string, field: Field): Value | undefined {
  if (field.type === "boolean") return text === "true";
  if (field.type === "list") return toList(text).length ? toList(text) : undefined;
  if (!text.trim()) return undefined;
  return field.type === "number" ? Number(text) : text.trim();
}

function bodyOf(written: Written, connector: Connector, before: Source | null): Record<string, unknown> {
  const config: Record<string, Value> = {};
  const secrets: Record<string, string> = {};
  for (const field of connector.fields) {
    const text = written.values[field.name] ?? "";
    if (field.is_secret) {
      if (text) secrets[field.name] = text;
      continue;
    }
    const value = valueOf(text, field);
    if (value !== undefined) config[field.name] = value;
  }
  const query: Query = {};
  for (const { name } of queryFields) if (toList(written.query[name]).length) query[name] = toList(written.query[name]);
  const { owner } = written;
  return {
    name: written.name.trim(),
    ...(before ? { version: before.version } : { connector: connector.name }),
    config,
    query,
    ...(Object.keys(secrets).length ? { secrets } : {}),
    mode: written.mode,
    keep: written.keep,
    sample_per_mille: written.keep === "sample" ? Number(written.sample) || 0 : 0,
    ...(owner === (before?.owner?.id ?? session.value?.member.id ?? null) ? {} : { owner }),
    ...(written.expires ? { expires_at: fromLocal(written.expires)?.toISOString() ?? null } : before?.expires_at ? { expires_at: null } : {}),
  };
}

/** before null: a new one. */
export function SourceForm({ connector, before, allowsPrivate, onSaved }: { connector: Connector; before: Source | null; allowsPrivate: boolean; onSaved?: () => void }) {
  const [first] = useState(() => begin(connector, before));
  const [written, setWritten] = useState(first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [made, setMade] = useState<Source | null>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const set = (part: Partial<Written>) => setWritten((now) => ({ ...now, ...part }));
  const missing = connector.fields.filter((field) => field.is_required && !field.is_made && !(field.is_secret && before?.secrets.includes(field.name)) && !(written.values[field.name] ?? "").trim() && !field.fallback);
  const isMore = (field: Field) => !field.is_required && (field.fallback !== null || field.type === "boolean");
  const [usual, more] = [connector.fields.filter((field) => !isMore(field)), connector.fields.filter(isMore)];
  const isSame = before !== null && JSON.stringify(written) === JSON.stringify(first);
  const canSave = !isSaving && !isSame && written.name.trim() !== "" && missing.length === 0;
  useEffect(() => {
    if (!before) nameField.current?.focus();
  }, []);

  const save = async () => {
    if (!canSave) return;
    setSaving(true);
    setProblem(null);
    try {
      const body = bodyOf(written, connector, before);
      const saved = before ? await send<Source>("PATCH", apiUrl(`/sources/${before.id}`), body) : await send<Source>("POST", apiUrl("/sources"), body);
      if (before) {
        toast("Saved", async () => {
          const newest = await get<Source>(apiUrl(`/sources/${saved.id}`));
          await send("PATCH", apiUrl(`/sources/${saved.id}`), { ...bodyOf(first, connector, newest), version: newest.version });
          onSaved?.();
        });
        onSaved?.();
      } else if (saved.made_secret) setMade(saved);
      else {
        toast("It listens from now on");
        go(href(`/listen/sources/${saved.id}`), "replace");
      }
    } catch (cause) {
      setProblem(cause instanceof Problem ? cause : new Problem(0, String(cause)));
    } finally {
      setSaving(false);
    }
  };
  useKeys("Source", [{ key: "Ctrl+Enter", words: "Save", isInText: true, act: () => void save() }]);

  return (
    <form class="stack source-form" onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <Labelled words="Name" help="What people call it here. Charts and gaps name it so.">
        {(id, helpId) => <input ref={nameField} id={id} aria-describedby={helpId} value={written.name} maxLength={80} required dir="auto" onInput={(event) => set({ name: event.currentTarget.value })} />}
      </Labelled>
      <FieldInputs fields={usual} written={written} set={set} before={before} />
      {more.length > 0 && (
        <details class="source-more" open={more.some((field) => field.name in (before?.config ?? {}))}>
          <summary>More settings, good as they are</summary>
          <div class="stack"><FieldInputs fields={more} written={written} set={set} before={before} /></div>
        </details>
      )}
      {connector.fields.some((field) => field.type === "url") && !allowsPrivate && <p class="hint">Addresses of this machine and of private nets are refused here. Whoever runs the server allows them with the setting sources.private_addresses.</p>}
      {connector.name !== "webhook" && <Wanted written={written} set={set} connector={connector} />}
      <KeepRule written={written} set={set} />
      <Renewal written={written} set={set} hasSecrets={connector.fields.some((field) => field.is_secret && !field.is_made)} />
      <Check connector={connector} written={written} before={before} isReady={missing.length === 0} />
      {problem && (
        <div class="state failed" role="alert">
          <p><b>It was not saved.</b> {problem.message}</p>
          {problem.hint && <p class="hint">{problem.hint}</p>}
          {problem.isConflict && before && onSaved && <button type="button" onClick={onSaved}>Load the newest version (what you changed here is lost)</button>}
        </div>
      )}
      <div class="row">
        <button type="submit" class="act" disabled={!canSave}>{isSaving ? "Saving …" : before ? "Save" : "Save and listen"} <kbd>Ctrl ⏎</kbd></button>
        <a class="button" href={before ? href(`/listen/sources/${before.id}`) : href("/listen/sources/new")}>Cancel</a>
        {isSame && <span class="quiet">Nothing is changed yet.</span>}
        {missing.length > 0 && <span class="quiet">It needs: {missing.map((field) => field.label).join(", ")}.</span>}
      </div>
      {made && <Once title="The webhook's secret" words={hookWords(made)} value={made.made_secret ?? ""} onClose={() => go(href(`/listen/sources/${made.id}`), "replace")} />}
    </form>
  );
}

function Labelled({ words, help, children }: { words: ComponentChildren; help?: string; children: (id: string, helpId: string | undefined) => ComponentChildren }) {
  const id = useId();
  return (
    <div class="source-field">
      <label for={id}>{words}</label>
      {children(id, help ? `${id}-help` : undefined)}
      {help && <span id={`${id}-help`} class="hint">{help}</span>}
    </div>
  );
}

function FieldInputs({ fields, written, set, before }: { fields: Field[]; written: Written; set: (part: Partial<Written>) => void; before: Source | null }) {
  return (
    <>
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={written.values[field.name] ?? ""}
          isStored={before?.secrets.includes(field.name) ?? false}
          onInput={(value) => set({ values: { ...written.values, [field.name]: value } })}
        />
      ))}
    </>
  );
}

function FieldInput({ field, value, isStored, onInput }: { field: Field; value: string; isStored: boolean; onInput: (value: string) => void }) {
  const words = <>{field.label}{!field.is_required && <span class="quiet"> (may be left out)</span>}</>;
  if (field.is_secret && field.is_made) return null;
  if (field.type === "boolean")
    return (
      <div class="source-field">
        <label class="source-check"><input type="checkbox" checked={value === "true"} onChange={(event) => onInput(event.currentTarget.checked ? "true" : "")} /> {field.label}</label>
        {field.help && <span class="hint">{field.help}</span>}
      </div>
    );
  return (
    <Labelled words={words} help={field.help}>
      {(id, helpId) => {
        if (field.type === "list") return <textarea id={id} aria-describedby={helpId} rows={3} value={value} placeholder="One a line" spellcheck={false} onInput={(event) => onInput(event.currentTarget.value)} />;
        if (field.type === "word") return <select id={id} aria-describedby={helpId} value={value} onChange={(event) => onInput(event.currentTarget.value)}>{field.words.map((word) => <option key={word} value={word}>{word}</option>)}</select>;
        return (
          <input
            id={id}
            aria-describedby={helpId}
            type={(field.is_secret ? "password" : field.type === "number" ? "number" : field.type === "url" ? "url" : "text") as "text"}
            autocomplete={field.is_secret ? "off" : undefined}
            spellcheck={false}
            required={field.is_required && !isStored && !field.fallback}
            min={field.least ?? undefined}
            max={field.most ?? undefined}
            value={value}
            placeholder={field.is_secret && isStored ? "as it is: type to replace it" : (field.fallback ?? undefined)}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        );
      }}
    </Labelled>
  );
}

/** What is asked of the platform; the client's topics decide afterwards. */
function Wanted({ written, set, connector }: { written: Written; set: (part: Partial<Written>) => void; connector: Connector }) {
  const listening = connector.modes.filter((mode) => mode === "stream" || mode === "poll");
  const isAny = queryFields.some(({ name }) => written.query[name].trim());
  return (
    <fieldset class="source-part">
      <legend>What it asks the platform for</legend>
      <p class="hint">A pre-filter: it spares the platform and your disk. Your topics are held against every post that comes, whatever is asked for here.</p>
      {listening.length > 1 && (
        <Labelled words="How it listens">
          {(id) => <select id={id} value={written.mode} onChange={(event) => set({ mode: event.currentTarget.value as Mode })}>{listening.map((mode) => <option key={mode} value={mode}>{modeWords[mode]}</option>)}</select>}
        </Labelled>
      )}
      <details open={isAny}>
        <summary>{isAny ? "Narrowed to" : "Everything it gives; narrow it"}</summary>
        <div class="source-query">
          {queryFields.map(({ name, words, help }) => (
            <Labelled key={name} words={words} help={help}>
              {(id, helpId) => <textarea id={id} aria-describedby={helpId} rows={2} value={written.query[name]} placeholder="One a line" spellcheck={false} dir="auto" onInput={(event) => set({ query: { ...written.query, [name]: event.currentTarget.value } })} />}
            </Labelled>
          ))}
        </div>
      </details>
    </fieldset>
  );
}

const keeps: { name: Keep; words: string; means: string }[] = [
  { name: "matched", words: "What topics match", means: "Small and cheap. A topic that you make tomorrow finds nothing from today: posts that no topic matched are gone." },
  { name: "sample", words: "That, and a sample of the rest", means: "The sample tells what is usual, and lets you measure what a query misses. Counts of it are of the sample, not of all." },
  { name: "all", words: "Everything", means: "New topics see the past. It costs disk, and everything kept must be taken out again when its author deletes it: Bellwether does that by itself." },
];

function KeepRule({ written, set }: { written: Written; set: (part: Partial<Written>) => void }) {
  const name = useId();
  return (
    <fieldset class="source-part">
      <legend>What it keeps</legend>
      {keeps.map((each) => (
        <div key={each.name} class="source-keep">
          <label class="source-check"><input type="radio" name={name} checked={written.keep === each.name} onChange={() => set({ keep: each.name })} /> {each.words}</label>
          <span class="hint">{each.means}</span>
          {each.name === "sample" && written.keep === "sample" && (
            <label class="row">Keep <input class="source-number" type="number" min={1} max={1000} value={written.sample} onInput={(event) => set({ sample: event.currentTarget.value })} /> in 1,000 of the others</label>
          )}
        </div>
      ))}
      <p class="hint">Whatever is kept: posts and accounts that are deleted on the platform are deleted here, from the archive and from everything made of it.</p>
    </fieldset>
  );
}

function Renewal({ written, set, hasSecrets }: { written: Written; set: (part: Partial<Written>) => void; hasSecrets: boolean }) {
  const answer = useAsk<{ members: { id: number; name: string }[] }>(hasSecrets ? apiUrl("/team") : null);
  if (!hasSecrets) return null;
  const members = answer.data?.members ?? [];
  const me = session.value?.member;
  const all = me && !members.some((each) => each.id === me.id) ? [{ id: me.id, name: me.name }, ...members] : members;
  return (
    <fieldset class="source-part">
      <legend>Who renews its token</legend>
      <div class="source-two">
        <Labelled words="Who">
          {(id) => (
            <select id={id} value={String(written.owner ?? "")} onChange={(event) => set({ owner: Number(event.currentTarget.value) || null })}>
              <option value="">nobody yet</option>
              {all.map((each) => <option key={each.id} value={String(each.id)}>{each.name}</option>)}
            </select>
          )}
        </Labelled>
        <Labelled words="Ends on" help={`In ${zoneWords()}. Many platforms say it by themselves: leave it empty then.`}>
          {(id, helpId) => <input id={id} aria-describedby={helpId} type="date" value={written.expires} onInput={(event) => set({ expires: event.currentTarget.value })} />}
        </Labelled>
      </div>
    </fieldset>
  );
}

/** "Test connection": what the platform says to exactly what stands in the form. */
function Check({ connector, written, before, isReady }: { connector: Connector; written: Written; before: Source | null; isReady: boolean }) {
  const [state, setState] = useState<{ isAsking: boolean; checked: Checked | null; problem: Problem | null; of: string }>({ isAsking: false, checked: null, problem: null, of: "" });
  const now = JSON.stringify(written);
  const check = async () => {
    setState({ isAsking: true, checked: null, problem: null, of: now });
    try {
      const { name, config, query, mode, secrets } = bodyOf(written, connector, null);
      const isAsItIs = before !== null && !secrets && JSON.stringify(written.values) === JSON.stringify(begin(connector, before).values);
      const checked = before
        ? await send<Checked>("POST", apiUrl(`/sources/${before.id}/check`), isAsItIs ? {} : { config, query, mode, ...(secrets ? { secrets } : {}) })
        : await send<Checked>("POST", apiUrl("/sources/check"), { name, connector: connector.name, config, query, mode, ...(secrets ? { secrets } : {}) });
      setState({ isAsking: false, checked, problem: null, of: now });
    } catch (cause) {
      setState({ isAsking: false, checked: null, problem: cause instanceof Problem ? cause : new Problem(0, String(cause)), of: now });
    }
  };
  const isOld = state.of !== now;
  return (
    <div class="source-checked">
      <button type="button" disabled={!isReady || state.isAsking} onClick={() => void check()}>{state.isAsking ? "Asking the platform …" : "Test connection"}</button>
      <div role="status">
        {!isOld && state.checked && <CheckWords checked={state.checked} />}
        {!isOld && state.problem && <p class="loss-words">{state.problem.message} {state.problem.hint}</p>}
      </div>
    </div>
  );
}

export function CheckWords({ checked }: { checked: Checked }) {
  if (checked.is_fine) return <p>It answers{checked.account?.handle ? <>: you are <b dir="auto">{checked.account.handle}</b>{checked.account.name && checked.account.name !== checked.account.handle && <> ({checked.account.name})</>}</> : ". It asks for no account"}.</p>;
  return (
    <div>
      <p class="loss-words" dir="auto">It does not answer as it should: {checked.message}</p>
      {checked.hint && <p class="hint">{checked.hint}</p>}
    </div>
  );
}
