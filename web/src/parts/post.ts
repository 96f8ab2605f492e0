// A post as the API gives it: the outer form of src/post/post.h.
export interface Post {
  id: string;
  platform: string;
  at: string;
  author: { id?: string; handle?: string; name?: string; followers?: number };
  text?: string;
  lang?: string;
  community?: string;
  kind?: string;
  url?: string;
  links?: string[];
  media?: { type?: string; url?: string; alt?: string }[];
  thread?: string;
  reply_to?: string;
  repost_of?: string;
  quote_of?: string;
  metrics?: { likes?: number; reposts?: number; replies?: number; quotes?: number; views?: number };
  edited_at?: string;
}

export function authorName(post: Post): string {
  return post.author.handle || post.author.name || post.author.id || "somebody";
}

/** The address of a link only if a browser may follow it: never javascript:, data: or the like. */
export function safeLink(text: string | undefined): string | null {
  if (!text) return null;
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

export interface Piece {
  text: string;
  kind: "text" | "link" | "tag" | "mention";
  href?: string;
}

const pieces = /(https?:\/\/[^\s<>"'`“”‘’«»…]+[^\s<>"'`“”‘’«»….,;:!?)\]}])|((?<![\p{L}\p{N}_])#[\p{L}\p{N}_]+)|((?<![\p{L}\p{N}_])@[\p{L}\p{N}_.-]*[\p{L}\p{N}_])/gu;

/** The text in runs; it stays text, only links, tags and mentions are told apart. */
export function piecesOf(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(pieces)) {
    const at = match.index;
    if (at > end) found.push({ text: text.slice(end, at), kind: "text" });
    if (match[1]) {
      const href = safeLink(match[1]);
      found.push(href ? { text: match[1], kind: "link", href } : { text: match[1], kind: "text" });
    } else found.push({ text: match[0], kind: match[2] ? "tag" : "mention" });
    end = at + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), kind: "text" });
  return found;
}
