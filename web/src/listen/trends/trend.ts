// A kept trend as the API gives it, and the words for its numbers.
import type { Post } from "../../parts/post.ts";
import { clockNow } from "../../parts/clock.ts";
import { count, dateOf, figure, interval, percent, span, zone, type When } from "../../parts/words.ts";

export type Flag = "coordinated" | "recurring" | "low_evidence";

export interface Growth {
  per_h: number;
  se: number;
  factor: number;
  low: number;
  high: number;
}

/** A share of the posts whose tone is known, with its 95 % interval. */
export interface ToneShare {
  posts: number;
  share: number;
  low: number;
  high: number;
}

export interface Place {
  name: string;
  posts: number;
  first_at: string | null;
  lag_s: number;
}

export interface Trend {
  id: number;
  version: number;
  label: string;
  terms: string[];
  is_open: boolean;
  is_found_late: boolean;
  started_at: string;
  detected_at: string;
  peak_at: string | null;
  last_post_at: string;
  updated_at: string;
  closed_at: string | null;
  posts: number;
  voices: number;
  z: number;
  z_peak: number;
  growth: Growth | null;
  flags: Flag[];
  numbers: { dup_share: number; top_author_share: number; effective_voices: number; synchrony: number; site_share: number };
  series: { start: string; step_s: number; voices: number[] };
  muted: { until: string | null; reason: string; by: string; from: number | null } | null;
  merged_into: number | null;
  joined_to: number | null;
  note_count: number;
  spread: { of_posts: number; platform_count: number; platforms: Place[]; community_count: number; communities: Place[] };
  tone: { known: number; of_posts: number; negative: ToneShare; neutral: ToneShare; positive: ToneShare } | null;
  first_voices: Post[];
  representatives: Post[];
}

export interface Why {
  strongest: string;
  observed: number;
  expected: number;
  window_posts: number;
  share: number | null;
  window_h: number;
  longest_window_h: number;
  size: number;
  deviance: number;
  price: number;
  z: number;
  z_told: number;
}

export interface TrendShort {
  id: number;
  label: string;
  detected_at: string;
  z_peak: number;
  voices: number;
  posts: number;
  flags: Flag[];
}

export interface Note {
  id: number;
  at: string;
  by: string;
  text: string;
  is_withdrawn: boolean;
  is_mine: boolean;
}

export interface WholeTrend extends Trend {
  why: Why;
  history: { at: string; posts: number; voices: number; z: number; growth: Growth | null; flags: Flag[] }[];
  notes: Note[];
  joined: TrendShort[];
  post_ids: string[];
}

export interface Listening {
  first_post_at: string | null;
  last_post_at: string | null;
  first_trend_at: string | null;
  last_trend_at: string | null;
  trends_at: string | null;
  posts: number;
  kept_trends: number;
  is_replaying: boolean;
}

export interface TrendList {
  trends: Trend[];
  next: string | null;
  listening: Listening;
}

// ---- Words ----

const NEW_HOURS = 2;

export function isNew(trend: Trend): boolean {
  return trend.is_open && clockNow().getTime() - Date.parse(trend.detected_at) < NEW_HOURS * 3600_000;
}

/** Only where the whole interval lies on one side of 1. */
export function direction(trend: Trend): "rising" | "fading" | "unclear" {
  if (!trend.growth) return "unclear";
  return trend.growth.low > 1 ? "rising" : trend.growth.high < 1 ? "fading" : "unclear";
}

export function statusWords(trend: Trend): string {
  if (trend.merged_into || trend.joined_to) return "part of another";
  if (!trend.is_open) return "over";
  const way = direction(trend);
  if (!trend.growth) return "too few voices lately to say where it goes";
  return way === "rising" ? "still rising" : way === "fading" ? "fading" : "not clearly rising or fading";
}

/** "×1.9 an hour (1.6 to 2.3)", or null where there is too little to say. */
export function growthWords(growth: Growth | null): string | null {
  if (!growth) return null;
  if (growth.low > 10) return `more than ×${figure(Math.min(growth.low, 99))} an hour`;
  if (growth.high > 25 * growth.low) return "growth too uncertain to tell"; // a handful of voices within minutes
  return `×${interval(growth.factor, growth.low, growth.high)} an hour`;
}

/** How long until it has doubled, or halved, if it goes on so. */
export function doublingWords(growth: Growth | null): string | null {
  if (!growth || Math.abs(growth.per_h) <= 1.96 * growth.se || growth.per_h === 0) return null;
  const hours = Math.LN2 / Math.abs(growth.per_h);
  return hours > 240 ? null : `${growth.per_h > 0 ? "doubles" : "halves"} in ${span(hours * 3600)}`;
}

export interface FlagWords {
  flag: Flag;
  words: string;
  because: string;
}

/** Each flag with the numbers that raised it. */
export function flagWords(trend: Trend): FlagWords[] {
  const n = trend.numbers;
  return trend.flags.map((flag) => {
    if (flag === "coordinated") {
      const because = [
        n.dup_share > 0.5 && `${percent(n.dup_share)} copies`,
        n.top_author_share > 0.5 && `one author wrote ${percent(n.top_author_share)}`,
        n.effective_voices < 3 && `${figure(n.effective_voices)} effective voices`,
        n.synchrony > 0.33 && `${percent(n.synchrony)} within 2 seconds of a copy`,
      ].filter(Boolean);
      return { flag, words: "coordinated", because: because.join(", ") || `${percent(n.dup_share)} copies` };
    }
    if (flag === "recurring") return { flag, words: "recurring", because: "its words came up at this hour one or more whole weeks, or a year, before" };
    const because = n.effective_voices < 5 ? `${figure(n.effective_voices)} effective voices, fewer than 5` : trend.z_peak < 5.5 ? `strength ${figure(trend.z_peak)}, hardly above the threshold of 5` : "less than a day of history to judge by";
    return { flag, words: "little evidence", because };
  });
}

/** Said where nothing was raised, so that its absence is a finding too. */
export function unflaggedWords(trend: Trend): string {
  const n = trend.numbers;
  return `no (${percent(n.dup_share)} copies, busiest author ${percent(n.top_author_share)})`;
}

export function lagWords(seconds: number): string {
  return seconds < 1 ? "first" : `${span(seconds)} later`;
}

export function placesWords(trend: Trend): string | null {
  const { platform_count, platforms, community_count, communities } = trend.spread;
  const parts: string[] = [];
  if (community_count === 1) parts.push(`in ${communities[0]!.name} alone`);
  else if (community_count > 1) parts.push(`carried by ${count(community_count)} communities`);
  if (platform_count === 1) parts.push(`on ${platforms[0]!.name}`);
  else if (platform_count > 1) parts.push(`on ${count(platform_count)} platforms`);
  return parts.length ? parts.join(", ") : null;
}

// ---- Time of the page's zone ----

/** Minutes that the page's zone is ahead of UTC at that time. */
export function offsetMinutes(at: When): number {
  const text = new Intl.DateTimeFormat("en", { timeZone: zone.value, timeZoneName: "longOffset" }).formatToParts(dateOf(at)).find((part) => part.type === "timeZoneName")?.value ?? "";
  const found = /([+-])(\d\d):(\d\d)/.exec(text.replace("−", "-"));
  return found ? (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) : 0;
}

/** The UTC time at which a day ("2015-02-23") of the page's zone begins. */
export function dayStart(date: string): Date {
  const utc = Date.parse(`${date}T00:00:00Z`);
  return new Date(utc - offsetMinutes(utc) * 60_000);
}

/** "2015-02-23" of a time in the page's zone. */
export function dateIn(at: When): string {
  const time = dateOf(at).getTime();
  return new Date(time + offsetMinutes(time) * 60_000).toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** since and until of a day, for questions. */
export function dayRange(date: string): { since: string; until: string } {
  return { since: dayStart(date).toISOString(), until: dayStart(addDays(date, 1)).toISOString() };
}

/** What a trend's terms look like in the archive, in the time of the trend. */
export function trendTime(trend: { started_at: string; last_post_at: string }): { since: string; until: string } {
  return { since: trend.started_at, until: new Date(Date.parse(trend.last_post_at) + 1000).toISOString() };
}
