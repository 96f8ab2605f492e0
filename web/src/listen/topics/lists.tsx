// Named lists: list:brands in any query of this client stands for what is written here.
import { useState } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl, Problem, send } from "../../parts/api.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { useKeys } from "../../parts/keys.ts";
import { param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { counted } from "../../parts/words.ts";
import { TopicsNav } from "./overview.tsx";
import type { NamedList } from "./topic.ts";

const address = (name: string, version?: number) => apiUrl(`/lists/${encodeURIComponent(name)}`, { version: version ?? null });

export function Lists() {
  const answer = useAsk<{ lists: NamedList[] }>(apiUrl("/lists"));
  useEvents({ list: answer.again });
  const open = param("list");
  const isNew = param("new") === "1";
  const create = () => may("practitioner") && setParams({ new: "1", list: null });
  useKeys("Named lists", may("practitioner") ? [{ key: "c", words: "New list", act: create }] : []);
  const remove = async (list: NamedList) => {
    try {
      await send("DELETE", address(list.name, list.version));
      answer.again();
      toast(`List ${list.name} is gone`, async () => {
        await send("PUT", address(list.name), { text: list.text });
        answer.again();
      });
    } catch (cause) {
      toastProblem("The list was not removed", cause);
    }
  };
  return (
    <div class="page topics">
      <header class="page-head">
        <h1>Named lists</h1>
        <TopicsNav at="lists" />
        {may("practitioner") && <button type="button" onClick={create}><Icon name="plus" /> New list <kbd>c</kbd></button>}
      </header>
      <Shown answer={answer} what="The lists">
        {({ lists }) => (
          <>
            {lists.length === 0 && (
              <Empty title="No named lists yet" action={may("practitioner") ? <button type="button" class="act" onClick={create}>Make the first list</button> : undefined}>
                A list holds words or a query under a name, so that many topics say <code>list:brands</code> and are changed in one place.
              </Empty>
            )}
            <ul class="topic-list">
              {lists.map((list) => (
                <li key={list.name} class="card stack">
                  <header class="row">
                    <h2><code>list:{list.name}</code></h2>
                    <span class="quiet"><b dir="auto">{list.by.name}</b>, <Time at={list.updated_at} as="ago" /></span>
                    <span class="push row">
                      {may("practitioner") && <button type="button" onClick={() => setParams({ list: list.name, new: null })}>Edit</button>}
                      {may("practitioner") && <button type="button" disabled={list.used_by.length > 0} title={list.used_by.length ? "Something uses it" : undefined} onClick={() => void remove(list)}>Remove</button>}
                    </span>
                  </header>
                  <pre class="list-text" dir="auto">{list.text}</pre>
                  <p class="quiet" dir="auto">{list.used_by.length ? `Used by ${list.used_by.join(", ")}` : "Nothing uses it."}</p>
                </li>
              ))}
            </ul>
            {isNew && <ListDialog list={null} onClose={() => setParams({ new: null })} onSaved={answer.again} />}
            {open && lists.some((each) => each.name === open) && <ListDialog key={open} list={lists.find((each) => each.name === open)!} onClose={() => setParams({ list: null })} onSaved={answer.again} />}
          </>
        )}
      </Shown>
    </div>
  );
}

function ListDialog({ list, onClose, onSaved }: { list: NamedList | null; onClose: () => void; onSaved: () => void }) {
  const [name, setName] = useState(list?.name ?? "");
  const [text, setText] = useState(list?.text ?? "");
  const [problem, setProblem] = useState<Problem | null>(null);
  const canSave = /^[A-Za-z0-9_-]{1,64}$/.test(name) && text.trim() !== "" && text.trim() !== list?.text;
  const save = async () => {
    if (!canSave) return;
    try {
      const saved = await send<NamedList>("PUT", address(name), list ? { text, version: list.version } : { text });
      onSaved();
      onClose();
      toast(`List ${name} is saved`, list
        ? async () => { await send("PUT", address(name), { text: list.text, version: saved.version }); onSaved(); }
        : async () => { await send("DELETE", address(name, saved.version)); onSaved(); });
    } catch (cause) {
      setProblem(cause instanceof Problem ? cause : new Problem(0, String(cause)));
    }
  };
  return (
    <Dialog
      title={list ? `List ${list.name}` : "New list"}
      onClose={onClose}
      foot={<><button type="button" onClick={onClose}>Cancel</button><button type="button" class="act" disabled={!canSave} onClick={() => void save()} title="Ctrl Enter">Save</button></>}
    >
      {!list && <label class="stack">Name<input type="text" value={name} maxLength={64} pattern="[A-Za-z0-9_\-]+" autocomplete="off" autocapitalize="off" placeholder="brands" onInput={(event) => setName(event.currentTarget.value)} /><span class="quiet">Letters, digits, _ and -</span></label>}
      <label class="stack">One term a line, or a query
        <textarea rows={8} value={text} dir="auto" spellcheck={false} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void save(); } }} />
      </label>
      {list && list.used_by.length > 0 && <p class="quiet">A change reaches {counted(list.used_by.length, "place")} at once: {list.used_by.join(", ")}.</p>}
      {problem && <div class="state failed" role="alert"><p>{problem.message}</p>{problem.hint && <pre class="hint">{problem.hint}</pre>}</div>}
    </Dialog>
  );
}
