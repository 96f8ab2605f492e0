// Everybody on the server, for its admins: new members, links to come in by, disabling.
import { useState } from "preact/hooks";
import { Field, problemOf, Said } from "../door/fields.tsx";
import { useAsk } from "../parts/ask.ts";
import { Problem, send, serverUrl } from "../parts/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Menu } from "../parts/menu.tsx";
import { session } from "../parts/session.ts";
import { Shown } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { toast, toastProblem } from "../parts/toast.ts";
import { Secret, type GivenRole } from "./people.tsx";

interface Member {
  id: number;
  name: string;
  is_disabled: boolean;
  is_server_admin: boolean;
  has_password: boolean;
  seen_at: string | null;
  roles: { client: string; role: GivenRole }[];
}

export function Everybody() {
  const answer = useAsk<{ members: Member[] }>(serverUrl("/members"));
  const [renamed, setRenamed] = useState<Member | null>(null);
  const [link, setLink] = useState<{ name: string; text: string } | null>(null);
  const edit = async (member: Member, change: Partial<Member>, words: string) => {
    const before = Object.fromEntries(Object.keys(change).map((key) => [key, member[key as keyof Member]]));
    try {
      await send("PATCH", serverUrl(`/members/${member.id}`), change);
      answer.again();
      toast(words, async () => {
        await send("PATCH", serverUrl(`/members/${member.id}`), before);
        answer.again();
      });
    } catch (cause) {
      toastProblem("The member was not changed", cause);
    }
  };
  const makeLink = async (member: { id: number; name: string }) => {
    try {
      const made = await send<{ path: string }>("POST", serverUrl(`/members/${member.id}/link`));
      setLink({ name: member.name, text: location.origin + made.path });
    } catch (cause) {
      toastProblem("No link was made", cause);
    }
  };
  const acts = (member: Member) => [
    { words: "Make a sign-in link", isDisabled: member.is_disabled, hint: "Signs them in once, within 15 minutes", act: () => void makeLink(member) },
    { words: "Rename", act: () => setRenamed(member) },
    member.is_server_admin
      ? { words: "No longer an admin of the server", act: () => void edit(member, { is_server_admin: false }, `${member.name} is no admin of the server any more`) }
      : { words: "Make an admin of the server", hint: "May everything, in every client", act: () => void edit(member, { is_server_admin: true }, `${member.name} is an admin of the server`) },
    member.is_disabled
      ? { words: "Enable", act: () => void edit(member, { is_disabled: false }, `${member.name} may sign in again`) }
      : { words: "Disable", isLoss: true, hint: "Ends sessions, links and tokens at once; what they made stays", act: () => void edit(member, { is_disabled: true }, `${member.name} is disabled`) },
  ];
  return (
    <div class="stack">
      <Shown answer={answer} what="The members">
        {({ members }) => (
          <div class="table-scroll">
            <table class="plain-table">
              <thead><tr><th scope="col">Name</th><th scope="col">Roles</th><th scope="col" class="narrow-out">Last here</th><th scope="col"><span class="unseen">Acts</span></th></tr></thead>
              <tbody>
                {members.map((member) => (
                  <tr key={member.id} class={member.is_disabled ? "is-off" : ""}>
                    <th scope="row" dir="auto">{member.name}{member.id === session.value?.member.id && " (you)"}{member.is_disabled && <span class="unseen"> (disabled)</span>}</th>
                    <td>{[member.is_server_admin && "admin of the server", ...member.roles.map((each) => `${each.role} of ${each.client}`)].filter(Boolean).join(", ") || <span class="quiet">no client yet</span>}</td>
                    <td class="narrow-out">{member.seen_at ? <Time at={member.seen_at} as="ago" /> : <span class="quiet">never</span>}</td>
                    <td class="acts"><Menu class="plain square" label={`Acts for ${member.name}`} items={acts(member)}><Icon name="more" /></Menu></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
      <Add onMade={(member) => { answer.again(); void makeLink(member); }} />
      {renamed && <Rename member={renamed} onClose={() => setRenamed(null)} onName={(name) => { setRenamed(null); void edit(renamed, { name }, `${renamed.name} is ${name} now`); }} />}
      {link && <Secret title={`A link for ${link.name}`} label="The link" text={link.text} words={`Give it to ${link.name} yourself. It signs them in once, within 15 minutes; then they choose a password.`} onClose={() => setLink(null)} />}
    </div>
  );
}

function Add({ onMade }: { onMade: (member: Member) => void }) {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    try {
      const member = await send<Member>("POST", serverUrl("/members"), { name });
      setName("");
      onMade(member);
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  return (
    <section aria-labelledby="new-member" class="stack">
      <h2 id="new-member">A new member</h2>
      <Said problem={problem} />
      <form class="fields" onSubmit={add}>
        <Field label="Name">{(id) => <input id={id} type="text" required maxLength={64} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <button type="submit">Add, and make a link</button>
      </form>
    </section>
  );
}

function Rename({ member, onClose, onName }: { member: Member; onClose: () => void; onName: (name: string) => void }) {
  const [name, setName] = useState(member.name);
  const submit = (event: Event) => {
    event.preventDefault();
    if (name.trim() && name.trim() !== member.name) onName(name.trim());
  };
  return (
    <Dialog title={`Rename ${member.name}`} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <Field label="New name" hint="They sign in with it from now on.">
          {(id, hintId) => <input id={id} type="text" required maxLength={64} autofocus aria-describedby={hintId} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <p class="row"><button type="submit">Rename</button><button type="button" class="plain" onClick={onClose}>Cancel</button></p>
      </form>
    </Dialog>
  );
}
