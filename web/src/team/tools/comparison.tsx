// One comparison: the picture of what was found by whom, the numbers, and the blind sample behind them.
import { useState } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl, send } from "../../parts/api.ts";
import { Confirm } from "../../parts/dialog.tsx";
import { blindOf, type Label, LabellingRoom } from "../../parts/labelling.tsx";
import type { Post } from "../../parts/post.ts";
import { PostCard } from "../../parts/postcard.tsx";
import { go, href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { IntervalBar, ShareWords } from "../../parts/share.tsx";
import { Empty, Shown } from "../../parts/states.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { count, counted, day, percent, span } from "../../parts/words.ts";
import { ToolsNav } from "./nav.tsx";
import { Overlap } from "./overlap.tsx";
import { type Comparison, type LabelShare, money, shareOf, type Side } from "./tool.ts";

export function ComparisonPage({ id }: { id: number }) {
  const answer = useAsk<Comparison>(apiUrl(`/comparisons/${id}`));
  // While somebody labels, each label is an event; the numbers are asked for once the room is left.
  useEvents({ tool: () => { if (param("label") !== "1") answer.again(); } });
  const [isRemoving, setRemoving] = useState(false);
  if (param("label") === "1") return <div class="page tools"><Sample id={id} comparison={answer.data} onDone={() => { setParams({ label: null }); answer.again(); }} /></div>;
  const remove = async () => {
    try {
      await send("DELETE", apiUrl(`/comparisons/${id}`));
      toast("The comparison is gone");
      go(href("/team/tools/comparisons"));
    } catch (cause) {
      setRemoving(false);
      toastProblem("It was not removed", cause);
    }
  };
  return (
    <div class="page tools">
      <header class="page-head">
        <h1 dir="auto">{answer.data?.name ?? "Comparison"}</h1>
        <ToolsNav at="comparisons" />
        {may("reviewer") && answer.data && <button type="button" class="plain" onClick={() => setRemoving(true)}>Remove</button>}
      </header>
      <Shown answer={answer} what="The comparison" rows={5}>
        {(comparison) => (
          <>
            <p class="quiet">
              {comparison.q ? <code dir="auto">{comparison.q}</code> : "every post"} · {day(comparison.since)} to {day(comparison.until)} · {counted(comparison.matched, "matching post")}, {count(comparison.found)} of them found by {comparison.sides.length === 2 ? "either" : "any"}
            </p>
            {comparison.found === 0 ? (
              <Empty title="None of them found a matching post" action={<a class="button" href={href("/team/tools/comparisons", { new: "1" })}>Compare on another topic</a>}>The archive holds {counted(comparison.matched, "post")} that match in these days, and none came through what is compared here.</Empty>
            ) : (
              <>
                <Overlap comparison={comparison} />
                <OutThere comparison={comparison} />
                <Numbers comparison={comparison} />
                <Labelled comparison={comparison} />
                <Unique comparison={comparison} />
              </>
            )}
          </>
        )}
      </Shown>
      {isRemoving && <Confirm title="Remove this comparison?" words="Its numbers can be made again; the labels that people gave its posts are lost." verb="Remove" onYes={() => void remove()} onNo={() => setRemoving(false)} />}
    </div>
  );
}

function OutThere({ comparison }: { comparison: Comparison }) {
  const { out_there: all } = comparison;
  if (!all) return null;
  const missed = Math.max(0, all.value - comparison.found);
  return (
    <p class="quiet">
      Were the two to look independently of each other, there would be about {count(all.value)} such posts ({count(all.low)} to {count(all.high ?? all.value)}), of which {counted(Math.round(missed), "post")} came to neither. Tools that read the same places make this too low (Chapman’s estimate).
    </p>
  );
}

/** "12 of 17", too few for a share, or the share with its interval. */
function Precision({ share }: { share: LabelShare }) {
  const known = shareOf(share);
  if (known) return <><ShareWords share={known} /> <IntervalBar share={known} /></>;
  return <span class="quiet">{share.n ? `${share.k} of ${share.n} labelled: too few` : "not labelled"}</span>;
}

const rows: { words: string; title: string; of: (side: Side) => preact.ComponentChildren }[] = [
  { words: "Found", title: "Matching posts that came through it", of: (side) => <b>{count(side.finds)}</b> },
  { words: "Found by it alone", title: "No other side has them", of: (side) => <>{count(side.unique)} <span class="quiet">{side.finds ? percent(side.unique / side.finds) : ""}</span></> },
  { words: "To the point", title: "Relevant of its finds that were labelled blind, with Wilson's 95 % interval", of: (side) => <Precision share={side.precision} /> },
  { words: "To the point, of those it alone found", title: "The same of its unique finds", of: (side) => <Precision share={side.unique_precision} /> },
  { words: "How late", title: "From publishing to finding: half were found within this time, nine in ten within the second", of: (side) => side.lag_s === null ? <span class="quiet">does not say when</span> : <>{span(Math.round(side.lag_s))} <span class="quiet">9 in 10 within {span(Math.round(side.lag_90_s ?? side.lag_s))}</span></> },
  { words: "First", title: "Of posts that another timed side found too: those it had before every other", of: (side) => side.raced ? <>{count(side.first)} <span class="quiet">of {count(side.raced)}</span></> : <span class="quiet">–</span> },
  { words: "Given twice", title: "Times that one import held a post again", of: (side) => count(side.duplicates) },
  { words: "Word-for-word copies", title: "Finds that say what another of its finds says", of: (side) => count(side.copies) },
  { words: "Cost of these days", title: "Its monthly cost, for as many days", of: (side) => side.cost_cents === null ? <span class="quiet">not written down</span> : money(side.cost_cents, side.currency) },
  { words: "Cost of a useful find", title: "Cost of these days over finds times precision", of: (side) => side.cost_each_cents ? <><b>{money(side.cost_each_cents.value, side.currency)}</b> <span class="quiet">{money(side.cost_each_cents.low, "")}to {side.cost_each_cents.high === null ? "no end" : money(side.cost_each_cents.high, "")}</span></> : <span class="quiet">needs {side.cost_cents === null ? "a cost" : "labels"}</span> },
];

function Numbers({ comparison }: { comparison: Comparison }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="The numbers">
      <table class="plain-table tool-numbers">
        <thead><tr><th scope="col"><span class="unseen">Figure</span></th>{comparison.sides.map((side) => <th key={side.name} scope="col" dir="auto">{side.name}</th>)}</tr></thead>
        <tbody>{rows.map((row) => <tr key={row.words}><th scope="row" title={row.title}>{row.words}</th>{comparison.sides.map((side) => <td key={side.name}>{row.of(side)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Labelled({ comparison }: { comparison: Comparison }) {
  const draw = async (again: boolean) => {
    try {
      await send("POST", apiUrl(`/comparisons/${comparison.id}/sample`), again ? { again } : {});
      setParams({ label: "1" });
    } catch (cause) {
      toastProblem("No sample was drawn", cause);
    }
  };
  const left = comparison.sample - comparison.labelled;
  if (!comparison.sample)
    return may("practitioner") ? (
      <section class="card stack"><h2>Are they to the point?</h2><p>Up to 50 finds of each are drawn by lot. You see the post and not who found it, and say whether it is what the topic is for.</p><p><button type="button" class="act" onClick={() => void draw(false)}>Label a sample</button></p></section>
    ) : <p class="quiet">No sample has been labelled yet. A practitioner of this client can draw one.</p>;
  return (
    <p class="row">
      {left > 0 && may("learner") && <button type="button" class="act" onClick={() => setParams({ label: "1" })}>{comparison.labelled ? `Go on labelling (${left} left)` : `Label ${counted(comparison.sample, "post")}`}</button>}
      <span class="quiet">{comparison.labelled} of {counted(comparison.sample, "post")} of the sample are labelled.</span>
      {left === 0 && may("learner") && <button type="button" class="plain" onClick={() => setParams({ label: "1" })}>Look through the labels</button>}
    </p>
  );
}

function Sample({ id, comparison, onDone }: { id: number; comparison: Comparison | undefined; onDone: () => void }) {
  const answer = useAsk<{ posts: { label: Label; post: Post }[] }>(apiUrl(`/comparisons/${id}/sample`));
  return (
    <div class="labelling">
      <Shown answer={answer} what="The sample" rows={4}>
        {({ posts }) => posts.length === 0 ? (
          <Empty title="No sample to label" action={<button type="button" onClick={onDone}>Back</button>}>Draw one first.</Empty>
        ) : (
          <LabellingRoom
            asks={<>Is this what you listen for? {comparison?.q && <code dir="auto">{comparison.q}</code>}</>}
            address={apiUrl(`/comparisons/${id}/labels`)}
            over="this sample"
            posts={posts.map((each) => blindOf(each.post, each.label))}
            onDone={onDone}
          />
        )}
      </Shown>
    </div>
  );
}

/** Posts that one side alone found: after the labels, because they tell who found what. */
function Unique({ comparison }: { comparison: Comparison }) {
  const side = Number(param("unique") || -1);
  const [isSure, setSure] = useState(false);
  const isBlind = comparison.sample === 0 || comparison.labelled < comparison.sample;
  const some = comparison.sides.some((each) => each.unique);
  if (!some) return null;
  return (
    <section class="stack" aria-labelledby="unique">
      <h2 id="unique">What only one of them found</h2>
      {isBlind && !isSure ? (
        <p class="quiet">Looking now tells you who found what, and labels are worth more without. {comparison.sample ? "Label the sample first" : "Draw and label a sample first"}, or <button type="button" class="plain" onClick={() => setSure(true)}>look all the same</button></p>
      ) : (
        <>
          <div class="row" role="group" aria-label="Whose">{comparison.sides.map((each, i) => <button key={each.name} type="button" aria-pressed={side === i} disabled={!each.unique} onClick={() => setParams({ unique: side === i ? null : String(i) })}>{each.name} <span class="quiet">{count(each.unique)}</span></button>)}</div>
          {side >= 0 && side < comparison.sides.length && <Finds id={comparison.id} side={side} />}
        </>
      )}
    </section>
  );
}

function Finds({ id, side }: { id: number; side: number }) {
  const answer = useAsk<{ posts: Post[]; count: number }>(apiUrl(`/comparisons/${id}/finds`, { side: String(side), only: "unique" }));
  return (
    <Shown answer={answer} what="Its posts">
      {({ posts, count: all }) => (
        <>
          <ul class="tool-posts">{posts.map((post) => <li key={post.id}><PostCard post={post} /></li>)}</ul>
          {posts.length < all && <p class="quiet">The newest {count(posts.length)} of {count(all)}.</p>}
        </>
      )}
    </Shown>
  );
}
