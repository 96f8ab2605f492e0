// Sources: where posts come from, how each does, and what to do where one does not.
import "./sources.css";
import { useRef } from "preact/hooks";
import { apiUrl, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { clockNow, second } from "../../parts/clock.ts";
import { useCommands } from "../../parts/commands.ts";
import { useKeys } from "../../parts/keys.ts";
import { Sparkline } from "../../parts/pictures.tsx";
import { go, href } from "../../parts/router.ts";
import { client, may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { count } from "../../parts/words.ts";
import { AddSource } from "./add.tsx";
import { SourcePage } from "./detail.tsx";
import { keptWords, lagWords, rateWords, renewWords, stateWords, toneOf, type Source } from "./source.ts";

export default function Sources({ parts }: { parts: Record<string, string> }) {
  if (parts.id === "new") return <AddSource connector={parts.part ?? ""} />;
  if (parts.id) return <SourcePage id={Number(parts.id)} part={parts.part ?? ""} />;
  return <Overview />;
}

function Overview() {
  const answer = useAsk<{ sources: Source[] }>(apiUrl("/sources"));
  const canAdd = may("reviewer");
  const add = () => go(href("/listen/sources/new"));
  useEvents({ source: answer.again, coverage: answer.again });
  useKeys("Sources", canAdd ? [{ key: "c", words: "Add a source", act: add }] : []);
  useCommands(canAdd ? [{ words: "Add a source", key: "c", act: add }] : []);
  const sources = answer.data?.sources ?? [];
  return (
    <div class="page sources">
      <header class="page-head">
        <h1>Sources</h1>
        {may("practitioner") && <a class="button" href={href("/listen/sources/import")}>Import a file</a>}
        {canAdd && <a class="button act" href={href("/listen/sources/new")}>Add a source <kbd>c</kbd></a>}
      </header>
      <Renewals sources={sources} />
      <Shown answer={answer} what="The sources" rows={4}>
        {({ sources: all }) => (all.length ? <ul class="source-list">{all.map((each) => <li key={each.id}><Row source={each} again={answer.again} /></li>)}</ul> : <None />)}
      </Shown>
    </div>
  );
}

function None() {
  const canAdd = may("reviewer");
  return (
    <Empty title="No source yet" action={canAdd ? <a class="button act" href={href("/listen/sources/new")}>Add a source</a> : undefined}>
      A source brings posts in by itself: an open platform, feeds, a mailbox, a folder, or another program that pushes to a webhook. Until there is one, posts come by import alone.
      {may("practitioner") && <> You can also <a href={href("/listen/sources/import")}>import a file</a> of another tool.</>}
      {!canAdd && ` A source makes the server speak to an address, with secrets of the house: a reviewer of ${client.value?.title ?? "this client"} can add one.`}
    </Empty>
  );
}

/** Tokens that end soon, with the person who renews each. */
function Renewals({ sources }: { sources: Source[] }) {
  const near = sources.filter((each) => each.is_near_expiry);
  if (!near.length) return null;
  return (
    <ul class="source-renewals" aria-label="Tokens that end soon">
      {near.map((each) => (
        <li key={each.id}><a href={href(`/listen/sources/${each.id}/settings`)} dir="auto">{each.name}</a>: {renewWords(each, clockNow())}</li>
      ))}
    </ul>
  );
}

export function State({ source }: { source: Source }) {
  if (source.health.retry_at || source.health.rate_until) second.value; // counts down
  const tone = toneOf(source);
  return (
    <span class={`source-state is-${tone}`}><span class="source-dot" aria-hidden="true" />{stateWords(source, clockNow())}</span>
  );
}

/** Posts a minute as they were while this page is open; it begins with what the server says now. */
const seenRates = new Map<number, { at: number; rate: number }[]>();
function useRates(source: Source): number[] {
  const rates = seenRates.get(source.id) ?? [];
  const now = Date.now();
  if (!rates.length || now - rates.at(-1)!.at >= 4000) rates.push({ at: now, rate: source.health.per_minute });
  else rates.at(-1)!.rate = source.health.per_minute;
  seenRates.set(source.id, rates.slice(-24));
  return rates.map((each) => each.rate);
}

function Row({ source, again }: { source: Source; again: () => void }) {
  const rates = useRates(source);
  const { health } = source;
  const lag = lagWords(health);
  const isTrouble = toneOf(source) === "trouble" || toneOf(source) === "waits";
  return (
    <article class="card source-row">
      <div class="source-row-words">
        <h2><a class="source-name" dir="auto" href={href(`/listen/sources/${source.id}`)}>{source.name}</a> <State source={source} /></h2>
        <p class="quiet">{source.title} · keeps {keptWords(source)}{health.account?.handle && <> · as <span dir="auto">{health.account.handle}</span></>}</p>
        {isTrouble && health.message && <p class="source-said" dir="auto">{health.message}</p>}
        {source.advice && <p class="source-advice">{source.advice}</p>}
      </div>
      <div class="source-row-facts">
        <div class="source-rate">
          {rates.length > 1 && <Sparkline counts={rates} label={`${source.name}, posts a minute lately: ${rates.map(Math.round).join(", ")}`} width={96} height={20} />}
          <b>{rateWords(health)}</b>
        </div>
        <p class="quiet">{health.last_post_at ? <>newest post <Time at={health.last_post_at} as="ago" /></> : source.is_paused ? "" : "no post yet"}{lag && ` · ${lag} behind`}</p>
        {health.refused > 0 && <p class="quiet">{count(health.refused)} refused</p>}
      </div>
      {may("practitioner") && <PauseButton source={source} again={again} />}
    </article>
  );
}

/** At once, with Undo: where it stopped it goes on. */
export async function setPaused(source: Source, isPaused: boolean, again: () => void): Promise<void> {
  const put = async (paused: boolean) => {
    await send("POST", apiUrl(`/sources/${source.id}/${paused ? "pause" : "resume"}`));
    again();
  };
  try {
    await put(isPaused);
    toast(isPaused ? `${source.name} is paused` : `${source.name} listens again`, () => put(!isPaused));
  } catch (cause) {
    toastProblem(isPaused ? "It was not paused" : "It does not listen yet", cause);
  }
}

export function PauseButton({ source, again }: { source: Source; again: () => void }) {
  const isBusy = useRef(false);
  const act = async () => {
    if (isBusy.current) return;
    isBusy.current = true;
    await setPaused(source, !source.is_paused, again);
    isBusy.current = false;
  };
  return <button type="button" class="source-pause" onClick={() => void act()}>{source.is_paused ? "Resume" : "Pause"}<span class="unseen"> {source.name}</span></button>;
}

export const wingCrumb = () => <nav aria-label="Where you are"><a href={href("/listen/sources")}>Sources</a></nav>;
