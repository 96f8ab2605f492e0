// What the server says about imports, how a file is sent in parts, and how a reading stands in the address.
import { signal } from "@preact/signals";
import { apiUrl, get, Problem, send, sendBytes } from "../../../parts/api.ts";
import type { Post } from "../../../parts/post.ts";
import { param, setParams } from "../../../parts/router.ts";

export type State = "coming" | "ready" | "running" | "done" | "stopped" | "failed";

/** How a file is read where it does not say it itself. A field that is mapped to "" is left out. */
export interface Reading {
  tool: string;
  maps: Record<string, string>;
  platform: string;
  author: string;
  zone: string;
  date_order: "" | "dmy" | "mdy";
  label: string;
}

export interface Counts {
  read: number;
  new: number;
  duplicate: number;
  refreshed: number;
  edited: number;
  withheld: number;
  rejected: number;
}
export interface Doubt {
  words: string;
  count: number;
}
export interface Import {
  id: number;
  name: string;
  state: State;
  size_bytes: number;
  received_bytes: number;
  reading: Reading;
  found: string;
  counts: Counts;
  doubts: Doubt[];
  progress: { bytes_taken: number; bytes_total: number; elapsed_s: number } | null;
  has_rejects: boolean;
  message: string;
  by: { id: number; name: string };
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  first_at: string | null;
  last_at: string | null;
}

export interface Look {
  is_readable: boolean;
  kind: "table" | "lines" | "objects" | "unknown";
  tool: { name: string; title: string; left_out: string; evidence: string } | null;
  encoding: string;
  separator: string;
  query: string;
  headers: { name: string; field: string | null; samples: string[] }[];
  zone: { name: string; said_by: "you" | "file" | "tool" | "nobody" } | null;
  dates: { example: string; order: "" | "dmy" | "mdy"; said_by: "you" | "file" | "nobody"; day_first: string | null; month_first: string | null } | null;
  mapping: { id: number; name: string } | null;
  reading: Reading;
  read: number;
  rejected: number;
  rejects: { line: number; reason: string }[];
  doubts: Doubt[];
  posts: Post[];
  problem: { message: string; hint: string } | null;
  missing: string[];
}

export interface Words {
  fields: { name: string; meaning: string }[];
  tools: { name: string; title: string; left_out: string; evidence: string; is_table: boolean }[];
}

export const nothingSaid: Reading = { tool: "", maps: {}, platform: "", author: "", zone: "", date_order: "", label: "" };

// ---- the reading, in the address ----

const short: Record<"tool" | "platform" | "author" | "zone" | "date_order" | "label", string> = { tool: "tool", platform: "platform", author: "author", zone: "zone", date_order: "dates", label: "label" };

/** null: the reader has said nothing yet, and the server may use what was kept for these headers. */
export function readingOfAddress(): Reading | null {
  if (param("said") !== "1") return null;
  const reading = { ...nothingSaid, maps: {} as Record<string, string> };
  for (const [name, key] of Object.entries(short)) (reading as unknown as Record<string, string>)[name] = param(key);
  try {
    const maps: unknown = JSON.parse(param("maps") || "{}");
    if (maps && typeof maps === "object") for (const [field, header] of Object.entries(maps)) if (typeof header === "string") reading.maps[field] = header;
  } catch {
    // an address that somebody cut: what is left of it counts
  }
  return reading;
}

export function sayInAddress(reading: Reading): void {
  const changes: Record<string, string | null> = { said: "1", maps: Object.keys(reading.maps).length ? JSON.stringify(reading.maps) : null };
  for (const [name, key] of Object.entries(short)) changes[key] = (reading as unknown as Record<string, string>)[name] || null;
  setParams(changes, "replace");
}

/** The column is read as the field now; whatever was, is not any more. "" leaves the column out. */
export function mapped(reading: Reading, look: Look, header: string, field: string): Reading {
  const maps = { ...reading.maps };
  const before = look.headers.find((each) => each.name === header)?.field;
  if (before && before !== field) maps[before] = "";
  if (field) maps[field] = header;
  return { ...reading, maps };
}

// ---- sending ----

export interface Upload {
  sent: number;
  total: number;
  problem: string;
}
/** By import: goes on while other screens are looked at, as long as the page is open. */
export const uploads = signal<Record<number, Upload>>({});
const stops = new Map<number, AbortController>();

const PART_BYTES = 4 * 1024 * 1024;
const TRIES = 6;

function note(id: number, change: Partial<Upload>): void {
  const before = uploads.value[id] ?? { sent: 0, total: 0, problem: "" };
  uploads.value = { ...uploads.value, [id]: { ...before, ...change } };
}

/** From where the server says that it is; a part that fails is sent again, later and later. */
export async function sendFile(file: File, made: Import): Promise<Import> {
  const stop = new AbortController();
  stops.set(made.id, stop);
  let at = made.received_bytes;
  let now = made;
  note(made.id, { sent: at, total: file.size, problem: "" });
  for (let tries = 0; at < file.size; ) {
    try {
      now = await sendBytes<Import>(apiUrl(`/imports/${made.id}/file`, { offset: at }), file.slice(at, at + PART_BYTES), stop.signal);
      at = now.received_bytes;
      tries = 0;
      note(made.id, { sent: at, problem: "" });
    } catch (cause) {
      if (stop.signal.aborted) throw cause;
      const problem = cause instanceof Problem ? cause : new Problem(0, String(cause));
      if (problem.isConflict) at = (now = await get<Import>(apiUrl(`/imports/${made.id}`))).received_bytes;
      tries += 1;
      if (tries > TRIES || !(problem.canRetry || problem.isConflict)) {
        note(made.id, { problem: problem.message });
        throw problem;
      }
      note(made.id, { problem: `${problem.message} Trying again …` });
      await new Promise((done) => setTimeout(done, 500 * 2 ** tries));
    }
  }
  stops.delete(made.id);
  return now;
}

export function stopSending(id: number): void {
  stops.get(id)?.abort();
  stops.delete(id);
}
export function isSending(id: number): boolean {
  return stops.has(id);
}

export function announce(file: File): Promise<Import> {
  return send<Import>("POST", apiUrl("/imports"), { name: file.name || "file", size_bytes: file.size });
}

/** 12.4 MB */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < 2) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export const separatorWords: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };
