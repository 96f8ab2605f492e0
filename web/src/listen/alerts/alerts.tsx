// Alerts: rules with their record, what fired and what it was good for, and where it is told.
import "./alerts.css";
import { apiUrl } from "../../parts/api.ts";
import { useAsk, type Answer } from "../../parts/ask.ts";
import { useCommands } from "../../parts/commands.ts";
import { useKeys } from "../../parts/keys.ts";
import { go, href, param, setParams } from "../../parts/router.ts";
import { client, may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Time } from "../../parts/time.tsx";
import { useEvents } from "../../parts/use-events.ts";
import { counted } from "../../parts/words.ts";
import { recordWords, type Alert, type Alerts as Answered } from "./alert.ts";
import { AlertPage } from "./detail.tsx";
import { EditAlert, NewAlert } from "./editor.tsx";
import { Firings } from "./firings.tsx";
import { Outside } from "./outside.tsx";

export default function Alerts({ parts }: { parts: Record<string, string> }) {
  if (parts.id === "new") return <NewAlert />;
  if (parts.id) return parts.part === "edit" ? <EditAlert id={Number(parts.id)} /> : <AlertPage id={Number(parts.id)} />;
  return <Overview />;
}

function Overview() {
  const hasRetired = param("retired") === "1";
  const answer = useAsk<Answered>(apiUrl("/alerts", { retired: hasRetired ? "true" : null }));
  const tab = param("tab") || "rules";
  const canMake = may("practitioner");
  const create = () => go(href("/listen/alerts/new"));
  useEvents({ alert: answer.again, alert_rule: answer.again });
  useKeys("Alerts", canMake ? [{ key: "c", words: "New alert", act: create }] : []);
  useCommands(canMake ? [{ words: "New alert", key: "c", act: create }] : []);
  const unjudged = answer.data?.unjudged ?? 0;
  return (
    <div class="page alerts">
      <header class="page-head">
        <h1>Alerts</h1>
        {canMake && <a class="button act" href={href("/listen/alerts/new")}>New alert <kbd>c</kbd></a>}
      </header>
      <Tabs
        label="Alerts"
        chosen={tab}
        onChoose={(name) => setParams({ tab: name === "rules" ? null : name, unjudged: null })}
        tabs={[
          { name: "rules", words: "Rules" },
          { name: "fired", words: unjudged ? <span title={`${unjudged} wait for a word`}>What fired ({unjudged})</span> : "What fired" },
          ...(canMake ? [{ name: "outside", words: "Delivery" }] : []),
        ]}
      >
        {tab === "fired" ? (
          <Firings onJudged={answer.again} />
        ) : tab === "outside" && canMake ? (
          <Outside canMail={answer.data?.can_mail ?? false} />
        ) : (
          <Rules answer={answer} hasRetired={hasRetired} canMake={canMake} />
        )}
      </Tabs>
    </div>
  );
}

function Rules({ answer, hasRetired, canMake }: { answer: Answer<Answered>; hasRetired: boolean; canMake: boolean }) {
  return (
    <Shown answer={answer} what="The alerts" rows={4}>
      {({ alerts }) => (
        <div class="stack">
          {alerts.length === 0 ? (
            <Empty
              title={hasRetired ? "No alerts, retired or not" : "No alerts yet"}
              action={canMake ? <a class="button act" href={href("/listen/alerts/new")}>Make the first alert</a> : undefined}
            >
              An alert watches a query, a topic, the tone, trends or an author while nobody looks, and tells when something is out of the usual. Before you save one, it shows
              what it would have told in the past weeks. {!canMake && `A practitioner of ${client.value?.title ?? "this client"} can make one.`}
            </Empty>
          ) : (
            <ul class="alert-list">{alerts.map((each) => <li key={each.id}><Row alert={each} /></li>)}</ul>
          )}
          <p><button type="button" class="plain" aria-pressed={hasRetired} onClick={() => setParams({ retired: hasRetired ? null : "1" })}>{hasRetired ? "Hide retired ones" : "Show retired ones too"}</button></p>
        </div>
      )}
    </Shown>
  );
}

export function StateChip({ alert }: { alert: Alert }) {
  if (alert.state === "on") return <span class="chip is-live">on</span>;
  return <span class="chip">{alert.state}</span>;
}

function Row({ alert }: { alert: Alert }) {
  return (
    <article class="card alert-row">
      <div class="alert-row-words">
        <h2><a class="alert-name" dir="auto" href={href(`/listen/alerts/${alert.id}`)}>{alert.rule.name}</a> <StateChip alert={alert} /></h2>
        <p class="alert-says" dir="auto">{alert.words}</p>
        {alert.problem && <p class="loss-words">It cannot be judged: {alert.problem}</p>}
        {alert.advice && <p class="alert-advice">{alert.advice}</p>}
      </div>
      <div class="alert-row-facts">
        <Record alert={alert} />
        <p class="quiet">{alert.fired_at ? <>last <Time at={alert.fired_at} as="ago" /></> : "never fired"} · {alert.owner.name}</p>
        {alert.record.unjudged > 0 && may("learner") && <a href={href("/listen/alerts", { tab: "fired", alert: alert.id, unjudged: "1" })}>{counted(alert.record.unjudged, "alert")} to judge</a>}
      </div>
    </article>
  );
}

/** A bar of what its firings were good for, with the words beside it. */
export function Record({ alert }: { alert: Alert }) {
  const { record } = alert;
  const parts: [string, number][] = [["good", record.useful + record.acted], ["late", record.too_late], ["not", record.not_useful], ["open", record.unjudged]];
  const all = Math.max(1, record.fired);
  let at = 0;
  return (
    <div class="alert-record">
      {record.fired > 0 && (
        <svg viewBox="0 0 160 8" width="160" height="8" role="img" aria-label={`${record.useful} useful, ${record.acted} acted on, ${record.too_late} too late, ${record.not_useful} not useful, ${record.unjudged} without a word`} preserveAspectRatio="none">
          {parts.map(([name, n]) => {
            const from = at;
            at += (n / all) * 160;
            return n ? <rect key={name} class={`record-${name}`} x={from} y={0} width={Math.max(1, at - from - 1)} height={8} /> : null;
          })}
        </svg>
      )}
      <p>{recordWords(record)}</p>
    </div>
  );
}
