// Reads: judgements on record. Open ones first to come due, then what happened; how well the reader and the team read.
import { useState } from "preact/hooks";
import { apiUrl, get } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { useCommands } from "../../parts/commands.ts";
import { useKeys } from "../../parts/keys.ts";
import { href, param, setParams } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { ReadCard } from "./card.tsx";
import { isDueSoon, type Read, type ReadList, type Score } from "./read.ts";
import { ScorePanel, scoreUrl } from "./score.tsx";
import { Sentence, type About } from "./sentence.tsx";

type Show = "" | "due" | "settled" | "other";
const shows: { name: Show; words: string; statuses: string; fits: (read: Read) => boolean }[] = [
  { name: "", words: "Open", statuses: "open", fits: () => true },
  { name: "due", words: "Due within a day", statuses: "open", fits: isDueSoon },
  { name: "settled", words: "Settled", statuses: "settled", fits: () => true },
  { name: "other", words: "Void and withdrawn", statuses: "all", fits: (read) => read.status === "void" || read.status === "withdrawn" },
];

export default function Reads({ parts }: { parts: Record<string, string> }) {
  if (parts.id) return <One key={parts.id} id={parts.id} />;
  return <All />;
}

function One({ id }: { id: string }) {
  const answer = useAsk<Read>(/^\d+$/.test(id) ? apiUrl(`/reads/${id}`) : null);
  useEvents({ read: answer.again });
  if (!/^\d+$/.test(id)) return <div class="page"><Empty title="There is no such read" action={<a class="button" href={href("/listen/reads")}>Go to Reads</a>}>A read’s address ends with its number.</Empty></div>;
  return (
    <div class="page reads">
      <header class="page-head"><h1>Read {id}</h1><a class="button plain" href={href("/listen/reads")}>All reads</a></header>
      <Shown answer={answer} what="This read">{(read) => <ReadCard key={read.status} read={read} isWhole isTurned={read.status !== "open"} onChange={answer.again} />}</Shown>
    </div>
  );
}

function numberParam(name: string): number | undefined {
  const value = Number(param(name));
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

function All() {
  const show = shows.find((each) => each.name === param("show")) ?? shows[0]!;
  const whose = param("whose") === "mine" ? "mine" : "all";
  const isWriting = param("new") === "1" && may("learner");
  const listUrl = apiUrl("/reads", { status: show.statuses, whose, limit: 100 });
  const answer = useAsk<ReadList>(listUrl);
  const mine = useAsk<Score>(scoreUrl("mine"));
  const team = useAsk<Score>(scoreUrl("team"));
  const [made, setMade] = useState<Read | null>(null);
  const [more, setMore] = useState<{ url: string; reads: Read[]; next: number | null } | null>(null);
  const about: About = { q: param("q"), topic: numberParam("topic"), trend: numberParam("trend"), room: undefined };
  const refresh = () => {
    answer.again();
    mine.again();
    team.again();
  };
  useEvents({ read: refresh });
  const write = () => setParams({ new: true });
  useKeys("Reads", [{ key: "c", words: "Write a read", act: write }]);
  useCommands(may("learner") ? [{ words: "Write a read", kind: "read", key: "c", act: write }] : []);

  const extra = more?.url === listUrl ? more : null;
  const rest = (data: ReadList) => [...data.reads, ...(extra?.reads ?? [])].filter((each) => each.id !== made?.id && show.fits(each))
    .sort((a, b) => (show.statuses === "open" ? Date.parse(a.due_at) - Date.parse(b.due_at) : b.id - a.id));
  const next = extra ? extra.next : answer.data?.next ?? null;
  const older = async () => {
    try {
      const page = await get<ReadList>(apiUrl("/reads", { status: show.statuses, whose, limit: 100, before: next }));
      setMore({ url: listUrl, reads: [...(extra?.reads ?? []), ...page.reads], next: page.next });
    } catch (cause) {
      toastProblem("Older reads could not be shown", cause);
    }
  };
  return (
    <div class="page reads">
      <header class="page-head">
        <h1>Reads</h1>
        <a class="button" href={href("/listen/read")}>Reading room</a>
        {may("learner") && !isWriting && <button type="button" class="act" onClick={write} title="c">Write a read</button>}
      </header>
      {isWriting && (
        <section class="card" aria-label="A new read">
          <Sentence
            about={about}
            onMade={(read) => {
              setMade(read);
              setParams({ new: null, q: null, topic: null, trend: null, show: null }, "replace");
              refresh();
            }}
            onCancel={() => setParams({ new: null, q: null, topic: null, trend: null })}
          />
        </section>
      )}
      {made && <ReadCard key={`${made.id} ${made.status}`} read={made} isTurned onChange={(read) => { setMade(read.status === "withdrawn" ? null : read); refresh(); }} />}
      <div class="row reads-tools">
        <fieldset class="row"><legend class="unseen">Which</legend>
          {shows.map((each) => <button key={each.name} type="button" class="plain" aria-pressed={each === show} onClick={() => setParams({ show: each.name })}>{each.words}</button>)}
        </fieldset>
        <fieldset class="row push"><legend class="unseen">Whose</legend>
          <button type="button" class="plain" aria-pressed={whose === "all"} onClick={() => setParams({ whose: null })}>Everybody’s</button>
          <button type="button" class="plain" aria-pressed={whose === "mine"} onClick={() => setParams({ whose: "mine" })}>Mine</button>
        </fieldset>
      </div>
      <div class="reads-columns">
        <Shown answer={answer} what="Reads">
          {(data) => {
            const rows = rest(data);
            return rows.length ? (
              <div class="stack">
                {rows.map((read) => <ReadCard key={`${read.id} ${read.status}`} read={read} onChange={refresh} />)}
                {next !== null && <p><button type="button" onClick={() => void older()}>Older reads</button></p>}
              </div>
            ) : made ? <p class="quiet">No others.</p> : (
              <Empty
                title={show.statuses === "open" ? "No open reads" : "Nothing here yet"}
                action={may("learner") ? <a class="button act" href={href("/listen/read")}>Go to the reading room</a> : <a class="button" href={href("/listen/trends")}>Go to Trends</a>}
              >
                A read is a judgement on record: what will happen, how sure you are, and when it is due. The archive settles it. Read some posts first, then write yours.
              </Empty>
            );
          }}
        </Shown>
        <aside class="stack" aria-label="How well we read">
          <ScorePanel title="How well you read" answer={mine} />
          <ScorePanel title="How well the team reads" answer={team} />
        </aside>
      </div>
    </div>
  );
}
