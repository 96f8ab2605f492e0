// Who is here, what they may do, and how they like the page.
import { computed, signal } from "@preact/signals";
import { get, Problem, send, serverUrl } from "./api.ts";
import { clientName } from "./router.ts";

export type Role = "none" | "viewer" | "learner" | "practitioner" | "reviewer" | "admin";
const roles: Role[] = ["none", "viewer", "learner", "practitioner", "reviewer", "admin"];

export interface Member {
  id: number;
  name: string;
  theme: "system" | "light" | "dark";
  zone: string;
  has_single_keys: boolean;
  has_password: boolean;
  is_server_admin: boolean;
}
export interface Client {
  name: string;
  title: string;
  role: Role;
}
export interface Session {
  member: Member;
  clients: Client[];
  version: string;
}

export const session = signal<Session | null>(null);
export const sessionProblem = signal<Problem | null>(null);
export const client = computed(() => session.value?.clients.find((each) => each.name === clientName.value) ?? null);

/** may("practitioner"): buttons that would be refused are not shown, or say whom to ask. */
export function may(least: Role): boolean {
  return roles.indexOf(client.value?.role ?? "none") >= roles.indexOf(least);
}

/** False where nobody is signed in. */
export async function loadSession(): Promise<boolean> {
  try {
    session.value = await get<Session>(serverUrl("/session"));
    sessionProblem.value = null;
    const { theme } = session.value.member;
    if (theme) showTheme(theme);
    return true;
  } catch (cause) {
    const problem = cause instanceof Problem ? cause : new Problem(0, String(cause));
    session.value = null;
    sessionProblem.value = problem.status === 401 ? null : problem;
    return false;
  }
}

export type Theme = Member["theme"];
export const theme = signal<Theme>((document.documentElement.dataset.theme as Theme) || "system");

function showTheme(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
  // The server reads this cookie to write the theme into the document: no flash at the next load.
  document.cookie = `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax`;
}

async function change(part: Partial<Pick<Member, "theme" | "zone" | "has_single_keys">>): Promise<void> {
  const before = session.value;
  if (!before) return;
  session.value = { ...before, member: { ...before.member, ...part } };
  try {
    await send("PATCH", serverUrl("/session"), part);
  } catch (cause) {
    session.value = before;
    throw cause;
  }
}

export async function setTheme(next: Theme): Promise<void> {
  showTheme(next);
  await change({ theme: next });
}

export async function setSingleKeys(isOn: boolean): Promise<void> {
  await change({ has_single_keys: isOn });
}

export async function setZone(zone: string): Promise<void> {
  await change({ zone });
}

export async function signOut(): Promise<void> {
  await send("DELETE", serverUrl("/session"));
  session.value = null;
  location.assign("/sign-in");
}
