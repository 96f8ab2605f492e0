// All comparisons, and the form for a new one.
import { useState } from "preact/hooks";
import { Field, problemOf, Said } from "../../door/fields.tsx";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl, type Problem, send } from "../../parts/api.ts";
import { clockNow } from "../../parts/clock.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { useKeys } from "../../parts/keys.ts";
import { go, href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { useEvents } from "../../parts/use-events.ts";
import { counted, day, fromLocal, toLocal } from "../../parts/words.ts";
import { ToolsNav } from "./nav.tsx";
import { kindWords, type Comparison, type ComparisonRow, type Finder, type Tool } from "./tool.ts";

export function Comparing() {
  const answer = useAsk<{ comparisons: ComparisonRow[] }>(apiUrl("/comparisons"));
  useEvents({ tool: answer.again });
  const create = () => may("practitioner") && setParams({ new: "1" });
  useKeys("Comparisons", may("practitioner") ? [{ key: "c", words: "New comparison", act: create }] : []);
  return (
    <div class="page tools">
      <header class="page-head">
        <h1>Comparisons</h1>
        <ToolsNav at="comparisons" />
        {may("practitioner") && <button type="button" onClick={create}><Icon name="plus" /> New comparison <kbd>c</kbd></button>}
      </header>
      <Shown answer={answer} what="The comparisons">
        {({ comparisons }) => comparisons.length === 0 ? (
          <Empty title="No comparison yet" action={may("practitioner") ? <button type="button" class="act" onClick={create}>Compare two tools</button> : undefined}>
            Two tools, or a tool and your own capture, on one topic over the same days: what both found, what only one found, how late, how much of it was to the point, and what a useful find costs.
          </Empty>
        ) : (
          <ul class="tool-list">
            {comparisons.map((each) => (
              <li key={each.id} class="card tool-card">
                <h2><a href={href(`/team/tools/comparisons/${each.id}`)} dir="auto">{each.name}</a></h2>
                <p dir="auto">{each.sides.join(" · ")}</p>
                <p class="quiet">{day(each.since)} to {day(each.until)} · by <span dir="auto">{each.by.name}</span> · {each.sample ? `${each.labelled} of ${counted(each.sample, "post")} labelled` : "nothing labelled yet"}</p>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      {param("new") === "1" && <NewComparison onClose={() => setParams({ new: null })} />}
    </div>
  );
}

interface TopicName {
  id: number;
  name: string;
}

function NewComparison({ onClose }: { onClose: () => void }) {
  const topics = useAsk<{ topics: TopicName[] }>(apiUrl("/topics"));
  const tools = useAsk<{ tools: Tool[] }>(apiUrl("/tools"));
  const finders = useAsk<{ finders: Finder[] }>(apiUrl("/finders"));
  const now = clockNow();
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [query, setQuery] = useState("");
  const [since, setSince] = useState(toLocal(new Date(now.getTime() - 30 * 86400_000)).slice(0, 10));
  const [until, setUntil] = useState(toLocal(now).slice(0, 10));
  const [chosen, setChosen] = useState<string[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const choices = [
    ...(tools.data?.tools ?? []).filter((each) => each.labels.length).map((each) => ({ key: `tool ${each.id}`, words: each.name, side: { tool: each.id } as object, kind: "tool" })),
    ...(finders.data?.finders ?? []).filter((each) => each.tool === null).map((each) => ({ key: `finder ${each.label}`, words: each.title, side: { finder: each.label }, kind: kindWords(each.kind) })),
  ];
  const isKnown = tools.data !== undefined && finders.data !== undefined;
  const submit = async (event: Event) => {
    event.preventDefault();
    // The last day is meant whole.
    const end = new Date(fromLocal(until)!.getTime() + 86400_000);
    try {
      const made = await send<Comparison>("POST", apiUrl("/comparisons"), {
        name: name || chosen.map((key) => choices.find((each) => each.key === key)!.words).join(" and "),
        ...(topic ? { topic: Number(topic) } : { q: query }),
        since: fromLocal(since)!.toISOString(), until: (end < now ? end : now).toISOString(),
        sides: choices.filter((each) => chosen.includes(each.key)).map((each) => each.side),
      });
      go(href(`/team/tools/comparisons/${made.id}`));
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  return (
    <Dialog title="New comparison" onClose={onClose} class="tool-dialog">
      <form class="stack" onSubmit={submit}>
        <Said problem={problem} />
        <fieldset class="stack">
          <legend>Compare at least two of</legend>
          {isKnown && choices.length < 2 && <p class="quiet">Posts must have come through two sources or imports before they can be compared. {choices.length === 1 ? `So far there is ${choices[0]!.words}.` : ""}</p>}
          {choices.map((each) => (
            <label key={each.key} class="choice">
              <input type="checkbox" checked={chosen.includes(each.key)} disabled={!chosen.includes(each.key) && chosen.length === 8} onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, each.key] : chosen.filter((key) => key !== each.key))} />
              <span dir="auto">{each.words}</span> <span class="quiet">{each.kind}</span>
            </label>
          ))}
        </fieldset>
        <div class="tool-fields">
          <Field label="Topic">
            {(id) => <select id={id} value={topic} onChange={(event) => setTopic(event.currentTarget.value)}><option value="">a query of its own</option>{(topics.data?.topics ?? []).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
          </Field>
          {!topic && <Field label="Query" hint="empty: every post">{(id, hint) => <input id={id} type="text" dir="auto" spellcheck={false} aria-describedby={hint} value={query} onInput={(event) => setQuery(event.currentTarget.value)} />}</Field>}
        </div>
        <div class="tool-fields">
          <Field label="First day">{(id) => <input id={id} type="date" required value={since} onInput={(event) => setSince(event.currentTarget.value)} />}</Field>
          <Field label="Last day">{(id) => <input id={id} type="date" required min={since} value={until} onInput={(event) => setUntil(event.currentTarget.value)} />}</Field>
        </div>
        <Field label="Name" hint="empty: the names of what is compared">{(id, hint) => <input id={id} type="text" maxLength={80} aria-describedby={hint} value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <p class="row"><button type="submit" class="act" disabled={chosen.length < 2}>Compare</button><button type="button" class="plain" onClick={onClose}>Cancel</button></p>
      </form>
    </Dialog>
  );
}
