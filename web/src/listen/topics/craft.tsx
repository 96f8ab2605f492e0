// Query craft: precision and sampled recall from blind labels, what each clause does, and what to add or to exclude.
import { useState } from "preact/hooks";
import { useAsk, type Answer } from "../../parts/ask.ts";
import { apiUrl, send } from "../../parts/api.ts";
import { href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toastProblem } from "../../parts/toast.ts";
import { count, counted, figure, percent, percentInterval } from "../../parts/words.ts";
import { rangeWords, resolve, TimeRange, type Range } from "../time-range.tsx";
import { Clauses } from "./clauses.tsx";
import { Labelling } from "./label.tsx";
import { IntervalBar } from "../../parts/share.tsx";
import { Suggestions } from "./suggestions.tsx";
import type { Craft, Kind, Measured, Topic } from "./topic.ts";

export function CraftTab({ topic }: { topic: Topic }) {
  const craft = useAsk<Craft>(apiUrl(`/topics/${topic.id}/craft`));
  const label = param("label");
  if (label === "matches" || label === "near") return <Labelling topic={topic} kind={label} onDone={() => { craft.again(); setParams({ label: null }); }} />;
  return (
    <Shown answer={craft} what="The craft of this topic" rows={5}>
      {(data) => (
        <div class="stack craft">
          <div class="craft-measures">
            <Precision topic={topic} craft={data} answer={craft} />
            <Recall topic={topic} craft={data} answer={craft} />
            <Agreement craft={data} />
          </div>
          <Clauses topic={topic} />
          <Suggestions topic={topic} hasLabels={Boolean((data.matches?.relevant ?? 0) + (data.matches?.not ?? 0))} />
        </div>
      )}
    </Shown>
  );
}

const labelled = (sample: Measured) => sample.relevant + sample.not + sample.unsure;

function SampleActs({ topic, kind, sample, matches, isStale, again }: { topic: Topic; kind: Kind; sample: Measured | null; matches: Measured | null; isStale: boolean; again: () => void }) {
  const [isDrawing, setDrawing] = useState(false);
  const [range, setRange] = useState<Range>({ since: "", until: "" });
  const isNear = kind === "near";
  const draw = async () => {
    setDrawing(true);
    // Near misses stand beside the matches that they are compared with: in the same stretch of time.
    const from = isNear ? matches?.since : resolve(range.since)?.toISOString();
    const to = isNear ? matches?.until : resolve(range.until)?.toISOString();
    const times = { ...(from && { since: from }), ...(to && { until: to }) };
    try {
      await send("POST", apiUrl(`/topics/${topic.id}/samples`), { kind, again: sample !== null, ...times });
      again();
      setParams({ label: kind });
    } catch (cause) {
      toastProblem("No sample was drawn", cause);
    } finally {
      setDrawing(false);
    }
  };
  if (!may("learner")) return <p class="quiet">Labelling needs the role learner.</p>;
  const left = sample ? sample.size - sample.labelled_by_me : 0;
  const mayDraw = !sample || isStale || left === 0;
  return (
    <div class="row">
      {mayDraw && !isNear && <TimeRange range={range} onRange={setRange} />}
      {(!sample || isStale) && <button type="button" class={sample ? "" : "act"} disabled={isDrawing} onClick={() => void draw()}>{isDrawing ? "Drawing …" : sample ? "Draw a sample of this version" : "Draw a sample and label it"}</button>}
      {sample && left > 0 && <a class={isStale ? "button" : "button act"} href={href(`/listen/topics/${topic.id}/craft`, { label: kind })}>{sample.labelled_by_me ? `Go on labelling (${left} left)` : `Label ${counted(sample.size, "post")}`}</a>}
      {sample && left === 0 && !isStale && <><span class="quiet">You labelled all {sample.size}.</span><button type="button" disabled={isDrawing} onClick={() => void draw()}>Draw another sample</button></>}
    </div>
  );
}

function SampleFacts({ sample, isStale }: { sample: Measured; isStale: boolean }) {
  return (
    <p class="quiet">
      {counted(labelled(sample), "post")} labelled of {count(sample.size)}, drawn <Time at={sample.drawn_at} as="ago" /> from {count(sample.population)}{(sample.since || sample.until) && <> ({rangeWords({ since: sample.since ?? "", until: sample.until ?? "" })})</>}: {count(sample.relevant)} relevant, {count(sample.not)} not, {count(sample.unsure)} unsure (left out){sample.split > 0 && `, of which people are split on ${sample.split}`}.
      {isStale && <> <b>Of version {sample.version}</b>; the query has changed since.</>}
    </p>
  );
}

function Precision({ topic, craft, answer }: { topic: Topic; craft: Craft; answer: Answer<Craft> }) {
  const sample = craft.matches;
  const isStale = sample !== null && sample.version !== craft.version;
  const sure = sample ? sample.relevant + sample.not : 0;
  return (
    <section class="card craft-measure" aria-labelledby="craft-precision">
      <h2 id="craft-precision">Precision</h2>
      <p class="quiet">Of what the topic takes, how much is what it is for.</p>
      {craft.precision ? (
        <>
          <p class="craft-figure">{percentInterval(craft.precision.value, craft.precision.low, craft.precision.high)}</p>
          <IntervalBar share={craft.precision} />
        </>
      ) : <p class="craft-none">{sample ? `${sure} of ${craft.least.sure} sure labels` : "Not measured yet"}</p>}
      {!craft.precision && sample && <p class="quiet">It is shown from {craft.least.sure} sure labels on: with fewer, the interval says nothing.</p>}
      {sample && <SampleFacts sample={sample} isStale={isStale} />}
      <SampleActs topic={topic} kind="matches" sample={sample} matches={sample} isStale={isStale} again={answer.again} />
    </section>
  );
}

function Recall({ topic, craft, answer }: { topic: Topic; craft: Craft; answer: Answer<Craft> }) {
  const { near, recall } = craft;
  const isStale = near !== null && near.version !== craft.version;
  const sure = near ? near.relevant + near.not : 0;
  return (
    <section class="card craft-measure" aria-labelledby="craft-recall">
      <h2 id="craft-recall">Sampled recall</h2>
      <p class="quiet">Of what is wanted, how much the topic takes; looked for among near misses only, so it is at most this.</p>
      {recall ? (
        <>
          <p class="craft-figure">{percentInterval(recall.value, recall.low, recall.high)}</p>
          <IntervalBar share={recall} />
          <p>About {count(recall.wanted_taken)} wanted posts are taken, {count(recall.wanted_missed)} are missed nearby.</p>
        </>
      ) : <p class="craft-none">{near ? (sure < craft.least.near ? `${sure} of ${craft.least.near} sure labels of near misses` : "Precision comes first") : "Not measured yet"}</p>}
      {!recall && near && sure >= craft.least.near && <p class="quiet">It is reckoned from both samples of one version and one stretch of time, with {craft.least.sure} sure labels of matches.</p>}
      {near && <SampleFacts sample={near} isStale={isStale} />}
      {near && <details><summary>What a near miss is</summary><p class="quiet">A post that this wider query takes and the topic does not. Posts that not even it takes are not looked for.</p><code class="topic-query">{near.query}</code></details>}
      {craft.matches ? <SampleActs topic={topic} kind="near" sample={near} matches={craft.matches} isStale={isStale} again={answer.again} /> : <p class="quiet">Label a sample of matches first.</p>}
    </section>
  );
}

/** Landis and Koch's words (Biometrics 33, 1977), as a help and no more. */
function kappaWords(kappa: number): string {
  return kappa > 0.8 ? "almost perfect" : kappa > 0.6 ? "substantial" : kappa > 0.4 ? "moderate" : kappa > 0.2 ? "fair" : kappa > 0 ? "slight" : "none beyond chance";
}

function Agreement({ craft }: { craft: Craft }) {
  if (craft.people.length === 0) return null;
  return (
    <section class="card craft-measure" aria-labelledby="craft-agreement">
      <h2 id="craft-agreement">Who labelled</h2>
      <ul>{craft.people.map((each) => <li key={each.id}><b dir="auto">{each.name}</b> {counted(each.labelled, "post")}</li>)}</ul>
      {craft.people.length === 1 && <p class="quiet">One person’s judgement. When a second labels the same sample, their agreement is shown here.</p>}
      {craft.agreement.map((each) => (
        <div key={`${each.first.id} ${each.second.id}`}>
          <h3 dir="auto">{each.first.name} and {each.second.name}</h3>
          {each.raw === null ? (
            <p class="quiet">{counted(each.both, "post")} in common; agreement is shown from {craft.least.both} on.</p>
          ) : (
            <p>agree on <b>{percent(each.raw)}</b> of {each.both}{each.kappa !== null ? <>; beyond chance: kappa <b>{figure(each.kappa)}</b> ({kappaWords(each.kappa)})</> : "; both used one label only, so kappa says nothing"}</p>
          )}
        </div>
      ))}
    </section>
  );
}
