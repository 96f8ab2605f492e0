// The posts by field: a click narrows to a value or lets it go again, the minus leaves it out.
import { signal } from "@preact/signals";
import { useAsk } from "../../parts/ask.ts";
import { Icon } from "../../parts/icon.tsx";
import { ShareBar } from "../../parts/pictures.tsx";
import { Shown } from "../../parts/states.tsx";
import { count, percent } from "../../parts/words.ts";
import { clauseText, hasClause, withClause, withoutClause } from "../query-text.ts";
import { asked, explore, type Explored } from "./state.ts";

export interface Breakdown {
  field: string;
  values: { value: string; count: number }[];
  total: number;
}

export const facetWords: Record<string, string> = {
  platform: "Platforms", community: "Communities", lang: "Languages", kind: "Kinds", author: "Authors", has: "Has", site: "Sites linked",
  tag: "Tags", mention: "Mentions", link: "Links", thread: "Threads",
};
const facets = ["platform", "community", "lang", "kind", "author", "has", "site"];

// Which are open is a habit of this reader, not a state to share.
const closed = signal<string[]>(JSON.parse(localStorage.getItem("facets closed") ?? '["kind","has","site"]'));

export function Facets({ state }: { state: Explored }) {
  return (
    <div class="facets">
      {facets.map((field) => <Facet key={field} field={field} state={state} />)}
    </div>
  );
}

function Facet({ field, state }: { field: string; state: Explored }) {
  const isOpen = !closed.value.includes(field);
  const answer = useAsk<Breakdown>(isOpen ? asked("/breakdown", state, { field, top: 7 }) : null, { isLater: true });
  return (
    <details
      class="facet"
      open={isOpen}
      onToggle={(event) => {
        const open = event.currentTarget.open;
        if (open === isOpen) return;
        closed.value = open ? closed.value.filter((each) => each !== field) : [...closed.value, field];
        localStorage.setItem("facets closed", JSON.stringify(closed.value));
      }}
    >
      <summary>{facetWords[field]}</summary>
      {isOpen && (
        <Shown answer={answer} what={facetWords[field]!} rows={3}>
          {({ values, total }) =>
            values.length === 0 ? <p class="hint facet-none">None in these posts</p> : (
              <ul>
                {values.map((each) => <Value key={each.value} field={field} value={each.value} n={each.count} total={total} state={state} />)}
                <li>
                  <button type="button" class="plain facet-all" onClick={() => explore({ show: "breakdown", field })}>All {facetWords[field]!.toLowerCase()}</button>
                </li>
              </ul>
            )
          }
        </Shown>
      )}
    </details>
  );
}

function Value({ field, value, n, total, state }: { field: string; value: string; n: number; total: number; state: Explored }) {
  const clause = clauseText(field, value);
  const has = hasClause(state.q, clause);
  const change = (isNot: boolean) => explore({ q: has === (isNot ? "not" : "yes") ? withoutClause(state.q, clause) : withClause(state.q, clause, isNot) });
  const share = total ? n / total : 0;
  return (
    <li class="facet-value">
      <ShareBar share={share} />
      <button type="button" class="plain facet-take" aria-pressed={has === "yes"} title={`${clause}: ${percent(share, share < 0.1 ? 1 : 0)} of ${count(total)} posts`} onClick={() => change(false)}>
        <span class="cut" dir="auto">{value || "(none)"}</span>
        <span class="number">{count(n)}</span>
      </button>
      <button type="button" class="plain facet-leave" aria-pressed={has === "not"} aria-label={`Leave out ${value}`} title={`Leave out: -${clause}`} onClick={() => change(true)}>
        <Icon name="minus" size={12} />
      </button>
    </li>
  );
}
