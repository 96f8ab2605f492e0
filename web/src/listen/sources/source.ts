// Sources as the API gives them, and words about them.
import { ago, counted, day, moment, span } from "../../parts/words.ts";

export type Phase = "starting" | "at_work" | "waiting" | "paused" | "needs_person";
export type Said = "backfill" | "live" | "idle" | "rate_limited" | "auth_failed" | "gap" | "error";
export type Keep = "all" | "matched" | "sample";
export type Mode = "stream" | "poll" | "search" | "backfill" | "thread";

export interface Account {
  id: string;
  handle: string;
  name: string;
  expires_at: string | null;
}
export interface Health {
  phase: Phase;
  said: Said | null;
  message: string;
  message_at: string | null;
  rate_until: string | null;
  retry_at: string | null;
  rate_remaining: number | null;
  rate_limit: number | null;
  account: Account | null;
  seen: number;
  kept: number;
  deleted: number;
  refused: number;
  duplicate: number;
  private: number;
  restarts: number;
  per_minute: number;
  last_post_at: string | null;
  last_commit_at: string | null;
  lag_ms: number | null;
  shared_by: number;
  refusals: { reason: string; count: number }[];
}
export interface Query {
  any?: string[];
  none?: string[];
  hashtags?: string[];
  accounts?: string[];
  urls?: string[];
  lang?: string[];
}
export type Value = string | number | boolean | string[];
export interface Source {
  id: number;
  version: number;
  name: string;
  connector: string;
  title: string;
  network: string | null;
  config: Record<string, Value>;
  query: Query;
  mode: Mode;
  keep: Keep;
  sample_per_mille: number;
  is_paused: boolean;
  secrets: string[];
  owner: { id: number; name: string } | null;
  expires_at: string | null;
  is_near_expiry: boolean;
  created_at: string;
  changed_at: string;
  words: string;
  advice: string | null;
  health: Health;
  made_secret?: string;
}
export interface Field {
  name: string;
  label: string;
  help: string;
  type: "text" | "url" | "number" | "boolean" | "word" | "list";
  is_secret: boolean;
  is_required: boolean;
  is_made: boolean;
  fallback: string | null;
  words: string[];
  least: number | null;
  most: number | null;
}
export interface Connector {
  name: string;
  title: string;
  summary: string;
  evidence: string;
  network: string | null;
  modes: Mode[];
  acts: string[];
  text: { max: number; unit: string } | null;
  is_shareable: boolean;
  is_program: boolean;
  problem: string | null;
  fields: Field[];
}
export interface Checked {
  is_fine: boolean;
  account: Account | null;
  message: string | null;
  hint: string | null;
  kind: string | null;
}
export interface Gap {
  from: string;
  until: string;
  reason: string;
  is_own: boolean;
}
export interface Deed {
  id: number;
  source: { id: number; name: string };
  state: "waiting" | "sending" | "sent" | "failed" | "unknown";
  act: string;
  key: string;
  target: string | null;
  text: string | null;
  native_id: string | null;
  native_url: string | null;
  message: string | null;
  failure: string | null;
  tries: number;
  by: { id: number; name: string };
  made_at: string;
  changed_at: string;
  retry_at: string | null;
}

/** How loud its dot is: live (brass), at rest, waiting by itself, or waiting for a person. */
export type Tone = "live" | "rest" | "waits" | "trouble";
export function toneOf(source: Source): Tone {
  const { phase, said } = source.health;
  if (source.is_paused || phase === "paused") return "rest";
  if (phase === "needs_person" || said === "auth_failed") return "trouble";
  if (phase === "waiting" || said === "error") return "waits";
  if (phase === "starting" || said === "rate_limited") return "waits";
  return "live";
}

/** "live", "trying again in 12 s": the server's words, with its times on the reader's clock. */
export function stateWords(source: Source, now: Date): string {
  const { phase, said, retry_at, rate_until } = source.health;
  const until = (at: string) => {
    const seconds = Math.max(0, (Date.parse(at) - now.getTime()) / 1000);
    return seconds < 1 ? "now" : `in ${span(Math.round(seconds))}`;
  };
  if (source.is_paused) return "paused";
  if (phase === "waiting" && retry_at) return `trying again ${until(retry_at)}`;
  if (phase === "at_work" && said === "rate_limited" && rate_until) return `asked by the platform to wait; goes on ${until(rate_until)}`;
  return source.words;
}

export function rateWords(health: Health): string {
  if (health.per_minute === 0) return "0 a minute";
  return `${health.per_minute < 10 ? Number(health.per_minute.toFixed(1)) : Math.round(health.per_minute).toLocaleString("en")} a minute`;
}

export function lagWords(health: Health): string | null {
  if (health.lag_ms === null) return null;
  return health.lag_ms < 1000 ? `${health.lag_ms} ms` : span(Math.round(health.lag_ms / 1000));
}

export const keepWords: Record<Keep, string> = { all: "everything", matched: "what topics match", sample: "what topics match, and a sample" };

export function keptWords(source: Source): string {
  return source.keep === "sample" ? `what topics match, and ${source.sample_per_mille} in 1,000 of the rest` : keepWords[source.keep];
}

/** "Ada renews this by 3 Dec", or what it means that it ended. */
export function renewWords(source: Source, now: Date): string {
  if (!source.expires_at) return "";
  const hasEnded = Date.parse(source.expires_at) <= now.getTime();
  const who = source.owner?.name ?? "Nobody yet";
  if (hasEnded) return `Its token ended ${ago(source.expires_at, now)}. ${source.owner ? `${who} renews it.` : "Name somebody who renews it."}`;
  return source.owner ? `${who} renews this by ${day(source.expires_at)}` : `Its token ends ${day(source.expires_at)}, and nobody is named who renews it`;
}

export function queryWords(query: Query): string {
  const part = (words: string, list?: string[]) => (list?.length ? `${words} ${list.join(", ")}` : "");
  const wanted = [part("words", query.any), part("hashtags", query.hashtags?.map((each) => `#${each}`)), part("accounts", query.accounts), part("addresses", query.urls)].filter(Boolean);
  const narrowed = [part("but not", query.none), part("in", query.lang)].filter(Boolean);
  return (wanted.length ? wanted.join(" or ") : "everything it gives") + (narrowed.length ? `, ${narrowed.join(", ")}` : "");
}

export const modeWords: Record<Mode, string> = { stream: "as posts are written", poll: "by looking again and again", search: "by searching", backfill: "a past span, once", thread: "a thread" };

export const deedWords: Record<Deed["state"], string> = {
  waiting: "waits to be sent",
  sending: "on its way",
  sent: "sent",
  failed: "not sent",
  unknown: "nobody knows: it was sent, and no answer came",
};

export function deedTitle(deed: Deed): string {
  const acts: Record<string, string> = { publish: "Post", reply: "Reply", delete: "Delete", like: "Like", unlike: "Take a like back", repost: "Repost" };
  return acts[deed.act] ?? deed.act;
}

export function gapWords(gap: Gap): string {
  const seconds = (Date.parse(gap.until) - Date.parse(gap.from)) / 1000;
  return `${moment(gap.from)} to ${moment(gap.until)}, ${span(Math.round(seconds))}: ${gap.reason}`;
}

/** How much of [since, until) was captured, as a share; overlapping gaps count once. */
export function captured(gaps: readonly Gap[], since: number, until: number): number {
  let missed = 0;
  let reached = since;
  for (const gap of [...gaps].sort((a, b) => Date.parse(a.from) - Date.parse(b.from))) {
    const from = Math.max(reached, Date.parse(gap.from));
    const to = Math.min(until, Date.parse(gap.until));
    if (to > from) {
      missed += to - from;
      reached = to;
    }
  }
  return until > since ? 1 - missed / (until - since) : 1;
}

export function sharedWords(health: Health): string | null {
  return health.shared_by > 1 ? `One connection serves ${counted(health.shared_by, "client")}: pausing here does not end it for the others.` : null;
}

/** A text area of one thing a line (or with commas) as a list, and back. */
export function toList(text: string): string[] {
  return text.split(/[\n,]/).map((each) => each.trim()).filter(Boolean);
}
