// The bar on top: which client, a field for queries and commands, the clock with its zone, and the reader.
import { useState } from "preact/hooks";
import { clockNow, clockSpeed, second } from "../parts/clock.ts";
import { Icon } from "../parts/icon.tsx";
import { keyWords, singleKeysOn } from "../parts/keys.ts";
import { Menu } from "../parts/menu.tsx";
import { go, href, route } from "../parts/router.ts";
import { client, session, setSingleKeys, setTheme, signOut, theme } from "../parts/session.ts";
import { toast, toastProblem } from "../parts/toast.ts";
import { clockWords, day, hourMinute, utc, zone, zoneWords } from "../parts/words.ts";
import { screenAt } from "../screens.ts";
import { overlay } from "./frame.tsx";
import { line, unjudged } from "./life.ts";
import { WingsDrawer } from "./wings.tsx";

export function Bar() {
  const [isMenu, setMenu] = useState(false);
  const here = screenAt(route.value.path)?.screen ?? null;
  return (
    <header class="bar">
      <button type="button" class="plain square bar-menu" aria-label="Menu" title="Menu" aria-haspopup="dialog" onClick={() => setMenu(true)}><Icon name="menu" /></button>
      {isMenu && <WingsDrawer here={here} onClose={() => setMenu(false)} />}
      <ClientSwitch />
      <button type="button" class="bar-search" aria-haspopup="dialog" onClick={() => (overlay.value = "palette")}>
        <Icon name="search" />
        <span class="bar-search-words">Search posts, go, or do</span>
        <kbd>{keyWords("Ctrl+k")}</kbd>
      </button>
      <Clock />
      <AlertBell />
      <Me />
    </header>
  );
}

function ClientSwitch() {
  const clients = session.value?.clients ?? [];
  const now = client.value;
  if (clients.length === 1 && now) return <span class="bar-client" title={`Client ${now.name}; you are ${now.role} here`}>{now.title}</span>;
  if (!clients.length) return <span class="bar-client">No client yet</span>;
  return (
    <Menu
      class="plain bar-client"
      title="Change the client"
      items={clients.map((each) => ({
        words: each.title,
        isChecked: each.name === now?.name,
        hint: `You are ${each.role} here`,
        // Another client is another world: its screen starts plain.
        act: () => go(`${(screenAt(route.value.path)?.screen.path ?? "/listen/explore").replace(/\/:.*/, "")}?client=${encodeURIComponent(each.name)}`),
      }))}
    >
      <span>{now?.title ?? "Choose a client"}</span>
      <Icon name="down" size={12} />
    </Menu>
  );
}

function AlertBell() {
  const n = unjudged.value;
  if (!client.value) return null;
  const words = n ? `${n} alerts wait for a word` : "Alerts: nothing waits";
  return (
    <a class={n ? "button plain bar-bell is-live" : "button plain bar-bell"} href={href("/listen/alerts", { tab: "fired", unjudged: n ? "1" : null })} aria-label={words} title={words}>
      <Icon name="bell" />
      {n > 0 && <span>{n > 99 ? "99+" : n}</span>}
    </a>
  );
}

function Clock() {
  second.value;
  const now = clockNow();
  const speed = clockSpeed();
  const state = line.value;
  const words = { live: "live", connecting: "connecting", waiting: "trying again", refused: "not live" }[state.is];
  const more = state.is === "waiting" ? `${state.words} Trying again in ${state.retry_s} s.` : state.is === "refused" ? state.words : state.is === "live" ? "New posts and events arrive by themselves" : "";
  return (
    <div class="bar-clock" title={`${zone.value} · ${utc(now)}`}>
      <time dateTime={now.toISOString()}>
        <span class="bar-day">{day(now)} </span>{speed === 1 ? hourMinute(now) : clockWords(now)}
      </time>
      <span class="bar-zone">{zoneWords(now)}</span>
      {speed !== 1 && <b class="bar-speed" title={`This client's town lives ${speed} times as fast as the world`}>×{speed}</b>}
      <span class={`bar-live is-${state.is}`} title={more}>
        <i class="dot" aria-hidden="true" />
        <span role="status">{words}</span>
      </span>
    </div>
  );
}

function Me() {
  const member = session.value?.member;
  if (!member) return null;
  const themed = (name: "system" | "light" | "dark", words: string) => ({
    words,
    isChecked: theme.value === name,
    act: () => setTheme(name).catch((cause: unknown) => toastProblem("The theme could not be kept for your other devices", cause)),
  });
  return (
    <Menu
      class="plain bar-me"
      label={`${member.name}: theme, keys, sign out`}
      items={[
        themed("system", "Theme of the system"),
        themed("light", "Light"),
        themed("dark", "Dark"),
        "line",
        {
          words: singleKeysOn() ? "Turn single-letter keys off" : "Turn single-letter keys on",
          hint: "Keys with Ctrl, arrows, Enter and Esc always work",
          act: () => setSingleKeys(!singleKeysOn()).then(() => toast(singleKeysOn() ? "Single-letter keys are on" : "Single-letter keys are off"), (cause: unknown) => toastProblem("The setting was not saved", cause)),
        },
        { words: "Keys", key: "?", icon: "help", act: () => (overlay.value = "help") },
        "line",
        { words: "Your settings", href: href("/settings") },
        { words: "Sign out", act: () => void signOut().catch((cause: unknown) => toastProblem("You are still signed in", cause)) },
      ]}
    >
      <span class="initials" aria-hidden="true" data-initials={initials(member.name)} />
      <span class="bar-me-name">{member.name}</span>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? words.at(-1)![0] : "")).toUpperCase() || "?";
}
