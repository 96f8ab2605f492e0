// The people of the client in the bar: roles that an admin changes on the spot, with Undo.
import { useState } from "preact/hooks";
import { Field, problemOf, Said } from "../door/fields.tsx";
import { useAsk } from "../parts/ask.ts";
import { apiUrl, Problem, send } from "../parts/api.ts";
import { Icon } from "../parts/icon.tsx";
import { clientName } from "../parts/router.ts";
import { client, may, session } from "../parts/session.ts";
import { Empty, Shown } from "../parts/states.tsx";
import { toast, toastProblem } from "../parts/toast.ts";
import { RolesLegend, RoleSelect, type GivenRole } from "./people.tsx";

interface Colleague {
  id: number;
  name: string;
  role: GivenRole;
  is_disabled: boolean;
}

export function Colleagues() {
  const answer = useAsk<{ members: Colleague[] }>(clientName.value ? apiUrl("/team") : null);
  const canChange = may("admin");
  const title = client.value?.title ?? "";
  if (!clientName.value) return <Empty title="No client yet">Members work on clients. The first one is made under “Clients”.</Empty>;
  const put = async (member: Colleague, role: GivenRole) => {
    await send("PUT", apiUrl(`/members/${member.id}/role`), { role });
    answer.again();
  };
  const change = async (member: Colleague, role: GivenRole) => {
    try {
      await put(member, role);
      toast(`${member.name} is ${role} of ${title}`, () => put(member, member.role));
    } catch (cause) {
      toastProblem("The role was not changed", cause);
      answer.again();
    }
  };
  const remove = async (member: Colleague) => {
    try {
      await send("DELETE", apiUrl(`/members/${member.id}/role`));
      answer.again();
      // Back by name: an admin of one client knows those alone who are in it.
      toast(`${member.name} is no member of ${title} any more`, async () => {
        await send("POST", apiUrl("/team"), { name: member.name, role: member.role });
        answer.again();
      });
    } catch (cause) {
      toastProblem("The member was not taken out", cause);
    }
  };
  return (
    <div class="stack">
      <Shown answer={answer} what="The members of this client">
        {({ members }) => members.length === 0 ? (
          <Empty title={`Nobody has a role in ${title} yet`}>
            {canChange ? "Server admins may everything everywhere; bring the others in below." : "An admin of this client brings people in."}
          </Empty>
        ) : (
          <div class="table-scroll">
            <table class="plain-table">
              <thead><tr><th scope="col">Name</th><th scope="col">Role</th>{canChange && <th scope="col"><span class="unseen">Acts</span></th>}</tr></thead>
              <tbody>
                {members.map((member) => (
                  <tr key={member.id} class={member.is_disabled ? "is-off" : ""}>
                    <th scope="row" dir="auto">{member.name}{member.id === session.value?.member.id && " (you)"}{member.is_disabled && <span class="unseen"> (disabled)</span>}</th>
                    <td>{canChange ? <RoleSelect label={`Role of ${member.name}`} value={member.role} onChange={(role) => void change(member, role)} /> : member.role}</td>
                    {canChange && <td class="acts"><button type="button" class="plain square" aria-label={`Take out ${member.name}`} title={`Take ${member.name} out of ${title}`} onClick={() => void remove(member)}><Icon name="close" /></button></td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
      {canChange && <Invite onDone={answer.again} />}
      <RolesLegend />
    </div>
  );
}

function Invite({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<GivenRole>("practitioner");
  const [problem, setProblem] = useState<Problem | null>(null);
  const bring = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    try {
      const member = await send<Colleague>("POST", apiUrl("/team"), { name, role });
      toast(`${member.name} is ${member.role} of ${client.value?.title}`);
      setName("");
      onDone();
    } catch (cause) {
      const said = problemOf(cause);
      setProblem(said.isMissing && !session.value?.member.is_server_admin ? new Problem(404, said.message, "an admin of the server makes new members") : said);
    }
  };
  return (
    <section aria-labelledby="bring-in" class="stack">
      <h2 id="bring-in">Bring a member in</h2>
      <Said problem={problem} />
      <form class="fields" onSubmit={bring}>
        <Field label="Their name">{(id) => <input id={id} type="text" required maxLength={64} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <Field label="Role">{(id) => <RoleSelect id={id} value={role} onChange={setRole} />}</Field>
        <button type="submit">Bring in</button>
      </form>
    </section>
  );
}
