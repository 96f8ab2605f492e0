// What the file is, what its columns are, what is not sure, and the posts it would make: all of it before anything is done.
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl, Problem, send } from "../../../parts/api.ts";
import { useAsk } from "../../../parts/ask.ts";
import { Combobox, type Option } from "../../../parts/combobox.tsx";
import { useKeys } from "../../../parts/keys.ts";
import { PostCard } from "../../../parts/postcard.tsx";
import { Failed, Loading } from "../../../parts/states.tsx";
import { toast, toastProblem } from "../../../parts/toast.ts";
import { count, counted, dayLong, hourMinute, zone } from "../../../parts/words.ts";
import { Doubts } from "./report.tsx";
import { mapped, nothingSaid, readingOfAddress, sayInAddress, separatorWords, type Import, type Look, type Reading, type Words } from "./imports.ts";

/** Asks anew a moment after the last change; what was seen stays until the answer is there. */
function useLook(id: number, said: Reading | null): { look: Look | undefined; problem: Problem | undefined; isStale: boolean; again: () => void } {
  const [state, setState] = useState<{ look?: Look; problem?: Problem; isStale: boolean }>({ isStale: true });
  const [round, setRound] = useState(0);
  const key = said ? JSON.stringify(said) : "";
  useEffect(() => {
    let isOver = false;
    setState((before) => ({ ...before, isStale: true }));
    const timer = setTimeout(() => {
      send<Look>("POST", apiUrl(`/imports/${id}/look`), said ?? {}).then(
        (look) => !isOver && setState({ look, isStale: false }),
        (cause: unknown) => !isOver && setState((before) => ({ ...before, problem: cause instanceof Problem ? cause : new Problem(0, String(cause)), isStale: false })),
      );
    }, 120);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [id, key, round]);
  return { look: state.look, problem: state.problem, isStale: state.isStale, again: () => setRound((n) => n + 1) };
}

export function Mapping({ import: each, again }: { import: Import; again: () => void }) {
  const said = readingOfAddress();
  const { look, problem, isStale, again: lookAgain } = useLook(each.id, said);
  const words = useAsk<Words>(apiUrl("/import-words"));
  const reading = said ?? look?.reading ?? nothingSaid;
  const change = (part: Partial<Reading>) => sayInAddress({ ...reading, ...part });
  const canRun = !!look?.is_readable && look.rejected < look.read;
  const run = async () => {
    try {
      await send("POST", apiUrl(`/imports/${each.id}/run`), reading);
      again();
    } catch (cause) {
      toastProblem("It was not begun", cause);
    }
  };
  useKeys("Import", canRun ? [{ key: "Ctrl+Enter", words: "Take these posts in", act: () => void run(), isInText: true }] : []);
  if (!look) return problem ? <Failed problem={problem} what="The file" again={lookAgain} /> : <Loading words="Looking at the file" rows={4} />;
  return (
    <div class={`mapping ${isStale ? "is-stale" : ""}`} aria-busy={isStale}>
      <Says look={look} />
      {problem && <p class="loss-words" role="alert">{problem.message} {problem.hint}</p>}
      <Questions look={look} reading={reading} change={change} words={words.data} />
      {look.headers.length > 0 && <Columns look={look} words={words.data} onMap={(header, field) => sayInAddress(mapped(reading, look, header, field))} />}
      <Preview look={look} />
      <div class="import-acts">
        <button type="button" class="act" disabled={!canRun} onClick={() => void run()}>Take these posts in</button>
        {look.headers.length > 0 && <Keep import={each} reading={reading} look={look} />}
      </div>
    </div>
  );
}

/** "Brandwatch export. A table in UTF-8, with commas; asked for 'Acme'." */
function Says({ look }: { look: Look }) {
  const how = [look.encoding !== "UTF-8" && `written in ${look.encoding}`, look.separator && `columns by ${separatorWords[look.separator] ?? look.separator}`, look.query && `query “${look.query}”`].filter(Boolean);
  return (
    <section class="card import-says">
      <h2>
        {look.tool ? `${look.tool.title} export` : look.kind === "table" ? (look.is_readable ? "A table" : "A table that nobody here knows") : look.kind === "unknown" ? "Not readable as posts" : "Posts in the JSON form"}
      </h2>
      {how.length > 0 && <p class="quiet">{how.join(", ")}</p>}
      {look.mapping && <p>Read as “{look.mapping.name}”, which was kept for these columns.</p>}
      {look.problem && (
        <p role="alert">
          {look.problem.message.charAt(0).toUpperCase() + look.problem.message.slice(1)}. {look.headers.length ? "Say below which column is what." : look.problem.hint && `${look.problem.hint.charAt(0).toUpperCase()}${look.problem.hint.slice(1)}.`}
        </p>
      )}
      {look.tool && (
        <details>
          <summary>What is left out, and what this knowledge rests on</summary>
          <p>{look.tool.left_out}</p>
          <p class="quiet">{look.tool.evidence}</p>
        </details>
      )}
    </section>
  );
}

const zones: string[] = typeof Intl.supportedValuesOf === "function" ? ["UTC", ...Intl.supportedValuesOf("timeZone")] : ["UTC"];

function Zone({ value, onZone }: { value: string; onZone: (name: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const wanted = text.trim().toLowerCase().replaceAll(" ", "_");
  const options: Option<string>[] = (wanted ? zones.filter((each) => each.toLowerCase().includes(wanted)) : [zone.value, "UTC"]).slice(0, 8).map((each) => ({ key: each, value: each, words: each }));
  return (
    <Combobox
      label="Time zone of the file"
      placeholder="Europe/Paris, UTC+1"
      value={text}
      onInput={setText}
      options={options}
      onTake={(option) => onZone(option.value)}
      onEnter={(typed) => onZone(typed.trim())}
    />
  );
}

/** A text that counts when the reader leaves it, or presses Enter. */
function Word({ label, value, onWord, hint }: { label: string; value: string; onWord: (value: string) => void; hint?: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const say = () => text.trim() !== value && onWord(text.trim());
  return (
    <label class="import-word">
      <span>{label}</span>
      <input type="text" value={text} maxLength={120} onInput={(event) => setText(event.currentTarget.value)} onBlur={say} onKeyDown={(event) => event.key === "Enter" && say()} />
      {hint && <span class="quiet">{hint}</span>}
    </label>
  );
}

const dateWords = (at: string | null) => (at ? `${dayLong(at)}, ${hourMinute(at)}` : "no date");

function Questions({ look, reading, change, words }: { look: Look; reading: Reading; change: (part: Partial<Reading>) => void; words: Words | undefined }) {
  const needsPlatform = look.rejects.some((each) => each.reason.startsWith("platform:"));
  const needsAuthor = /whose it is/.test(look.problem?.message ?? "");
  const isTable = look.headers.length > 0;
  return (
    <section class="import-questions" aria-label="What the file does not say">
      {look.dates && (
        <fieldset>
          <legend>What is “{look.dates.example}”?</legend>
          {(["dmy", "mdy"] as const).map((order) => (
            <label key={order}>
              <input type="radio" name="dates" checked={(reading.date_order || look.dates!.order) === order} onChange={() => change({ date_order: order })} />
              {dateWords(order === "dmy" ? look.dates!.day_first : look.dates!.month_first)} <span class="quiet">{order === "dmy" ? "day first" : "month first"}</span>
            </label>
          ))}
          <p class="quiet">{look.dates.said_by === "file" ? "Another date of the file has a day above 12, which decides it." : look.dates.said_by === "nobody" ? "Nothing in the file decides it: you must." : "As you said."}</p>
        </fieldset>
      )}
      {look.zone && (
        <div class="import-zone">
          <p>
            {look.zone.said_by === "nobody" ? <b>Times that name no zone are read as UTC. Whose clock is it?</b>
            : look.zone.said_by === "file" ? `The file says that its times are in ${look.zone.name}.`
            : look.zone.said_by === "tool" ? `Times that name no zone are in ${look.zone.name}, as ${look.tool?.title ?? "the tool"} writes them.`
            : `Times that name no zone are in ${look.zone.name}, as you said.`}
          </p>
          <Zone value={reading.zone} onZone={(name) => change({ zone: name })} />
        </div>
      )}
      {(needsPlatform || needsAuthor) && (
        <div class="import-words">
          {needsPlatform && <Word label="Where were these posts published?" value={reading.platform} onWord={(platform) => change({ platform })} hint="No column and no address says it: twitter, reddit, forum …" />}
          {needsAuthor && <Word label="Whose archive is it?" value={reading.author} onWord={(author) => change({ author })} hint="The account's handle: the file itself does not name it." />}
        </div>
      )}
      <details class="import-more" open={!!(reading.tool || reading.label || (reading.platform && !needsPlatform))}>
        <summary>More: whose export it is, and whose finds these are</summary>
        <div class="import-words">
          <label class="import-word">
            <span>Read it as</span>
            <select value={reading.tool} onChange={(event) => change({ tool: event.currentTarget.value, maps: {} })}>
              <option value="">what it is recognised as</option>
              <option value="plain">a table of nobody's</option>
              {words?.tools.filter((tool) => tool.is_table === isTable || reading.tool === tool.name).map((tool) => <option key={tool.name} value={tool.name}>an export of {tool.title}</option>)}
            </select>
          </label>
          <Word label="Whose finds these are" value={reading.label} onWord={(label) => change({ label })} hint={`For comparisons of tools. ${look.tool ? `Where it is empty: ${look.tool.title}.` : "Where it is empty, they are nobody's."}`} />
          {isTable && !needsPlatform && <Word label="Platform of all posts" value={reading.platform} onWord={(platform) => change({ platform })} hint="Where it is empty, a column or the address says it." />}
          {isTable && <Word label="Author of posts that name none" value={reading.author} onWord={(author) => change({ author })} />}
        </div>
      </details>
    </section>
  );
}

function Columns({ look, words, onMap }: { look: Look; words: Words | undefined; onMap: (header: string, field: string) => void }) {
  const meanings = new Map(words?.fields.map((field) => [field.name, field.meaning]));
  const used = look.headers.filter((header) => header.field).length;
  return (
    <details class="import-columns" open={!look.tool || !look.is_readable}>
      <summary>{count(look.headers.length)} columns, {count(used)} of them read</summary>
      {look.missing.length > 0 && <p class="import-missing" role="status">Still to say: which column is {look.missing.map((field) => `“${meanings.get(field) ?? field}”`).join(" and which is ")}?</p>}
      <ul>
        {look.headers.map((header, i) => (
          <li key={i}>
            <div class="import-column">
              <b dir="auto">{header.name || `(column ${i + 1} has no name)`}</b>
              <span class="quiet" dir="auto">{header.samples.length ? header.samples.map((sample) => (sample.length > 60 ? sample.slice(0, 60) + "…" : sample)).join(" · ") : "always empty here"}</span>
            </div>
            <Field header={header} words={words} meanings={meanings} onField={(field) => onMap(header.name, field)} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function Field({ header, words, meanings, onField }: { header: Look["headers"][number]; words: Words | undefined; meanings: Map<string, string>; onField: (field: string) => void }) {
  const [text, setText] = useState<string | null>(null);
  const now = header.field ?? "";
  const wanted = (text ?? "").trim().toLowerCase();
  const fits = (words?.fields ?? []).filter((field) => !wanted || field.name.includes(wanted) || field.meaning.toLowerCase().includes(wanted));
  const options: Option<string>[] = [
    ...(now ? [{ key: "", value: "", words: <span class="quiet">leave it out</span> }] : []),
    ...fits.map((field) => ({ key: field.name, value: field.name, words: <span><b>{field.name}</b> <span class="quiet">{field.meaning}</span></span> })),
  ];
  return (
    <div class={`import-field ${now ? "is-read" : ""}`}>
      <Combobox
        label={`What “${header.name}” is`}
        placeholder="left out"
        value={text ?? now}
        onInput={setText}
        options={options}
        onTake={(option) => {
          setText(null);
          onField(option.value);
        }}
        onEnter={(typed) => {
          setText(null);
          const field = words?.fields.find((each) => each.name === typed.trim().toLowerCase());
          if (field || !typed.trim()) onField(field?.name ?? "");
        }}
      />
      {now && <span class="quiet">{meanings.get(now)}</span>}
    </div>
  );
}

function Preview({ look }: { look: Look }) {
  const [isAll, setAll] = useState(false);
  if (!look.is_readable) return null;
  const reasons = new Map<string, { n: number; line: number }>();
  for (const each of look.rejects) {
    const known = reasons.get(each.reason);
    reasons.set(each.reason, known ? { ...known, n: known.n + 1 } : { n: 1, line: each.line });
  }
  return (
    <section class="import-preview">
      <h2>What its first posts would be</h2>
      <p role="status">{counted(look.read, "row")} of its beginning looked at: {counted(look.read - look.rejected, "post")}{look.rejected > 0 && `, ${count(look.rejected)} that ${look.rejected === 1 ? "is none" : "are none"}`}.</p>
      {reasons.size > 0 && (
        <ul class="import-warnings">
          {[...reasons].slice(0, 6).map(([reason, { n, line }]) => <li key={reason} dir="auto">{reason} <span class="quiet">(line {line}{n > 1 && ` and ${n - 1} more`})</span></li>)}
        </ul>
      )}
      <Doubts doubts={look.doubts} of="would be" />
      <ul class="import-posts">{look.posts.slice(0, isAll ? undefined : 4).map((post, i) => <li key={i}><PostCard post={post} /></li>)}</ul>
      {look.posts.length > 4 && <p><button type="button" class="plain" aria-expanded={isAll} onClick={() => setAll(!isAll)}>{isAll ? "Show fewer" : `Show all ${look.posts.length}`}</button></p>}
    </section>
  );
}

/** How it is read, under a name: the next file with these columns is read so by itself. */
function Keep({ import: each, reading, look }: { import: Import; reading: Reading; look: Look }) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isOpen) input.current?.focus();
  }, [isOpen]);
  const keep = async (event: Event) => {
    event.preventDefault();
    try {
      const kept = await send<{ id: number; name: string }>("POST", apiUrl("/import-mappings"), { name: name.trim(), import: each.id, ...reading });
      setOpen(false);
      toast(`“${kept.name}” is kept: the next file with these columns is read so by itself.`, async () => {
        await send("DELETE", apiUrl(`/import-mappings/${kept.id}`));
      });
    } catch (cause) {
      toastProblem("It was not kept", cause);
    }
  };
  if (!isOpen) return <button type="button" disabled={!look.is_readable} onClick={() => (setName(look.mapping?.name ?? look.tool?.title ?? ""), setOpen(true))}>Keep how it is read …</button>;
  return (
    <form class="import-keep" onSubmit={(event) => void keep(event)}>
      <label>Name <input ref={input} type="text" required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
      <button type="submit">Keep</button>
      <button type="button" class="plain" onClick={() => setOpen(false)}>Cancel</button>
    </form>
  );
}
