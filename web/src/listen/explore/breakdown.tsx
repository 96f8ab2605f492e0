// All values of one field, as a table.
import { useAsk } from "../../parts/ask.ts";
import { Panel } from "../../parts/panel.tsx";
import { ShareBar } from "../../parts/pictures.tsx";
import { count, counted, percent } from "../../parts/words.ts";
import { clauseText, withClause } from "../query-text.ts";
import { facetWords, type Breakdown } from "./facets.tsx";
import { asked, explore, fields, type Explored } from "./state.ts";
import { Csv } from "./words.tsx";

const SHOWN = 200;

export function BreakdownTable({ state }: { state: Explored }) {
  const answer = useAsk<Breakdown>(asked("/breakdown", state, { field: state.field, top: SHOWN }));
  const words = facetWords[state.field]!;
  return (
    <Panel
      title={words}
      answer={answer}
      class="breakdown"
      rows={10}
      aside={
        <>
          <label>
            By{" "}
            <select value={state.field} onChange={(event) => explore({ field: event.currentTarget.value })}>
              {fields.map((each) => <option key={each} value={each}>{facetWords[each]!.toLowerCase()}</option>)}
            </select>
          </label>
          <Csv href={asked("/breakdown", state, { field: state.field, format: "csv" })} title={`All ${words.toLowerCase()}`} />
        </>
      }
    >
      {({ values, total }) =>
        values.length === 0 ? <p class="hint">None in these posts.</p> : (
          <>
            <p class="hint">
              {values.length === SHOWN ? `The first ${SHOWN}; the download has all. ` : `${counted(values.length, "value")} in ${counted(total, "post")}. `}
              {["tag", "mention", "link", "site", "has"].includes(state.field) && "A post can have several, so shares may add up to more than 100 %."}
            </p>
            <table class="plain-table">
              <thead>
                <tr><th scope="col">{words}</th><th scope="col" class="number">Posts</th><th scope="col" class="number">Share</th></tr>
              </thead>
              <tbody>
                {values.map((each) => (
                  <tr key={each.value}>
                    <th scope="row" class="breakdown-value">
                      <ShareBar share={each.count / Math.max(1, total)} />
                      <button type="button" class="in-text" dir="auto" onClick={() => explore({ q: withClause(state.q, clauseText(state.field, each.value)) })} title={`Narrow to ${each.value}`}>{each.value || "(none)"}</button>
                    </th>
                    <td class="number">{count(each.count)}</td>
                    <td class="number">{percent(each.count / Math.max(1, total), 1)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )
      }
    </Panel>
  );
}
