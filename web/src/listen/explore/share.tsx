// Share of voice: up to four queries side by side over the same time.
import { useState } from "preact/hooks";
import { apiUrl } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Combobox } from "../../parts/combobox.tsx";
import { Figure } from "../../parts/figure.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Lines } from "../../parts/pictures.tsx";
import { bucketWords } from "../../parts/scale.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { count, counted, moment, percent, utc, zoneWords } from "../../parts/words.ts";
import { explore, type Explored } from "./state.ts";

interface Share {
  by_s: number;
  from: string;
  series: { q: string; total: number; counts: number[] }[];
}
interface Topics {
  topics: { id: number; name: string; query: string }[];
}

const MOST = 4; // colours that can be told apart

export function ShareOfVoice({ state }: { state: Explored }) {
  const { of } = state;
  const url = of.length ? apiUrl("/share", { of, since: state.since, until: state.until, by: state.by }) : null;
  const answer = useAsk<Share>(url);
  const topics = useAsk<Topics>(apiUrl("/topics")).data?.topics ?? [];
  const nameOf = (q: string) => topics.find((each) => each.query === q)?.name ?? q;
  const [said, setSaid] = useState("");
  const [text, setText] = useState("");

  const add = (q: string) => {
    setText("");
    if (q.trim() && !of.includes(q.trim())) explore({ of: [...of, q.trim()] });
  };
  const wanted = text.trim().toLowerCase();
  return (
    <section class="panel share-panel" aria-label="Share of voice">
      <div class="row">
        {of.map((q, i) => (
          <span key={q} class={`chip share-chip dot-${i}`}>
            <i class={`swatch line-${i}`} aria-hidden="true" />
            <span class="cut" dir="auto" title={q}>{nameOf(q)}</span>
            <button type="button" class="plain" aria-label={`Take ${nameOf(q)} away`} onClick={() => explore({ of: of.filter((each) => each !== q) })}><Icon name="close" size={12} /></button>
          </span>
        ))}
        {of.length < MOST && (
          <Combobox
            class="share-add"
            label="Compare a query or a topic"
            placeholder="A query, or a topic’s name"
            value={text}
            onInput={setText}
            onEnter={add}
            onTake={(option) => add(option.value)}
            options={wanted ? topics.filter((each) => each.name.toLowerCase().includes(wanted) && !of.includes(each.query)).slice(0, 8).map((each) => ({ key: String(each.id), value: each.query, words: <>{each.name} <span class="quiet">topic</span></> })) : []}
          />
        )}
        {of.length < MOST && state.q && !of.includes(state.q) && <button type="button" onClick={() => add(state.q)}><Icon name="plus" /> The query above</button>}
        {of.length === MOST && <span class="hint">Four at most: more lines cannot be told apart.</span>}
      </div>
      {of.length === 0 ? (
        <Empty title="Nothing to compare yet">Type two to four queries or topics, each with Enter. Their posts are drawn side by side, and their shares of all of them counted.</Empty>
      ) : (
        <Shown answer={answer} what="Share of voice" rows={6}>
          {(data) => {
            const sum = data.series.reduce((a, each) => a + each.total, 0);
            if (!sum) return <Empty title="None of these has a post here" action={state.since || state.until ? <button type="button" onClick={() => explore({ since: "", until: "" })}>Ask for all time</button> : undefined}>In this stretch of time no post is taken by any of them.</Empty>;
            return (
              <>
                <Figure
                  title={`Posts in each ${bucketWords(data.by_s)}`}
                  said={said}
                  csv={apiUrl("/share", { of, since: state.since, until: state.until, by: state.by, format: "csv" })}
                  table={{
                    columns: [`From (${zoneWords(data.from)})`, "UTC", ...data.series.map((each) => nameOf(each.q))],
                    rows: () => (data.series[0]?.counts ?? []).map((_, i) => {
                      const at = Date.parse(data.from) + i * data.by_s * 1000;
                      return [moment(at), utc(at), ...data.series.map((each) => each.counts[i] ?? 0)];
                    }),
                  }}
                >
                  <Lines label="Share of voice" series={data.series.map((each) => ({ name: nameOf(each.q), counts: each.counts }))} from={data.from} by_s={data.by_s} onSaid={setSaid} height={220} />
                </Figure>
                <table class="plain-table share-table">
                  <thead><tr><th scope="col">Query</th><th scope="col" class="number">Posts</th><th scope="col" class="number">Share</th></tr></thead>
                  <tbody>
                    {data.series.map((each, i) => (
                      <tr key={each.q}>
                        <th scope="row"><i class={`swatch line-${i}`} aria-hidden="true" /> <button type="button" class="in-text" dir="auto" onClick={() => explore({ q: each.q, show: "posts" })}>{nameOf(each.q)}</button></th>
                        <td class="number">{count(each.total)}</td>
                        <td class="number">{sum ? percent(each.total / sum, 1) : "–"}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                <p class="hint">Shares of {counted(sum, "match", "matches")}; a post that several queries take is counted in each.</p>
              </>
            );
          }}
        </Shown>
      )}
    </section>
  );
}
