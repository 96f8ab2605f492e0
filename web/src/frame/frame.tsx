// The page's frame: wings at the left, the bar on top, the screen, and what floats above it.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { toSignIn } from "../parts/api.ts";
import { Bell } from "../parts/icon.tsx";
import { keyPrefix, useKeys } from "../parts/keys.ts";
import { lazy } from "../parts/lazy.tsx";
import { clientName, go, href, route, setParams } from "../parts/router.ts";
import { client, loadSession, session, sessionProblem } from "../parts/session.ts";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { undoNewest } from "../parts/toast.ts";
import { screenAt, screens, type Screen } from "../screens.ts";
import { Bar } from "./bar.tsx";
import { Palette } from "./palette.tsx"; // at once: who presses Ctrl K types on
import { Toasts } from "./toasts.tsx";
import { useLife } from "./life.ts";
import { Wings } from "./wings.tsx";

const Help = lazy(() => import("./help.tsx").then((module) => module.Help), { isQuiet: true });

/** What floats above the screen; one at a time. */
export const overlay = signal<"none" | "palette" | "help" | "menu">("none");

export function Frame() {
  const { path } = route.value;
  const found = screenAt(path === "/" ? "/listen/explore" : path);
  const isHome = path === "/";

  useEffect(() => {
    if (isHome) go(href("/listen/explore"), "replace");
  }, [isHome]);
  useEffect(() => {
    if (!found?.screen.isBare && !session.value && !sessionProblem.value) toSignIn();
  }, [path, session.value, sessionProblem.value]);
  useEffect(() => {
    // The client in the address, or the one of the last visit, or the first.
    const names = session.value?.clients.map((each) => each.name) ?? [];
    if (clientName.value && names.includes(clientName.value)) localStorage.setItem("client", clientName.value);
    if (clientName.value || !names.length || found?.screen.isBare) return;
    const last = localStorage.getItem("client");
    setParams({ client: last && names.includes(last) ? last : names[0] }, "replace");
  }, [session.value, clientName.value, path]);
  useEffect(() => {
    document.title = found ? `${found.screen.title} · ${client.value?.title ?? "Bellwether"}` : "Bellwether";
  }, [path, client.value]);

  if (found?.screen.isBare) {
    return (
      <>
        <main id="main" class="bare"><Drawn screen={found.screen} parts={found.parts} /></main>
        <Toasts />
      </>
    );
  }
  if (sessionProblem.value)
    return (
      <main id="main" class="bare">
        <p class="bare-mark"><Bell size={32} /> Bellwether</p>
        <Failed problem={sessionProblem.value} what="Bellwether" again={() => void loadSession()} />
      </main>
    );
  if (!session.value) return <main id="main" class="bare"><Loading words="Looking who is here" /></main>;
  return <Inside found={found} />;
}

function Inside({ found }: { found: ReturnType<typeof screenAt> }) {
  useLife();
  const toggle = (what: "palette" | "help") => (overlay.value = overlay.value === what ? "none" : what);
  useKeys("Everywhere", [
    { key: "Ctrl+k", words: "Search, go, do: the palette", act: () => toggle("palette"), isInText: true },
    { key: "/", words: "Search posts", act: () => toggle("palette") },
    { key: "?", words: "Keys", act: () => toggle("help") },
    { key: "z", words: "Undo the last act", act: () => void undoNewest() },
  ]);
  useKeys("Go", screens.filter((each) => each.key && !each.isHidden).map((each) => ({
    key: `g ${each.key}`,
    words: each.title,
    act: () => go(href(each.path.replace(/\/:.*/, ""))),
  })));
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to the screen</a>
      <Wings here={found?.screen ?? null} />
      <Bar />
      <main id="main" class="screen" tabIndex={-1}>
        {!session.value?.clients.length && found?.screen.wing !== "team" ? <NoClients /> : clientName.value && !client.value ? <NoClient /> : found ? <Drawn screen={found.screen} parts={found.parts} /> : <NoScreen />}
      </main>
      {overlay.value === "palette" && <Palette onClose={() => (overlay.value = "none")} />}
      {overlay.value === "help" && <Help onClose={() => (overlay.value = "none")} />}
      <Toasts />
      {keyPrefix.value && <p class="prefix" role="status">{keyPrefix.value} … then a letter</p>}
    </div>
  );
}

const loaded = new Map<Screen["load"], ComponentType<{ parts: Record<string, string> }>>();

/** The screen's code comes when it is first wanted. */
function Drawn({ screen, parts }: { screen: Screen; parts: Record<string, string> }) {
  const [, setRound] = useState(0);
  const [failed, setFailed] = useState<Error | null>(null);
  const shownPath = useRef("");
  const Shown = loaded.get(screen.load);
  useEffect(() => {
    let isWanted = true;
    setFailed(null);
    if (!loaded.has(screen.load))
      screen.load().then(
        (module) => {
          loaded.set(screen.load, module.default);
          if (isWanted) setRound((n) => n + 1);
        },
        (cause: Error) => isWanted && setFailed(cause),
      );
    return () => void (isWanted = false);
  }, [screen]);
  useEffect(() => {
    // After a step to another screen the reader stands at its beginning (not at the first load: the browser does that).
    if (Shown && shownPath.current && shownPath.current !== screen.path) document.getElementById("main")?.focus({ preventScroll: true });
    if (Shown) shownPath.current = screen.path;
  }, [screen.path, Shown]);
  if (failed)
    return (
      <div class="state failed" role="alert">
        <h1>{screen.title} could not be loaded</h1>
        <p>The server may have been updated since this page was opened. Nothing that was saved is lost.</p>
        <p class="state-act"><button type="button" onClick={() => location.reload()}>Load the page again</button></p>
      </div>
    );
  if (!Shown) return <Loading words={`${screen.title} is being loaded`} rows={6} />;
  return <Shown key={screen.path} parts={parts} />;
}

function NoScreen() {
  return (
    <Empty title="There is no such place" action={<a class="button" href={href("/listen/explore")}>Go to Explore</a>}>
      The address <code>{route.value.path}</code> names no screen of this workbench.
    </Empty>
  );
}

/** Nothing to listen to yet: the first step differs for who may make a client and who may not. */
function NoClients() {
  if (session.value?.member.is_server_admin)
    return (
      <Empty title="No client yet" action={<a class="button act" href="/team?show=clients">Make the first client</a>}>
        A client is a workspace: one brand with its posts, topics and reads, sealed from the others.
      </Empty>
    );
  return <Empty title="You are not in any client yet">Ask whoever let you in to bring you into the client that you work for.</Empty>;
}

function NoClient() {
  const first = session.value?.clients[0];
  return (
    <Empty
      title={`No client “${clientName.value}”`}
      action={first && <a class="button" href={`/listen/explore?client=${encodeURIComponent(first.name)}`}>Go to {first.title}</a>}
    >
      It does not exist, or you are not a member of it. Whoever administers it can add you.
    </Empty>
  );
}

