// What the server tells by itself (server-sent events), with one connection for all tabs of this browser.
//
// Browsers allow about six connections to a server over HTTP/1.1, so six tabs with a stream each would freeze the page. Tabs that want the
// same stream elect one of them by a Web Lock; it reads the stream and passes each batch on by BroadcastChannel. When it closes, the next in
// the queue goes on after the last event that it heard of. (A SharedWorker would need a script address from a string, which Trusted Types
// 'none' forbids.) Without locks (plain HTTP from another machine) each tab reads for itself.
//
//   const stop = listenTo(eventsUrl({ q }), { on: { post: (data) => …, trend: (data) => … }, state: (s) => … });
import { signal, type Signal } from "@preact/signals";
import { apiUrl, toSignIn } from "./api.ts";

export interface StreamEvent {
  kind: string;
  id: string;
  data: string; // one line of JSON
}

export type StreamState =
  | { is: "connecting" }
  | { is: "live" }
  | { is: "waiting"; words: string; retry_s: number }
  | { is: "refused"; words: string };

type Handler = (events: StreamEvent[]) => void;

export function eventsUrl(params: { q?: string } = {}): string {
  return apiUrl("/events", params);
}

/** Takes text as it comes, gives whole events (HTML standard, 9.2.6). */
export class EventParser {
  #rest = "";
  #kind = "";
  #data: string[] = [];
  #id = "";

  feed(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const all = this.#rest + text;
    let start = 0;
    for (;;) {
      const end = all.indexOf("\n", start);
      if (end < 0) break;
      const line = all.charCodeAt(end - 1) === 13 && end > start ? all.slice(start, end - 1) : all.slice(start, end);
      start = end + 1;
      if (line === "") {
        if (this.#data.length) events.push({ kind: this.#kind || "message", id: this.#id, data: this.#data.join("\n") });
        this.#kind = "";
        this.#data = [];
        continue;
      }
      if (line[0] === ":") continue;
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
      if (name === "event") this.#kind = value;
      else if (name === "data") this.#data.push(value);
      else if (name === "id") this.#id = value;
    }
    this.#rest = all.slice(start);
    return events;
  }
}

/** One stream, shared by all that listen to its address in this tab. */
class Stream {
  readonly state: Signal<StreamState> = signal({ is: "connecting" });
  readonly handlers = new Set<Handler>();
  #url: string;
  #lastId = "";
  #stop = new AbortController();
  #channel: BroadcastChannel | null = null;

  constructor(url: string) {
    this.#url = url;
    if (navigator.locks && "BroadcastChannel" in globalThis) {
      this.#channel = new BroadcastChannel("bellwether " + url);
      this.#channel.onmessage = ({ data }) => {
        if (data.state) this.state.value = data.state;
        if (data.lastId) this.#lastId = data.lastId;
        if (data.events) for (const each of this.handlers) each(data.events);
        if (data.who) this.#tell({ state: this.state.value }); // a new tab asks how things are
      };
      this.#channel.postMessage({ who: true });
      navigator.locks.request("bellwether " + url, { signal: this.#stop.signal }, () => this.#run()).catch(() => {});
    } else void this.#run();
  }

  close(): void {
    this.#stop.abort();
    this.#channel?.close();
    this.#channel = null;
  }

  #isReader = false;
  #tell(message: { state?: StreamState; events?: StreamEvent[]; lastId?: string }): void {
    if (this.#isReader) this.#channel?.postMessage(message);
  }
  #set(state: StreamState): void {
    this.state.value = state;
    this.#tell({ state });
  }

  async #run(): Promise<void> {
    this.#isReader = true;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      this.#set({ is: "connecting" });
      let words = "The connection ended.";
      let least_s = 0;
      try {
        const headers: Record<string, string> = { "X-Bellwether": "1", Accept: "text/event-stream" };
        if (this.#lastId) headers["Last-Event-ID"] = this.#lastId;
        const answer = await fetch(this.#url, { headers, signal: this.#stop.signal, cache: "no-store", credentials: "same-origin" });
        if (answer.status === 401) {
          toSignIn();
          this.#set({ is: "refused", words: "You are not signed in." });
          return;
        }
        if (!answer.ok || !answer.body) {
          const problem = await answer.json().catch(() => ({}));
          words = String(problem.detail ?? problem.title ?? `The server answered ${answer.status}.`);
          if (answer.status >= 400 && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
            this.#set({ is: "refused", words });
            return;
          }
          least_s = Number(answer.headers.get("retry-after")) || 0;
        } else {
          this.#set({ is: "live" });
          await this.#read(answer.body, () => (failures = 0));
        }
      } catch {
        if (this.#stop.signal.aborted) return;
        words = "The server cannot be reached.";
      }
      failures += 1;
      const retry_s = Math.max(least_s, Math.min(30, 2 ** failures / 2) * (0.75 + Math.random() / 2));
      this.#set({ is: "waiting", words, retry_s: Math.ceil(retry_s) });
      await this.#pause(retry_s * 1000);
    }
  }

  async #read(body: ReadableStream<Uint8Array>, heard: () => void): Promise<void> {
    const parser = new EventParser();
    const reader = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = parser.feed(value);
      if (!events.length) continue;
      heard();
      const lastId = events.at(-1)!.id;
      if (lastId) this.#lastId = lastId;
      for (const each of this.handlers) each(events);
      this.#tell({ events, lastId });
    }
  }

  /** Ends early when the computer comes back online. */
  #pause(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(end, ms);
      addEventListener("online", end);
      this.#stop.signal.addEventListener("abort", end);
      function end() {
        clearTimeout(timer);
        removeEventListener("online", end);
        done();
      }
    });
  }
}

const streams = new Map<string, Stream>();

export interface Listening {
  /** By kind of event; data is parsed, once for each event. Batches keep the order of arrival. */
  on?: Record<string, (data: never, id: string) => void>;
  /** Or whole batches, as they came over the wire: for streams too fast to be taken one by one. */
  batch?: Handler;
}

/** Returns what ends it. */
export function listenTo(url: string, { on, batch }: Listening): { stop: () => void; state: Signal<StreamState> } {
  let stream = streams.get(url);
  if (!stream) streams.set(url, (stream = new Stream(url)));
  const handler: Handler = (events) => {
    batch?.(events);
    if (!on) return;
    for (const event of events) {
      const act = on[event.kind];
      if (!act) continue;
      try {
        act(JSON.parse(event.data) as never, event.id);
      } catch (cause) {
        console.error(`the event ${event.kind} could not be used`, cause);
      }
    }
  };
  stream.handlers.add(handler);
  const mine = stream;
  return {
    state: mine.state,
    stop: () => {
      mine.handlers.delete(handler);
      // A little later: the next screen may want the same stream.
      setTimeout(() => {
        if (mine.handlers.size === 0 && streams.get(url) === mine) {
          streams.delete(url);
          mine.close();
        }
      }, 500);
    },
  };
}
