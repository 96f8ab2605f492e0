// One rule: its record, when it fired on the curve of what it counts, what fired, and its versions.
import { apiUrl, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Histogram } from "../../parts/histogram.tsx";
import { Menu } from "../../parts/menu.tsx";
import { Panel } from "../../parts/panel.tsx";
import { go, href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Loading, Shown } from "../../parts/states.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { counted, span } from "../../parts/words.ts";
import { dayNames, type Alert, type Firing, type Rule } from "./alert.ts";
import { Record, StateChip } from "./alerts.tsx";
import { setState } from "./editor.tsx";
import { Firings } from "./firings.tsx";
import { Deliveries } from "./outside.tsx";
import { usePreview, weeksOf } from "./preview.tsx";

export function AlertPage({ id }: { id: number }) {
  const answer = useAsk<Alert>(apiUrl(`/alerts/${id}`));
  useEvents({ alert: answer.again, alert_rule: answer.again });
  return (
    <div class="page alerts">
      <nav aria-label="Where you are"><a href={href("/listen/alerts")}>Alerts</a></nav>
      <Shown answer={answer} what="The alert" rows={6}>{(alert) => <One alert={alert} again={answer.again} />}</Shown>
    </div>
  );
}

function One({ alert, again }: { alert: Alert; again: () => void }) {
  const tab = param("tab") || "fired";
  const canChange = may("practitioner");
  const test = async () => {
    try {
      const { queued } = await send<{ queued: number }>("POST", apiUrl("/alerts/test"), { alert: alert.id });
      toast(queued ? `${counted(queued, "test")} on the way` : "Nobody to tell: this rule has no mail address and no webhook");
      if (queued) setParams({ tab: "deliveries" });
    } catch (cause) {
      toastProblem("No test was sent", cause);
    }
  };
  return (
    <div class="stack alert-one">
      <header class="page-head">
        <h1 dir="auto">{alert.rule.name}</h1>
        <StateChip alert={alert} />
        {canChange && (
          <div class="row">
            <a class="button" href={href(`/listen/alerts/${alert.id}/edit`)}>Edit</a>
            {alert.state === "on" ? <button type="button" onClick={() => void setState(alert, "paused", "Paused", again)}>Pause</button> : <button type="button" class="act" onClick={() => void setState(alert, "on", "It listens again", again)}>Let it listen</button>}
            <Menu label="More" class="square" items={[
              { words: "Send a test", hint: "To every address and webhook of this rule", act: () => void test() },
              { words: "Make another like it", act: () => go(href("/listen/alerts/new", { on: alert.rule.on, q: alert.rule.query, topic: alert.rule.topic, author: alert.rule.author })) },
              ...(alert.state === "retired" ? [] : [{ words: "Retire", hint: "It stops; what it told stays", act: () => void setState(alert, "retired", "Retired", again) }]),
            ]}>…</Menu>
          </div>
        )}
      </header>
      <p class="alert-says" dir="auto">{alert.words}</p>
      {alert.problem && <p class="loss-words" role="alert">It cannot be judged: {alert.problem}</p>}
      <div class="row alert-facts"><Record alert={alert} /><Settings rule={alert.rule} owner={alert.owner.name} /></div>
      {alert.advice && <p class="alert-advice">{alert.advice} {canChange && <a href={href(`/listen/alerts/${alert.id}/edit`)}>Try other words</a>}</p>}
      <Curve alert={alert} />
      <Tabs label="This alert" chosen={tab} onChoose={(name) => setParams({ tab: name === "fired" ? null : name })} tabs={[{ name: "fired", words: "What fired" }, { name: "deliveries", words: "Deliveries" }, { name: "versions", words: "Versions" }]}>
        {tab === "deliveries" ? <Deliveries alert={alert.id} /> : tab === "versions" ? <Versions alert={alert} /> : <Firings alert={alert.id} onJudged={again} />}
      </Tabs>
    </div>
  );
}

function quietWords(rule: Rule): string {
  if (!rule.quiet) return "none";
  const days = rule.quiet.days.length === 7 ? "" : `, ${dayNames.filter((each) => rule.quiet!.days.includes(each.name)).map((each) => each.words).join(" ")}`;
  return `${rule.quiet.from} to ${rule.quiet.until}, ${rule.quiet.zone}${days}`;
}

function Settings({ rule, owner }: { rule: Rule; owner: string }) {
  const whom = [rule.mail.length && counted(rule.mail.length, "mail address", "mail addresses"), rule.webhooks.length && counted(rule.webhooks.length, "webhook"), rule.is_in_feed && "the feed"].filter(Boolean).join(", ");
  return (
    <dl class="alert-settings">
      <div><dt>Owner</dt><dd>{owner}</dd></div>
      {rule.on !== "author" && <div><dt>At least</dt><dd>{counted(rule.least_posts, "post")}, {counted(rule.least_voices, "voice")}</dd></div>}
      <div><dt>Silent after</dt><dd>{span(rule.cooldown_s)}</dd></div>
      <div><dt>Quiet hours</dt><dd>{quietWords(rule)}</dd></div>
      <div><dt>Tells</dt><dd>this page{whom && `, ${whom}`}</dd></div>
    </dl>
  );
}

/** What it really told, as dots on the curve of what it counts. */
function Curve({ alert }: { alert: Alert }) {
  const weeks = weeksOf();
  const { preview, problem } = usePreview(alert.rule, weeks);
  const firings = useAsk<{ firings: Firing[] }>(apiUrl("/alerts/firings", { alert: alert.id, limit: 200 }));
  useEvents({ alert: firings.again });
  if (problem) return null; // the problem of the rule is told above
  if (!preview) return <Loading words="The curve is on its way" />;
  if (!preview.timeline) return <p class="quiet">No posts of this rule in the last {counted(weeks, "week")}.</p>;
  return (
    <Histogram
      title={alert.rule.on === "tone" ? "Negative posts" : "Posts"}
      timeline={preview.timeline}
      marks={(firings.data?.firings ?? []).map((each) => ({ at: each.at, words: `fired: ${each.words}` }))}
      height={120}
      aside={<span class="quiet">dots: it fired</span>}
    />
  );
}

interface Version {
  version: number;
  at: string;
  by: string;
  what: string;
  rule: Rule;
}
const deeds: Record<string, string> = { create: "made it", edit: "changed it", pause: "paused it", resume: "let it listen again", retire: "retired it" };

function Versions({ alert }: { alert: Alert }) {
  const answer = useAsk<{ versions: Version[] }>(apiUrl(`/alerts/${alert.id}/versions`));
  useEvents({ alert_rule: answer.again });
  return (
    <Panel title="Versions" answer={answer}>
      {({ versions }) => (
        <ol class="alert-versions">
          {versions.map((each, i) => (
            <li key={each.version}>
              <p><b>{each.by}</b> {deeds[each.what] ?? each.what} <span class="quiet">· version {each.version} · <Time at={each.at} /></span></p>
              {each.what === "edit" && versions[i + 1] && <Changes before={versions[i + 1]!.rule} now={each.rule} />}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Changes({ before, now }: { before: Rule; now: Rule }) {
  const words = (value: unknown) => (value === null || value === "" ? "nothing" : typeof value === "object" ? JSON.stringify(value) : String(value));
  const changed = (Object.keys(now) as (keyof Rule)[]).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  return (
    <ul class="alert-changes">
      {changed.map((name) => <li key={name} dir="auto"><span class="quiet">{name.replace(/_s$/, " (s)").replace(/_/g, " ")}:</span> {words(before[name])} → {words(now[name])}</li>)}
    </ul>
  );
}
