// Alerts as the API gives them, and the words for them.
import type { Timeline } from "../../parts/histogram.tsx";
import type { Post } from "../../parts/post.ts";
import { figure, percent, span } from "../../parts/words.ts";

export type On = "volume" | "tone" | "trend" | "author";
export type Sensitivity = "very_unusual" | "unusual" | "above_usual";
export type Outcome = "useful" | "not_useful" | "too_late" | "acted";
export type DayName = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface Quiet {
  zone: string;
  days: DayName[];
  from: string;
  until: string;
}
export interface Rule {
  name: string;
  on: On;
  query: string;
  topic: number | null;
  author: string;
  window_s: number;
  sensitivity: Sensitivity;
  least_strength: number;
  least_posts: number;
  least_voices: number;
  cooldown_s: number;
  quiet: Quiet | null;
  mail: string[];
  webhooks: number[];
  is_in_feed: boolean;
}
export interface Alert {
  id: number;
  version: number;
  state: "on" | "paused" | "retired";
  owner: { id: number; name: string };
  created_at: string;
  fired_at: string | null;
  problem: string | null;
  record: { fired: number; useful: number; not_useful: number; too_late: number; acted: number; unjudged: number };
  rule: Rule;
  words: string;
  advice: string | null;
}
export interface Alerts {
  alerts: Alert[];
  unjudged: number;
  can_mail: boolean;
}
export interface Firing {
  id: number;
  alert: number;
  name: string;
  at: string;
  title: string;
  words: string;
  value: number;
  expected: number;
  z: number;
  basis: "same_hour" | "just_before" | "no_usual" | "learning";
  voices: number;
  window_s: number;
  trend: number | null;
  is_quiet: boolean;
  outcome: Outcome | null;
  note: string;
  outcome_by: string;
  outcome_at: string | null;
  posts: Post[];
}
export interface Hit {
  at: string;
  value: number;
  known: number;
  voices: number;
  expected: number;
  z: number;
  trend: number | null;
  label: string;
  is_quiet: boolean;
  posts?: Post[];
}
export interface Word {
  sensitivity: Sensitivity;
  words: string;
  z: number;
  fired: number;
  a_week: number | null;
  low: number | null;
  high: number | null;
}
export interface Preview {
  from: string;
  until: string;
  first_post_at: string | null;
  judged_from: string | null;
  weeks: number;
  fired: number;
  is_partial: boolean;
  words: Word[];
  hits: Hit[];
  timeline: Timeline | null;
}
export interface Delivery {
  id: number;
  alert: number;
  name: string;
  kind: "firing" | "digest" | "test";
  channel: "mail" | "webhook";
  target: string | null;
  fate: "waiting" | "sending" | "sent" | "uncertain" | "dead" | "cancelled";
  attempts: number;
  created_at: string;
  next_at: string | null;
  settled_at: string | null;
  said: string;
}
export interface Hook {
  id: number;
  url: string;
  created_at: string;
  created_by: string;
  secret?: string;
}
export interface Feed {
  id: number;
  created_at: string;
  created_by: string;
  used_at: string | null;
  path?: string;
}

export const plainRule: Rule = {
  name: "", on: "volume", query: "", topic: null, author: "", window_s: 3600, sensitivity: "unusual", least_strength: 0, least_posts: 5, least_voices: 3,
  cooldown_s: 21600, quiet: null, mail: [], webhooks: [], is_in_feed: true,
};

export const onWords: Record<On, string> = {
  volume: "posts are more than usual",
  tone: "negative posts are more than usual",
  trend: "a new trend comes up",
  author: "somebody posts",
};
export const sensitivityWords: Record<Sensitivity, string> = {
  very_unusual: "only the very unusual",
  unusual: "unusual",
  above_usual: "whatever is above the usual",
};
export const sensitivityMeaning: Record<Sensitivity, string> = {
  very_unusual: "so far above the same hour of other days that one would stop other work",
  unusual: "clearly more than at the same hour of other days",
  above_usual: "more than usual; some of it will be chance",
};
export const windows_s = [300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400];
export const cooldowns_s = [900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 3 * 86400, 7 * 86400];
export const dayNames: { name: DayName; words: string }[] = [
  { name: "mon", words: "Mon" }, { name: "tue", words: "Tue" }, { name: "wed", words: "Wed" }, { name: "thu", words: "Thu" },
  { name: "fri", words: "Fri" }, { name: "sat", words: "Sat" }, { name: "sun", words: "Sun" },
];

export const outcomes: { outcome: Outcome; key: string; words: string; meaning: string }[] = [
  { outcome: "useful", key: "u", words: "Useful", meaning: "It was worth knowing" },
  { outcome: "acted", key: "a", words: "Acted on", meaning: "Somebody did something because of it" },
  { outcome: "too_late", key: "t", words: "Too late", meaning: "True, but it was known already" },
  { outcome: "not_useful", key: "x", words: "Not useful", meaning: "Noise, or nobody's business" },
];
export function outcomeWords(outcome: Outcome | null): string {
  return outcomes.find((each) => each.outcome === outcome)?.words ?? "";
}

/** "14 times, 3 useful" */
export function recordWords(record: Alert["record"]): string {
  if (!record.fired) return "has not fired yet";
  const good = record.useful + record.acted;
  const judged = good + record.not_useful + record.too_late;
  const times = record.fired === 1 ? "fired once" : `fired ${record.fired} times`;
  return judged ? `${times}, ${good} of ${judged} judged useful` : `${times}, none judged yet`;
}

/** "5.7 a week (2.1 to 12)" */
export function rateWords(word: Word): string {
  if (word.a_week === null || word.low === null || word.high === null) return "no past to tell from";
  return `${figure(word.a_week)} a week (${figure(word.low)} to ${figure(word.high)})`;
}

export function hitWords(rule: Rule, hit: Hit): string {
  if (rule.on === "trend") return `${hit.label} (${hit.value} posts, ${hit.voices} voices, strength ${hit.z.toFixed(0)})`;
  if (rule.on === "author") return `${hit.value} new by ${rule.author}`;
  const tone = rule.on === "tone" ? `, ${percent(hit.value / Math.max(1, hit.known))} of ${hit.known} with a known tone` : "";
  return `${hit.value} ${rule.on === "tone" ? "negative posts" : "posts"} in ${span(rule.window_s)} where ${figure(hit.expected)} are usual (z ${hit.z.toFixed(1)})${tone}, ${hit.voices} voices`;
}
