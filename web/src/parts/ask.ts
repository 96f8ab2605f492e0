// A question that a component asks: asked when its address changes, dropped when nobody waits for it any more.
import { signal } from "@preact/signals";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, Problem, remembered } from "./api.ts";

export interface Answer<T> {
  /** The newest answer; while another question is on its way, the one before it (isStale). */
  data: T | undefined;
  problem: Problem | undefined;
  isLoading: boolean;
  isStale: boolean;
  /** Ask again: after an error, or because something happened. */
  again: () => void;
}

const everything = signal(0);
/** Changes with askAgain: for hooks that ask by themselves. */
export function askRound(): number {
  return everything.value;
}
/** Every question on the page is asked anew: the reader wants to know what is new. What has not changed is not sent again (ETag). */
export function askAgain(): void {
  everything.value += 1;
}

/** useAsk(apiUrl("/count", { q })). null asks nothing. isLater: after what the reader looks at first has been asked. */
export function useAsk<T>(url: string | null, { isLater = false } = {}): Answer<T> {
  const [state, setState] = useState<{ url: string | null; data: T | undefined; problem: Problem | undefined; isLoading: boolean }>(() => ({
    url,
    data: url ? remembered<T>(url) : undefined,
    problem: undefined,
    isLoading: url !== null,
  }));
  const [round, setRound] = useState(0);
  const common = askRound();
  const shown = useRef<{ url: string; data: T } | null>(null);

  useEffect(() => {
    if (url === null) {
      shown.current = null;
      setState({ url, data: undefined, problem: undefined, isLoading: false });
      return;
    }
    const stop = new AbortController();
    const before = remembered<T>(url);
    setState({ url, data: before ?? shown.current?.data, problem: undefined, isLoading: true });
    // A browser sends six questions at once, in the order they come; the effects of inner parts run before those of the screen.
    const ready = isLater ? new Promise<void>((go) => setTimeout(go)) : Promise.resolve();
    ready.then(() => get<T>(url, stop.signal)).then(
      (data) => {
        if (stop.signal.aborted) return;
        shown.current = { url, data };
        setState({ url, data, problem: undefined, isLoading: false });
      },
      (cause: unknown) => {
        if (stop.signal.aborted) return;
        const problem = cause instanceof Problem ? cause : new Problem(0, String((cause as Error).message ?? cause));
        shown.current = null; // an old picture beside a new error would lie
        setState({ url, data: undefined, problem, isLoading: false });
      },
    );
    return () => stop.abort();
  }, [url, round, common]);

  const again = useCallback(() => setRound((n) => n + 1), []);
  const isBehind = state.url !== url; // this render has a new address that the effect has not seen yet
  return {
    data: state.data,
    problem: isBehind ? undefined : state.problem,
    isLoading: isBehind ? url !== null : state.isLoading,
    isStale: (isBehind || state.isLoading) && state.data !== undefined,
    again,
  };
}
