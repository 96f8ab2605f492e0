// Topics as the API gives them.
import type { BlindPost, Label } from "../../parts/labelling.tsx";
import type { Post } from "../../parts/post.ts";
import type { Share } from "../../parts/share.tsx";

export type { BlindPost, Label, Share };

export interface Person {
  id: number;
  name: string;
}
export interface Topic {
  id: number;
  name: string;
  owner: Person;
  purpose: string;
  query: string;
  tags: string[];
  version: number;
  is_archived: boolean;
  created_at: string;
  updated_at: string;
}
export interface TopicRow extends Topic {
  mentions: number | null;
  daily: { since: string; counts: number[] } | null;
  problem: string | null;
  precision: Share | null;
  precision_version: number | null;
}
export interface Examples {
  count: number;
  posts: Post[];
}
export interface Version {
  number: number;
  name: string;
  purpose: string;
  query: string;
  tags: string[];
  note: string;
  by: Person;
  at: string;
  back_to: number | null;
  kept: number | null;
  won: Examples | null;
  lost: Examples | null;
  precision: Share | null;
}
export interface Preview {
  mentions: number;
  kept: number;
  is_same: boolean;
  won: Examples;
  lost: Examples;
}
export type Kind = "matches" | "near";
export interface Sample {
  id: number;
  kind: Kind;
  version: number;
  query: string;
  population: number;
  matches: number;
  drawn_at: string;
  drawn_by: Person;
  since: string | null;
  until: string | null;
}
export interface Measured extends Sample {
  size: number;
  labelled_by_me: number;
  relevant: number;
  not: number;
  unsure: number;
  split: number;
}
export interface Craft {
  version: number;
  matches: Measured | null;
  near: Measured | null;
  precision: Share | null;
  recall: { value: number; low: number; high: number; wanted_taken: number; wanted_missed: number } | null;
  least: { sure: number; near: number; both: number };
  people: { id: number; name: string; labelled: number }[];
  agreement: { first: Person; second: Person; both: number; same: number; raw: number | null; kappa: number | null }[];
}
export interface Clause {
  kind: "adds" | "narrows" | "excludes" | "nears";
  text: string;
  column: number;
  without: string;
  mentions_without: number;
  own: number;
  relevant: number;
  not: number;
  precision: Share | null;
}
export interface Suggested {
  term: string;
  z: number;
  relevant: number;
  relevant_all: number;
  not: number;
  not_all: number;
  posts: number;
  gains?: number;
  loses?: number;
  precision: Share | null;
  query: string;
}
export interface NamedList {
  name: string;
  text: string;
  version: number;
  by: Person;
  updated_at: string;
  used_by: string[];
}
