// What each clause does: the posts that it alone brings or keeps out, and how good those are by the labels.
import { useAsk } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { Panel } from "../../parts/panel.tsx";
import { ShareBar } from "../../parts/pictures.tsx";
import { href } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { useEvents } from "../../parts/use-events.ts";
import { count, counted } from "../../parts/words.ts";
import { ShareWords } from "../../parts/share.tsx";
import type { Clause, Topic } from "./topic.ts";

interface Answered {
  mentions: number;
  labelled: number;
  clauses: Clause[];
  is_cut: boolean;
}

const kinds: Record<Clause["kind"], { words: string; own: string; meaning: string }> = {
  adds: { words: "adds", own: "only through it", meaning: "Posts that match through this alternative alone" },
  narrows: { words: "narrows", own: "kept out by it", meaning: "Posts that match everything but this condition" },
  excludes: { words: "excludes", own: "kept out by it", meaning: "Posts that only this exclusion keeps out" },
  nears: { words: "nearness", own: "kept out by it", meaning: "Posts with these words further apart" },
};

export function Clauses({ topic }: { topic: Topic }) {
  const answer = useAsk<Answered>(apiUrl(`/topics/${topic.id}/clauses`));
  useEvents({ topic: answer.again });
  return (
    <Panel title="Clauses" answer={answer} aside={<span class="quiet">what each one does by itself</span>}>
      {({ clauses, mentions, labelled, is_cut }) =>
        clauses.length === 0 ? (
          <p class="quiet">The query has one clause only: it brings all {counted(mentions, "mention")}.</p>
        ) : (
          <>
            <div class="table-scroll" tabIndex={0} role="region" aria-label="Clauses">
              <table class="plain-table clauses">
                <thead><tr><th scope="col">Clause</th><th scope="col">does</th><th scope="col" class="number">Posts of its own</th><th scope="col">of them wanted, by labels</th><th scope="col"><span class="unseen">Try</span></th></tr></thead>
                <tbody>{clauses.map((each, i) => <Row key={i} clause={each} topic={topic} mentions={mentions} />)}</tbody>
              </table>
            </div>
            {labelled === 0 && <p class="quiet">Label a sample, and each clause shows how good its own posts are.</p>}
            {is_cut && <p class="quiet">The query has more clauses; the first {clauses.length} are shown.</p>}
          </>
        )
      }
    </Panel>
  );
}

/** What a low or high share says depends on which way the clause works. */
function verdict(clause: Clause): string {
  if (!clause.precision || clause.precision.n < 5) return "";
  if (clause.kind === "adds") return clause.precision.high < 0.5 ? "brings mostly what is not wanted" : "";
  if (clause.kind === "narrows") return "";
  return clause.precision.low > 0.5 ? "keeps out mostly what is wanted" : "";
}

function Row({ clause, topic, mentions }: { clause: Clause; topic: Topic; mentions: number }) {
  const kind = kinds[clause.kind];
  const warning = verdict(clause);
  return (
    <tr>
      <th scope="row"><code dir="auto">{clause.text}</code></th>
      <td><span title={kind.meaning}>{kind.words}</span></td>
      <td class="number clause-own">{clause.kind === "adds" && mentions > 0 && <ShareBar share={clause.own / mentions} />}<span title={kind.meaning}>{count(clause.own)} <span class="quiet">{kind.own}</span></span></td>
      <td>{clause.precision ? <ShareWords share={clause.precision} /> : <span class="quiet">none labelled</span>}{warning && <div class="loss-words">{warning}</div>}</td>
      <td>{may("practitioner") && <a href={href(`/listen/topics/${topic.id}/edit`, { q: clause.without, note: `Without ${clause.text}`.slice(0, 500) })}>Try without</a>}</td>
    </tr>
  );
}
