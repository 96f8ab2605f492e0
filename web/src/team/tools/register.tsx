// One card a tool, what renews next first; below, what posts came through that belongs to no tool yet.
import { useState } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl, send } from "../../parts/api.ts";
import { clockNow } from "../../parts/clock.ts";
import { useCommands } from "../../parts/commands.ts";
import { Icon } from "../../parts/icon.tsx";
import { useKeys } from "../../parts/keys.ts";
import { href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { count, counted, day, span } from "../../parts/words.ts";
import { Editor } from "./editor.tsx";
import { ToolsNav } from "./nav.tsx";
import { kindWords, daysTo, money, stateWords, type Finder, type Tool } from "./tool.ts";

export function Register() {
  const answer = useAsk<{ tools: Tool[] }>(apiUrl("/tools"));
  const finders = useAsk<{ since: string; finders: Finder[] }>(apiUrl("/finders"));
  const again = () => { answer.again(); finders.again(); };
  useEvents({ tool: again });
  const edited = param("edit");
  const create = () => may("practitioner") && setParams({ edit: "new" });
  useKeys("Tools", may("practitioner") ? [{ key: "c", words: "New tool", act: create }] : []);
  useCommands(may("practitioner") ? [{ words: "New tool", key: "c", act: create }] : []);
  const all = finders.data?.finders ?? [];
  return (
    <div class="page tools">
      <header class="page-head">
        <h1>Tools</h1>
        <ToolsNav at="register" />
        {may("practitioner") && <button type="button" onClick={create}><Icon name="plus" /> New tool <kbd>c</kbd></button>}
      </header>
      <Shown answer={answer} what="The register" rows={4}>
        {({ tools }) => (
          <>
            {tools.length === 0 && (
              <Empty title="No tool is written down yet" action={may("practitioner") ? <button type="button" class="act" onClick={create}>Write down the first tool</button> : undefined}>
                A tool is anything you listen with, paid or free. Here stands what it is for, who renews it and by when, and, once posts came through it, what it finds that others do not.
              </Empty>
            )}
            <Costs tools={tools} />
            <ul class="tool-list">{tools.map((tool) => <Card key={tool.id} tool={tool} finders={all.filter((each) => each.tool === tool.id)} since={finders.data?.since} />)}</ul>
            {edited && (edited === "new" || tools.some((each) => String(each.id) === edited)) && (
              <Editor key={edited} tool={tools.find((each) => String(each.id) === edited) ?? null} finders={all} onClose={() => setParams({ edit: null })} onSaved={again} />
            )}
          </>
        )}
      </Shown>
      <Shown answer={finders} what="What came through">
        {({ finders: found }) => <Loose finders={found.filter((each) => each.tool === null)} tools={answer.data?.tools ?? []} onChange={again} />}
      </Shown>
      <CaughtFirst />
    </div>
  );
}

interface Caught {
  id: number;
  trend: string;
  started_at: string;
  title: string;
  seen_at: string;
  finders: number;
  lead_s: number | null;
}

/** Which of them saw the month's trends first. */
function CaughtFirst() {
  const answer = useAsk<{ since: string; trends: Caught[] }>(apiUrl("/finders/trends"), { isLater: true });
  const trends = answer.data?.trends ?? [];
  if (!trends.length) return null;
  return (
    <section class="stack" aria-labelledby="caught">
      <h2 id="caught">Which saw a trend first, since {day(answer.data!.since)}</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-labelledby="caught">
        <table class="plain-table">
          <thead><tr><th scope="col">Trend</th><th scope="col">First through</th><th scope="col">When</th><th scope="col">Ahead of the next</th></tr></thead>
          <tbody>
            {trends.map((each) => (
              <tr key={each.id}>
                <th scope="row" dir="auto"><a href={href(`/listen/trends/${each.id}`)}>{each.trend}</a></th>
                <td dir="auto">{each.title}</td>
                <td><Time at={each.seen_at} /></td>
                <td>{each.lead_s === null ? <span class="quiet">no other saw it</span> : span(Math.round(each.lead_s))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What all of it costs a month, in each currency. */
function Costs({ tools }: { tools: Tool[] }) {
  const sums = new Map<string, number>();
  for (const each of tools) if (each.cost_cents && each.state !== "gone") sums.set(each.currency, (sums.get(each.currency) ?? 0) + each.cost_cents);
  if (!sums.size) return null;
  const next = tools.find((each) => each.notice_by && each.state !== "gone" && each.state !== "leaving" && daysTo(each.notice_by, clockNow()) >= 0);
  return (
    <p class="quiet" role="status">
      {[...sums].map(([currency, cents]) => money(cents, currency)).join(" and ")} a month.
      {next && <> The next decision: <b dir="auto">{next.name}</b>, by {day(next.notice_by!)}.</>}
    </p>
  );
}

function Renewal({ tool }: { tool: Tool }) {
  if (!tool.renews_at || tool.state === "gone") return null;
  const now = clockNow();
  const notice = daysTo(tool.notice_by!, now);
  const renewal = daysTo(tool.renews_at, now);
  const who = tool.owner ? <b dir="auto">{tool.owner.name}</b> : <span>nobody</span>;
  if (renewal < 0) return <p class="tool-renewal"><Icon name="warn" /> Its renewal day, {day(tool.renews_at)}, has passed: write down the next one.</p>;
  if (tool.state === "leaving") return <p class="tool-renewal">It ends on {day(tool.renews_at)}.</p>;
  if (notice < 0) return <p class="tool-renewal">It renews on {day(tool.renews_at)}; it was to be ended by {day(tool.notice_by!)}.</p>;
  return <p class={notice <= 30 ? "tool-renewal is-near" : "tool-renewal"}>{notice <= 30 && <Icon name="bell" />} It renews on {day(tool.renews_at)}. {who} decides by {day(tool.notice_by!)}, {notice === 0 ? "today" : `in ${counted(notice, "day")}`}.</p>;
}

function Card({ tool, finders, since }: { tool: Tool; finders: Finder[]; since: string | undefined }) {
  const posts = finders.reduce((sum, each) => sum + each.posts, 0);
  const shared = finders.reduce((sum, each) => sum + each.shared, 0);
  const first = finders.reduce((sum, each) => sum + each.first, 0);
  const alone = finders.reduce((sum, each) => sum + each.alone, 0);
  const knows = finders.some((each) => each.knows_when);
  return (
    <li class="card tool-card">
      <header class="row">
        <h2 dir="auto">{tool.name}</h2>
        <span class="chip">{stateWords[tool.state]}</span>
        {tool.vendor && <span class="quiet" dir="auto">{tool.vendor}</span>}
        {may("practitioner") && <button type="button" class="plain push" aria-label={`Edit ${tool.name}`} onClick={() => setParams({ edit: String(tool.id) })}>Edit</button>}
      </header>
      <p dir="auto">{tool.purpose || <span class="quiet">What it is for is not written down.</span>}</p>
      {tool.verdict && <p class="tool-verdict" dir="auto">{tool.verdict}</p>}
      <Renewal tool={tool} />
      <dl class="tool-facts">
        <div><dt>Cost</dt><dd>{tool.cost_cents === null ? <span class="quiet">not written down</span> : tool.cost_cents === 0 ? "nothing" : `${money(tool.cost_cents, tool.currency)} a month`}</dd></div>
        <div><dt>Owner</dt><dd dir="auto">{tool.owner?.name ?? <span class="quiet">nobody</span>}</dd></div>
        <div><dt>Posts through it</dt><dd>{finders.length ? count(posts) : <span class="quiet">none yet</span>}</dd></div>
        {knows && since && <div><dt>First, since {day(since)}</dt><dd>{shared ? <>{count(first)} <span class="quiet">of {count(shared)} that others saw too</span></> : <span class="quiet">nothing shared</span>}</dd></div>}
        {knows && <div><dt>Seen by it alone</dt><dd>{count(alone)}</dd></div>}
      </dl>
      {finders.length > 0 && <p class="quiet">Through {finders.map((each) => each.title).join(", ")}.</p>}
    </li>
  );
}

function Loose({ finders, tools, onChange }: { finders: Finder[]; tools: Tool[]; onChange: () => void }) {
  const [chosen, choose] = useState<Record<string, string>>({});
  if (!finders.length) return null;
  const give = async (finder: Finder, id: number) => {
    const tool = tools.find((each) => each.id === id);
    if (!tool) return;
    try {
      const saved = await send<Tool>("PATCH", apiUrl(`/tools/${id}`), { version: tool.version, labels: [...tool.labels, finder.label] });
      onChange();
      toast(`${finder.title} belongs to ${tool.name}`, async () => {
        await send("PATCH", apiUrl(`/tools/${id}`), { version: saved.version, labels: tool.labels });
        onChange();
      });
    } catch (cause) {
      toastProblem("It was not saved", cause);
    }
  };
  return (
    <section class="stack" aria-labelledby="loose">
      <h2 id="loose">Came through, and belongs to no tool yet</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-labelledby="loose">
        <table class="plain-table">
          <thead><tr><th scope="col">What</th><th scope="col">Kind</th><th scope="col" class="number">Posts</th><th scope="col">Last</th>{may("practitioner") && <th scope="col"><span class="unseen">Tool</span></th>}</tr></thead>
          <tbody>
            {finders.map((each) => (
              <tr key={each.label}>
                <th scope="row" dir="auto">{each.title}</th>
                <td>{kindWords(each.kind)}</td>
                <td class="number">{count(each.posts)}</td>
                <td>{each.last_at ? <Time at={each.last_at} as="ago" /> : "–"}</td>
                {may("practitioner") && (
                  <td>
                    {tools.length > 0 ? (
                      <select aria-label={`The tool of ${each.title}`} value={chosen[each.label] ?? ""} onChange={(event) => { choose({ ...chosen, [each.label]: "" }); void give(each, Number(event.currentTarget.value)); }}>
                        <option value="">belongs to …</option>
                        {tools.map((tool) => <option key={tool.id} value={tool.id}>{tool.name}</option>)}
                      </select>
                    ) : <span class="quiet">write down a tool first</span>}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
