// While it runs, and what came of it.
import { useEffect } from "preact/hooks";
import { apiUrl, send } from "../../../parts/api.ts";
import { href } from "../../../parts/router.ts";
import { Time } from "../../../parts/time.tsx";
import { toastProblem } from "../../../parts/toast.ts";
import { count, counted, moment } from "../../../parts/words.ts";
import { Mapping } from "./mapping.tsx";
import { size, type Counts, type Doubt, type Import } from "./imports.ts";

function Numbers({ counts }: { counts: Counts }) {
  const rows: [string, number, string][] = [
    ["read", counts.read, "rows or objects of the file"],
    ["new", counts.new, "posts that were not here"],
    ["duplicate", counts.duplicate, "here before, and saying the same"],
    ["refreshed", counts.refreshed, "here before, with newer figures now"],
    ["edited", counts.edited, "here before with other words"],
    ["withheld", counts.withheld, "deleted here before: they stay away"],
    ["rejected", counts.rejected, "no posts, each with its reason"],
  ];
  return (
    <dl class="import-numbers">
      {rows.filter(([, n], i) => n > 0 || i < 2).map(([name, n, words]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd><b>{count(n)}</b> <span class="quiet">{words}</span></dd>
        </div>
      ))}
    </dl>
  );
}

export function Doubts({ doubts, of }: { doubts: Doubt[]; of: string }) {
  if (!doubts.length) return null;
  return (
    <ul class="import-warnings">
      {doubts.map((each) => <li key={each.words}>{counted(each.count, "post")} {of} {each.words}.</li>)}
    </ul>
  );
}

export function Running({ import: each, again }: { import: Import; again: () => void }) {
  // Events tell of it twice a second; where they do not come, it is asked.
  useEffect(() => {
    const timer = setInterval(again, 1500);
    return () => clearInterval(timer);
  }, [again]);
  const { progress } = each;
  const stop = () => send("POST", apiUrl(`/imports/${each.id}/stop`)).then(again, (cause: unknown) => toastProblem("It was not stopped", cause));
  const rate = progress && progress.elapsed_s > 1 ? each.counts.read / progress.elapsed_s : 0;
  const left = progress && progress.bytes_taken > 0 && progress.elapsed_s > 2 ? ((progress.bytes_total - progress.bytes_taken) / progress.bytes_taken) * progress.elapsed_s : 0;
  return (
    <div class="stack">
      <label class="import-progress">
        <span role="status">
          {counted(each.counts.read, "row")} read{progress ? `, ${size(progress.bytes_taken)} of ${size(progress.bytes_total)}` : ""}
          {rate > 0 ? ` · ${count(Math.round(rate))} a second` : ""}{left > 1 ? ` · about ${Math.ceil(left)} s left` : ""}
        </span>
        <progress max={progress?.bytes_total || 1} value={progress?.bytes_taken ?? 0} />
      </label>
      <Numbers counts={each.counts} />
      <p><button type="button" onClick={() => void stop()}>Stop</button></p>
      <p class="quiet">It goes on when you leave this page. What is taken in stays, whatever happens.</p>
    </div>
  );
}

/** Until is one past the last post: the range leaves its end out. */
function explore(each: Import): string {
  const until = each.last_at ? new Date(new Date(each.last_at).getTime() + 1000).toISOString() : null;
  return href("/listen/explore", { since: each.first_at, until });
}

export function Report({ import: each, again }: { import: Import; again: () => void }) {
  const hasFile = each.received_bytes === each.size_bytes && each.state !== "done";
  return (
    <div class="stack">
      {each.state === "failed" && <p class="loss-words" role="alert">It failed: {each.message || "nobody knows why"}. What was counted is kept.</p>}
      {each.state === "stopped" && <p role="status">It was stopped{each.message ? `: ${each.message}` : ""}. What was counted is kept.</p>}
      {each.state === "done" && (
        <p role="status">
          Taken in as {each.found || "posts"}{each.ended_at && <> <Time at={each.ended_at} as="ago" /></>}
          {each.first_at && each.last_at ? `: posts from ${moment(each.first_at)} to ${moment(each.last_at)}.` : "."}
        </p>
      )}
      <Numbers counts={each.counts} />
      <Doubts doubts={each.doubts} of="are here" />
      <p class="import-acts">
        {each.first_at && <a class="button act" href={explore(each)}>See them in Explore</a>}
        {each.has_rejects && <a class="button" href={apiUrl(`/imports/${each.id}/rejects`)} download="rejected.jsonl">Fetch what was rejected</a>}
        <a class="button" href={href("/listen/sources/import")}>Import another file</a>
      </p>
      {hasFile && (
        <section>
          <h2>Once more</h2>
          <p class="quiet">Its file is still here for a day. To import it again adds what is missing.</p>
          <Mapping import={each} again={again} />
        </section>
      )}
    </div>
  );
}
