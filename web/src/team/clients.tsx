// Clients: a brand each, sealed from the others.
import { useState } from "preact/hooks";
import { Field, problemOf, Said } from "../door/fields.tsx";
import { useAsk } from "../parts/ask.ts";
import { Problem, send, serverUrl } from "../parts/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { go } from "../parts/router.ts";
import { loadSession } from "../parts/session.ts";
import { Empty, Shown } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { toast, toastProblem } from "../parts/toast.ts";
import { counted } from "../parts/words.ts";

interface Client {
  name: string;
  title: string;
  members: number;
  created_at: string;
}

/** What a title becomes as the name of a folder. */
function nameOf(title: string): string {
  return title.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
}

export function Clients() {
  const answer = useAsk<{ clients: Client[] }>(serverUrl("/clients"));
  const [titled, setTitled] = useState<Client | null>(null);
  const retitle = async (client: Client, title: string) => {
    setTitled(null);
    const put = async (text: string) => {
      await send("PATCH", serverUrl(`/clients/${client.name}`), { title: text });
      answer.again();
      await loadSession();
    };
    try {
      await put(title);
      toast(`${client.title} is called ${title} now`, () => put(client.title));
    } catch (cause) {
      toastProblem("The title was not changed", cause);
    }
  };
  return (
    <div class="stack">
      <Shown answer={answer} what="The clients">
        {({ clients }) => clients.length === 0 ? (
          <Empty title="No client yet">A client is a workspace: one brand with its posts, topics and reads, sealed from the others. Make the first one here.</Empty>
        ) : (
          <div class="table-scroll">
            <table class="plain-table">
              <thead><tr><th scope="col">Title</th><th scope="col">Folder</th><th scope="col">Members</th><th scope="col" class="narrow-out">Since</th><th scope="col"><span class="unseen">Acts</span></th></tr></thead>
              <tbody>
                {clients.map((client) => (
                  <tr key={client.name}>
                    <th scope="row" dir="auto"><a href={`/team?client=${encodeURIComponent(client.name)}`}>{client.title}</a></th>
                    <td><code>{client.name}</code></td>
                    <td>{counted(client.members, "member")}</td>
                    <td class="narrow-out"><Time at={client.created_at} /></td>
                    <td class="acts"><button type="button" aria-label={`Change the title of ${client.title}`} onClick={() => setTitled(client)}>Title</button></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
      <Add isFirst={answer.data?.clients.length === 0} onMade={answer.again} />
      {titled && <Retitle client={titled} onClose={() => setTitled(null)} onTitle={(title) => void retitle(titled, title)} />}
    </div>
  );
}

function Add({ isFirst, onMade }: { isFirst: boolean; onMade: () => void }) {
  const [title, setTitle] = useState("");
  const [ownName, setName] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const name = ownName ?? nameOf(title);
  const add = async (event: Event) => {
    event.preventDefault();
    setProblem(null);
    try {
      const made = await send<Client>("POST", serverUrl("/clients"), { name, title });
      await loadSession();
      onMade();
      toast(`${made.title} is a client`);
      if (isFirst) go(`/listen/explore?client=${encodeURIComponent(made.name)}`);
      setTitle("");
      setName(null);
    } catch (cause) {
      setProblem(problemOf(cause));
    }
  };
  return (
    <section aria-labelledby="new-client" class="stack">
      <h2 id="new-client">{isFirst ? "The first client" : "A new client"}</h2>
      <Said problem={problem} />
      <form class="fields" onSubmit={add}>
        <Field label="Title">{(id) => <input id={id} type="text" required maxLength={80} autocomplete="off" value={title} onInput={(event) => setTitle(event.currentTarget.value)} />}</Field>
        <Field label="Folder (stays)">
          {(id) => <input id={id} type="text" required maxLength={63} pattern="[a-z0-9][a-z0-9\-]*" title="Small letters, digits and -" autocomplete="off" autocapitalize="off" spellcheck={false} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <button type="submit" class={isFirst ? "act" : ""}>Make the client</button>
      </form>
    </section>
  );
}

function Retitle({ client, onClose, onTitle }: { client: Client; onClose: () => void; onTitle: (title: string) => void }) {
  const [title, setTitle] = useState(client.title);
  const submit = (event: Event) => {
    event.preventDefault();
    if (title.trim() && title.trim() !== client.title) onTitle(title.trim());
  };
  return (
    <Dialog title={`The title of ${client.name}`} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <Field label="Title">{(id) => <input id={id} type="text" required maxLength={80} autofocus value={title} onInput={(event) => setTitle(event.currentTarget.value)} />}</Field>
        <p class="row"><button type="submit">Change</button><button type="button" class="plain" onClick={onClose}>Cancel</button></p>
      </form>
    </Dialog>
  );
}
