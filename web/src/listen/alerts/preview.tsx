// What a rule would have told: asked again when typing pauses; the newest question wins.
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl, Problem, send } from "../../parts/api.ts";
import { Histogram } from "../../parts/histogram.tsx";
import { PostCard } from "../../parts/postcard.tsx";
import { param, setParams } from "../../parts/router.ts";
import { Failed, Loading } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { counted, day, figure } from "../../parts/words.ts";
import { hitWords, rateWords, sensitivityMeaning, type Preview, type Rule, type Sensitivity } from "./alert.ts";

export function usePreview(rule: Rule | null, weeks: number): { preview: Preview | null; problem: Problem | null; isAsking: boolean; again: () => void } {
  const [state, setState] = useState<{ preview: Preview | null; problem: Problem | null; isAsking: boolean }>({ preview: null, problem: null, isAsking: false });
  const [again, setAgain] = useState(0);
  const round = useRef(0);
  const asked = rule && JSON.stringify({ rule: { ...rule, mail: [], webhooks: [] }, weeks });
  useEffect(() => {
    const mine = ++round.current;
    if (!asked) {
      setState({ preview: null, problem: null, isAsking: false });
      return;
    }
    setState((before) => ({ ...before, isAsking: true }));
    const timer = setTimeout(() => {
      send<Preview>("POST", apiUrl("/alerts/preview"), JSON.parse(asked)).then(
        (preview) => mine === round.current && setState({ preview, problem: null, isAsking: false }),
        (cause: unknown) => mine === round.current && setState({ preview: null, problem: cause instanceof Problem ? cause : new Problem(0, String(cause)), isAsking: false }),
      );
    }, 400);
    return () => clearTimeout(timer);
  }, [asked, again]);
  return { ...state, again: () => setAgain(again + 1) };
}

const weekChoices = [1, 2, 4, 8, 12];
export function weeksOf(): number {
  const asked = Number(param("weeks"));
  return weekChoices.includes(asked) ? asked : 4;
}

export function PreviewPanel({ rule, isReady, onSensitivity }: { rule: Rule; isReady: string | null; onSensitivity?: (word: Sensitivity) => void }) {
  const weeks = weeksOf();
  const { preview, problem, isAsking, again } = usePreview(isReady ? null : rule, weeks);
  return (
    <section class="card stack alert-preview" aria-label="What it would have told" aria-busy={isAsking}>
      <header class="panel-head">
        <h2>What it would have told</h2>
        <label>in the last <select value={weeks} onChange={(event) => setParams({ weeks: event.currentTarget.value }, "replace")}>{weekChoices.map((each) => <option key={each} value={each}>{counted(each, "week")}</option>)}</select></label>
      </header>
      {isReady ? <p class="quiet">{isReady}</p> : problem ? <Failed problem={problem} what="The past" again={problem.canRetry ? again : undefined} /> : preview ? <div class={isAsking ? "stack is-stale" : "stack"}><Told rule={rule} preview={preview} onSensitivity={onSensitivity} /></div> : <Loading words="Replaying the past …" />}
    </section>
  );
}

function Told({ rule, preview, onSensitivity }: { rule: Rule; preview: Preview; onSensitivity?: (word: Sensitivity) => void }) {
  if (!preview.first_post_at) return <p class="quiet">The archive holds no posts yet, so there is no past to try this on. You can save it all the same.</p>;
  if (!preview.judged_from) return <p class="quiet">There is too little past to compare with: a rule learns what is usual from three windows before. You can save it all the same; it begins to judge by itself.</p>;
  return (
    <>
      <p class="alert-fired" role="status">
        Would have fired <b>{preview.fired === 1 ? "once" : `${preview.fired} times`}</b> in {preview.weeks >= 1.5 ? `${figure(preview.weeks)} weeks` : `${figure(preview.weeks * 7)} days`}{" "}
        <span class="quiet">({day(preview.judged_from)} to {day(preview.until)})</span>
      </p>
      {preview.is_partial && <p class="quiet">There was too much to look at in one go; only a part of that time was judged.</p>}
      {rule.on !== "author" && (
        <table class="plain-table alert-words">
          <caption class="unseen">Sensitivity and what it would bring</caption>
          <thead><tr><th scope="col">If told of</th><th scope="col" class="number">Fired</th><th scope="col">To expect</th></tr></thead>
          <tbody>
            {preview.words.map((word) => (
              <tr key={word.sensitivity} class={word.sensitivity === rule.sensitivity ? "is-chosen" : ""}>
                <th scope="row">{onSensitivity ? <button type="button" class="plain" aria-pressed={word.sensitivity === rule.sensitivity} title={`${sensitivityMeaning[word.sensitivity]}; ${rule.on === "trend" ? "strength" : "z"} ≥ ${word.z}`} onClick={() => onSensitivity(word.sensitivity)}>{word.words}</button> : word.words}</th>
                <td class="number">{word.fired}</td>
                <td>{rateWords(word)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {preview.timeline && <Histogram title={rule.on === "tone" ? "Negative posts" : "Posts"} timeline={preview.timeline} marks={preview.hits.map((hit) => ({ at: hit.at, words: "would have fired" }))} height={112} />}
      {preview.hits.length > 0 && (
        <ol class="alert-hits">
          {preview.hits.slice(0, 8).map((hit) => (
            <li key={hit.at + (hit.trend ?? "")}>
              <p><Time at={hit.at} />: <span dir="auto">{hitWords(rule, hit)}</span>{hit.is_quiet && <span class="quiet"> · quiet hours</span>}</p>
              {hit.posts && hit.posts.length > 0 && (
                <details>
                  <summary>{counted(hit.posts.length, "post")} of that time</summary>
                  <ul class="firing-posts">{hit.posts.map((post) => <li key={post.id}><PostCard post={post} /></li>)}</ul>
                </details>
              )}
            </li>
          ))}
          {preview.fired > 8 && <li class="quiet">and {preview.fired - 8} more before; each is a dot in the picture</li>}
        </ol>
      )}
    </>
  );
}
