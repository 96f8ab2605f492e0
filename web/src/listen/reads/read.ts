// Reads as the API gives them, and the words around them.
import { apiUrl, send } from "../../parts/api.ts";
import { clockNow } from "../../parts/clock.ts";
import { count, counted, percent, span } from "../../parts/words.ts";

export type Kind = "volume" | "tone" | "spill";
export type Way = "down" | "flat" | "up" | "above" | "below" | "reaches";

export interface Counts {
  posts: number;
  known?: number;
  negative?: number;
  negative_share?: number | null;
  voices?: number;
}

export interface Read {
  id: number;
  member: number;
  name: string;
  status: "open" | "settled" | "void" | "withdrawn";
  kind: Kind;
  way: Way;
  q: string;
  share?: number;
  target_kind?: "platform" | "community";
  target?: string;
  voices?: number;
  voices_before?: number;
  window_s: number;
  due_at: string;
  words: string;
  rule: string;
  sure: number;
  feelings: string;
  because: string;
  topic: number | null;
  trend: number | null;
  room: number | null;
  made_at: string;
  base: Counts;
  engine: { p: number; base_rate: number; down?: number; flat?: number; up?: number; basis: string; was_on_show: boolean };
  ended_at?: string;
  ended_by?: string;
  reason?: string;
  came_true?: boolean;
  brier?: number;
  outcome?: Counts;
  hidden_share?: number;
}

export interface ReadList {
  reads: Read[];
  next: number | null;
}

export interface Band {
  low: number;
  high: number;
  reads: number;
  came_true: number;
  said: number | null;
  share: number | null;
  share_low: number | null;
  share_high: number | null;
}

export interface Score {
  settled: number;
  missing: number;
  brier?: number;
  base_brier?: number;
  base_skill?: number | null;
  blind?: number;
  engine_brier?: number | null;
  engine_skill?: number | null;
  said?: number;
  came_true?: number;
  bands?: Band[];
}

/** What goes to POST /reads. */
export interface Claim {
  kind: Kind;
  way: Way;
  q?: string;
  topic?: number;
  share?: number;
  target_kind?: "platform" | "community";
  target?: string;
  voices?: number;
  voices_before?: number;
  due_at: string;
  window_s?: number;
  sure: number;
  feelings?: string;
  because?: string;
  trend?: number;
  room?: number;
}

export function makeRead(claim: Claim): Promise<Read> {
  return send<Read>("POST", apiUrl("/reads"), claim);
}

export function withdrawRead(id: number): Promise<Read> {
  return send<Read>("POST", apiUrl(`/reads/${id}/withdraw`));
}

export const wayWords: Record<Way, string> = { down: "lower", flat: "about the same", up: "higher", above: "above", below: "below", reaches: "reach" };

const UNDO_MS = 10 * 60 * 1000;
export function canWithdraw(read: Read, member: number | undefined): boolean {
  return read.status === "open" && read.member === member && clockNow().getTime() - Date.parse(read.made_at) < UNDO_MS;
}

const DUE_SOON_MS = 24 * 3600 * 1000;
export function isDueSoon(read: Read): boolean {
  return read.status === "open" && Date.parse(read.due_at) - clockNow().getTime() < DUE_SOON_MS;
}

/** "39 posts", "42 % negative of 55", "3 voices" */
export function countsWords(kind: Kind, counts: Counts): string {
  if (kind === "volume") return counted(counts.posts, "post");
  if (kind === "spill") return counted(counts.voices ?? 0, "voice");
  return counts.known ? `${percent(counts.negative_share ?? 0)} negative of ${count(counts.known)}` : "no post of known tone";
}

/** "39 posts in the 6 h before it was due, against 12 in the 6 h before it was made" */
export function outcomeWords(read: Read): string {
  const width = span(read.window_s);
  const after = `${countsWords(read.kind, read.outcome!)} in the ${width} before it was due`;
  return read.kind === "volume" ? `${after}, ${countsWords(read.kind, read.base)} in the ${width} before it was made` : after;
}

export function skillWords(skill: number): string {
  return `${skill >= 0 ? "+" : "−"}${Math.abs(skill * 100).toFixed(0)} %`;
}
