// What fired, and what it was good for: one key each, and Undo.
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl, get, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Icon } from "../../parts/icon.tsx";
import { useKeys } from "../../parts/keys.ts";
import { PostCard } from "../../parts/postcard.tsx";
import { href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { outcomes, outcomeWords, type Firing, type Outcome } from "./alert.ts";

interface Page {
  firings: Firing[];
  next: string | null;
}

export function Firings({ alert, onJudged }: { alert?: number; onJudged?: () => void }) {
  const only = alert ?? (Number(param("alert")) || undefined);
  const isUnjudged = param("unjudged") === "1";
  const ask = { alert: only, unjudged: isUnjudged ? "true" : null };
  const answer = useAsk<Page>(apiUrl("/alerts/firings", ask));
  useEvents({ alert: answer.again });
  return (
    <div class="stack">
      <div class="row">
        <button type="button" aria-pressed={isUnjudged} onClick={() => setParams({ unjudged: isUnjudged ? null : "1" })}>Without a word yet</button>
        {alert === undefined && only !== undefined && <button type="button" onClick={() => setParams({ alert: null })}>Of every rule</button>}
        {may("learner") && <span class="quiet alert-keys"><kbd>j</kbd> <kbd>k</kbd> move, {outcomes.map((each) => <span key={each.key}> <kbd>{each.key}</kbd> {each.words.toLowerCase()}</span>)}</span>}
      </div>
      <Shown answer={answer} what="What fired" rows={4}>
        {(page) =>
          page.firings.length === 0 ? (
            <Empty title={isUnjudged ? "Nothing waits for a word" : "Nothing has fired yet"} action={isUnjudged ? <button type="button" onClick={() => setParams({ unjudged: null })}>Show all that fired</button> : undefined}>
              {isUnjudged ? "Every alert here has been judged." : "When a rule fires, it stands here with the posts that were met with most. Say whether it was useful: that is how a rule is tuned or retired."}
            </Empty>
          ) : (
            <List key={JSON.stringify(ask)} first={page} ask={ask} isOne={alert !== undefined} onJudged={onJudged} />
          )
        }
      </Shown>
    </div>
  );
}

function List({ first, ask, isOne, onJudged }: { first: Page; ask: Record<string, string | number | null | undefined>; isOne: boolean; onJudged?: () => void }) {
  const [older, setOlder] = useState<Page | null>(null);
  const [changed, setChanged] = useState<Map<number, Firing>>(new Map());
  const known = new Set(first.firings.map((each) => each.id));
  const rows = [...first.firings, ...(older?.firings ?? []).filter((each) => !known.has(each.id))].map((each) => changed.get(each.id) ?? each);
  const asked = Number(param("firing")) || null;
  const [chosen, setChosen] = useState<number | null>(asked ?? rows[0]?.id ?? null);
  const box = useRef<HTMLOListElement>(null);
  const at = Math.max(0, rows.findIndex((each) => each.id === chosen));
  const next = older ? older.next : first.next;

  const choose = (i: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, i))];
    if (!row) return;
    setChosen(row.id);
    const element = box.current?.querySelector<HTMLElement>(`[data-firing="${row.id}"]`);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: "nearest" });
  };
  useEffect(() => {
    if (asked) box.current?.querySelector(`[data-firing="${asked}"]`)?.scrollIntoView({ block: "center" });
  }, []);

  const put = (firing: Firing) => setChanged((before) => new Map(before).set(firing.id, firing));
  const judge = async (firing: Firing, outcome: Outcome | null, note = firing.note) => {
    const before = firing;
    put({ ...firing, outcome, note });
    try {
      put(await send<Firing>("POST", apiUrl(`/alerts/firings/${firing.id}/outcome`), { outcome, note }));
      onJudged?.();
      toast(outcome ? `${outcomeWords(outcome)}: ${firing.name}` : `Taken back: ${firing.name}`, async () => {
        put(await send<Firing>("POST", apiUrl(`/alerts/firings/${firing.id}/outcome`), { outcome: before.outcome, note: before.note }));
        onJudged?.();
      });
    } catch (cause) {
      put(before);
      toastProblem("It was not saved", cause);
    }
  };
  const onChosen = (outcome: Outcome) => {
    const row = rows[at];
    if (row) void judge(row, row.outcome === outcome ? null : outcome);
  };
  useKeys("What fired", [
    { key: "j", words: "Next", act: () => choose(at + 1) },
    { key: "k", words: "The one before", act: () => choose(at - 1) },
    ...(may("learner") ? outcomes.map(({ outcome, key, words }) => ({ key, words, act: () => onChosen(outcome) })) : []),
  ]);
  const more = async () => {
    try {
      const page = await get<Page>(apiUrl("/alerts/firings", { ...ask, cursor: next }));
      setOlder({ firings: [...(older?.firings ?? []), ...page.firings], next: page.next });
    } catch (cause) {
      toastProblem("Older ones could not be shown", cause);
    }
  };
  return (
    <>
      <ol class="firings" ref={box}>
        {rows.map((firing) => (
          <li key={firing.id}>
            <Card firing={firing} isOne={isOne} isChosen={firing.id === rows[at]?.id} onChoose={() => setChosen(firing.id)} onJudge={(outcome, note) => void judge(firing, outcome, note)} />
          </li>
        ))}
      </ol>
      {next && <p><button type="button" onClick={() => void more()}>Show older ones</button></p>}
    </>
  );
}

function Card({ firing, isOne, isChosen, onChoose, onJudge }: { firing: Firing; isOne: boolean; isChosen: boolean; onChoose: () => void; onJudge: (outcome: Outcome | null, note?: string) => void }) {
  const [note, setNote] = useState(firing.note);
  const [isNoting, setNoting] = useState(false);
  const basis = firing.basis === "just_before" ? "against the hours just before: there are too few days yet" : firing.basis === "same_hour" ? "against the same hour of other days" : "";
  return (
    <article class={`card firing ${isChosen ? "is-chosen" : ""}`} tabIndex={-1} data-firing={firing.id} aria-current={isChosen ? "true" : undefined} onFocusCapture={onChoose} onClick={onChoose}>
      <header class="firing-head">
        {isOne ? <h3 dir="auto">{firing.words}</h3> : <h3 dir="auto"><a href={href(`/listen/alerts/${firing.alert}`)}>{firing.name}</a></h3>}
        <span class="quiet"><Time at={firing.at} /> · <Time at={firing.at} as="ago" />{firing.is_quiet && " · in quiet hours"}</span>
      </header>
      {!isOne && <p dir="auto">{firing.words}</p>}
      <p class="quiet">{basis}{firing.trend !== null && <a href={href(`/listen/trends/${firing.trend}`)}>Look at the trend</a>}</p>
      {firing.posts.length > 0 && (
        <details>
          <summary>{firing.posts.length === 1 ? "The post" : firing.trend !== null ? `Its newest ${firing.posts.length} posts` : `${firing.posts.length} posts met with most`}</summary>
          <ul class="firing-posts">{firing.posts.map((post) => <li key={post.id}><PostCard post={post} /></li>)}</ul>
        </details>
      )}
      <footer class="firing-foot">
        {may("learner") ? (
          <div class="row" role="group" aria-label="What was it good for?">
            {outcomes.map((each) => (
              <button key={each.outcome} type="button" title={`${each.meaning} (${each.key})`} aria-pressed={firing.outcome === each.outcome} onClick={() => onJudge(firing.outcome === each.outcome ? null : each.outcome)}>
                {firing.outcome === each.outcome && <Icon name="check" />} {each.words}
              </button>
            ))}
            {!isNoting && <button type="button" class="plain" onClick={() => setNoting(true)}>{firing.note ? "Change the note" : "Note"}</button>}
          </div>
        ) : (
          firing.outcome && <span class="chip">{outcomeWords(firing.outcome)}</span>
        )}
        {firing.outcome_by && <span class="quiet">{firing.outcome_by}{firing.outcome_at && <>, <Time at={firing.outcome_at} as="ago" /></>}</span>}
      </footer>
      {isNoting ? (
        <form class="row" onSubmit={(event) => { event.preventDefault(); setNoting(false); onJudge(firing.outcome, note.trim()); }}>
          <input class="firing-note" aria-label="Note" value={note} maxLength={500} onInput={(event) => setNote(event.currentTarget.value)} autoFocus />
          <button type="submit">Keep the note</button>
          <button type="button" class="plain" onClick={() => { setNoting(false); setNote(firing.note); }}>Cancel</button>
        </form>
      ) : (
        firing.note && <p class="firing-said" dir="auto">{firing.note}</p>
      )}
    </article>
  );
}
