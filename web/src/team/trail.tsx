// Who changed what, the newest first. Nothing here can be edited, and nothing is ever taken out.
import { useEffect, useState } from "preact/hooks";
import { useAsk } from "../parts/ask.ts";
import { apiUrl, get, serverUrl } from "../parts/api.ts";
import { clientName, param, setParams } from "../parts/router.ts";
import { client, may, session } from "../parts/session.ts";
import { Empty, Failed, Shown } from "../parts/states.tsx";
import { Problem } from "../parts/api.ts";
import { Tabs } from "../parts/tabs.tsx";
import { Time } from "../parts/time.tsx";
import { toastProblem } from "../parts/toast.ts";
import "./team.css";

interface Change {
  id: number;
  at: string;
  member: number;
  name: string;
  action: string;
  entity: string;
  entity_id: number;
  from: string | null;
  to: string | null;
}
interface Page {
  changes: Change[];
  next: number | null;
}

export default function Trail() {
  const isServerAdmin = session.value!.member.is_server_admin;
  const shown = isServerAdmin && (param("of") === "server" || !clientName.value) ? "server" : "client";
  return (
    <div class="page people">
      <header class="page-head"><h1>Trail of changes</h1></header>
      {isServerAdmin ? (
        <Tabs
          label="Trail"
          tabs={[{ name: "client", words: client.value?.title ?? "This client" }, { name: "server", words: "Server" }]}
          chosen={shown}
          onChoose={(name) => setParams({ of: name === "server" ? "server" : null })}
        >
          <Changes key={shown} url={shown === "server" ? serverUrl("/audit/server") : apiUrl("/audit")} membersUrl={shown === "server" ? serverUrl("/members") : null} />
        </Tabs>
      ) : may("admin") ? <Changes url={apiUrl("/audit")} /> : <Failed problem={new Problem(403, "Admins alone see who changed what.")} />}
    </div>
  );
}

function Changes({ url, membersUrl = null }: { url: string; membersUrl?: string | null }) {
  const members = useAsk<{ members: { id: number; name: string }[] }>(membersUrl);
  const nameOf = (id: number) => members.data?.members.find((each) => each.id === id)?.name;
  const answer = useAsk<Page>(url);
  const [older, setOlder] = useState<Page[]>([]);
  useEffect(() => setOlder([]), [answer.data]);
  const next = (older.at(-1) ?? answer.data)?.next ?? null;
  const more = async () => {
    try {
      setOlder([...older, await get<Page>(`${url}${url.includes("?") ? "&" : "?"}before=${next}`)]);
    } catch (cause) {
      toastProblem("Older changes could not be shown", cause);
    }
  };
  return (
    <Shown answer={answer} what="The trail" rows={8}>
      {(first) => first.changes.length === 0 ? (
        <Empty title="Nothing was changed yet">Every topic, alert, read, role and token that somebody makes or changes is noted here, with who and when.</Empty>
      ) : (
        <div class="stack">
          <div class="table-scroll">
            <table class="plain-table trail">
              <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th></tr></thead>
              <tbody>
                {[first, ...older].flatMap((page) => page.changes).map((change) => (
                  <tr key={change.id}>
                    <td class="when"><Time at={change.at} /></td>
                    <td dir="auto">{change.name}</td>
                    <td>
                      {change.action} {change.entity} <bdi>{(change.entity === "member" && nameOf(change.entity_id)) || (change.entity_id > 0 ? change.entity_id : "")}</bdi>
                      <Difference from={change.from} to={change.to} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {next !== null && <p><button type="button" onClick={() => void more()}>Show older changes</button></p>}
        </div>
      )}
    </Shown>
  );
}

function parts(text: string | null): Record<string, string> | null {
  try {
    const found: unknown = JSON.parse(text ?? "");
    if (!found || typeof found !== "object" || Array.isArray(found)) return null;
    return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]));
  } catch {
    return null;
  }
}

/** Of two objects, what differs; of anything else, both. What is new and off says nothing. */
function Difference({ from, to }: { from: string | null; to: string | null }) {
  const before = parts(from) ?? (from === null ? {} : { "": from });
  const after = parts(to) ?? (to === null ? {} : { "": to });
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name] && !(before[name] === undefined && /^(false|null|0|\[\]|)$/.test(after[name] ?? "")));
  return (
    <>
      {names.map((name) => (
        <div key={name} class="quiet" dir="auto">
          {name && `${name.replace(/_/g, " ")}: `}
          {before[name] !== undefined && <del>{before[name]}</del>}
          {before[name] !== undefined && after[name] !== undefined && " → "}
          {after[name] !== undefined && <ins>{after[name] || "–"}</ins>}
        </div>
      ))}
    </>
  );
}
