// How a topic came to be what it is: every version with its reason, what it changed in the words, and what that won and lost.
import { useAsk } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { may } from "../../parts/session.ts";
import { useEvents } from "../../parts/use-events.ts";
import { Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { count, counted } from "../../parts/words.ts";
import { ShareWords } from "../../parts/share.tsx";
import { Diff, ExamplePosts, WonLost } from "./pieces.tsx";
import type { Topic, Version } from "./topic.ts";

export function Versions({ topic, onRevert }: { topic: Topic; onRevert: (to: number) => void }) {
  const answer = useAsk<{ versions: Version[]; next: number | null }>(apiUrl(`/topics/${topic.id}/versions`, { limit: 200 }));
  useEvents({ topic: answer.again });
  return (
    <Shown answer={answer} what="The versions" rows={5}>
      {({ versions, next }) => {
        // One scale for all edits; the first version wins everything, and would dwarf them.
        const most = Math.max(1, ...versions.filter((each) => each.number > 1).flatMap((each) => [each.won?.count ?? 0, each.lost?.count ?? 0]));
        return (
          <>
            <ol class="timeline" reversed>
              {versions.map((each, i) => <Entry key={each.number} version={each} before={versions[i + 1]} most={most} isNewest={i === 0} onRevert={onRevert} />)}
            </ol>
            {next !== null && <p class="quiet">{counted(next - 1, "older version")} not shown.</p>}
          </>
        );
      }}
    </Shown>
  );
}

function changes(version: Version, before: Version | undefined): string[] {
  if (!before) return [];
  const found: string[] = [];
  if (version.name !== before.name) found.push(`named “${before.name}” before`);
  if (version.purpose !== before.purpose) found.push("another purpose");
  if (version.tags.join("\n") !== before.tags.join("\n")) found.push(`tags: ${version.tags.join(", ") || "none"}`);
  return found;
}

function Entry({ version, before, most, isNewest, onRevert }: { version: Version; before: Version | undefined; most: number; isNewest: boolean; onRevert: (to: number) => void }) {
  const { won, lost } = version;
  const isFirst = version.number === 1;
  const isQueryChanged = !before || before.query !== version.query;
  const more = changes(version, before);
  return (
    <li class="timeline-entry" value={version.number}>
      <header class="row">
        <h2>Version {version.number}</h2>
        <span class="quiet"><b dir="auto">{version.by.name}</b>, <Time at={version.at} /></span>
        {version.back_to !== null && <span class="chip">back to version {version.back_to}</span>}
        {isNewest && <span class="chip">in force</span>}
        {!isNewest && may("practitioner") && <button type="button" class="push" onClick={() => onRevert(version.number)}>Go back to this</button>}
      </header>
      {version.precision && <p>Precision <ShareWords share={version.precision} /></p>}
      {version.note && <p dir="auto">{version.note}</p>}
      {isQueryChanged && (before ? <Diff before={before.query} after={version.query} /> : <code class="topic-query" dir="auto">{version.query}</code>)}
      {more.length > 0 && <p class="quiet" dir="auto">{more.join("; ")}</p>}
      {!won || !lost ? (
        <p class="quiet">What it won and lost was not counted: there was no archive then.</p>
      ) : isFirst ? (
        <p class="quiet">It took {counted(won.count, "post")} then.</p>
      ) : isQueryChanged ? (
        <>
          <div class="row wonlost-row">
            <WonLost won={won.count} lost={lost.count} most={most} />
            <span>lost <b>{count(lost.count)}</b>, won <b>{count(won.count)}</b>, kept {count(version.kept ?? 0)}</span>
          </div>
          {(won.count > 0 || lost.count > 0) && (
            <div class="topic-columns">
              <ExamplePosts title="Lost" examples={lost} none="Nothing was lost." />
              <ExamplePosts title="Won" examples={won} none="Nothing was won." />
            </div>
          )}
        </>
      ) : null}
    </li>
  );
}
