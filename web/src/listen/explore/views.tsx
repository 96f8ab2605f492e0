// Saved views: a name for what the address says. Whether time belongs to it is said, and so is every change since.
import { useState } from "preact/hooks";
import { apiUrl, send } from "../../parts/api.ts";
import { useAsk, type Answer } from "../../parts/ask.ts";
import { useCommands } from "../../parts/commands.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Menu, type MenuItem } from "../../parts/menu.tsx";
import { go, href, route, searchOf, type Params } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { toast, toastProblem } from "../../parts/toast.ts";
import type { Explored } from "./state.ts";

export interface View {
  id: number;
  name: string;
  state: string; // the search part of an address: "q=ferry&since=24h"
  has_time: boolean;
  version: number;
  owner: { id: number; name: string };
}

const never = new Set(["client", "view", "post"]);
const times = new Set(["since", "until", "by"]);

/** The part of the address that a view keeps, always in the same order. */
export function stateText(params: URLSearchParams, hasTime: boolean): string {
  const kept: Params = {};
  for (const name of [...new Set(params.keys())].sort()) if (!never.has(name) && (hasTime || !times.has(name))) kept[name] = params.getAll(name);
  return searchOf(kept).slice(1);
}

function open(view: View, how: "act" | "replace" = "act"): void {
  const params: Params = {};
  const saved = new URLSearchParams(view.state);
  for (const name of new Set(saved.keys())) params[name] = saved.getAll(name);
  if (!view.has_time) for (const name of times) params[name] = route.value.params.get(name);
  go(href("/listen/explore", { ...params, view: view.id }), how);
}

export function Views({ state }: { state: Explored }) {
  const answer = useAsk<{ views: View[] }>(apiUrl("/views"));
  const views = answer.data?.views ?? [];
  const now = views.find((each) => String(each.id) === state.view);
  const isChanged = Boolean(now) && stateText(route.value.params, now!.has_time) !== stateText(new URLSearchParams(now!.state), now!.has_time);
  const [isSaving, setSaving] = useState(false);
  useCommands([
    ...views.map((each) => ({ words: each.name, kind: "view", act: () => open(each) })),
    ...(may("learner") ? [{ words: "Save this view …", kind: "Explore", act: () => setSaving(true) }] : []),
  ]);

  const save = async (view: View) => {
    try {
      await send("PATCH", apiUrl(`/views/${view.id}`), { state: stateText(route.value.params, view.has_time), version: view.version });
      toast(`“${view.name}” is saved`, async () => {
        await send("PATCH", apiUrl(`/views/${view.id}`), { state: view.state, version: view.version + 1 });
        answer.again();
      });
      answer.again();
    } catch (cause) {
      toastProblem("The view was not saved", cause);
      answer.again();
    }
  };
  const remove = async (view: View) => {
    try {
      await send("DELETE", apiUrl(`/views/${view.id}`));
      toast(`“${view.name}” is deleted`, async () => {
        await send("POST", apiUrl("/views"), { name: view.name, state: view.state, has_time: view.has_time });
        answer.again();
      });
      answer.again();
    } catch (cause) {
      toastProblem("The view was not deleted", cause);
    }
  };
  const items: (MenuItem | "line")[] = views.map((each) => ({ words: each.name, isChecked: each === now, hint: `By ${each.owner.name}${each.has_time ? ", with its time" : ""}`, act: () => open(each) }));
  if (answer.problem) items.push({ words: "The saved views could not be read", isDisabled: true, hint: answer.problem.message });
  else if (!views.length) items.push({ words: "No view is saved yet", isDisabled: true, hint: "A view keeps the query, what is shown and, if wanted, the time" });
  if (may("learner")) {
    items.push("line", { words: "Save as a new view …", icon: "plus", act: () => setSaving(true) });
    if (now) items.push({ words: `Delete “${now.name}”`, isLoss: true, act: () => void remove(now) });
  }
  return (
    <div class="views">
      <Menu class={now ? "" : "plain"} title="Saved views" items={items}>
        <Icon name="star" />
        <span class="cut">{now?.name ?? "Views"}</span>
        <Icon name="down" size={12} />
      </Menu>
      {now && isChanged && (
        <span class="views-changed" role="status">
          <span class="quiet">Unsaved changes</span>
          <button type="button" class="plain" onClick={() => open(now)}>Revert</button>
          {may("learner") && <button type="button" class="plain" onClick={() => void save(now)}>Save</button>}
          {may("learner") && <button type="button" class="plain" onClick={() => setSaving(true)}>Save as</button>}
        </span>
      )}
      {isSaving && <SaveAs answer={answer} state={state} onClose={() => setSaving(false)} />}
    </div>
  );
}

function SaveAs({ answer, state, onClose }: { answer: Answer<{ views: View[] }>; state: Explored; onClose: () => void }) {
  const [name, setName] = useState(state.q.slice(0, 60));
  const [hasTime, setTime] = useState(Boolean(state.since || state.until));
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const made = await send<View>("POST", apiUrl("/views"), { name: name.trim(), state: stateText(route.value.params, hasTime), has_time: hasTime });
      onClose();
      answer.again();
      open(made, "replace");
      toast(`“${made.name}” is saved`);
    } catch (cause) {
      setBusy(false);
      toastProblem("The view was not saved", cause);
    }
  };
  return (
    <Dialog title="Save as a new view" onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <label class="stack">Name<input type="text" required maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <label><input type="checkbox" checked={hasTime} onChange={(event) => setTime(event.currentTarget.checked)} /> The time belongs to the view</label>
        <p class="hint">{hasTime ? "Opening it also brings this time range back." : "Opening it keeps whatever time is being looked at."}</p>
        <div class="dialog-foot">
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="act" disabled={!name.trim() || isBusy}>Save</button>
        </div>
      </form>
    </Dialog>
  );
}
