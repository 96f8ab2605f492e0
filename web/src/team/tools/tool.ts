// Tools, finders and comparisons as the API gives them.
import type { Share } from "../../parts/share.tsx";

export type ToolState = "trial" | "in_use" | "leaving" | "gone";
export const stateWords: Record<ToolState, string> = { trial: "on trial", in_use: "in use", leaving: "to be ended", gone: "gone" };

export interface Tool {
  id: number;
  version: number;
  name: string;
  vendor: string;
  purpose: string;
  verdict: string;
  state: ToolState;
  owner: { id: number; name: string } | null;
  cost_cents: number | null;
  currency: string;
  renews_at: string | null;
  notice_by: string | null;
  notice_days: number;
  labels: string[];
  updated_at: string;
}
export interface Finder {
  label: string;
  title: string;
  kind: string;
  knows_when: boolean;
  posts: number;
  first_at: string | null;
  last_at: string | null;
  tool: number | null;
  first: number;
  shared: number;
  alone: number;
}
export function kindWords(kind: string): string {
  return kind === "source" ? "live source" : kind === "push" ? "pushed by a program" : kind;
}
interface Head {
  id: number;
  name: string;
  q: string;
  topic: number | null;
  since: string;
  until: string;
  by: { id: number; name: string };
  created_at: string;
  sample: number;
  labelled: number;
}
export interface ComparisonRow extends Head {
  sides: string[];
}
export interface Range {
  value: number;
  low: number;
  high: number | null;
}
export interface LabelShare {
  k: number;
  n: number;
  value: number | null;
  low: number | null;
  high: number | null;
}
export interface Side {
  name: string;
  tool: number | null;
  labels: string[];
  currency: string;
  finds: number;
  unique: number;
  duplicates: number;
  copies: number;
  timed: number;
  first: number;
  raced: number;
  lag_s: number | null;
  lag_90_s: number | null;
  precision: LabelShare;
  unique_precision: LabelShare;
  useful: Range | null;
  cost_cents: number | null;
  cost_each_cents: Range | null;
}
export interface Comparison extends Head {
  sides: Side[];
  matched: number;
  found: number;
  both: number[][];
  out_there: Range | null;
}

/** Null below the number of labels that a share needs. */
export function shareOf(share: LabelShare): Share | null {
  return share.value === null ? null : { value: share.value, low: share.low ?? 0, high: share.high ?? 1, k: share.k, n: share.n };
}

export function money(cents: number, currency: string): string {
  const digits = cents % 100 ? 2 : 0;
  return `${new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(cents / 100)} ${currency}`;
}

/** Days until a day; negative when it is past. */
export function daysTo(at: string, now: Date): number {
  return Math.ceil((Date.parse(at) - now.getTime()) / 86400_000);
}

/** "899.00" -> 89900; null: no amount. */
export function centsOf(text: string): number | null {
  const found = /^\s*(\d{1,9})(?:[.,](\d{1,2}))?\s*$/.exec(text);
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}
