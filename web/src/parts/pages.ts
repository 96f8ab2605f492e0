// A long answer that comes in pages by cursor, remembered for Back: the items and how far the reader had scrolled.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, Problem } from "./api.ts";
import { askRound } from "./ask.ts";

export interface Pages<T> {
  items: T[];
  total: number | null;
  hasMore: boolean;
  problem: Problem | undefined;
  isLoading: boolean;
  isStale: boolean;
  more: () => void;
  again: () => void;
  /** Where the list stood when it was last here; set it as the reader scrolls. */
  place: { top: number };
}

interface Kept<T> {
  items: T[];
  total: number | null;
  next: string | null;
  place: { top: number };
}
const kept = new Map<string, Kept<unknown>>();
const KEPT_MOST = 8;

/** usePages(apiUrl("/posts", { q, limit: 100 }), (body) => body.posts). After `most` items no more are asked for. */
export function usePages<T, Body extends { next: string | null; total?: number }>(url: string | null, pick: (body: Body) => T[], most = 5000): Pages<T> {
  const [state, setState] = useState<{ url: string | null; list: Kept<T>; problem?: Problem; isLoading: boolean }>(() => ({
    url,
    list: (url && (kept.get(url) as Kept<T>)) || { items: [], total: null, next: null, place: { top: 0 } },
    isLoading: url !== null && !kept.has(url),
  }));
  const [round, setRound] = useState(0);
  const common = askRound();
  const asked = useRef({ round, common });
  const newest = useRef(state);
  newest.current = state;
  const running = useRef<AbortController | null>(null);

  useEffect(() => {
    if (url === null) return;
    const isAgain = asked.current.round !== round || asked.current.common !== common;
    asked.current = { round, common };
    const before = isAgain ? undefined : (kept.get(url) as Kept<T> | undefined);
    if (before) {
      setState({ url, list: before, isLoading: false });
      return;
    }
    const stop = new AbortController();
    running.current?.abort();
    running.current = stop;
    setState((now) => ({ ...now, problem: undefined, isLoading: true }));
    get<Body>(url, stop.signal).then(
      (body) => {
        const list: Kept<T> = { items: pick(body), total: body.total ?? null, next: body.next, place: { top: 0 } };
        kept.delete(url);
        kept.set(url, list);
        if (kept.size > KEPT_MOST) kept.delete(kept.keys().next().value as string);
        setState({ url, list, isLoading: false });
      },
      (cause: unknown) => {
        if (stop.signal.aborted) return;
        setState({ url, list: { items: [], total: null, next: null, place: { top: 0 } }, problem: asProblem(cause), isLoading: false });
      },
    );
    return () => stop.abort();
  }, [url, round, common]);

  const more = useCallback(() => {
    const { url: base, list, isLoading } = newest.current;
    if (!base || !list.next || isLoading || list.items.length >= most) return;
    const stop = new AbortController();
    running.current = stop;
    newest.current = { ...newest.current, isLoading: true };
    setState(newest.current);
    get<Body>(`${base}&cursor=${encodeURIComponent(list.next)}`, stop.signal).then(
      (body) => {
        if (newest.current.url !== base || stop.signal.aborted) return;
        const longer = { ...list, items: [...list.items, ...pick(body)], next: body.next };
        kept.set(base, longer);
        setState({ url: base, list: longer, isLoading: false });
      },
      (cause: unknown) => {
        if (!stop.signal.aborted && newest.current.url === base) setState({ ...newest.current, problem: asProblem(cause), isLoading: false });
      },
    );
  }, []);
  const again = useCallback(() => {
    if (newest.current.list.items.length && newest.current.problem) {
      newest.current = { ...newest.current, problem: undefined, isLoading: false };
      more();
    } else setRound((n) => n + 1);
  }, []);
  const { list } = state;
  return {
    items: list.items,
    total: list.total,
    hasMore: list.next !== null && list.items.length < most,
    problem: state.url === url ? state.problem : undefined,
    isLoading: state.isLoading || state.url !== url,
    isStale: (state.isLoading && list.items.length > 0 && !list.next) || state.url !== url,
    more,
    again,
    place: list.place,
  };
}

function asProblem(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem(0, String((cause as Error).message ?? cause));
}
