// What members set for themselves: look, zone, keys, password, API tokens.
import { useState } from "preact/hooks";
import { Password, passwordHint, problemOf, Said, Field } from "../door/fields.tsx";
import { useAsk } from "../parts/ask.ts";
import { Problem, send, serverUrl } from "../parts/api.ts";
import { Confirm } from "../parts/dialog.tsx";
import { loadSession, session, setSingleKeys, setTheme, setZone, theme, type Role } from "../parts/session.ts";
import { Shown } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { toast, toastProblem } from "../parts/toast.ts";
import { RoleSelect, Secret, type GivenRole } from "./people.tsx";

export default function Settings() {
  const member = session.value!.member;
  const kept = (words: string) => [() => toast(words), (cause: unknown) => toastProblem("The setting was not saved", cause)] as const;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div class="page people">
      <header class="page-head"><h1>Your settings</h1></header>
      <div>
        <section class="setting" aria-labelledby="set-theme">
          <h2 id="set-theme">Look</h2>
          <div role="radiogroup" aria-labelledby="set-theme">
            {(["system", "light", "dark"] as const).map((each) => (
              <label key={each} class="choice">
                <input type="radio" name="theme" checked={theme.value === each} onChange={() => void setTheme(each).then(...kept(`The page is ${each === "system" ? "as your system is" : each}`))} />
                {each === "system" ? "as the system" : each}
              </label>
            ))}
          </div>
        </section>
        <section class="setting" aria-labelledby="set-zone">
          <h2 id="set-zone">Time zone</h2>
          <div class="stack">
            <p>
              <select aria-labelledby="set-zone" value={member.zone} onChange={(event) => void setZone(event.currentTarget.value).then(...kept("Every time of the page is in this zone now"))}>
                <option value="">the browser’s ({here})</option>
                <option value="UTC">UTC</option>
                {Intl.supportedValuesOf("timeZone").filter((each) => each !== "UTC").map((each) => <option key={each} value={each}>{each.replace(/_/g, " ")}</option>)}
              </select>
            </p>
            <p class="hint">One zone for every time, chart and export that you see; the bar on top names it.</p>
          </div>
        </section>
        <section class="setting" aria-labelledby="set-keys">
          <h2 id="set-keys">Keys</h2>
          <div class="stack">
            <label class="choice">
              <input type="checkbox" checked={member.has_single_keys} onChange={(event) => { const isOn = event.currentTarget.checked; void setSingleKeys(isOn).then(...kept(`Single-letter keys are ${isOn ? "on" : "off"}`)); }} />
              Single letters are shortcuts
            </label>
            <p class="hint">Turn them off if you speak to your computer, or hit keys by accident. Ctrl K, arrows, Enter and Esc always work.</p>
          </div>
        </section>
        <PasswordSetting hasPassword={member.has_password} />
        <Tokens />
      </div>
    </div>
  );
}

function PasswordSetting({ hasPassword }: { hasPassword: boolean }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const change = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    try {
      await send("POST", serverUrl("/session/password"), hasPassword ? { current, password } : { password });
      await loadSession();
      setCurrent("");
      setPassword("");
      toast(hasPassword ? "Your password is changed; you are signed out everywhere else" : "Your password is set");
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  return (
    <section class="setting" aria-labelledby="set-password">
      <h2 id="set-password">Password</h2>
      <div class="stack">
        {!hasPassword && <p>You came in by a link and have no password yet. With one, you need no more links.</p>}
        <Said problem={problem} />
        <form onSubmit={change}>
          <input type="text" autocomplete="username" value={session.value!.member.name} hidden readOnly />
          {hasPassword && <Password label="Password now" value={current} onInput={setCurrent} />}
          <Password label="New password" isNew value={password} onInput={setPassword} hint={passwordHint} />
          <p><button type="submit">{hasPassword ? "Change the password" : "Set the password"}</button></p>
        </form>
      </div>
    </section>
  );
}

interface Token {
  id: number;
  name: string;
  role: GivenRole;
  client: string | null;
  expires_at: string;
  used_at: string | null;
  revoked_at: string | null;
  token?: string;
}

function Tokens() {
  const answer = useAsk<{ tokens: Token[] }>(serverUrl("/tokens"));
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<Token | null>(null);
  const [ending, setEnding] = useState<Token | null>(null);
  const end = async (token: Token) => {
    setEnding(null);
    try {
      await send("DELETE", serverUrl(`/tokens/${token.id}`));
      toast(`Token “${token.name}” has ended`);
      answer.again();
    } catch (cause) {
      toastProblem("The token was not ended", cause);
    }
  };
  const stateOf = (token: Token) => (token.revoked_at ? "ended" : Date.parse(token.expires_at) < Date.now() ? "expired" : "active");
  return (
    <section class="setting" aria-labelledby="set-tokens">
      <h2 id="set-tokens">API tokens</h2>
      <div class="stack">
        <p class="quiet">A program with a token acts as you, and never as more than the token’s role.</p>
        <Shown answer={answer} what="Your tokens">
          {({ tokens }) => tokens.length > 0 && (
            <div class="table-scroll">
              <table class="plain-table">
                <thead><tr><th scope="col">For</th><th scope="col">May</th><th scope="col">Last used</th><th scope="col">Until</th><th scope="col"><span class="unseen">Acts</span></th></tr></thead>
                <tbody>
                  {tokens.map((token) => (
                    <tr key={token.id} class={stateOf(token) === "active" ? "" : "is-off"}>
                      <th scope="row">{token.name}</th>
                      <td>{token.role} of {token.client ?? "all your clients"}</td>
                      <td>{token.used_at ? <Time at={token.used_at} as="ago" /> : "never"}</td>
                      <td>{stateOf(token) === "active" ? <Time at={token.expires_at} /> : stateOf(token)}</td>
                      <td class="acts">{stateOf(token) === "active" && <button type="button" aria-label={`End token ${token.name}`} onClick={() => setEnding(token)}>End</button>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Shown>
        {isAdding
          ? <NewToken onClose={() => setAdding(false)} onMade={(token) => { setAdding(false); setMade(token); answer.again(); }} />
          : <p><button type="button" onClick={() => setAdding(true)}>New token</button></p>}
        {made?.token && <Secret title={`Token “${made.name}”`} label="The token" text={made.token} words="Copy it now: it is shown this once, and kept nowhere. A program sends it as “Authorization: Bearer …”." onClose={() => setMade(null)} />}
        {ending && <Confirm title={`End token “${ending.name}”?`} words="Programs that use it are shut out at once. It cannot be brought back; a new token can be made." verb="End it" onNo={() => setEnding(null)} onYes={() => void end(ending)} />}
      </div>
    </section>
  );
}

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (token: Token) => void }) {
  const clients = session.value!.clients;
  const [name, setName] = useState("");
  const [clientName, setClient] = useState(clients.length === 1 ? clients[0]!.name : "");
  const [role, setRole] = useState<GivenRole>("viewer");
  const [days, setDays] = useState(90);
  const [problem, setProblem] = useState<Problem | null>(null);
  const most: Role = clientName ? (clients.find((each) => each.name === clientName)?.role ?? "viewer") : "admin";
  const make = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    try {
      onMade(await send<Token>("POST", serverUrl("/tokens"), { name, role, client: clientName || null, days }));
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  return (
    <div class="card stack">
      <Said problem={problem} />
      <form onSubmit={make}>
        <Field label="What it is for">{(id) => <input id={id} type="text" required maxLength={64} autofocus value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <Field label="Client">
          {(id) => (
            <select id={id} value={clientName} onChange={(event) => { setClient(event.currentTarget.value); setRole("viewer"); }}>
              <option value="">all your clients</option>
              {clients.map((each) => <option key={each.name} value={each.name}>{each.title}</option>)}
            </select>
          )}
        </Field>
        <Field label="Acts as at most">{(id) => <RoleSelect id={id} value={role} most={most} onChange={setRole} />}</Field>
        <Field label="Ends after">
          {(id) => (
            <select id={id} value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
              {[[7, "7 days"], [30, "30 days"], [90, "90 days"], [365, "a year"]].map(([n, words]) => <option key={n} value={n}>{words}</option>)}
            </select>
          )}
        </Field>
        <p class="row"><button type="submit">Make the token</button><button type="button" class="plain" onClick={onClose}>Cancel</button></p>
      </form>
    </div>
  );
}
