// Who is here and what they may do: this client's people for everybody, and for server admins everybody and the clients.
import { session } from "../parts/session.ts";
import { param, setParams } from "../parts/router.ts";
import { Tabs } from "../parts/tabs.tsx";
import { Clients } from "./clients.tsx";
import { Colleagues } from "./colleagues.tsx";
import { Everybody } from "./everybody.tsx";
import "./team.css";

export default function Members() {
  const { member, clients } = session.value!;
  const shown = param("show") || (clients.length ? "here" : "clients");
  return (
    <div class="page people">
      <header class="page-head"><h1>Members</h1></header>
      {member.is_server_admin ? (
        <Tabs
          label="Members"
          tabs={[{ name: "here", words: "This client" }, { name: "everybody", words: "Everybody" }, { name: "clients", words: "Clients" }]}
          chosen={shown}
          onChoose={(name) => setParams({ show: name === "here" ? null : name })}
        >
          {shown === "everybody" ? <Everybody /> : shown === "clients" ? <Clients /> : <Colleagues />}
        </Tabs>
      ) : <Colleagues />}
    </div>
  );
}
