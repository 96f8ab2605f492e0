import { useEffect, useRef } from "preact/hooks";
import { eventsUrl, listenTo } from "./events.ts";

/** While this component is there: useEvents({ alert: (data) => …, topic: answer.again }). Posts come only to streams with a query. */
export function useEvents(on: Record<string, (data: never, id: string) => void>): void {
  const newest = useRef(on);
  newest.current = on;
  const url = eventsUrl();
  const kinds = Object.keys(on).sort().join(" ");
  useEffect(() => {
    const passing = Object.fromEntries(kinds.split(" ").map((kind) => [kind, (data: never, id: string) => newest.current[kind]?.(data, id)]));
    const { stop } = listenTo(url, { on: passing });
    return stop;
  }, [url, kinds]);
}
