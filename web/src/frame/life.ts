// What the frame knows at all times: the client's clock, whether the live line is up, and what happened that everybody should hear of.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { apiUrl, get } from "../parts/api.ts";
import { setClock } from "../parts/clock.ts";
import { eventsUrl, listenTo, type StreamState } from "../parts/events.ts";
import { client } from "../parts/session.ts";
import { toast } from "../parts/toast.ts";

export interface Stats {
  posts: number;
  first: string | null;
  last: string | null;
  now: string;
  speed: number;
}
export const stats = signal<Stats | null>(null);
export const line = signal<StreamState>({ is: "connecting" });

export function useLife(): void {
  const name = client.value?.name;
  useEffect(() => {
    stats.value = null;
    if (!name) return;
    const stop = new AbortController();
    get<Stats>(apiUrl("/stats"), stop.signal).then(
      (found) => {
        stats.value = found;
        setClock(found.now, found.speed);
      },
      () => {}, // the screen that needs it says what is wrong
    );
    const listening = listenTo(eventsUrl(), {
      on: {
        clock: (data: { now: string; speed: number }) => setClock(data.now, data.speed),
        alert: (data: { title?: string; words?: string }) => {
          const words = data.title ?? data.words;
          if (words) toast(`Alert: ${words}`);
        },
      },
    });
    const unsubscribe = listening.state.subscribe((state) => (line.value = state));
    return () => {
      stop.abort();
      unsubscribe();
      listening.stop();
    };
  }, [name]);
}
