// What is written of a tool, in a dialog.
import { useState } from "preact/hooks";
import { Field, problemOf, Said } from "../../door/fields.tsx";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl, type Problem, send } from "../../parts/api.ts";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { may, session } from "../../parts/session.ts";
import { toast, toastProblem } from "../../parts/toast.ts";
import { counted } from "../../parts/words.ts";
import { kindWords, centsOf, stateWords, type Finder, type Tool, type ToolState } from "./tool.ts";

interface Person {
  id: number;
  name: string;
}

/** What PATCH takes to bring a tool back to what it was. */
function written(tool: Tool) {
  const { name, vendor, purpose, verdict, state, cost_cents, currency, renews_at, notice_days, labels } = tool;
  return { name, vendor, purpose, verdict, state, cost_cents, currency, renews_at, notice_days, labels, owner: tool.owner?.id ?? null };
}

export function Editor({ tool, finders, onClose, onSaved }: { tool: Tool | null; finders: Finder[]; onClose: () => void; onSaved: () => void }) {
  const people = useAsk<{ members: Person[] }>(apiUrl("/team"));
  const [said, setSaid] = useState({
    name: tool?.name ?? "", vendor: tool?.vendor ?? "", purpose: tool?.purpose ?? "", verdict: tool?.verdict ?? "", state: tool?.state ?? ("trial" as ToolState),
    cost: tool && tool.cost_cents !== null ? (tool.cost_cents / 100).toFixed(2) : "", currency: tool?.currency || "EUR",
    renews: tool?.renews_at?.slice(0, 10) ?? "", notice: String(tool?.notice_days ?? 30), owner: String(tool ? (tool.owner?.id ?? "") : session.value!.member.id),
  });
  const [labels, setLabels] = useState<string[]>(tool?.labels ?? []);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const put = (part: Partial<typeof said>) => setSaid({ ...said, ...part });
  const free = finders.filter((each) => each.tool === null || each.tool === tool?.id);
  const cost = said.cost.trim() === "" ? null : centsOf(said.cost);
  const isCostWrong = said.cost.trim() !== "" && cost === null;
  const save = async (event: Event) => {
    event.preventDefault();
    const body = {
      name: said.name, vendor: said.vendor, purpose: said.purpose, verdict: said.verdict, state: said.state, labels, cost_cents: cost,
      currency: cost === null ? "" : said.currency.toUpperCase(), renews_at: said.renews || null, notice_days: Number(said.notice) || 0, owner: said.owner ? Number(said.owner) : null,
    };
    try {
      const saved = tool
        ? await send<Tool>("PATCH", apiUrl(`/tools/${tool.id}`), { ...body, version: tool.version })
        : await send<Tool>("POST", apiUrl("/tools"), body);
      onSaved();
      onClose();
      toast(`${saved.name} is written down`, tool ? async () => {
        await send("PATCH", apiUrl(`/tools/${tool.id}`), { ...written(tool), version: saved.version });
        onSaved();
      } : may("reviewer") ? async () => {
        await send("DELETE", apiUrl(`/tools/${saved.id}`));
        onSaved();
      } : undefined);
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  const remove = async () => {
    try {
      await send("DELETE", apiUrl(`/tools/${tool!.id}`));
      onSaved();
      onClose();
      toast(`${tool!.name} is out of the register`, async () => {
        await send("POST", apiUrl("/tools"), written(tool!));
        onSaved();
      });
    } catch (cause) {
      toastProblem("It was not removed", cause);
    }
  };
  if (isRemoving) return <Confirm title={`Remove ${tool!.name}?`} words="It goes from the register. Posts that came through it, and comparisons that it is in, stay." verb="Remove" onYes={() => void remove()} onNo={() => setRemoving(false)} />;
  return (
    <Dialog title={tool ? tool.name : "New tool"} onClose={onClose} class="tool-dialog">
      <form class="stack" onSubmit={save}>
        <Said problem={problem} />
        <div class="tool-fields">
          <Field label="Name">{(id) => <input id={id} type="text" required maxLength={80} autocomplete="off" value={said.name} onInput={(event) => put({ name: event.currentTarget.value })} />}</Field>
          <Field label="Vendor">{(id) => <input id={id} type="text" maxLength={80} autocomplete="off" value={said.vendor} onInput={(event) => put({ vendor: event.currentTarget.value })} />}</Field>
        </div>
        <Field label="What we have it for">{(id) => <textarea id={id} rows={2} maxLength={2000} dir="auto" value={said.purpose} onInput={(event) => put({ purpose: event.currentTarget.value })} />}</Field>
        <Field label="What we think of it, and why">{(id) => <textarea id={id} rows={2} maxLength={2000} dir="auto" value={said.verdict} onInput={(event) => put({ verdict: event.currentTarget.value })} />}</Field>
        <div class="tool-fields">
          <Field label="State">
            {(id) => <select id={id} value={said.state} onChange={(event) => put({ state: event.currentTarget.value as ToolState })}>{Object.entries(stateWords).map(([state, words]) => <option key={state} value={state}>{words}</option>)}</select>}
          </Field>
          <Field label="Owner">
            {(id) => <select id={id} value={said.owner} onChange={(event) => put({ owner: event.currentTarget.value })}><option value="">nobody</option>{owners(people.data?.members ?? [], tool).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
          </Field>
        </div>
        <div class="tool-fields">
          <Field label="Cost a month" hint={isCostWrong ? "an amount such as 899 or 899.50" : "empty: not known"}>
            {(id, hint) => <input id={id} type="text" inputMode="decimal" aria-describedby={hint} aria-invalid={isCostWrong} value={said.cost} onInput={(event) => put({ cost: event.currentTarget.value })} />}
          </Field>
          <Field label="Currency">{(id) => <input id={id} type="text" pattern="[A-Za-z]{3}" maxLength={3} title="Three letters" value={said.currency} onInput={(event) => put({ currency: event.currentTarget.value })} />}</Field>
        </div>
        <div class="tool-fields">
          <Field label="Renews on" hint="empty: it does not renew">{(id, hint) => <input id={id} type="date" aria-describedby={hint} value={said.renews} onInput={(event) => put({ renews: event.currentTarget.value })} />}</Field>
          <Field label="Days of notice">{(id) => <input id={id} type="number" min={0} max={3660} value={said.notice} onInput={(event) => put({ notice: event.currentTarget.value })} />}</Field>
        </div>
        <fieldset class="stack">
          <legend>What comes through it</legend>
          {free.length === 0 && <p class="quiet">Nothing yet: live sources and labels of imports stand here once posts came through them.</p>}
          {free.map((each) => (
            <label key={each.label} class="choice">
              <input type="checkbox" checked={labels.includes(each.label)} onChange={(event) => setLabels(event.currentTarget.checked ? [...labels, each.label] : labels.filter((label) => label !== each.label))} />
              <span dir="auto">{each.title}</span> <span class="quiet">{kindWords(each.kind)}, {counted(each.posts, "post")}</span>
            </label>
          ))}
        </fieldset>
        <p class="row">
          <button type="submit" class="act" disabled={!said.name.trim() || isCostWrong}>Save</button>
          <button type="button" class="plain" onClick={onClose}>Cancel</button>
          {tool && may("reviewer") && <button type="button" class="plain push" onClick={() => setRemoving(true)}>Remove</button>}
        </p>
      </form>
    </Dialog>
  );
}

/** Whoever may be chosen, and who is it now even where they are gone from the list. */
function owners(members: Person[], tool: Tool | null): Person[] {
  return tool?.owner && !members.some((each) => each.id === tool.owner!.id) ? [tool.owner, ...members] : members;
}
