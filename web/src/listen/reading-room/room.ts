// Reading rooms as the API gives them, and progress in words: nobody reads by percent.
import type { Post } from "../../parts/post.ts";

export const marks = ["joy", "anger", "worry", "question", "praise", "complaint", "joke"] as const;
export type MarkName = (typeof marks)[number];

export interface Item {
  place: number;
  marks: MarkName[];
  words: string;
  note: string;
  marked_at: string | null;
  /** null: deleted at its platform since. */
  post: Post | null;
  group?: number;
  group_size?: number;
  copies?: number;
}

export interface RoomHead {
  id: number;
  q: string;
  topic: number | null;
  since: string;
  until: string;
  seed: number;
  place: number;
  size: number;
  marked: number;
  made_at: string;
  finished_at: string | null;
  read: number | null;
  is_revealed: boolean;
  matches?: number;
  sampled?: number;
  groups?: number;
}

export interface Room extends RoomHead {
  items: Item[];
}

const small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
const tens = ["", "", "twenty", "thirty", "forty", "fifty"];

/** 24 -> "twenty-four"; up to 59. */
export function numberWords(n: number): string {
  if (n < 20) return small[n] ?? String(n);
  const unit = n % 10;
  return tens[Math.floor(n / 10)]! + (unit ? `-${small[unit]}` : "");
}

/** Where in the stack of posts somebody is. */
export function placeWords(place: number, size: number): string {
  if (size === 1) return "the only one";
  if (place === 1) return `the first of ${numberWords(size)}`;
  if (place === size) return "the last one";
  const left = size - place;
  const where = place - 1 === left ? "halfway" : place < size / 3 ? "some way in" : place < size / 2 ? "nearing the middle" : place < (size * 3) / 4 ? "past the middle" : "nearly there";
  return `${where}, ${numberWords(left)} to come`;
}

/** Of a room in the list. */
export function progressWords(room: RoomHead): string {
  if (room.read) return "read, and a read written";
  if (room.is_revealed) return "left without a read";
  if (room.finished_at) return "all read; no read written yet";
  if (room.marked === 0) return "not begun";
  return `${numberWords(room.marked)} of ${numberWords(room.size)} read`;
}
