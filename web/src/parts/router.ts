// Where the reader is: the address is the state. A path names the screen; flat, short parameters hold everything else.
//
//   an act of the reader      setParams({ q: "ferry" })             a step in the history: Back undoes it
//   anything automatic        setParams({ at: "…" }, "replace")     no step
//
// `client` is a parameter like the others, and href() and go() carry it along.
import { computed, signal } from "@preact/signals";

export interface Route {
  path: string;
  params: URLSearchParams;
  /** Counts navigations; a screen that wants to know "was this Back?" reads `how`. */
  how: "first" | "act" | "replace" | "history";
}

function here(how: Route["how"]): Route {
  const path = location.pathname.replace(/\/+$/, "") || "/";
  return { path, params: new URLSearchParams(location.search), how };
}

export const route = signal<Route>(here("first"));
export const clientName = computed(() => route.value.params.get("client") ?? "");

export type Params = Record<string, string | number | boolean | null | undefined | readonly string[]>;

/** Empty values are left out, so that an address holds only what differs from a screen's plain state. */
export function searchOf(params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each === null || each === undefined || each === "" || each === false) continue;
      search.append(name, each === true ? "1" : String(each));
    }
  }
  // : , / and @ need no escape in a query part, and addresses are read by people.
  const text = search.toString().replace(/%3A/g, ":").replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%40/g, "@");
  return text ? "?" + text : "";
}

/** The address of a screen for this client. */
export function href(path: string, params: Params = {}): string {
  return path + searchOf({ client: clientName.value, ...params });
}

export function go(address: string, how: "act" | "replace" = "act"): void {
  const target = new URL(address, location.href);
  if (target.href === location.href) return;
  if (how === "act") history.pushState(null, "", target);
  else history.replaceState(history.state, "", target);
  route.value = here(how);
}

/** Changes parameters of the address in place. null or "" takes one away. */
export function setParams(changes: Params, how: "act" | "replace" = "act"): void {
  const merged: Params = {};
  for (const name of new Set(route.value.params.keys())) merged[name] = route.value.params.getAll(name);
  go(route.value.path + searchOf({ ...merged, ...changes }), how);
}

export function param(name: string): string {
  return route.value.params.get(name) ?? "";
}

export function paramAll(name: string): string[] {
  return route.value.params.getAll(name);
}

/** /listen/topics/:id against /listen/topics/7 gives { id: "7" }; a last part with "?" may be absent. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (given.length > wanted.length) return null;
  const found: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i];
    if (part.startsWith(":")) {
      const isOptional = part.endsWith("?");
      if (value === undefined || value === "") {
        if (!isOptional) return null;
      } else {
        try {
          found[part.slice(1, isOptional ? -1 : undefined)] = decodeURIComponent(value);
        } catch {
          return null; // a broken escape is no place
        }
      }
    } else if (value !== part) return null;
  }
  return found;
}

addEventListener("popstate", () => {
  route.value = here("history");
});

// Plain links are enough: a click on one inside the page is a step in the history, not a new load.
addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || !link.href || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.pathname.startsWith("/api/") || link.hash) return;
  event.preventDefault();
  go(link.href);
});
