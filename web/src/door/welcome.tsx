// A one-time link: the first admin sets the server up, a member comes in. Nothing is used up before a button is pressed, so that a
// program that opens links in mails spoils none. The link's secret stands behind #, which no browser sends anywhere.
import { useEffect, useState } from "preact/hooks";
import { Problem, send, serverUrl } from "../parts/api.ts";
import { Bell } from "../parts/icon.tsx";
import { go } from "../parts/router.ts";
import { loadSession, session } from "../parts/session.ts";
import { Loading } from "../parts/states.tsx";
import { Field, Password, passwordHint, problemOf, Said } from "./fields.tsx";

interface Link {
  kind: "setup" | "sign-in";
  name: string | null;
}

/** Where a link leads on to: a place of this page, never elsewhere. */
function placeToGo(search: string): string | null {
  const to = new URLSearchParams(search).get("to");
  return to && /^\/[a-z]/.test(to) ? to : null;
}

export default function Welcome() {
  const [secret] = useState(() => location.hash.slice(1));
  const [link, setLink] = useState<Link | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (!secret) return setProblem(new Problem(0, "The link is not whole.", "copy all of it, with what stands behind the sign #"));
    send<Link>("POST", serverUrl("/session/link/look"), { link: secret }).then(setLink, (cause: unknown) => setProblem(problemOf(cause)));
  }, []);
  return (
    <div class="door">
      <p class="bare-mark"><Bell size={32} /> Bellwether</p>
      {link?.kind === "setup" && <Setup secret={secret} />}
      {link?.kind === "sign-in" && <Enter secret={secret} name={link.name ?? ""} />}
      {!link && !problem && <Loading words="Looking at the link" />}
      {!link && problem && (
        <>
          <h1>This link opens nothing</h1>
          <Said problem={problem} />
          <p><a class="button" href="/sign-in">Sign in with a password</a></p>
        </>
      )}
    </div>
  );
}

async function use(body: { link: string; name?: string; password?: string }): Promise<void> {
  await send("POST", serverUrl("/session/link"), body);
  await loadSession();
}

function Setup({ secret }: { secret: string }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const begin = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await use({ link: secret, name, password });
      go(session.value?.clients.length ? "/" : "/team?show=clients", "replace");
    } catch (cause) {
      setProblem(problemOf(cause));
      setBusy(false);
    }
  };
  return (
    <>
      <h1>Welcome</h1>
      <p>Nobody is a member of this server yet. You will be its first admin, and let the others in.</p>
      <Said problem={problem} />
      <form onSubmit={begin}>
        <Field label="Your name" hint="You sign in with it, and the others see it.">
          {(id, hintId) => <input id={id} type="text" autocomplete="username" required autofocus maxLength={64} aria-describedby={hintId} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Password label="Password" isNew value={password} onInput={setPassword} hint={passwordHint} />
        <button type="submit" class="act" disabled={isBusy}>{isBusy ? "Setting up …" : "Begin"}</button>
      </form>
    </>
  );
}

function Enter({ secret, name }: { secret: string; name: string }) {
  const [to] = useState(() => placeToGo(location.search));
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const enter = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await use({ link: secret });
      go(to ?? (session.value?.member.has_password ? "/" : "/settings"), "replace");
    } catch (cause) {
      setProblem(problemOf(cause));
      setBusy(false);
    }
  };
  return (
    <>
      <h1>Welcome, {name}</h1>
      <p>This link signs you in once, on this browser.</p>
      <Said problem={problem} />
      <p><button type="button" class="act" autofocus disabled={isBusy} onClick={() => void enter()}>{isBusy ? "Signing in …" : `Sign in as ${name}`}</button></p>
      <p class="hint">Not you? Close this page, and the link stays good for whom it is meant.</p>
    </>
  );
}
