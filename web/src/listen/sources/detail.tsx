// One source: how it does, what it missed, its settings, looking something up through it, and what was sent out.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { apiUrl, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { clockNow } from "../../parts/clock.ts";
import { Confirm } from "../../parts/dialog.tsx";
import { Menu } from "../../parts/menu.tsx";
import { Once } from "../../parts/once.tsx";
import { go, href } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { count, counted, moment } from "../../parts/words.ts";
import { CoverageOf } from "./coverage.tsx";
import { Deeds } from "./deeds.tsx";
import { CheckWords, SourceForm } from "./form.tsx";
import { hookAddress, hookExample, hookWords } from "./hook.ts";
import { Looks } from "./looks.tsx";
import { PauseButton, State, wingCrumb } from "./sources.tsx";
import { keptWords, lagWords, modeWords, queryWords, rateWords, renewWords, sharedWords, type Checked, type Connector, type Source } from "./source.ts";

export function SourcePage({ id, part }: { id: number; part: string }) {
  const answer = useAsk<Source>(apiUrl(`/sources/${id}`));
  useEvents({ source: answer.again });
  return (
    <div class="page sources">
      {wingCrumb()}
      <Shown answer={answer} what="The source" rows={6}>{(source) => <One source={source} part={part} again={answer.again} />}</Shown>
    </div>
  );
}

function One({ source, part, again }: { source: Source; part: string; again: () => void }) {
  const connectors = useAsk<{ connectors: Connector[]; allows_private: boolean }>(apiUrl("/connectors"), { isLater: true });
  const connector = connectors.data?.connectors.find((each) => each.name === source.connector);
  const [isRemoving, setRemoving] = useState(false);
  const [made, setMade] = useState<Source | null>(null);
  const canLook = connector ? connector.modes.some((mode) => mode === "search" || mode === "thread") : false;
  const tabs = [
    { name: "", words: "Health" },
    { name: "coverage", words: "Coverage" },
    { name: "settings", words: "Settings" },
    ...(canLook && may("practitioner") ? [{ name: "looks", words: "Look up" }] : []),
    ...(connector?.acts.length ? [{ name: "deeds", words: "Sent out" }] : []),
  ];
  const remove = async () => {
    try {
      await send("DELETE", apiUrl(`/sources/${source.id}`));
      toast(`${source.name} is removed`);
      go(href("/listen/sources"), "replace");
    } catch (cause) {
      toastProblem("It was not removed", cause);
    }
  };
  const newSecret = async () => {
    try {
      setMade(await send<Source>("PATCH", apiUrl(`/sources/${source.id}`), { version: source.version, makes_secret: true }));
    } catch (cause) {
      toastProblem("No new secret was made", cause);
    }
  };
  const isMade = connector?.fields.some((field) => field.is_made);
  return (
    <div class="stack source-one">
      <header class="page-head">
        <h1 dir="auto">{source.name}</h1>
        <State source={source} />
        {may("practitioner") && (
          <div class="row">
            <PauseButton source={source} again={again} />
            {may("reviewer") && (
              <Menu label="More" class="square" items={[
                ...(isMade ? [{ words: "Make a new secret", hint: "The old one ends at once", act: () => void newSecret() }] : []),
                { words: "Remove …", hint: "What it brought stays", isLoss: true, act: () => setRemoving(true) },
              ]}>…</Menu>
            )}
          </div>
        )}
      </header>
      <p class="quiet">{source.title} · {source.connector === "webhook" ? "takes what is brought" : <>listens {modeWords[source.mode]} · asks for <span dir="auto">{queryWords(source.query)}</span></>} · keeps {keptWords(source)}</p>
      <Tabs label="This source" chosen={part} onChoose={(name) => go(href(`/listen/sources/${source.id}${name && `/${name}`}`), "replace")} tabs={tabs}>
        {part === "coverage" ? <CoverageOf source={source} /> : part === "settings" ? <Settings source={source} connector={connector} allowsPrivate={connectors.data?.allows_private ?? false} again={again} /> : part === "looks" ? <Looks source={source} connector={connector} /> : part === "deeds" ? <Deeds source={source} /> : <HealthOf source={source} />}
      </Tabs>
      {isRemoving && (
        <Confirm
          title={`Remove ${source.name}?`}
          verb="Remove it"
          words={<>It stops listening. What it brought stays in the archive, and what it missed stays in the ledger. Its place on the platform and its secrets are gone for good: added again, it begins anew.</>}
          onYes={() => void remove()}
          onNo={() => setRemoving(false)}
        />
      )}
      {made && <Once title="The webhook's secret" words={hookWords(made)} value={made.made_secret ?? ""} onClose={() => { setMade(null); again(); }} />}
    </div>
  );
}

function HealthOf({ source }: { source: Source }) {
  const { health } = source;
  const lag = lagWords(health);
  const shared = sharedWords(health);
  return (
    <div class="stack">
      {source.advice && <p class="source-advice">{source.advice}</p>}
      {source.is_near_expiry && <p class="source-advice">{renewWords(source, clockNow())}</p>}
      {health.message && <p class="source-said">It says: <span dir="auto">{health.message}</span>{health.message_at && <span class="quiet"> · <Time at={health.message_at} as="ago" /></span>}</p>}
      <dl class="source-figures">
        <Figure words="Posts" value={rateWords(health)} note="lately: at most the last five minutes" />
        <Figure words="Newest post" value={health.last_post_at ? <Time at={health.last_post_at} as="ago" /> : "none yet"} note={health.last_post_at ? moment(health.last_post_at) : ""} />
        <Figure words="Behind" value={lag ?? "–"} note="median, from writing to the archive" />
        <Figure words="Seen" value={count(health.seen)} note={`since it was connected; ${count(health.kept)} kept, ${count(health.duplicate)} known before`} />
        <Figure words="Deleted there" value={count(health.deleted)} note="and so here" />
        <Figure words="Not public" value={count(health.private)} note="left alone" />
        {health.account && <Figure words="Account" value={<span dir="auto">{health.account.handle || health.account.id}</span>} note={health.account.name} />}
        {health.rate_limit !== null && <Figure words="Platform's budget" value={`${count(health.rate_remaining ?? 0)} of ${count(health.rate_limit)}`} note="left, as it says" />}
        {health.restarts > 0 && <Figure words="Connected again" value={counted(health.restarts, "time")} note="in this run of the server" />}
      </dl>
      {health.refusals.length > 0 && (
        <section class="panel" aria-label="Refused">
          <header class="panel-head"><h2>Refused: {count(health.refused)}</h2></header>
          <p class="hint">Came in, could not be understood or trusted, and was left out.</p>
          <table class="plain-table"><thead><tr><th scope="col">Why</th><th scope="col" class="number">How many</th></tr></thead>
            <tbody>{health.refusals.map((each) => <tr key={each.reason}><td>{each.reason}</td><td class="number">{count(each.count)}</td></tr>)}</tbody>
          </table>
        </section>
      )}
      {shared && <p class="quiet">{shared}</p>}
    </div>
  );
}

function Figure({ words, value, note }: { words: string; value: ComponentChildren; note?: string }) {
  return <div><dt>{words}</dt><dd><b>{value}</b>{note && <span class="quiet">{note}</span>}</dd></div>;
}

function Settings({ source, connector, allowsPrivate, again }: { source: Source; connector: Connector | undefined; allowsPrivate: boolean; again: () => void }) {
  if (!connector) return <p class="quiet">What {source.title} needs is not known just now.</p>;
  return (
    <div class="stack">
      {source.connector === "webhook" && <HookHelp source={source} />}
      {may("reviewer") ? <SourceForm key={source.version} connector={connector} before={source} allowsPrivate={allowsPrivate} onSaved={again} /> : <AsTheyAre source={source} connector={connector} />}
      <p class="quiet">Added <Time at={source.created_at} />, changed <Time at={source.changed_at} as="ago" />. {connector.is_program ? "A connector of others: " : "Tested against "}{connector.evidence}.</p>
    </div>
  );
}

function HookHelp({ source }: { source: Source }) {
  return (
    <section class="panel" aria-label="How to push">
      <header class="panel-head"><h2>How another program pushes here</h2></header>
      <p>Address: <code class="source-code">{hookAddress(source)}</code></p>
      <details><summary>An example with curl</summary><pre class="source-pre" tabIndex={0} aria-label="An example with curl">{hookExample(source)}</pre></details>
    </section>
  );
}

/** For those who may not change it. */
function AsTheyAre({ source, connector }: { source: Source; connector: Connector }) {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [isAsking, setAsking] = useState(false);
  const check = async () => {
    setAsking(true);
    try {
      setChecked(await send<Checked>("POST", apiUrl(`/sources/${source.id}/check`), {}));
    } catch (cause) {
      toastProblem("It could not be tested", cause);
    } finally {
      setAsking(false);
    }
  };
  return (
    <div class="stack">
      <dl class="source-figures">
        {connector.fields.map((field) => {
          const value = source.config[field.name];
          const words = field.is_secret ? (source.secrets.includes(field.name) ? "set" : "not set") : Array.isArray(value) ? value.join(", ") : value === undefined ? (field.fallback ?? "–") : String(value);
          return <Figure key={field.name} words={field.label} value={<span dir="auto">{words}</span>} />;
        })}
        <Figure words="Renewed by" value={source.owner?.name ?? "nobody yet"} note={renewWords(source, clockNow())} />
      </dl>
      {may("practitioner") && <div class="source-checked"><button type="button" disabled={isAsking} onClick={() => void check()}>{isAsking ? "Asking the platform …" : "Test connection"}</button><div role="status">{checked && <CheckWords checked={checked} />}</div></div>}
      <Empty title="Changing it is for reviewers">A source makes the server speak to an address, with secrets of the house.</Empty>
    </div>
  );
}
