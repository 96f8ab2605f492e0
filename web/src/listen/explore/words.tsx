// What stands out in these posts against all others, and who and what is in them most.
import { Fragment } from "preact";
import { apiUrl } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Icon } from "../../parts/icon.tsx";
import { Panel } from "../../parts/panel.tsx";
import { ShareBar } from "../../parts/pictures.tsx";
import { count, figure, percent } from "../../parts/words.ts";
import { clauseText, hasClause, withClause, withoutClause } from "../query-text.ts";
import { facetWords, type Breakdown } from "./facets.tsx";
import { asked, explore, type Explored } from "./state.ts";

interface Terms {
  terms: { term: string; count: number; score: number | null }[];
  total: number;
}

export function Words({ state }: { state: Explored }) {
  const terms = useAsk<Terms>(asked("/terms", state, { top: 40 }));
  return (
    <div class="words">
      <Panel title="Words that stand out" answer={terms} class="words-terms" rows={10} aside={<Csv href={asked("/terms", state, { format: "csv" })} title="Words that stand out" />}>
        {(data) =>
          data.terms.length ? (
            <>
              <p class="hint">
                In {count(data.total)} posts, against all others in the archive. The figure is how surely a word belongs here more than elsewhere
                (log-odds as z): from about 2 it is no accident.
              </p>
              <ul class="term-list">
                {data.terms.map((each, i) => <Fragment key={each.term}>
                  {isChance(each.score) && !isChance(data.terms[i - 1]?.score ?? Infinity) && <li class="hint term-line">From here on it may be chance</li>}
                  <Row words={each.term} clause={termClause(each.term)} n={each.count} total={data.total} right={each.score === null ? "–" : figure(each.score)} state={state} />
                </Fragment>)}
              </ul>
            </>
          ) : <p class="hint">Too few posts for a word to stand out, or these are all the posts there are: narrow the query or the time.</p>
        }
      </Panel>
      {["tag", "mention", "link", "site", "author"].map((field) => <Top key={field} field={field} state={state} />)}
    </div>
  );
}

function isChance(score: number | null): boolean {
  return score !== null && score < 2;
}

const TIMES_LEAST = 5; // a ratio of fewer posts than this says nothing

function termClause(term: string): string {
  return /\s/.test(term) ? `"${term}"` : term;
}

/** The top of a field here, beside its share in the whole archive. */
function Top({ field, state }: { field: string; state: Explored }) {
  const here = useAsk<Breakdown>(asked("/breakdown", state, { field, top: 12 }));
  const whole = useAsk<Breakdown>(state.q || state.since || state.until ? apiUrl("/breakdown", { field, top: 1000 }) : null);
  return (
    <Panel title={facetWords[field]!} answer={here} rows={6} aside={<Csv href={asked("/breakdown", state, { field, format: "csv" })} title={facetWords[field]!} />}>
      {(data) => {
        if (!data.values.length) return <p class="hint">None in these posts.</p>;
        const everywhere = new Map(whole.data?.values.map((each) => [each.value, each.count]));
        return (
          <ul class="term-list">
            {data.values.map((each) => {
              const share = each.count / Math.max(1, data.total);
              const usual = whole.data && everywhere.has(each.value) ? everywhere.get(each.value)! / Math.max(1, whole.data.total) : null;
              const times = usual && each.count >= TIMES_LEAST ? share / usual : null;
              return (
                <Row
                  key={each.value}
                  words={field === "tag" ? `#${each.value}` : field === "mention" ? `@${each.value}` : each.value}
                  clause={field === "tag" ? `#${each.value}` : field === "mention" ? `@${each.value}` : clauseText(field, each.value)}
                  n={each.count}
                  total={data.total}
                  right={times === null ? "" : `×${figure(times)}`}
                  title={usual === null ? undefined : `${percent(share, 1)} of these posts, ${percent(usual, 1)} of all`}
                  state={state}
                />
              );
            })}
          </ul>
        );
      }}
    </Panel>
  );
}

function Row({ words, clause, n, total, right, title, state }: { words: string; clause: string; n: number; total: number; right: string; title?: string; state: Explored }) {
  const has = hasClause(state.q, clause);
  return (
    <li class="facet-value">
      <ShareBar share={total ? n / total : 0} />
      <button
        type="button"
        class="plain facet-take"
        aria-pressed={has === "yes"}
        title={title ?? `Add ${clause} to the query`}
        onClick={() => explore({ q: has === "yes" ? withoutClause(state.q, clause) : withClause(state.q, clause), show: "words" })}
      >
        <span class="cut" dir="auto">{words}</span>
        <span class="number">{count(n)}</span>
        <span class="number quiet term-right">{right}</span>
      </button>
      <button type="button" class="plain facet-leave" aria-pressed={has === "not"} aria-label={`Leave out ${words}`} title={`Leave out: -${clause}`} onClick={() => explore({ q: has === "not" ? withoutClause(state.q, clause) : withClause(state.q, clause, true), show: "words" })}>
        <Icon name="minus" size={12} />
      </button>
    </li>
  );
}

export function Csv({ href, title }: { href: string; title: string }) {
  return <a class="button plain square" href={href} download aria-label={`${title}: download as CSV`} title="Download as CSV"><Icon name="download" /></a>;
}
