// Import: a file is brought, it says what it is or is asked, what would become of it is shown, and then it is taken in.
import "./import.css";
import { useRef, useState } from "preact/hooks";
import { apiUrl, send } from "../../../parts/api.ts";
import { useAsk } from "../../../parts/ask.ts";
import { useKeys } from "../../../parts/keys.ts";
import { go, href } from "../../../parts/router.ts";
import { may } from "../../../parts/session.ts";
import { Empty, Failed, Shown } from "../../../parts/states.tsx";
import { Problem } from "../../../parts/api.ts";
import { Time } from "../../../parts/time.tsx";
import { toast, toastProblem } from "../../../parts/toast.ts";
import { useEvents } from "../../../parts/use-events.ts";
import { count, counted } from "../../../parts/words.ts";
import { announce, isSending, sendFile, size, stopSending, uploads, type Import as Imported, type Words } from "./imports.ts";
import { Mapping } from "./mapping.tsx";
import { Report, Running } from "./report.tsx";

export default function Import({ parts }: { parts: Record<string, string> }) {
  if (!may("practitioner"))
    return (
      <div class="page imports">
        <header class="page-head"><h1>Import</h1></header>
        <Failed problem={new Problem(403, "Files are brought by practitioners.")} />
      </div>
    );
  return parts.id ? <One key={parts.id} id={Number(parts.id)} /> : <Overview />;
}

/** A file on its way: the page goes to its import at once, and the parts follow. */
async function bring(file: File): Promise<void> {
  if (file.size === 0) {
    toast(`${file.name} is empty: there is nothing to import.`);
    return;
  }
  const made = await announce(file);
  go(href(`/listen/sources/import/${made.id}`));
  await sendFile(file, made);
}

function Drop({ words, onFile }: { words: string; onFile: (file: File) => void }) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useKeys("Import", [{ key: "c", words: "Choose a file", act: () => input.current?.click() }]);
  const take = (files: FileList | null | undefined) => {
    if (files && files.length > 1) toast("One file at a time: the first is taken.");
    if (files?.[0]) onFile(files[0]);
  };
  return (
    <div
      class={`drop ${isOver ? "is-over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <p class="drop-words">{words}</p>
      <label class="button act">
        Choose a file <kbd>c</kbd>
        <input ref={input} type="file" class="unseen" aria-label="Choose a file" onChange={(event) => take(event.currentTarget.files)} />
      </label>
      <p class="quiet">CSV or TSV, JSON Lines, X's tweets.js; plain or packed with gzip or zstd. A spreadsheet: save it as CSV first.</p>
    </div>
  );
}

function Overview() {
  const answer = useAsk<{ imports: Imported[] }>(apiUrl("/imports"));
  const words = useAsk<Words>(apiUrl("/import-words"), { isLater: true });
  useEvents({ import: answer.again });
  const start = (file: File) => void bring(file).catch((cause: unknown) => toastProblem(`${file.name} was not sent`, cause));
  return (
    <div class="page imports">
      <header class="page-head"><h1>Import</h1></header>
      <Drop words="Drop another tool's export, a table or an archive of posts here." onFile={start} />
      <Shown answer={answer} what="The imports" rows={3}>
        {({ imports }) =>
          imports.length === 0 ? (
            <Empty title="Nothing has been imported through the page yet">
              A file is looked at first: you see what it is and what would become of its posts, and nothing is done before you say so. The same post from two tools is one post, and each
              tool's find of it is noted, so that tools can be compared.
            </Empty>
          ) : (
            <section>
              <h2>Brought before</h2>
              <ul class="import-list">{imports.map((each) => <li key={each.id}><Row import={each} /></li>)}</ul>
            </section>
          )
        }
      </Shown>
      {words.data && <Known words={words.data} />}
    </div>
  );
}

const stateWords: Record<Imported["state"], string> = { coming: "not all of it is here", ready: "looked at, not taken in", running: "being taken in", done: "taken in", stopped: "stopped", failed: "failed" };

function Row({ import: each }: { import: Imported }) {
  return (
    <article class="card import-row">
      <h3><a dir="auto" href={href(`/listen/sources/import/${each.id}`)}>{each.name}</a> <span class={each.state === "running" ? "chip is-live" : "chip"}>{stateWords[each.state]}</span></h3>
      <p class="quiet">
        {each.found && `${each.found} · `}{size(each.size_bytes)} · {each.by.name} · <Time at={each.created_at} as="ago" />
        {each.counts.read > 0 && ` · ${count(each.counts.new)} new of ${count(each.counts.read)}`}{each.counts.rejected > 0 && `, ${count(each.counts.rejected)} rejected`}
      </p>
    </article>
  );
}

/** The tools whose exports are known, each with what its knowledge rests on. */
function Known({ words }: { words: Words }) {
  return (
    <details class="import-known">
      <summary>Whose exports are recognised, and what is left out of each</summary>
      <dl>
        {words.tools.map((tool) => (
          <div key={tool.name}>
            <dt>{tool.title}</dt>
            <dd>
              <p>Left out: {tool.left_out}</p>
              <p class="quiet">{tool.evidence}</p>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function One({ id }: { id: number }) {
  const answer = useAsk<Imported>(apiUrl(`/imports/${id}`));
  useEvents({ import: (data: { id: number }) => data.id === id && answer.again() });
  const forget = async () => {
    try {
      stopSending(id);
      await send("DELETE", apiUrl(`/imports/${id}`));
      go(href("/listen/sources/import"));
    } catch (cause) {
      toastProblem("It was not removed", cause);
    }
  };
  return (
    <div class="page imports">
      <header class="page-head">
        <div>
          <p class="quiet"><a href={href("/listen/sources/import")}>Import</a></p>
          <h1 dir="auto" class="import-name">{answer.data?.name ?? "A file"}</h1>
        </div>
        {answer.data && answer.data.state !== "running" && <button type="button" class="plain" onClick={() => void forget()}>{answer.data.state === "done" ? "Remove from this list" : "Remove this file"}</button>}
      </header>
      <Shown answer={answer} what="The import" rows={4}>
        {(each) =>
          each.state === "coming" ? <Coming import={each} again={answer.again} />
          : each.state === "running" ? <Running import={each} again={answer.again} />
          : each.state === "ready" ? <Mapping import={each} again={answer.again} />
          : <Report import={each} again={answer.again} />
        }
      </Shown>
    </div>
  );
}

/** Parts are on their way, or were cut off and can go on. */
function Coming({ import: each, again }: { import: Imported; again: () => void }) {
  const upload = uploads.value[each.id];
  const sent = upload?.sent ?? each.received_bytes;
  const goOn = (file: File) => {
    if (file.size !== each.size_bytes) {
      toast(`That is another file: it has ${size(file.size)}, and ${each.name} had ${size(each.size_bytes)}.`);
      return;
    }
    void sendFile(file, each).then(again, again);
  };
  if (upload && sent >= each.size_bytes) queueMicrotask(again);
  if (!isSending(each.id) && !(upload && sent >= each.size_bytes))
    return (
      <div class="stack">
        <p role="status">{sent ? `${size(sent)} of ${size(each.size_bytes)} are here.` : "Nothing of it is here yet."} {upload?.problem}</p>
        <Drop words={`Choose ${each.name} again: it goes on from where it was.`} onFile={goOn} />
      </div>
    );
  return (
    <div class="stack">
      <label class="import-progress">
        <span role="status">Sending: {size(sent)} of {size(each.size_bytes)}</span>
        <progress max={each.size_bytes} value={sent} />
      </label>
      {upload?.problem && <p class="loss-words" role="alert">{upload.problem}</p>}
      <p class="quiet">It goes on while you look at other screens of this page. {counted(Math.ceil((each.size_bytes - sent) / (4 * 1024 * 1024)), "part")} to go.</p>
    </div>
  );
}
