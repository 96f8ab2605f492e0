// Where a query is written: completion of fields and values, the linter's remarks under it, Enter to ask.
import "./query-bar.css";
import { useEffect, useId, useImperativeHandle, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { apiUrl } from "../parts/api.ts";
import { useAsk } from "../parts/ask.ts";
import { Icon } from "../parts/icon.tsx";
import { counted } from "../parts/words.ts";
import { clauseText, wordAt } from "./query-text.ts";

interface Fields {
  fields: { name: string; example: string; meaning: string; values: "text" | "number" | "time" | "flag" }[];
  has: { name: string; meaning: string }[];
  lists: string[];
}
interface Breakdown {
  values: { value: string; count: number }[];
}
export interface Lint {
  is_valid: boolean;
  printed: string;
  error: { message: string; hint: string; column: number } | null;
  remarks: { column: number; is_costly: boolean; message: string; suggestion: string }[];
}
interface Suggestion {
  /** What is put in place of the word. */
  text: string;
  meaning: string;
  /** A field: its value is asked for next. */
  isOpen: boolean;
}

/** Fields whose values the archive can list. */
const listed = new Set(["platform", "community", "kind", "lang", "author", "site", "tag", "mention"]);

export interface QueryBarHandle {
  focus(): void;
}

export function QueryBar({ q, onQuery, onDraft, verb = "Search", handle, placeholder = "Every post. Try: ferry (late OR cancel*) -author:ournews" }: {
  q: string;
  /** What stands there now, as it is typed. */
  onDraft?: (draft: string) => void;
  /** On the button. */
  verb?: string;
  /** The reader has asked: Enter, or the button. */
  onQuery: (q: string) => void;
  handle?: RefObject<QueryBarHandle | null>;
  placeholder?: string;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(q);
  const [settled, setSettled] = useState(q); // the draft, once typing pauses
  const [cursor, setCursor] = useState<number | null>(null); // null: no completion wanted
  const [chosen, setChosen] = useState(-1);
  const [isUsed, setUsed] = useState(false);
  useEffect(() => {
    setDraft(q);
    setSettled(q);
    setCursor(null);
  }, [q]);
  const newestDraft = useRef(onDraft);
  newestDraft.current = onDraft;
  useEffect(() => {
    newestDraft.current?.(draft);
    const timer = setTimeout(() => setSettled(draft), 180);
    return () => clearTimeout(timer);
  }, [draft]);
  useImperativeHandle(handle ?? null, () => ({
    focus: () => {
      area.current!.focus();
      area.current!.select();
    },
  }));
  useEffect(() => {
    // As high as its text, up to eight lines.
    const element = area.current!;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 176)}px`;
  }, [draft]);

  const lint = useAsk<Lint>(settled.trim() ? apiUrl("/lint", { q: settled }) : null, { isLater: true });
  const fields = useAsk<Fields>(isUsed ? apiUrl("/fields") : null).data;
  const { word, start } = cursor === null ? { word: "", start: 0 } : wordAt(draft, cursor);
  const colon = word.indexOf(":");
  const field = colon > 0 ? word.slice(0, colon) : "";
  const values = useAsk<Breakdown>(listed.has(field) ? apiUrl("/breakdown", { field, top: 50 }) : null).data;
  const suggestions = cursor === null ? [] : suggest(word, fields, values);
  const isOpen = suggestions.length > 0;
  const at = chosen < suggestions.length ? chosen : -1;

  const take = (suggestion: Suggestion) => {
    const end = cursor!;
    const text = suggestion.text + (suggestion.isOpen ? "" : " ");
    const next = draft.slice(0, start) + text + draft.slice(end).replace(/^ /, "");
    setDraft(next);
    setChosen(-1);
    const to = start + text.length;
    setCursor(suggestion.isOpen ? to : null);
    requestAnimationFrame(() => area.current?.setSelectionRange(to, to));
  };
  const isWrong = lint.data?.is_valid === false && settled === draft && draft.trim() !== "";
  const ask = (text = draft) => {
    setCursor(null);
    if (text === draft && isWrong) {
      area.current!.focus(); // what is wrong stands below, and was said
      return;
    }
    onQuery(text.trim());
  };
  const isChanged = draft.trim() !== q;
  return (
    <form
      class="query-bar"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <div class="query-line">
        <div class="query-field">
          <textarea
            ref={area}
            rows={1}
            value={draft}
            placeholder={placeholder}
            aria-label="Query"
            aria-describedby={`${id}-lint`}
            aria-autocomplete="list"
            aria-controls={isOpen ? `${id}-list` : undefined}
            aria-activedescendant={isOpen && at >= 0 ? `${id}-${at}` : undefined}
            aria-invalid={isWrong || undefined}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            enterkeyhint="search"
            onFocus={() => setUsed(true)}
            onBlur={() => setCursor(null)}
            onInput={(event) => {
              setDraft(event.currentTarget.value);
              setCursor(event.currentTarget.selectionStart);
              setChosen(-1);
            }}
            onKeyDown={(event) => {
              if (event.isComposing) return;
              if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
                event.preventDefault();
                const step = event.key === "ArrowDown" ? 1 : -1;
                setChosen(at < 0 ? (step > 0 ? 0 : suggestions.length - 1) : (at + step + suggestions.length) % suggestions.length);
              } else if (isOpen && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey && (at >= 0 || (event.key === "Tab" && word))) {
                event.preventDefault();
                take(suggestions[Math.max(0, at)]!);
              } else if (event.key === "Escape") {
                event.preventDefault();
                if (isOpen) setCursor(null);
                else if (isChanged) setDraft(q);
                else area.current!.blur();
              } else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
                event.preventDefault();
                ask();
              } else if (event.key === " " && event.ctrlKey) {
                event.preventDefault();
                setCursor(event.currentTarget.selectionStart);
              }
            }}
          />
          {isOpen && (
            <ul id={`${id}-list`} role="listbox" aria-label="Completions" class="combobox-list query-list">
              {suggestions.map((each, i) => (
                <li
                  key={each.text}
                  id={`${id}-${i}`}
                  role="option"
                  aria-selected={i === at}
                  onPointerDown={(event) => {
                    event.preventDefault();
                    take(each);
                  }}
                >
                  <code>{each.text}</code> <span class="quiet">{each.meaning}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
        {draft && (
          <button type="button" class="plain square" aria-label="Clear the query" title="Clear the query" onClick={() => { setDraft(""); ask(""); area.current!.focus(); }}>
            <Icon name="close" />
          </button>
        )}
        <button type="submit" class={isChanged && !isWrong ? "act" : ""}>{verb}</button>
      </div>
      <Remarks id={`${id}-lint`} lint={settled.trim() ? lint.data : undefined} isSettled={settled === draft} />
    </form>
  );
}

function Remarks({ id, lint, isSettled }: { id: string; lint: Lint | undefined; isSettled: boolean }) {
  return (
    <div id={id} class={isSettled ? "query-lint" : "query-lint is-stale"} role="status" aria-live="polite">
      {lint?.error && (
        <div class="query-error">
          <p><Icon name="warn" /> {lint.error.message}</p>
          {lint.error.hint && <pre class="hint">{lint.error.hint}</pre>}
        </div>
      )}
      {lint?.remarks.slice(0, 4).map((each, i) => (
        <p key={i} class="query-remark">
          <span class="chip">{each.is_costly ? "costly" : "meant so?"}</span> {each.message}
          {each.suggestion && <> Try <code>{each.suggestion}</code></>}
        </p>
      ))}
    </div>
  );
}

function suggest(word: string, fields: Fields | undefined, values: Breakdown | undefined): Suggestion[] {
  if (!fields || word.length < 1) return [];
  const colon = word.indexOf(":");
  if (colon < 0) {
    const wanted = word.toLowerCase();
    return fields.fields
      .filter((each) => each.name.startsWith(wanted))
      .map((each) => ({ text: `${each.name}:`, meaning: `${each.meaning}, as in ${each.example}`, isOpen: true }))
      .concat("list".startsWith(wanted) && fields.lists.length ? [{ text: "list:", meaning: "a named list of this client", isOpen: true }] : [])
      .slice(0, 8);
  }
  const field = word.slice(0, colon);
  const wanted = word.slice(colon + 1).replace(/^"/, "").toLowerCase();
  if (field === "has") return fields.has.filter((each) => each.name.startsWith(wanted)).map((each) => ({ text: `has:${each.name}`, meaning: each.meaning, isOpen: false }));
  if (field === "list") return fields.lists.filter((each) => each.toLowerCase().startsWith(wanted)).map((each) => ({ text: clauseText("list", each), meaning: "", isOpen: false }));
  if ((field === "since" || field === "until") && !wanted)
    return [["1h", "an hour ago"], ["24h", "a day ago"], ["7d", "seven days ago"], ["30d", "thirty days ago"]].map(([value, meaning]) => ({ text: `${field}:${value}`, meaning: meaning!, isOpen: false }));
  return (values?.values ?? [])
    .filter((each) => each.value.toLowerCase().includes(wanted))
    .sort((a, b) => Number(b.value.toLowerCase().startsWith(wanted)) - Number(a.value.toLowerCase().startsWith(wanted)))
    .slice(0, 8)
    .map((each) => ({ text: clauseText(field, each.value), meaning: counted(each.count, "post"), isOpen: false }));
}
