// One trend, whole: its curve and history, why it is one, who began it, where it went, what people wrote beside it.
import { useRef, useState, useEffect } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl, send } from "../../parts/api.ts";
import { Figure } from "../../parts/figure.tsx";
import { useKeys } from "../../parts/keys.ts";
import { Lines } from "../../parts/pictures.tsx";
import { PostCard } from "../../parts/postcard.tsx";
import { href } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { count, counted, figure, moment, percent, span, utc } from "../../parts/words.ts";
import { Acts, Flags, Headline, Numbers, Status, ToneWords } from "./card.tsx";
import { barWords, Curve, curveFacts } from "./curve.tsx";
import { MergeDialog, MuteDialog, NoteDialog, NoteForm, TopicDialog, unmerge, type Deed } from "./deeds.tsx";
import { growthWords, lagWords, placesWords, trendTime, type Place, type WholeTrend } from "./trend.ts";
import { WhyWords } from "./why.tsx";

export function TrendDetail({ id }: { id: number }) {
  const answer = useAsk<WholeTrend>(apiUrl(`/trends/${id}`));
  const timer = useRef(0);
  useEvents({
    trend: (data: { id?: number }) => {
      if (data.id !== undefined && data.id !== id) return;
      clearTimeout(timer.current);
      timer.current = window.setTimeout(answer.again, 1000);
    },
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="page trends">
      <p><a href={href("/listen/trends")}>Trends</a></p>
      {answer.problem ? (
        answer.problem.isMissing
          ? <Empty title={`There is no trend ${id}`} action={<a class="button" href={href("/listen/trends")}>Go to Trends</a>}>It was never kept for this client.</Empty>
          : <Failed problem={answer.problem} what="The trend" again={answer.again} />
      ) : answer.data ? <Whole trend={answer.data} again={answer.again} /> : <Loading words="The trend is on its way" rows={8} />}
    </div>
  );
}

function Whole({ trend, again }: { trend: WholeTrend; again: () => void }) {
  const [deed, setDeed] = useState<Deed | null>(null);
  useKeys("Trend", may("practitioner") ? [
    { key: "n", words: "Note on the trend", act: () => setDeed("note") },
    { key: "t", words: "Make a topic of the trend", act: () => setDeed("topic") },
    { key: "m", words: "Mute the trend", act: () => !trend.muted && setDeed("mute") },
  ] : []);
  return (
    <article class="stack trend-whole">
      <header class="stack">
        <Headline trend={trend} as="h1" />
        <Status trend={trend} />
        <PartOf trend={trend} again={again} />
      </header>
      <Acts trend={trend} onDeed={setDeed} onChanged={again} />
      <div class="trend-columns">
        <div class="stack">
          <BigCurve trend={trend} />
          <Numbers trend={trend} />
          <p>{placesWords(trend)}</p>
          {trend.tone && <p><ToneWords trend={trend} /> <span class="quiet">as a machine reads {counted(trend.tone.known, "English post")}; it hears no irony</span></p>}
          <Flags trend={trend} />
          {trend.is_open && <p class="quiet">Where is it going? Read it and put your own view on record; the engine’s forecast shows beside it in <a href={href("/listen/reads")}>Reads</a> once yours is saved.</p>}
          {trend.is_found_late && <p class="quiet">Found when the archive was heard again after a start, not while it happened.</p>}
        </div>
        <Facts trend={trend} />
      </div>
      <section class="panel" aria-labelledby="trend-why"><h2 id="trend-why">Why is this a trend?</h2><WhyWords why={trend.why} label={trend.label} /></section>
      <section class="panel" aria-labelledby="trend-posts">
        <h2 id="trend-posts">Posts that stand for it</h2>
        {trend.representatives.length
          ? <div class="cards">{trend.representatives.map((post) => <div key={post.id} class="card"><PostCard post={post} /></div>)}</div>
          : <p class="quiet">Those that stood for it were deleted.</p>}
      </section>
      <section class="panel" aria-labelledby="trend-first">
        <h2 id="trend-first">First voices</h2>
        <p class="quiet">The earliest that were observed, copies left out. Somebody elsewhere may have begun before.</p>
        <div class="cards">{trend.first_voices.map((post) => <div key={post.id} class="card"><PostCard post={post} /></div>)}</div>
      </section>
      <Spread trend={trend} />
      <History trend={trend} />
      <Notes trend={trend} again={again} />
      {deed === "mute" && <MuteDialog trend={trend} onClose={() => setDeed(null)} onDone={again} />}
      {deed === "merge" && <MergeDialog trend={trend} onClose={() => setDeed(null)} onDone={again} />}
      {deed === "note" && <NoteDialog trend={trend} onClose={() => setDeed(null)} onDone={again} />}
      {deed === "topic" && <TopicDialog trend={trend} onClose={() => setDeed(null)} />}
    </article>
  );
}

function PartOf({ trend, again }: { trend: WholeTrend; again: () => void }) {
  const into = trend.joined_to ?? trend.merged_into;
  return (
    <>
      {into && (
        <p class="row">
          <span>Part of <a href={href(`/listen/trends/${into}`)}>trend {into}</a>, {trend.joined_to ? "as a colleague saw it" : "as the engine found"}.</span>
          {trend.joined_to && may("reviewer") && <button type="button" onClick={() => void unmerge(trend.id, trend.label, trend.joined_to!, again)}>Take it out</button>}
        </p>
      )}
      {trend.joined.length > 0 && (
        <ul class="trend-joined">
          {trend.joined.map((each) => (
            <li key={each.id} class="row">
              <span>with <a dir="auto" href={href(`/listen/trends/${each.id}`)}>{each.label}</a>, {counted(Math.round(each.voices), "voice")}</span>
              {may("reviewer") && <button type="button" class="plain" onClick={() => void unmerge(each.id, each.label, trend.id, again)}>Take it out</button>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function BigCurve({ trend }: { trend: WholeTrend }) {
  const [said, setSaid] = useState("");
  const facts = curveFacts(trend);
  return (
    <Figure
      title={`Voices in each ${span(facts.step_ms / 1000)}`}
      said={said}
      table={{
        columns: ["From", "UTC", "Voices", "Note"],
        rows: () => facts.voices.map((n, i) => {
          const at = facts.start_ms + i * facts.step_ms;
          return [moment(at), utc(at), n, barWords(facts, i).match(/\(([^)]*)\)$/)?.[1] ?? ""];
        }),
      }}
    >
      <Curve trend={trend} height={160} onSaid={setSaid} hasAxis />
    </Figure>
  );
}

function Facts({ trend }: { trend: WholeTrend }) {
  const n = trend.numbers;
  const time = trendTime(trend);
  const rows: [string, preact.ComponentChildren][] = [
    ["Since", <Time at={trend.started_at} />],
    ["Detected", <><Time at={trend.detected_at} /> <span class="quiet">{span(Math.max(0, (Date.parse(trend.detected_at) - Date.parse(trend.started_at)) / 1000))} after it began</span></>],
    ["Strongest", trend.peak_at ? <><Time at={trend.peak_at} />, strength {figure(trend.z_peak)}</> : "–"],
    ["Last post", <Time at={trend.last_post_at} />],
    ["Copies", percent(n.dup_share)],
    ["Busiest author", percent(n.top_author_share)],
    ["Effective voices", figure(n.effective_voices)],
    ["In step", percent(n.synchrony)],
    ["One site", percent(n.site_share)],
  ];
  const hints: Record<string, string> = {
    Copies: "posts that repeat an earlier text of five words or more without naming whom; over 50 %: coordinated",
    "Busiest author": "of the posts, by one author; over 50 %: coordinated",
    "Effective voices": "how many equally busy authors would be as varied (exp of the entropy); under 3: coordinated, under 5: little evidence",
    "In step": "posts within 2 seconds of a near copy; over 33 %: coordinated",
    "One site": "posts that link to the most linked site",
  };
  return (
    <div class="stack">
      <dl class="trend-dl">
        {rows.map(([name, value]) => <div key={name}><dt title={hints[name]}>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      <ul class="row" aria-label="Terms">
        {trend.terms.map((term) => <li key={term}><a class="chip" dir="auto" href={href("/listen/explore", { q: /^[@#$]?[\p{L}\p{N}']+$/u.test(term) ? term : `"${term.replace(/"/g, "")}"`, ...time })}>{term}</a></li>)}
      </ul>
    </div>
  );
}

function PlaceTable({ title, places, total }: { title: string; places: Place[]; total: number }) {
  return (
    <div class="trend-places">
      <table class="plain-table">
        <caption>{title}</caption>
        <thead><tr><th scope="col">Name</th><th scope="col" class="number">Posts</th><th scope="col" class="number">Share</th><th scope="col">First</th><th scope="col">Lag</th></tr></thead>
        <tbody>
          {places.map((each) => (
            <tr key={each.name}><th scope="row" dir="auto">{each.name}</th><td class="number">{count(each.posts)}</td><td class="number">{percent(each.posts / total)}</td><td>{each.first_at ? <Time at={each.first_at} /> : "–"}</td><td>{lagWords(each.lag_s)}</td></tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Spread({ trend }: { trend: WholeTrend }) {
  const { of_posts, platforms, communities, platform_count, community_count } = trend.spread;
  if (!of_posts) return null;
  return (
    <section class="panel" aria-labelledby="trend-spread">
      <h2 id="trend-spread">Where it went</h2>
      <p class="quiet">By its first {counted(of_posts, "post")}; the lag is counted from where it was first observed.</p>
      <div class="trend-columns">
        <PlaceTable title={`Platforms (${count(platform_count)})`} places={platforms} total={of_posts} />
        {communities.length ? <PlaceTable title={`Communities (${count(community_count)}${community_count > communities.length ? `, the first ${communities.length}` : ""})`} places={communities} total={of_posts} /> : <p class="quiet">Its posts name no community.</p>}
      </div>
    </section>
  );
}

function History({ trend }: { trend: WholeTrend }) {
  const [said, setSaid] = useState("");
  const points = trend.history;
  if (points.length < 2) return null;
  // Points come when something changed; between them the last one holds.
  const from = Date.parse(points[0]!.at);
  const until = Date.parse(points.at(-1)!.at);
  const by_s = Math.max(60, Math.ceil((until - from) / 1000 / 96));
  const steps = Math.floor((until - from) / 1000 / by_s) + 1;
  const z: number[] = [];
  for (let i = 0, p = 0; i < steps; i++) {
    const at = from + i * by_s * 1000;
    while (p + 1 < points.length && Date.parse(points[p + 1]!.at) <= at) p++;
    z.push(points[p]!.z);
  }
  return (
    <section class="panel">
      <Figure
        title="Strength as it was told"
        said={said}
        table={{
          columns: ["At", "UTC", "Strength", "Voices", "Posts", "Growth", "Flags"],
          rows: () => points.map((each) => [moment(each.at), utc(each.at), figure(each.z), figure(each.voices), each.posts, growthWords(each.growth) ?? "–", each.flags.join(", ").replace("_", " ")]),
        }}
      >
        <Lines series={[{ name: "strength", counts: z }]} from={points[0]!.at} by_s={by_s} label="Strength over time" height={140} onSaid={setSaid} unit={figure} />
      </Figure>
    </section>
  );
}

function Notes({ trend, again }: { trend: WholeTrend; again: () => void }) {
  const withdraw = async (note: number) => {
    try {
      await send("DELETE", apiUrl(`/trends/notes/${note}`));
      toast("Withdrawn");
      again();
    } catch (cause) {
      toastProblem("It was not withdrawn", cause);
    }
  };
  return (
    <section class="panel" aria-labelledby="trend-notes">
      <h2 id="trend-notes">Notes</h2>
      {trend.notes.length === 0 && <p class="quiet">Nobody wrote a note yet.</p>}
      <ol class="trend-notes">
        {trend.notes.map((note) => (
          <li key={note.id}>
            <p class="quiet"><b>{note.by}</b>, <Time at={note.at} /> {note.is_mine && !note.is_withdrawn && <button type="button" class="plain" onClick={() => void withdraw(note.id)}>Withdraw</button>}</p>
            <p class={note.is_withdrawn ? "quiet" : "trend-note"} dir="auto">{note.is_withdrawn ? "Withdrawn" : note.text}</p>
          </li>
        ))}
      </ol>
      {may("practitioner") && <NoteForm trend={trend} onDone={again} />}
    </section>
  );
}
