// A rule is written as a sentence; what it would have told stands beside it and follows each word.
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl, get, Problem, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { useKeys } from "../../parts/keys.ts";
import { go, href, param } from "../../parts/router.ts";
import { client, may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { span, zone } from "../../parts/words.ts";
import { QueryBar } from "../query-bar.tsx";
import { cooldowns_s, dayNames, onWords, plainRule, sensitivityMeaning, sensitivityWords, windows_s, type Alert, type Alerts, type Hook, type On, type Rule, type Sensitivity } from "./alert.ts";
import { AddHook } from "./outside.tsx";
import { PreviewPanel } from "./preview.tsx";

interface TopicName {
  id: number;
  name: string;
}

const NotForRole = () => (
  <div class="page"><Empty title="Not for your role" action={<a class="button" href={href("/listen/alerts")}>Go to Alerts</a>}>A practitioner of {client.value?.title ?? "this client"} can make alerts.</Empty></div>
);

export function NewAlert() {
  const [first] = useState<Rule>(() => {
    const on = (["volume", "tone", "trend", "author"] as On[]).find((each) => each === param("on")) ?? "volume";
    return { ...plainRule, on, query: param("q"), topic: Number(param("topic")) || null, author: param("author"), name: param("name"), ...(on === "author" ? { least_posts: 1, least_voices: 1 } : {}) };
  });
  if (!may("practitioner")) return <NotForRole />;
  return (
    <div class="page alerts">
      <nav aria-label="Where you are"><a href={href("/listen/alerts")}>Alerts</a></nav>
      <header class="page-head"><h1>New alert</h1></header>
      <Editor first={first} before={null} />
    </div>
  );
}

export function EditAlert({ id }: { id: number }) {
  const answer = useAsk<Alert>(apiUrl(`/alerts/${id}`));
  if (!may("practitioner")) return <NotForRole />;
  return (
    <div class="page alerts">
      <nav aria-label="Where you are"><a href={href("/listen/alerts")}>Alerts</a></nav>
      <Shown answer={answer} what="The alert" rows={5}>
        {(alert) => (
          <div class="stack">
            <header class="page-head"><h1 dir="auto">Edit “{alert.rule.name}”</h1></header>
            <Editor key={alert.version} first={alert.rule} before={alert} again={answer.again} />
          </div>
        )}
      </Shown>
    </div>
  );
}

/** Why there is nothing to preview yet, or null. */
function missing(rule: Rule): string | null {
  if (rule.on === "author" && !rule.author.trim()) return "Name the author, and see when they posted.";
  return null;
}

function Editor({ first, before, again }: { first: Rule; before: Alert | null; again?: () => void }) {
  const [rule, setRule] = useState(first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSaving, setSaving] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  const set = (part: Partial<Rule>) => setRule((now) => ({ ...now, ...part }));
  const isSame = before !== null && JSON.stringify(rule) === JSON.stringify(before.rule);
  const back = before ? href(`/listen/alerts/${before.id}`) : href("/listen/alerts");
  const notReady = missing(rule);
  const canSave = !isSaving && !isSame && rule.name.trim() !== "" && !notReady;

  useEffect(() => {
    if (!before) nameField.current?.focus();
  }, []);
  const save = async () => {
    if (!canSave) return;
    setSaving(true);
    setProblem(null);
    try {
      const saved = before ? await send<Alert>("PATCH", apiUrl(`/alerts/${before.id}`), { version: before.version, rule }) : await send<Alert>("POST", apiUrl("/alerts"), { rule });
      go(href(`/listen/alerts/${saved.id}`), "replace");
      if (before) {
        toast("Saved", async () => {
          const newest = await get<Alert>(apiUrl(`/alerts/${saved.id}`));
          await send("PATCH", apiUrl(`/alerts/${saved.id}`), { version: newest.version, rule: before.rule });
        });
      } else toast("It listens from now on");
    } catch (cause) {
      setProblem(cause instanceof Problem ? cause : new Problem(0, String(cause)));
    } finally {
      setSaving(false);
    }
  };
  useKeys("Alert", [{ key: "Ctrl+Enter", words: "Save", isInText: true, act: () => void save() }]);

  return (
    <div class="alert-editor">
      <form class="stack alert-form" onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <label class="stack alert-field">
          <span>Name</span>
          <input ref={nameField} value={rule.name} maxLength={120} required placeholder="Lost bags" dir="auto" onInput={(event) => set({ name: event.currentTarget.value })} />
        </label>
        <Sentence rule={rule} set={set} />
        <Quietness rule={rule} set={set} />
        <Whom rule={rule} set={set} />
        {problem && (
          <div class="state failed" role="alert">
            <p><b>It was not saved.</b> {problem.message}</p>
            {problem.hint && <p class="hint">{problem.hint}</p>}
            {problem.isConflict && again && <button type="button" onClick={again}>Load the newest version (what you changed here is lost)</button>}
          </div>
        )}
        <div class="row">
          <button type="submit" class="act" disabled={!canSave}>{isSaving ? "Saving …" : before ? "Save" : "Save and listen"} <kbd>Ctrl ⏎</kbd></button>
          <a class="button" href={back}>Cancel</a>
          {isSame && <span class="quiet">Nothing is changed yet.</span>}
          {!isSame && !rule.name.trim() && <span class="quiet">It needs a name.</span>}
        </div>
      </form>
      <PreviewPanel rule={rule} isReady={notReady} onSensitivity={(sensitivity) => set({ sensitivity })} />
    </div>
  );
}

interface PartProps {
  rule: Rule;
  set: (part: Partial<Rule>) => void;
}

const spans = (choices: number[], now: number) => (choices.includes(now) ? choices : [...choices, now].sort((a, b) => a - b));

function Whole({ label, value, most, onValue }: { label: string; value: number; most: number; onValue: (n: number) => void }) {
  return <input class="alert-number" type="number" inputMode="numeric" aria-label={label} min={1} max={most} value={value} onInput={(event) => { const n = Math.round(Number(event.currentTarget.value)); if (n >= 1 && n <= most) onValue(n); }} />;
}

function Sentence({ rule, set }: PartProps) {
  const topics = useAsk<{ topics: TopicName[] }>(apiUrl("/topics"));
  const isCounted = rule.on === "volume" || rule.on === "tone";
  return (
    <fieldset class="alert-sentence">
      <legend class="unseen">When to tell</legend>
      <div class="alert-line">
        <span>Tell us when</span>
        <select aria-label="What happens" value={rule.on} onChange={(event) => {
          const on = event.currentTarget.value as On;
          set({ on, ...(on === "author" ? { least_posts: 1, least_voices: 1 } : { author: "", ...(rule.on === "author" ? { least_posts: 5, least_voices: 3 } : {}) }) });
        }}>
          {(Object.keys(onWords) as On[]).map((on) => <option key={on} value={on}>{onWords[on]}</option>)}
        </select>
        {rule.on === "author" && <input aria-label="Author" placeholder="handle or id" value={rule.author} maxLength={200} dir="auto" onInput={(event) => set({ author: event.currentTarget.value.replace(/^@/, "") })} />}
        <span>{rule.on === "author" ? "in" : "within"}</span>
        <select aria-label="Topic" value={rule.topic ?? ""} onChange={(event) => set({ topic: Number(event.currentTarget.value) || null })}>
          <option value="">everything we hear</option>
          {topics.data?.topics.map((each) => <option key={each.id} value={each.id}>topic {each.name}</option>)}
          {rule.topic !== null && !topics.data?.topics.some((each) => each.id === rule.topic) && <option value={rule.topic}>topic {rule.topic}</option>}
        </select>
        <span>{rule.topic ? "and matching" : "that matches"}</span>
      </div>
      <QueryBar q={rule.query} verb="Try" onDraft={(query) => query !== rule.query && set({ query })} onQuery={(query) => set({ query })} placeholder={rule.topic ? "All of the topic. Or narrow it: refund* OR \"money back\"" : "Every post. Try: bag* NEAR/5 lost"} />
      {rule.on !== "author" && (
        <div class="alert-line">
          {isCounted && (
            <>
              <span>in the last</span>
              <select aria-label="Window" value={rule.window_s} onChange={(event) => set({ window_s: Number(event.currentTarget.value) })}>{spans(windows_s, rule.window_s).map((each) => <option key={each} value={each}>{span(each)}</option>)}</select>
            </>
          )}
          <span>and it is</span>
          <select aria-label="Sensitivity" value={rule.sensitivity} onChange={(event) => set({ sensitivity: event.currentTarget.value as Sensitivity })}>
            {(Object.keys(sensitivityWords) as Sensitivity[]).map((word) => <option key={word} value={word}>{sensitivityWords[word]}</option>)}
          </select>
        </div>
      )}
      {rule.on !== "author" && <p class="quiet">{rule.on === "trend" ? "The word stands for a trend's strength: 16 or more, 10 or more, or any." : `Told is what is ${sensitivityMeaning[rule.sensitivity]}.`}</p>}
      <div class="alert-line">
        {rule.on !== "author" && (
          <>
            <span>with at least</span>
            <Whole label="Least posts" value={rule.least_posts} most={1000000} onValue={(least_posts) => set({ least_posts })} />
            <span>{rule.on === "tone" ? "posts of known tone from" : "posts from"}</span>
            <Whole label="Least voices" value={rule.least_voices} most={1000} onValue={(least_voices) => set({ least_voices })} />
            <span>voices;</span>
          </>
        )}
        <span>then stay silent for</span>
        <select aria-label="Cooldown" value={rule.cooldown_s} onChange={(event) => set({ cooldown_s: Number(event.currentTarget.value) })}>{spans(cooldowns_s, rule.cooldown_s).map((each) => <option key={each} value={each}>{span(each)}</option>)}</select>
      </div>
      {isCounted && <p class="quiet">A storm is told once: again when it had calmed down in between, or when it has doubled.</p>}
    </fieldset>
  );
}

const zones = (() => {
  try {
    return Intl.supportedValuesOf("timeZone");
  } catch {
    return [];
  }
})();

function Quietness({ rule, set }: PartProps) {
  const { quiet } = rule;
  return (
    <fieldset class="alert-part">
      <legend>Quiet hours</legend>
      <label><input type="checkbox" checked={quiet !== null} onChange={(event) => set({ quiet: event.currentTarget.checked ? { zone: zone.value, days: dayNames.map((each) => each.name), from: "22:00", until: "07:00" } : null })} /> Do not ring at night: what happens then comes as one summary after</label>
      {quiet && (
        <>
          <div class="alert-line">
            <span>from</span>
            <input type="time" aria-label="Quiet from" value={quiet.from} required onInput={(event) => event.currentTarget.value && set({ quiet: { ...quiet, from: event.currentTarget.value.slice(0, 5) } })} />
            <span>until</span>
            <input type="time" aria-label="Quiet until" value={quiet.until} required onInput={(event) => event.currentTarget.value && set({ quiet: { ...quiet, until: event.currentTarget.value.slice(0, 5) } })} />
            <span>in</span>
            <select aria-label="Time zone" value={quiet.zone} onChange={(event) => set({ quiet: { ...quiet, zone: event.currentTarget.value } })}>
              {[...new Set([quiet.zone, zone.value, "UTC", ...zones])].map((each) => <option key={each} value={each}>{each}</option>)}
            </select>
          </div>
          <div class="alert-line" role="group" aria-label="On nights that begin on">
            <span>on nights that begin on</span>
            {dayNames.map(({ name, words }) => (
              <button key={name} type="button" aria-pressed={quiet.days.includes(name)} onClick={() => {
                const days = dayNames.map((each) => each.name).filter((each) => (each === name ? !quiet.days.includes(name) : quiet.days.includes(each)));
                if (days.length) set({ quiet: { ...quiet, days } });
              }}>{words}</button>
            ))}
          </div>
        </>
      )}
    </fieldset>
  );
}

function Whom({ rule, set }: PartProps) {
  const hooks = useAsk<{ webhooks: Hook[] }>(apiUrl("/alerts/webhooks"));
  const alerts = useAsk<Alerts>(apiUrl("/alerts"));
  const [mails, setMails] = useState(rule.mail.join(", "));
  const [isAdding, setAdding] = useState(false);
  return (
    <fieldset class="alert-part">
      <legend>Whom to tell</legend>
      <p class="quiet">Everybody sees it here, with a note when it happens.</p>
      <label class="stack alert-field">
        <span>By mail, to</span>
        <input value={mails} placeholder="mara@example.org, desk@example.org" onInput={(event) => {
          setMails(event.currentTarget.value);
          set({ mail: event.currentTarget.value.split(/[\s,;]+/).filter(Boolean) });
        }} />
      </label>
      {rule.mail.length > 0 && alerts.data?.can_mail === false && <p class="loss-words">No mail server is set on this server, so mails will not go out. Whoever runs it can set one.</p>}
      <div class="stack alert-hooks">
        {hooks.data?.webhooks.map((hook) => (
          <label key={hook.id}>
            <input type="checkbox" checked={rule.webhooks.includes(hook.id)} onChange={(event) => set({ webhooks: event.currentTarget.checked ? [...rule.webhooks, hook.id] : rule.webhooks.filter((each) => each !== hook.id) })} /> Webhook <code>{hook.url}</code>
          </label>
        ))}
        <div><button type="button" class="plain" onClick={() => setAdding(true)}>Add a webhook …</button></div>
      </div>
      <label><input type="checkbox" checked={rule.is_in_feed} onChange={(event) => set({ is_in_feed: event.currentTarget.checked })} /> In the feed</label>
      {isAdding && <AddHook onClose={() => setAdding(false)} onAdded={(hook) => { hooks.again(); set({ webhooks: [...rule.webhooks, hook.id] }); }} />}
    </fieldset>
  );
}

export async function setState(alert: Alert, state: Alert["state"], words: string, again: () => void): Promise<void> {
  try {
    const changed = await send<Alert>("POST", apiUrl(`/alerts/${alert.id}/state`), { version: alert.version, state });
    again();
    toast(words, async () => {
      await send("POST", apiUrl(`/alerts/${alert.id}/state`), { version: changed.version, state: alert.state });
      again();
    });
  } catch (cause) {
    toastProblem("It was not changed", cause);
  }
}
