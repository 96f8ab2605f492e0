// What the frame knows at all times: the client's clock, whether the live line is up, and what happened that everybody should hear of.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { apiUrl, get } from "../parts/api.ts";
import { clockNow, setClock } from "../parts/clock.ts";
import { eventsUrl, listenTo, type StreamState } from "../parts/events.ts";
import { client, session } from "../parts/session.ts";
import { toast } from "../parts/toast.ts";
import { day } from "../parts/words.ts";

export interface Stats {
  posts: number;
  first: string | null;
  last: string | null;
  now: string;
  speed: number;
}
export const stats = signal<Stats | null>(null);
export const line = signal<StreamState>({ is: "connecting" });

interface AlertTold {
  name: string;
  title: string;
  is_quiet: boolean;
  is_digest: boolean;
}

/** Alerts of the last 30 days that wait for a word: the number at the bell. */
export const unjudged = signal(0);
async function countAlerts(): Promise<void> {
  try {
    unjudged.value = (await get<{ unjudged: number }>(apiUrl("/alerts"))).unjudged;
  } catch {
    // the bell keeps its number; the screen itself says what is wrong
  }
}

/** Tokens of sources that end soon are told to whoever renews them, once a visit. */
async function tellRenewals(): Promise<void> {
  try {
    const { sources } = await get<{ sources: { name: string; is_near_expiry: boolean; expires_at: string | null; owner: { id: number } | null }[] }>(apiUrl("/sources"));
    for (const each of sources) if (each.is_near_expiry && each.expires_at && each.owner?.id === session.value?.member.id) tellRenewal(each.name, each.expires_at);
  } catch {
    // the screen of sources says what is wrong
  }
}
function tellRenewal(name: string, at: string): void {
  toast(Date.parse(at) <= clockNow().getTime() ? `The token of ${name} has ended: you renew it` : `The token of ${name} ends ${day(at)}: you renew it`);
}

interface SourceTold {
  what: string;
  name?: string;
  owner?: number;
  expires_at?: string | null;
}

export function useLife(): void {
  const name = client.value?.name;
  useEffect(() => {
    stats.value = null;
    if (!name) return;
    unjudged.value = 0;
    void countAlerts();
    const later = setTimeout(() => void tellRenewals(), 3000); // after what the reader looks at first
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
        alert: (data: AlertTold) => {
          void countAlerts();
          if (data.is_digest) toast(`What happened in the quiet hours: ${data.name}`);
          else if (!data.is_quiet) toast(`Alert “${data.name}”: ${data.title}`);
        },
        alert_rule: () => void countAlerts(),
        source: (data: SourceTold) => {
          if (data.what === "expires" && data.owner === session.value?.member.id && data.name && data.expires_at) tellRenewal(data.name, data.expires_at);
        },
      },
    });
    const unsubscribe = listening.state.subscribe((state) => (line.value = state));
    return () => {
      stop.abort();
      clearTimeout(later);
      unsubscribe();
      listening.stop();
    };
  }, [name]);
}
