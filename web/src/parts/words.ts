// Numbers and times as people read them. One zone everywhere: the member's, else the browser's; the frame shows which.
import { computed } from "@preact/signals";
import { clockNow } from "./clock.ts";
import { session } from "./session.ts";

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export const zone = computed(() => {
  const wanted = session.value?.member.zone;
  if (!wanted) return browserZone;
  try {
    new Intl.DateTimeFormat("en", { timeZone: wanted });
    return wanted;
  } catch {
    return browserZone;
  }
});

const formats = new Map<string, Intl.DateTimeFormat>();
function format(options: Intl.DateTimeFormatOptions, timeZone = zone.value): Intl.DateTimeFormat {
  const key = timeZone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", ...options })));
  return found;
}

export type When = string | number | Date;
export function dateOf(at: When): Date {
  return at instanceof Date ? at : new Date(at);
}

/** "UTC+1" for the zone in force, at that time. */
export function zoneWords(at: When = clockNow()): string {
  const part = format({ timeZoneName: "shortOffset" }).formatToParts(dateOf(at)).find((each) => each.type === "timeZoneName");
  return (part?.value ?? "UTC").replace("GMT", "UTC").replace("−", "-").replace(/\+0$/, "");
}

/** 10:04 */
export function hourMinute(at: When): string {
  return format({ hour: "2-digit", minute: "2-digit" }).format(dateOf(at));
}

/** 10:04:31 */
export function clockWords(at: When): string {
  return format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(dateOf(at));
}

/** 23 Feb, or 23 Feb 2015 where it is another year than now */
export function day(at: When): string {
  const date = dateOf(at);
  const year = format({ year: "numeric" });
  const isThisYear = year.format(date) === year.format(clockNow());
  return format(isThisYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" }).format(date);
}

/** Mon 23 Feb 2015 */
export function dayLong(at: When): string {
  return format({ weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(dateOf(at)).replace(",", "");
}

/** 23 Feb 10:04 */
export function moment(at: When): string {
  return `${day(at)} ${hourMinute(at)}`;
}

/** 2015-02-23 09:04:00 UTC: what hovering over a time shows. */
export function utc(at: When): string {
  const date = dateOf(at);
  return Number.isFinite(date.getTime()) ? date.toISOString().replace("T", " ").replace(/\.\d+Z$/, "") + " UTC" : "";
}

/** "now", "4 min ago", "in 3 h", "12 d ago"; by the client's clock. */
export function ago(at: When, now: Date = clockNow()): string {
  const seconds = (now.getTime() - dateOf(at).getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return "now";
  const text = size < 3570 ? `${Math.round(size / 60)} min` : size < 86400 * 1.5 ? `${Math.round(size / 3600)} h` : `${Math.round(size / 86400)} d`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** Seconds as a length: 900 -> "15 min", 3600 -> "1 h", 604800 -> "7 d" */
export function span(seconds: number): string {
  if (seconds >= 86400) return `${trimmed(seconds / 86400)} d`;
  if (seconds >= 3600) return `${trimmed(seconds / 3600)} h`;
  if (seconds >= 60) return `${trimmed(seconds / 60)} min`;
  return `${trimmed(seconds)} s`;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
/** 545,118 */
export function count(n: number): string {
  return whole.format(n);
}

/** "1 post", "3 posts", "no posts" */
export function counted(n: number, one: string, many = one + "s"): string {
  return n === 0 ? `no ${many}` : n === 1 ? `1 ${one}` : `${count(n)} ${many}`;
}

/** 545 k, 1.2 M: for axes, where room is short. */
export function short(n: number): string {
  const size = Math.abs(n);
  if (size >= 1e6) return `${trimmed(n / 1e6)} M`;
  if (size >= 1e4) return `${trimmed(n / 1e3)} k`;
  return Number.isInteger(n) ? count(n) : trimmed(n);
}

function trimmed(n: number): string {
  return Number(n.toFixed(n < 10 ? 1 : 0)).toString();
}

/** Two figures that mean something: 0.62 -> "0.62", 17.3 -> "17" */
export function figure(n: number): string {
  if (!Number.isFinite(n)) return "–";
  const size = Math.abs(n);
  return size >= 100 ? count(n) : size >= 10 ? n.toFixed(0) : size >= 1 ? n.toFixed(1) : n.toFixed(2);
}

/** 0.62 -> "62 %" */
export function percent(share: number, digits = 0): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : "–";
}

/** "62 % (54 to 70)": a number carries its interval. */
export function percentInterval(share: number, low: number, high: number): string {
  return `${percent(share)} (${(low * 100).toFixed(0)} to ${(high * 100).toFixed(0)})`;
}

/** "1.9 (1.6 to 2.3)" */
export function interval(value: number, low: number, high: number): string {
  return `${figure(value)} (${figure(low)} to ${figure(high)})`;
}

/** Tone from −1 to +1: always a sign, and a word for it. */
export function tone(value: number): { text: string; word: "positive" | "neutral" | "negative" } {
  const text = (value > 0 ? "+" : value < 0 ? "−" : "") + Math.abs(value).toFixed(1);
  return { text, word: value > 0.05 ? "positive" : value < -0.05 ? "negative" : "neutral" };
}

/** "2015-02-23T10:04" on the page's clocks -> the moment it names. In an hour that summer time skips: the hour after. null: no time. */
export function fromLocal(text: string, timeZone = zone.value): Date | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(text);
  if (!found) return null;
  const [, year, month, date, hour = "0", minute = "0"] = found;
  const wanted = Date.UTC(+year!, +month! - 1, +date!, +hour, +minute);
  let at = wanted;
  for (let round = 0; round < 2; round++) at = wanted - offsetMs(at, timeZone);
  return Number.isFinite(at) ? new Date(at) : null;
}

/** The other way: for datetime-local fields. */
export function toLocal(at: When, timeZone = zone.value): string {
  const ms = dateOf(at).getTime();
  return Number.isFinite(ms) ? new Date(ms + offsetMs(ms, timeZone)).toISOString().slice(0, 16) : "";
}

/** How far the page's clocks are ahead of UTC at that time. */
export function offsetSeconds(at_s: number): number {
  return offsetMs(at_s * 1000, zone.value) / 1000;
}

function offsetMs(at: number, timeZone: string): number {
  const parts = format({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }, timeZone).formatToParts(at);
  const of = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(at / 1000) * 1000;
}
