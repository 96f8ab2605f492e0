// Terms that the labels speak for: to add, from what is wanted; to exclude, from what is not. Each with its evidence, and a preview away.
import { useAsk } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { Panel } from "../../parts/panel.tsx";
import { href } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { count, counted, figure } from "../../parts/words.ts";
import { ShareWords } from "../../parts/share.tsx";
import type { Suggested, Topic } from "./topic.ts";

interface Answered {
  relevant: number;
  not: number;
  add: Suggested[];
  exclude: Suggested[];
}

export function Suggestions({ topic, hasLabels }: { topic: Topic; hasLabels: boolean }) {
  const answer = useAsk<Answered>(hasLabels ? apiUrl(`/topics/${topic.id}/suggestions`) : null);
  if (!hasLabels) return null;
  return (
    <div class="topic-columns">
      <Panel title="Terms to add" answer={answer}>
        {({ add, relevant }) => <Table topic={topic} rows={add} isAdded none={`Nothing stands out in the ${counted(relevant, "relevant post")} that the query does not say already. Labels of near misses help most.`} />}
      </Panel>
      <Panel title="Terms to exclude" answer={answer}>
        {({ exclude, not }) => <Table topic={topic} rows={exclude} isAdded={false} none={`Nothing sets the ${counted(not, "post")} that are not relevant apart.`} />}
      </Panel>
    </div>
  );
}

function Table({ topic, rows, isAdded, none }: { topic: Topic; rows: Suggested[]; isAdded: boolean; none: string }) {
  if (!rows.length) return <p class="quiet">{none}</p>;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={isAdded ? "Terms to add" : "Terms to exclude"}>
      <table class="plain-table">
        <thead><tr><th scope="col">Term</th><th scope="col">stands in</th><th scope="col" class="number">{isAdded ? "would win" : "would lose"}</th><th scope="col">{isAdded ? "of those labelled, wanted" : "precision then"}</th><th scope="col"><span class="unseen">Try</span></th></tr></thead>
        <tbody>
          {rows.slice(0, 12).map((each) => (
            <tr key={each.term}>
              <th scope="row"><code dir="auto" title={`strength ${figure(each.z)}: log-odds in standard deviations, ${isAdded ? "relevant posts against the archive" : "not relevant against relevant"}`}>{each.term}</code></th>
              <td>{each.relevant} of {each.relevant_all} relevant, {each.not} of {each.not_all} not</td>
              <td class="number">{isAdded ? `+${count(each.gains ?? 0)}` : `−${count(each.loses ?? 0)}`}</td>
              <td><ShareWords share={each.precision} none="none labelled" /></td>
              <td>{may("practitioner") && <a href={href(`/listen/topics/${topic.id}/edit`, { q: each.query, note: `${isAdded ? "Added" : "Excluded"} ${each.term}` })}>Try it</a>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
