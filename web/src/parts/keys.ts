// Keys. Single letters can be turned off (WCAG 2.1.4); keys with Ctrl, Escape, Enter and arrows always work.
//
//   useKeys("Explore", [{ key: "j", words: "Next post", act: next }, { key: "Shift+R", ... }, { key: "g t", words: "Go to Trends", ... }])
//
// The newest registration wins, so a dialog's keys hide those of the screen below it.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { session } from "./session.ts";

export interface KeyRow {
  /** As KeyboardEvent.key: "j", "?", ".", "Enter", "ArrowDown"; "Ctrl+k" (also Cmd); "Shift+R"; "g t" one after the other. */
  key: string;
  words: string;
  act: (event: KeyboardEvent) => void;
  /** Not listed by "?". */
  isHidden?: boolean;
  /** Works while a text is being written too. */
  isInText?: boolean;
}
export interface KeyGroup {
  title: string;
  rows: KeyRow[];
}

export const keyGroups = signal<KeyGroup[]>([]);
/** Set while "g" waits for its second letter. */
export const keyPrefix = signal("");
let prefixTimer = 0;

export function useKeys(title: string, rows: KeyRow[]): void {
  const newest = useRef(rows);
  newest.current = rows;
  const names = rows.map((row) => row.key + "\n" + row.words).join("\n");
  useEffect(() => {
    const group: KeyGroup = {
      title,
      rows: newest.current.map((row, i) => ({ ...row, act: (event) => newest.current[i]?.act(event) })),
    };
    keyGroups.value = [...keyGroups.peek(), group];
    return () => {
      keyGroups.value = keyGroups.peek().filter((each) => each !== group);
    };
  }, [title, names]);
}

export function singleKeysOn(): boolean {
  return session.value?.member.has_single_keys ?? true;
}

/** "Ctrl+k" -> "Ctrl K", for buttons and tooltips. */
export function keyWords(key: string): string {
  const named: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", " ": "Space" };
  return key
    .split(" ")
    .map((part) => (part === "+" ? ["+"] : part.split("+")).map((each) => named[each] ?? (each.length === 1 && part.includes("+") ? each.toUpperCase() : each)).join(" "))
    .join(" then ");
}

function isWriting(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.matches) return false;
  if (element.isContentEditable) return true;
  if (element.matches("textarea, select")) return true;
  return element.matches("input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]):not([type=range])");
}

function nameOf(event: KeyboardEvent): string {
  const isLetter = event.key.length === 1;
  let name = isLetter && (event.ctrlKey || event.metaKey) ? event.key.toLowerCase() : event.key;
  if (event.shiftKey && (!isLetter || /^[A-Z]$/.test(event.key))) name = "Shift+" + name;
  if (event.ctrlKey || event.metaKey) name = "Ctrl+" + name;
  return name;
}

addEventListener("keydown", (event) => {
  // Alt belongs to the browser's menus; while a word is being composed no key is ours.
  if (event.defaultPrevented || event.altKey || event.isComposing || event.keyCode === 229 || event.key === "Shift") return;
  const name = nameOf(event);
  const isSingle = !name.startsWith("Ctrl+") && (event.key.length === 1 || keyPrefix.peek() !== "");
  if (isSingle && !singleKeysOn()) return;
  const inText = isWriting(event.target);
  if (event.key === " " && (event.target as HTMLElement | null)?.closest?.("button, a, summary, [role=option], [role=menuitem], input")) return;
  if (event.key === "Enter" && (event.target as HTMLElement | null)?.closest?.("button, a, summary")) return;
  const whole = keyPrefix.peek() ? `${keyPrefix.peek()} ${event.key}` : name;
  const isOverlaid = document.querySelector("dialog:modal") !== null;
  const groups = keyGroups.peek();
  for (let i = groups.length - 1; i >= 0; i--) {
    const group = groups[i]!;
    if (isOverlaid && group.title !== overlayTitle) continue;
    const row = group.rows.find((each) => each.key === whole);
    if (!row || (inText && !row.isInText && !name.startsWith("Ctrl+"))) continue;
    setPrefix("");
    event.preventDefault();
    row.act(event);
    return;
  }
  if (inText || isOverlaid) return;
  const isPrefix = keyPrefix.peek() === "" && groups.some((group) => group.rows.some((row) => row.key.startsWith(name + " ")));
  setPrefix(isPrefix ? name : "");
});

/** Keys registered under this title work while a modal dialog is open. */
export const overlayTitle = "In this window";

function setPrefix(next: string): void {
  clearTimeout(prefixTimer);
  keyPrefix.value = next;
  if (next) prefixTimer = window.setTimeout(() => (keyPrefix.value = ""), 1500);
}
