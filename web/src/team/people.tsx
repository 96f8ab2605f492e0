// What the screens about people share.
import { useRef, useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import type { Role } from "../parts/session.ts";
import "../door/door.css";
import "./team.css";

export type GivenRole = Exclude<Role, "none">;

/** Each may what those before it may. */
export const roleWords: [GivenRole, string][] = [
  ["viewer", "reads everything"],
  ["learner", "and makes what is their own: reads, notes, labels, saved views"],
  ["practitioner", "and what the team works with: topics, alerts, lists, notes on trends; pushes posts in"],
  ["reviewer", "and judges the work of others: settles, merges, deletes"],
  ["admin", "and members, tokens and the trail of changes"],
];

export function RoleSelect({ id, label, value, onChange, most = "admin" }: { id?: string; label?: string; value: GivenRole; onChange: (role: GivenRole) => void; most?: Role }) {
  const last = roleWords.findIndex(([role]) => role === most);
  return (
    <select id={id} aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value as GivenRole)}>
      {roleWords.slice(0, last + 1 || undefined).map(([role]) => <option key={role} value={role}>{role}</option>)}
    </select>
  );
}

export function RolesLegend() {
  return (
    <details>
      <summary>What each role may do</summary>
      <dl class="roles-legend">
        {roleWords.map(([role, words]) => [<dt key={role}>{role}</dt>, <dd key={`${role} words`}>{words}</dd>])}
      </dl>
    </details>
  );
}

/** A text that is shown this once: a link, a token. */
export function Secret({ title, words, text, label, onClose }: { title: string; words: string; text: string; label: string; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState("");
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("It is selected: copy it with Ctrl C");
    }
  };
  return (
    <Dialog title={title} onClose={onClose} foot={<button type="button" onClick={onClose}>Done</button>}>
      <p>{words}</p>
      <p class="secret">
        <input ref={field} type="text" readOnly value={text} aria-label={label} onFocus={(event) => event.currentTarget.select()} />
        <button type="button" class="act" onClick={() => void copy()}>Copy</button>
      </p>
      <p role="status" class="hint">{said}</p>
    </Dialog>
  );
}
