// Editing a query as text, without understanding all of it: which clauses stand side by side at its top, and how one is added or taken away.
// The server alone says what a query means (docs/query.md); what is not understood here is left as it is.

export interface Clause {
  text: string;
  start: number;
  end: number;
  isNot: boolean; // "-x" or "NOT x"
}

/** The clauses at the top level, and whether they are joined by an OR. */
export function clausesOf(query: string): { clauses: Clause[]; hasOr: boolean } {
  const clauses: Clause[] = [];
  let hasOr = false;
  let isNot = false;
  let notStart = -1;
  let at = 0;
  while (at < query.length) {
    if (/\s/.test(query[at]!)) {
      at += 1;
      continue;
    }
    if (query.startsWith("<<<", at)) {
      const end = query.indexOf(">>>", at);
      at = end < 0 ? query.length : end + 3;
      continue;
    }
    const start = at;
    let depth = 0;
    for (; at < query.length; at++) {
      const c = query[at]!;
      if (c === '"' || c === "“") {
        const close = c === '"' ? '"' : "”";
        for (at++; at < query.length && query[at] !== close; at++) if (query[at] === "\\") at++;
      } else if (c === "(") depth += 1;
      else if (c === ")") depth -= 1;
      else if (depth <= 0 && /\s/.test(c)) break;
    }
    const text = query.slice(start, at);
    if (text === "OR") hasOr = true;
    else if (text === "NOT") {
      isNot = true;
      notStart = start;
      continue;
    } else if (text !== "AND")
      clauses.push({ text: text.startsWith("-") ? text.slice(1) : text, start: isNot ? notStart : start, end: at, isNot: isNot || text.startsWith("-") });
    isNot = false;
  }
  return { clauses, hasOr };
}

/** community and "ask a scientist" -> community:"ask a scientist" */
export function clauseText(field: string, value: string): string {
  const isPlain = /^[\p{L}\p{N}_@#$.:/&+-]+$/u.test(value) && !/[:/]$/.test(value);
  return `${field}:${isPlain ? value : `"${value.replace(/[\\"]/g, "\\$&")}"`}`;
}

function same(clause: Clause, text: string): boolean {
  return clause.text.toLowerCase() === text.toLowerCase();
}

export function hasClause(query: string, text: string): "yes" | "not" | null {
  const found = clausesOf(query).clauses.find((each) => same(each, text));
  return found ? (found.isNot ? "not" : "yes") : null;
}

export function withoutClause(query: string, text: string): string {
  const { clauses } = clausesOf(query);
  let result = query;
  for (const each of clauses.filter((clause) => same(clause, text)).reverse()) result = result.slice(0, each.start) + result.slice(each.end);
  return result
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(AND|OR)\s+|\s+(AND|OR)$/g, "")
    .replace(/\b(AND|OR) (AND|OR)\b/g, "$1");
}

/** Narrows the query by one clause; a query with OR at its top is put in brackets first, so that all of it is narrowed. */
export function withClause(query: string, text: string, isNot = false): string {
  const rest = withoutClause(query, text);
  const { hasOr } = clausesOf(rest);
  const whole = hasOr ? `(${rest})` : rest === "*" ? "" : rest;
  return `${whole} ${isNot ? "-" : ""}${text}`.trim();
}

/** The words that a reader looks for in a post, as a pattern to mark them with; null where there are none. */
export function markPattern(query: string): RegExp | null {
  const words = new Set<string>();
  const collect = (text: string, depth: number) => {
    for (const clause of clausesOf(text).clauses) {
      if (clause.isNot) continue;
      if (clause.text.startsWith("(") && clause.text.endsWith(")") && depth < 8) collect(clause.text.slice(1, -1), depth + 1);
      else if (/^(AND|OR|NOT|(O?NEAR)\/\d+f?)$/.test(clause.text)) continue;
      else {
        const bare = clause.text.replace(/^(case|raw|tag|mention|freq:\d+):/, "").replace(/^["“]|["”]$/g, "");
        if (/^[a-z]+:/.test(bare) && !/^https?:/.test(bare)) continue;
        if (bare.replace(/[*?]/g, "").length > 1) words.add(bare);
      }
    }
  };
  collect(query, 0);
  if (!words.size) return null;
  const parts = [...words].slice(0, 40).map((word) =>
    word.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "[^\\p{L}\\p{N}]+").replace(/\*/g, "[\\p{L}\\p{N}_]*").replace(/\?/g, "[\\p{L}\\p{N}_]"),
  );
  try {
    return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${parts.join("|")})(?![\\p{L}\\p{N}_])`, "giu");
  } catch {
    return null; // a query that makes no pattern marks nothing
  }
}

/** The word that the cursor stands in or behind, for completion. */
export function wordAt(text: string, cursor: number): { word: string; start: number } {
  let start = cursor;
  while (start > 0 && !/[\s()"]/.test(text[start - 1]!)) start -= 1;
  const word = text.slice(start, cursor);
  return word.startsWith("-") ? { word: word.slice(1), start: start + 1 } : { word, start };
}
