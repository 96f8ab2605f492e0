// The door: name and password.
import { useEffect, useState } from "preact/hooks";
import { Problem, send, serverUrl } from "../parts/api.ts";
import { Bell } from "../parts/icon.tsx";
import { go, param } from "../parts/router.ts";
import { loadSession, session } from "../parts/session.ts";
import { Field, Password, problemOf, Said } from "./fields.tsx";

/** Where the reader was going; never another site. */
export function next(): string {
  const wanted = param("next");
  const target = new URL(wanted || "/", location.origin);
  return wanted.startsWith("/") && target.origin === location.origin && target.pathname !== "/sign-in" ? target.pathname + target.search : "/";
}

export default function SignIn() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isIn = session.value !== null;
  useEffect(() => {
    if (isIn) go(next(), "replace");
  }, [isIn]);
  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await send("POST", serverUrl("/session"), { name, password });
      await loadSession();
    } catch (cause) {
      setProblem(problemOf(cause));
      setPassword("");
    }
    setBusy(false);
  };
  return (
    <div class="door">
      <p class="bare-mark"><Bell size={32} /> Bellwether</p>
      <h1>Sign in</h1>
      <Said problem={problem} />
      <form onSubmit={enter}>
        <Field label="Name">
          {(id) => <input id={id} type="text" autocomplete="username" autocapitalize="off" spellcheck={false} required autofocus maxLength={64} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Password label="Password" value={password} onInput={setPassword} />
        <button type="submit" class="act" disabled={isBusy}>{isBusy ? "Signing in …" : "Sign in"}</button>
      </form>
      <p class="hint">No password, or forgotten? An admin can make you a link that signs you in once; you choose a new password then.</p>
    </div>
  );
}
