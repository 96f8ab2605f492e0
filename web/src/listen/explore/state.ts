// Explore's state is its address. Everything reads it from here.
import { apiUrl } from "../../parts/api.ts";
import { param, paramAll, setParams, type Params } from "../../parts/router.ts";
import type { Range } from "../time-range.tsx";

export const shows = ["posts", "words", "share", "breakdown"] as const;
export type Show = (typeof shows)[number];
export const orders = ["newest", "oldest", "top"] as const;
export const fields = ["platform", "community", "lang", "kind", "author", "has", "site", "tag", "mention", "link", "thread"] as const;

export interface Explored {
  q: string;
  since: string;
  until: string;
  by: string; // "" is auto
  show: Show;
  order: (typeof orders)[number];
  field: string; // of the breakdown
  of: string[]; // of the share of voice
  post: string; // whose thread is open
  view: string; // id of the saved view that this began as
}

function word<T extends string>(name: string, words: readonly T[]): T {
  const value = param(name) as T;
  return words.includes(value) ? value : words[0]!;
}

export function explored(): Explored {
  return {
    q: param("q"),
    since: param("since"),
    until: param("until"),
    by: param("by"),
    show: word("show", shows),
    order: word("order", orders),
    field: word("field", fields),
    of: paramAll("of"),
    post: param("post"),
    view: param("view"),
  };
}

/** An act of the reader: a step that Back undoes. Plain values are left out of the address. */
export function explore(changes: Partial<Explored>, how: "act" | "replace" = "act"): void {
  const params: Params = { ...changes };
  if (params.show === shows[0]) params.show = null;
  if (params.order === orders[0]) params.order = null;
  if (params.field === fields[0]) params.field = null;
  setParams(params, how);
}

export function rangeOf(state: Explored): Range {
  return { since: state.since, until: state.until };
}

/** A question about the posts that are being explored. */
export function asked(path: string, state: Pick<Explored, "q" | "since" | "until">, more: Params = {}): string {
  return apiUrl(path, { q: state.q, since: state.since, until: state.until, ...more });
}
