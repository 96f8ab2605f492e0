// Who found what: for two sides one bar in three parts, for more a bar a side and the table of pairs.
import { useRef } from "preact/hooks";
import { Figure } from "../../parts/figure.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { count, counted, percent } from "../../parts/words.ts";
import type { Comparison } from "./tool.ts";

function table(comparison: Comparison) {
  const { sides, both } = comparison;
  return {
    columns: ["Found by", ...sides.map((each) => `and by ${each.name}`), "alone"],
    rows: () => sides.map((side, i) => [side.name, ...both[i]!, side.unique]),
  };
}

export function Overlap({ comparison }: { comparison: Comparison }) {
  const { sides } = comparison;
  const shared = sides.length === 2 ? comparison.both[0]![1]! : comparison.found - sides.reduce((sum, each) => sum + each.unique, 0);
  return (
    <Figure title="Who found what" table={table(comparison)} aside={<span class="quiet">{counted(shared, "post")} by more than one: {percent(shared / comparison.found)} of all that was found</span>}>
      {sides.length === 2 ? <Two comparison={comparison} /> : <Many comparison={comparison} />}
    </Figure>
  );
}

/** Only the first, both, only the second: lengths are posts. */
function Two({ comparison }: { comparison: Comparison }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [a, b] = comparison.sides as [Comparison["sides"][0], Comparison["sides"][0]];
  const shared = comparison.both[0]![1]!;
  const parts = [
    { key: "a", posts: a.unique, words: `only ${a.name}` },
    { key: "both", posts: shared, words: "both" },
    { key: "b", posts: b.unique, words: `only ${b.name}` },
  ];
  let at = 0;
  return (
    <div ref={box} class="overlap">
      <svg width={width} height={36} viewBox={`0 0 ${Math.max(1, width)} 36`} role="img" aria-label={parts.map((each) => `${each.words}: ${counted(each.posts, "post")}`).join(", ")}>
        {parts.map((each) => {
          const wide = (each.posts / Math.max(1, comparison.found)) * width;
          const x = at;
          at += wide;
          return each.posts ? <rect key={each.key} class={`overlap-${each.key}`} x={x} y={0} width={Math.max(1, wide - 1)} height={36} /> : null;
        })}
      </svg>
      <ul class="overlap-words">{parts.map((each) => <li key={each.key}><span class={`overlap-key overlap-${each.key}`} aria-hidden="true" /><span dir="auto">{each.words}</span> <b>{count(each.posts)}</b> <span class="quiet">{percent(each.posts / Math.max(1, comparison.found))}</span></li>)}</ul>
    </div>
  );
}

function Many({ comparison }: { comparison: Comparison }) {
  const most = Math.max(1, ...comparison.sides.map((each) => each.finds));
  return (
    <ul class="overlap-many">
      {comparison.sides.map((each) => (
        <li key={each.name}>
          <span dir="auto">{each.name}</span>
          <svg width={200} height={14} viewBox="0 0 200 14" role="img" aria-label={`${counted(each.finds, "post")}, ${count(each.unique)} of them by it alone`}>
            <rect class="overlap-both" x={0} y={0} width={(each.finds / most) * 200} height={14} />
            <rect class="overlap-a" x={0} y={0} width={(each.unique / most) * 200} height={14} />
          </svg>
          <span><b>{count(each.finds)}</b> <span class="quiet">{count(each.unique)} alone</span></span>
        </li>
      ))}
    </ul>
  );
}
