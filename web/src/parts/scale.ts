// Round steps for axes, and lengths of time that make sense for a span.
import { offsetSeconds } from "./words.ts";

/** 0, step, 2 step … up to at least most; two to four steps. */
export function roundSteps(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * size).find((each) => each >= rough) ?? size * 10;
  const whole = Math.max(step, most < 4 ? 1 : 0);
  const steps = [];
  for (let at = 0; at < most + whole; at += whole) steps.push(at);
  return steps;
}

const DAY_S = 86400;
// Each at most 2.5 times the one before, so that the step that fits always leaves a tick to draw.
const tickSteps = [
  60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
  ...[1, 2, 3, 5, 7, 14, 28, 56, 91, 182, 364, 728, 1820].map((days) => days * DAY_S),
];

/** At most so many round times (seconds) within, on the page's clocks: full hours, midnights. */
export function timeTicks(from_s: number, until_s: number, most: number, least_s = 0): number[] {
  const step = tickSteps.find((each) => each >= Math.min(least_s, 86400) && (until_s - from_s) / each <= most) ?? tickSteps.at(-1)!;
  const offset_s = offsetSeconds(from_s);
  const ticks = [];
  for (let at = Math.ceil((from_s + offset_s) / step) * step - offset_s; at < until_s && ticks.length < 100; at += step) {
    // Midnight stays midnight where summer time begins or ends in between.
    ticks.push(step >= 3600 ? at + offset_s - offsetSeconds(at) : at);
  }
  return ticks;
}

export interface Bucket {
  name: string; // as the API takes it in `by`
  seconds: number;
  words: string;
}
export const buckets: Bucket[] = [
  { name: "1m", seconds: 60, words: "minute" },
  { name: "5m", seconds: 300, words: "5 minutes" },
  { name: "15m", seconds: 900, words: "15 minutes" },
  { name: "30m", seconds: 1800, words: "30 minutes" },
  { name: "1h", seconds: 3600, words: "hour" },
  { name: "3h", seconds: 10800, words: "3 hours" },
  { name: "6h", seconds: 21600, words: "6 hours" },
  { name: "12h", seconds: 43200, words: "12 hours" },
  { name: "1d", seconds: 86400, words: "day" },
  { name: "7d", seconds: 604800, words: "week" },
];

/** Only what draws between 4 and 500 bars. */
export function sensibleBuckets(span_s: number): Bucket[] {
  return buckets.filter((each) => span_s / each.seconds >= 4 && span_s / each.seconds <= 500);
}

export function bucketWords(by_s: number): string {
  return buckets.find((each) => each.seconds === by_s)?.words ?? `${by_s} seconds`;
}
