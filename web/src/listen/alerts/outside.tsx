// Where alerts go: webhooks, the feed, and how each delivery went.
import { useState } from "preact/hooks";
import { apiUrl, get, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Once } from "../../parts/once.tsx";
import { Panel } from "../../parts/panel.tsx";
import { href, param, setParams } from "../../parts/router.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { Problem } from "../../parts/api.ts";
import type { Delivery, Feed, Hook } from "./alert.ts";

export function Outside({ canMail }: { canMail: boolean }) {
  return (
    <div class="stack alert-outside">
      <Hooks />
      <Feeds />
      <section class="panel" aria-label="Mail">
        <header class="panel-head"><h2>Mail</h2></header>
        <p class="quiet">{canMail ? "Mail goes out by the server of the settings." : "No mail server is set, so mails stay here as undelivered. Whoever runs this server sets mail.host and mail.from."}</p>
      </section>
      <section class="panel" aria-label="Deliveries">
        <header class="panel-head"><h2>Deliveries</h2></header>
        <Deliveries />
      </section>
    </div>
  );
}

export function AddHook({ onClose, onAdded }: { onClose: () => void; onAdded: (hook: Hook) => void }) {
  const [url, setUrl] = useState("");
  const [made, setMade] = useState<Hook | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = async () => {
    setProblem(null);
    try {
      const hook = await send<Hook>("POST", apiUrl("/alerts/webhooks"), { url: url.trim() });
      onAdded(hook);
      setMade(hook);
    } catch (cause) {
      setProblem(cause instanceof Problem ? cause : new Problem(0, String(cause)));
    }
  };
  if (made) return <Once title="The webhook's secret" words="Its receiver needs this to tell that a message is ours. It is shown this once." value={made.secret ?? ""} onClose={onClose} />;
  return (
    <Dialog title="Add a webhook" onClose={onClose} foot={<><button type="button" onClick={onClose}>Cancel</button><button type="button" class="act" disabled={!url.trim()} onClick={() => void add()}>Add it</button></>}>
      <label class="stack alert-field">
        <span>Address that takes a POST of JSON</span>
        <input type="url" value={url} maxLength={1000} placeholder="https://example.org/hooks/alerts" onInput={(event) => setUrl(event.currentTarget.value)} onKeyDown={(event) => event.key === "Enter" && (event.preventDefault(), void add())} autoFocus />
      </label>
      {problem && <p class="loss-words" role="alert">{problem.message}</p>}
    </Dialog>
  );
}

function Hooks() {
  const answer = useAsk<{ webhooks: Hook[] }>(apiUrl("/alerts/webhooks"));
  const [isAdding, setAdding] = useState(false);
  const [going, setGoing] = useState<Hook | null>(null);
  const remove = async (hook: Hook) => {
    setGoing(null);
    try {
      await send("DELETE", apiUrl(`/alerts/webhooks/${hook.id}`));
      answer.again();
      toast("The webhook is gone");
    } catch (cause) {
      toastProblem("It was not removed", cause);
    }
  };
  return (
    <>
      <Panel title="Webhooks" answer={answer} aside={<button type="button" onClick={() => setAdding(true)}>Add a webhook</button>}>
        {({ webhooks }) =>
          webhooks.length === 0 ? (
            <p class="quiet">None yet. A webhook hands alerts to another program: a chat, a pager, your own.</p>
          ) : (
            <ul class="alert-places">{webhooks.map((hook) => <li key={hook.id}><code>{hook.url}</code><span class="quiet">{hook.created_by}, <Time at={hook.created_at} /></span><button type="button" class="plain" onClick={() => setGoing(hook)}>Remove</button></li>)}</ul>
          )
        }
      </Panel>
      {isAdding && <AddHook onClose={() => setAdding(false)} onAdded={answer.again} />}
      {going && <Confirm title="Remove this webhook?" words={<>Rules that name <code>{going.url}</code> go on without it, and its secret is gone.</>} verb="Remove it" onYes={() => void remove(going)} onNo={() => setGoing(null)} />}
    </>
  );
}

function Feeds() {
  const answer = useAsk<{ feeds: Feed[] }>(apiUrl("/alerts/feeds"));
  const [made, setMade] = useState<string | null>(null);
  const [going, setGoing] = useState<Feed | null>(null);
  const make = async () => {
    try {
      const feed = await send<Feed>("POST", apiUrl("/alerts/feeds"));
      answer.again();
      setMade(new URL(feed.path ?? "", location.href).href);
    } catch (cause) {
      toastProblem("No address was made", cause);
    }
  };
  const revoke = async (feed: Feed) => {
    setGoing(null);
    try {
      await send("DELETE", apiUrl(`/alerts/feeds/${feed.id}`));
      answer.again();
      toast("The address is revoked");
    } catch (cause) {
      toastProblem("It was not revoked", cause);
    }
  };
  return (
    <>
      <Panel title="Feed" answer={answer} aside={<button type="button" onClick={() => void make()}>Make a private address</button>}>
        {({ feeds }) =>
          feeds.length === 0 ? (
            <p class="quiet">No address yet. A feed reader that has one reads these alerts without signing in; anybody with the address can.</p>
          ) : (
            <ul class="alert-places">{feeds.map((feed) => <li key={feed.id}><span>Address {feed.id}</span><span class="quiet">{feed.created_by}, <Time at={feed.created_at} />; {feed.used_at ? <>last read <Time at={feed.used_at} as="ago" /></> : "never read"}</span><button type="button" class="plain" onClick={() => setGoing(feed)}>Revoke</button></li>)}</ul>
          )
        }
      </Panel>
      {made && <Once title="The feed's private address" words="Whoever has it can read this feed, and nothing else. It is shown this once." value={made} onClose={() => setMade(null)} />}
      {going && <Confirm title="Revoke this address?" words="Readers that use it get nothing more." verb="Revoke it" onYes={() => void revoke(going)} onNo={() => setGoing(null)} />}
    </>
  );
}

const fates: Record<Delivery["fate"], string> = {
  waiting: "waits", sending: "on its way", sent: "arrived", uncertain: "uncertain: it may have arrived, and is not sent again", dead: "given up", cancelled: "cancelled",
};

export function Deliveries({ alert }: { alert?: number }) {
  const isTroubled = param("troubled") === "1";
  const ask = { alert, troubled: isTroubled ? "true" : null };
  const answer = useAsk<{ deliveries: Delivery[]; next: string | null }>(apiUrl("/alerts/deliveries", ask));
  const [older, setOlder] = useState<{ deliveries: Delivery[]; next: string | null } | null>(null);
  useEvents({ alert: answer.again, delivery: answer.again });
  const more = async (next: string) => {
    try {
      const page = await get<{ deliveries: Delivery[]; next: string | null }>(apiUrl("/alerts/deliveries", { ...ask, cursor: next }));
      setOlder({ deliveries: [...(older?.deliveries ?? []), ...page.deliveries], next: page.next });
    } catch (cause) {
      toastProblem("Older ones could not be shown", cause);
    }
  };
  return (
    <div class="stack">
      <div class="row"><button type="button" aria-pressed={isTroubled} onClick={() => { setOlder(null); setParams({ troubled: isTroubled ? null : "1" }); }}>Only with trouble</button><button type="button" class="plain" onClick={answer.again}>Look again</button></div>
      <Shown answer={answer} what="The deliveries">
        {(page) => {
          const known = new Set(page.deliveries.map((each) => each.id));
          const rows = [...page.deliveries, ...(older?.deliveries ?? []).filter((each) => !known.has(each.id))];
          const next = older ? older.next : page.next;
          if (!rows.length) return <Empty title={isTroubled ? "No trouble" : "Nothing was sent yet"}>{isTroubled ? "Every mail and webhook went as it should." : "Mails and webhooks stand here for 90 days, with what their receivers answered."}</Empty>;
          return (
            <>
              <div class="alert-table" tabIndex={0} role="region" aria-label="Deliveries">
                <table class="plain-table">
                  <thead><tr><th scope="col">When</th>{alert === undefined && <th scope="col">Rule</th>}<th scope="col">What</th><th scope="col">To</th><th scope="col">What came of it</th></tr></thead>
                  <tbody>
                    {rows.map((each) => (
                      <tr key={each.id}>
                        <th scope="row"><Time at={each.created_at} /></th>
                        {alert === undefined && <td><a href={href(`/listen/alerts/${each.alert}`)}>{each.name}</a></td>}
                        <td>{each.kind === "digest" ? "summary" : each.kind === "test" ? "test" : "alert"}</td>
                        <td>{each.channel} {each.target && <code>{each.target}</code>}</td>
                        <td><span class={each.fate === "dead" || each.fate === "uncertain" ? "loss-words" : ""}>{fates[each.fate]}</span>{each.attempts > 1 && `, ${each.attempts} attempts`}{each.next_at && each.attempts > 0 && <>, again <Time at={each.next_at} as="ago" /></>}{each.said && each.fate !== "sent" && <div class="quiet">{each.said}</div>}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {next && <p><button type="button" onClick={() => void more(next)}>Show older ones</button></p>}
            </>
          );
        }}
      </Shown>
    </div>
  );
}
