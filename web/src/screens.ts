// Every screen, in the order of the menu. A new one is a folder, a row here, and a default export that draws it.
import type { ComponentType } from "preact";
import type { IconName } from "./parts/icon.tsx";
import { matchPath } from "./parts/router.ts";
import type { Role } from "./parts/session.ts";

export type WingName = "listen" | "answer" | "practise" | "team";

export interface Wing {
  name: WingName;
  words: string;
  icon: IconName;
  path: string;
}

export const wings: Wing[] = [
  { name: "listen", words: "Listen", icon: "ear", path: "/listen/explore" },
  { name: "answer", words: "Answer", icon: "pen", path: "/answer" },
  { name: "practise", words: "Practise", icon: "mask", path: "/practise" },
  { name: "team", words: "Team", icon: "team", path: "/team" },
];

export interface Screen {
  /** "/listen/topics/:id?" : matchPath of parts/router.ts. Of the rows that fit, the one that names most of the path is drawn. */
  path: string;
  wing: WingName | null;
  title: string;
  /** One sentence: the palette shows it, and the menu's tooltip. */
  holds: string;
  /** The letter behind g. */
  key?: string;
  /** Not in the menu. */
  isHidden?: boolean;
  /** Without the frame: sign-in and what comes before it. */
  isBare?: boolean;
  /** Below this role the menu leaves it out. */
  least?: Role;
  load: () => Promise<{ default: ComponentType<{ parts: Record<string, string> }> }>;
}

const later = () => import("./frame/later.tsx");

export const screens: Screen[] = [
  { path: "/listen/explore", wing: "listen", title: "Explore", key: "e", holds: "Ask the archive: posts over time, by field, and the words that stand out", load: () => import("./listen/explore/explore.tsx") },
  { path: "/listen/live", wing: "listen", title: "Live", key: "l", holds: "Posts as they arrive", load: () => import("./listen/live/live.tsx") },
  { path: "/listen/sources/:id?/:part?", wing: "listen", title: "Sources", key: "s", holds: "Where posts come from, how each source does, and what it missed", load: () => import("./listen/sources/sources.tsx") },
  { path: "/listen/sources/import/:id?", wing: "listen", title: "Import", key: "i", least: "practitioner", holds: "Bring a file: another tool's export, a table, an archive of posts", load: () => import("./listen/sources/import/import.tsx") },
  { path: "/listen/topics/:id?/:part?", wing: "listen", title: "Topics", key: "o", holds: "What this client listens for, every version of it, and how good it is", load: () => import("./listen/topics/topics.tsx") },
  { path: "/listen/trends/:id?", wing: "listen", title: "Trends", key: "t", holds: "What is rising now and what rose before: headlines with their evidence", load: () => import("./listen/trends/trends.tsx") },
  { path: "/listen/read/:id?", wing: "listen", title: "Reading room", key: "r", holds: "A few posts that cover what is said, one at a time, before any chart", load: () => import("./listen/reading-room/reading-room.tsx") },
  { path: "/listen/reads/:id?", wing: "listen", title: "Reads", key: "j", holds: "Judgements on record: what will happen, how sure, and whether it came true", load: () => import("./listen/reads/reads.tsx") },
  { path: "/listen/alerts/:id?/:part?", wing: "listen", title: "Alerts", key: "a", holds: "What is watched while nobody looks, and what it was good for", load: () => import("./listen/alerts/alerts.tsx") },

  { path: "/answer", wing: "answer", title: "Inbox", holds: "Cases: posts and people who wait for an answer", load: later },
  { path: "/practise", wing: "practise", title: "Replays and drills", holds: "A captured day or an invented one, to practise on", load: later },
  { path: "/team", wing: "team", title: "Members", key: "m", holds: "Who is here and what they may do", load: () => import("./team/members.tsx") },
  { path: "/team/tools/:part?/:id?", wing: "team", title: "Tools", key: "w", holds: "What you listen with, what it costs, what it finds that others do not", load: () => import("./team/tools/tools.tsx") },
  { path: "/team/trail", wing: "team", title: "Trail", least: "admin", holds: "Who changed what, and when", load: () => import("./team/trail.tsx") },
  { path: "/settings", wing: "team", title: "Settings", key: ",", holds: "Look, time zone, keys, password and API tokens", load: () => import("./team/settings.tsx") },

  { path: "/sign-in", wing: null, title: "Sign in", holds: "Name and password", isHidden: true, isBare: true, load: () => import("./door/sign-in.tsx") },
  { path: "/welcome", wing: null, title: "Welcome", holds: "A one-time link", isHidden: true, isBare: true, load: () => import("./door/welcome.tsx") },
];

/** The screen at a path, with the parts of it. "/listen/sources/import" is Import, not a source of that name. */
export function screenAt(path: string): { screen: Screen; parts: Record<string, string> } | null {
  let best: { screen: Screen; parts: Record<string, string>; named: number } | null = null;
  for (const screen of screens) {
    const parts = matchPath(screen.path, path);
    const named = screen.path.split("/").filter((each) => each && !each.startsWith(":")).length;
    if (parts && (!best || named > best.named)) best = { screen, parts, named };
  }
  return best;
}
