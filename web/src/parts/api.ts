// Questions to the server, and what it refuses in words that a person can read.
import { clientName, go, href, route, searchOf, type Params } from "./router.ts";

export class Problem extends Error {
  readonly status: number;
  readonly hint: string;
  /** The object as the server sent it: some routes tell more (column, current). */
  readonly body: Record<string, unknown>;
  constructor(status: number, title: string, hint = "", body: Record<string, unknown> = {}) {
    super(title);
    this.name = "Problem";
    this.status = status;
    this.hint = hint;
    this.body = body;
  }
  get isForbidden(): boolean {
    return this.status === 403;
  }
  get isConflict(): boolean {
    return this.status === 409;
  }
  get isMissing(): boolean {
    return this.status === 404;
  }
  get canRetry(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const plainWords: Record<number, string> = {
  0: "The server cannot be reached.",
  400: "The server did not understand the question.",
  401: "You are not signed in.",
  403: "Your role does not allow this.",
  404: "This does not exist, or not for you.",
  409: "Somebody changed this meanwhile.",
  413: "That is more than the server takes at once.",
  429: "Too many requests at once; it will go in a moment.",
  500: "The server met a defect of its own.",
  503: "The server is too busy just now.",
};

async function problemOf(answer: Response): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    if (/json/.test(answer.headers.get("content-type") ?? "")) body = await answer.json();
  } catch {
    // a cut or broken body: the status alone has to do
  }
  const text = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : "");
  const said = text("detail") || text("title") || plainWords[answer.status] || `The server answered ${answer.status}.`;
  return new Problem(answer.status, sentence(said), text("hint"), body);
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:)"”]$/.test(first) ? first : first + ".";
}

/** The address of a question, for fetch and for links: apiUrl("/count", { q }) . The client is added. */
export function apiUrl(path: string, params: Params = {}): string {
  return "/api/v1" + path + searchOf({ client: clientName.value, ...params });
}

/** The same without a client: for /session and other routes of the server. */
export function serverUrl(path: string, params: Params = {}): string {
  return "/api/v1" + path + searchOf(params);
}

/** Called on 401: the sign-in page takes the reader back here afterwards. */
export function toSignIn(): void {
  if (route.value.path === "/sign-in" || route.value.path === "/welcome") return;
  go(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, "replace");
}

interface Kept {
  etag: string;
  data: unknown;
}
const kept = new Map<string, Kept>(); // by address, oldest first
const KEPT_MOST = 120;

function keep(url: string, etag: string, data: unknown): void {
  kept.delete(url);
  kept.set(url, { etag, data });
  if (kept.size > KEPT_MOST) kept.delete(kept.keys().next().value as string);
}

/** What was answered before, for an immediate picture while the question is asked again. */
export function remembered<T>(url: string): T | undefined {
  return kept.get(url)?.data as T | undefined;
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, headers: { "X-Bellwether": "1", Accept: "application/json", ...init.headers }, credentials: "same-origin" });
  } catch (cause) {
    if ((cause as Error).name === "AbortError") throw cause;
    throw new Problem(0, plainWords[0]!, "Is the server running, and is this computer online? Nothing of your work is lost.");
  }
}

/** GET, with the answer remembered under its ETag. */
export async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  const before = kept.get(url);
  const answer = await ask(url, { signal: signal ?? null, headers: before ? { "If-None-Match": before.etag } : {} });
  if (answer.status === 304 && before) {
    keep(url, before.etag, before.data);
    return before.data as T;
  }
  if (!answer.ok) {
    if (answer.status === 401 && url !== "/api/v1/session") toSignIn();
    throw await problemOf(answer);
  }
  const data = (await answer.json()) as T;
  keep(url, answer.headers.get("etag") ?? "", data);
  return data;
}

/** POST, PATCH, PUT, DELETE with an object as its body. Gives the answer's object, or undefined where there is none. */
export async function send<T = unknown>(method: "POST" | "PATCH" | "PUT" | "DELETE", url: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const answer = await ask(url, init);
  if (!answer.ok) {
    if (answer.status === 401) toSignIn();
    throw await problemOf(answer);
  }
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** PUT of bytes: a part of a file. */
export async function sendBytes<T = unknown>(url: string, bytes: Blob, signal?: AbortSignal): Promise<T> {
  const answer = await ask(url, { method: "PUT", body: bytes, signal: signal ?? null, headers: { "Content-Type": "application/octet-stream" } });
  if (!answer.ok) {
    if (answer.status === 401) toSignIn();
    throw await problemOf(answer);
  }
  return (await answer.json()) as T;
}

export { href };
