// Trends: what is rising now, what rose on a day, and a calendar of all that is kept.
//
// Cards never move by themselves: their numbers change in place, and what came, went or changed places waits behind "show".
import "./trends.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAsk, type Answer } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { useCommands } from "../../parts/commands.ts";
import { clockNow } from "../../parts/clock.ts";
import { useKeys } from "../../parts/keys.ts";
import { go, href, param, setParams } from "../../parts/router.ts";
import { client, may } from "../../parts/session.ts";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { useEvents } from "../../parts/use-events.ts";
import { count, counted, dayLong, moment } from "../../parts/words.ts";
import { CalendarView } from "./calendar.tsx";
import { TrendCard } from "./card.tsx";
import { MergeDialog, MuteDialog, NoteDialog, TopicDialog, unmute, type Deed } from "./deeds.tsx";
import { TrendDetail } from "./detail.tsx";
import { addDays, dateIn, dayRange, direction, isNew, type Listening, type Trend, type TrendList } from "./trend.ts";

type Show = "" | "new" | "rising" | "flagged" | "unflagged" | "muted";
const shows: { name: Show; words: string; fits: (trend: Trend) => boolean }[] = [
  { name: "", words: "All", fits: () => true },
  { name: "new", words: "New", fits: isNew },
  { name: "rising", words: "Rising", fits: (trend) => trend.is_open && direction(trend) === "rising" },
  { name: "unflagged", words: "Unflagged", fits: (trend) => trend.flags.length === 0 },
  { name: "flagged", words: "Flagged", fits: (trend) => trend.flags.length > 0 },
  { name: "muted", words: "Muted", fits: () => true },
];

const sorts: { name: string; words: string; by: (trend: Trend) => number }[] = [
  { name: "", words: "strongest", by: (trend) => (trend.is_open ? trend.z : trend.z_peak) },
  { name: "newest", words: "newest", by: (trend) => Date.parse(trend.detected_at) },
  { name: "growth", words: "fastest", by: (trend) => trend.growth?.low ?? 0 }, // what it grows at least: a wide interval is no speed
  { name: "voices", words: "most voices", by: (trend) => trend.voices },
];

export default function Trends({ parts }: { parts: Record<string, string> }) {
  if (parts.id === "calendar")
    return (
      <div class="page trends">
        <Head view="calendar" />
        <CalendarView />
      </div>
    );
  if (parts.id) return /^\d+$/.test(parts.id) ? <TrendDetail key={parts.id} id={Number(parts.id)} /> : <NoTrend />;
  return <TrendCards />;
}

function NoTrend() {
  return <div class="page"><Empty title="There is no such trend" action={<a class="button" href={href("/listen/trends")}>Go to Trends</a>}>A trend’s address ends with its number.</Empty></div>;
}

function Head({ view, csv, children }: { view: "now" | "day" | "calendar"; csv?: string; children?: preact.ComponentChildren }) {
  return (
    <header class="page-head">
      <h1>Trends</h1>
      <nav class="row" aria-label="Trends">
        <a class="button plain" aria-current={view === "now" ? "page" : undefined} href={href("/listen/trends")}>Now</a>
        <a class="button plain" aria-current={view === "calendar" ? "page" : undefined} href={href("/listen/trends/calendar", { month: view === "day" ? param("day").slice(0, 7) : null })}>Calendar</a>
        {csv && <a class="button plain" href={csv} download title="All rows of this list, times in UTC">CSV</a>}
      </nav>
      {children}
    </header>
  );
}

// ---- The order that the reader sees ----

/** What is on the screen keeps its place until the reader asks for the news. */
function useHeldOrder(trends: Trend[] | undefined, key: string, isFresh: boolean, isOwnAct: boolean) {
  const held = useRef<{ key: string; ids: number[]; known: Map<number, Trend> }>({ key: "", ids: [], known: new Map() });
  const [, setRound] = useState(0);
  // Until the answer to another question is there, the answer to the one before is no order for it.
  if (trends && isFresh && (isOwnAct || held.current.key !== key)) held.current = { key, ids: trends.map((each) => each.id), known: new Map() };
  const isHeld = held.current.key === key;
  if (trends && isHeld) for (const each of trends) held.current.known.set(each.id, each);
  const { ids, known } = held.current;
  const fresh = isHeld ? (trends ?? []) : ids.map((id) => known.get(id)!);
  const came = fresh.filter((each) => !ids.includes(each.id)).length;
  const went = trends ? ids.filter((id) => !fresh.some((each) => each.id === id)).length : 0;
  const isMoved = came + went === 0 && fresh.some((each, i) => each.id !== ids[i]);
  return {
    shown: trends && isHeld ? ids.map((id) => known.get(id)!).filter(Boolean) : [],
    isHeld, came, went, isMoved,
    show: () => {
      held.current = { key, ids: fresh.map((each) => each.id), known: new Map(fresh.map((each) => [each.id, each])) };
      setRound((n) => n + 1);
    },
  };
}

function newsWords(came: number, went: number, isMoved: boolean): string {
  const parts = [came && `${count(came)} new`, went && `${count(went)} gone`, isMoved && "the order changed"].filter(Boolean);
  return parts.join(", ");
}

// ---- Cards ----

function TrendCards() {
  const day = /^\d{4}-\d\d-\d\d$/.test(param("day")) ? param("day") : "";
  const show = shows.find((each) => each.name === param("show")) ?? shows[0]!;
  const sort = sorts.find((each) => each.name === param("sort")) ?? sorts[0]!;
  const params = { ...(day ? dayRange(day) : {}), muted: show.name === "muted" ? "only" : null };
  const answer = useAsk<TrendList>(apiUrl("/trends", { ...params, limit: 200 }));
  const [deed, setDeed] = useState<{ deed: Deed; trend: Trend } | null>(null);
  const openWhy = Number(param("why")) || null;
  const timer = useRef(0);

  useEvents({
    trend: () => {
      clearTimeout(timer.current);
      timer.current = window.setTimeout(answer.again, 1000); // a burst of changes is one question
    },
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const all = answer.data?.trends;
  const sorted = all && [...all].filter(show.fits).sort((a, b) => sort.by(b) - sort.by(a) || a.id - b.id);
  // What the reader did herself shows at once, with the next answer.
  const actedOn = useRef<TrendList | null>(null);
  const isOwnAct = actedOn.current !== null && answer.data !== actedOn.current && !answer.isStale;
  if (isOwnAct) actedOn.current = null;
  const changed = () => {
    actedOn.current = answer.data ?? null;
    answer.again();
  };
  const { shown, isHeld, came, went, isMoved, show: showNews } = useHeldOrder(sorted, `${client.value?.name} ${day} ${show.name} ${sort.name}`, !answer.isStale, isOwnAct);
  const news = newsWords(came, went, isMoved);

  const cards = () => [...document.querySelectorAll<HTMLElement>(".trend-card")];
  const here = () => {
    const at = document.activeElement?.closest<HTMLElement>(".trend-card");
    return shown.find((each) => String(each.id) === at?.dataset.trend) ?? null;
  };
  const step = (by: number) => {
    const list = cards();
    const at = list.indexOf(document.activeElement?.closest(".trend-card") as HTMLElement);
    const next = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  };
  const withCard = (act: (trend: Trend) => void) => () => {
    const trend = here();
    if (trend) act(trend);
  };
  const toggleWhy = (trend: Trend) => setParams({ why: openWhy === trend.id ? null : trend.id }, "replace");
  useKeys("Trends", [
    { key: "j", words: "Next trend", act: () => step(1) },
    { key: "k", words: "Trend before", act: () => step(-1) },
    { key: "o", words: "Open the trend", act: withCard((trend) => go(href(`/listen/trends/${trend.id}`))) },
    { key: "Enter", words: "Open the trend", act: withCard((trend) => go(href(`/listen/trends/${trend.id}`))), isHidden: true },
    { key: "w", words: "Why is this a trend?", act: withCard(toggleWhy) },
    ...(may("practitioner") ? [
      { key: "n", words: "Note on the trend", act: withCard((trend) => setDeed({ deed: "note", trend })) },
      { key: "m", words: "Mute or unmute the trend", act: withCard((trend) => (trend.muted ? void unmute(trend, changed) : setDeed({ deed: "mute", trend }))) },
      { key: "t", words: "Make a topic of the trend", act: withCard((trend) => setDeed({ deed: "topic", trend })) },
    ] : []),
    { key: ".", words: "Show what changed", act: showNews },
  ]);
  useCommands([
    { words: "Calendar of past trends", kind: "trends", act: () => go(href("/listen/trends/calendar")) },
    ...shows.map((each) => ({ words: `Trends: ${each.words.toLowerCase()}`, kind: "trends", act: () => setParams({ show: each.name || null }) })),
  ]);

  return (
    <div class="page trends">
      <Head view={day ? "day" : "now"} csv={apiUrl("/trends", { ...params, format: "csv" })} />
      {day && <DayHead day={day} />}
      <div class="row trend-tools">
        <fieldset class="row">
          <legend class="unseen">Show</legend>
          {shows.map((each) => (
            <button key={each.name} type="button" class="plain" aria-pressed={each.name === show.name} onClick={() => setParams({ show: each.name || null })}>{each.words}</button>
          ))}
        </fieldset>
        <span class="trend-news push" role="status">
          {news && <button type="button" class="act" onClick={showNews} title="Key .">{news}: show</button>}
        </span>
        <label class="row">Sorted by
          <select value={sort.name} onChange={(event) => setParams({ sort: event.currentTarget.value || null })}>
            {sorts.map((each) => <option key={each.name} value={each.name}>{each.words}</option>)}
          </select>
        </label>
      </div>
      <TrendStack answer={answer} onChanged={changed} isHeld={isHeld} shown={shown} day={day} show={show.name} onDeed={(which, trend) => setDeed({ deed: which, trend })} openWhy={openWhy} onWhy={toggleWhy} />
      {deed?.deed === "mute" && <MuteDialog trend={deed.trend} onClose={() => setDeed(null)} onDone={changed} />}
      {deed?.deed === "merge" && <MergeDialog trend={deed.trend} onClose={() => setDeed(null)} onDone={changed} />}
      {deed?.deed === "note" && <NoteDialog trend={deed.trend} onClose={() => setDeed(null)} onDone={changed} />}
      {deed?.deed === "topic" && <TopicDialog trend={deed.trend} onClose={() => setDeed(null)} />}
    </div>
  );
}

function DayHead({ day }: { day: string }) {
  return (
    <div class="row">
      <a class="button square plain" href={href("/listen/trends", { day: addDays(day, -1) })} aria-label="The day before">←</a>
      <h2>{dayLong(`${day}T12:00:00Z`)}</h2>
      <a class="button square plain" href={href("/listen/trends", { day: addDays(day, 1) })} aria-label="The day after">→</a>
      <span class="quiet">Trends detected on this day, as they were when they ended</span>
    </div>
  );
}

function TrendStack({ answer, onChanged, isHeld, shown, day, show, onDeed, openWhy, onWhy }: {
  answer: Answer<TrendList>;
  onChanged: () => void;
  isHeld: boolean;
  shown: Trend[];
  day: string;
  show: Show;
  onDeed: (deed: Deed, trend: Trend) => void;
  openWhy: number | null;
  onWhy: (trend: Trend) => void;
}) {
  if (answer.problem) return <Failed problem={answer.problem} what="Trends" again={answer.again} />;
  if (!answer.data || !isHeld) return <Loading words="Trends are on their way" rows={6} />;
  if (!shown.length) return <Nothing listening={answer.data.listening} day={day} show={show} hasOthers={answer.data.trends.length > 0} />;
  return (
    <div class="trend-stack" role="feed" aria-label="Trends" aria-busy={answer.isLoading}>
      {shown.map((trend) => (
        <TrendCard key={trend.id} trend={trend} onDeed={(deed) => onDeed(deed, trend)} onChanged={onChanged} isWhyOpen={openWhy === trend.id} onWhy={() => onWhy(trend)} />
      ))}
      <p class="quiet">{counted(shown.length, "trend")}. {answer.data.next ? "More are kept than are shown here: the CSV holds all." : ""}</p>
    </div>
  );
}

/** An empty screen says what will be here, why it is not, and the one thing to do. */
function Nothing({ listening, day, show, hasOthers }: { listening: Listening; day: string; show: Show; hasOthers: boolean }) {
  const all = <a class="button" href={href("/listen/trends", { day })}>Show all</a>;
  if (show === "muted") return <Empty title="Nothing is muted" action={all}>What somebody mutes is listed here, with who did it, why, and until when.</Empty>;
  if (hasOthers) return <Empty title={`No trend is ${show} ${day ? "of that day" : "now"}`} action={all}>There are others.</Empty>;
  if (day) return <Empty title="No trend came up on this day" action={<a class="button" href={href("/listen/trends/calendar", { month: day.slice(0, 7) })}>Look in the calendar</a>}>{listening.last_trend_at ? `The last one that is kept is of ${dayLong(listening.last_trend_at)}.` : "None are kept yet."}</Empty>;
  if (!listening.posts || !listening.first_post_at)
    return (
      <Empty title="No trends yet: there are no posts" action={<a class="button" href={href("/listen/explore")}>Go to Explore</a>}>
        A trend is what more people say than was to be expected. To know what is usual, Bellwether needs posts: “bellwether import” brings a file in, and POST /api/v1/posts takes them as they come.
      </Empty>
    );
  if (listening.is_replaying)
    return <Empty title="Looking through the last two weeks">To know what is usual, the archive is being heard again, up to {listening.trends_at ? moment(listening.trends_at) : "its beginning"} so far. Trends appear here as they are met.</Empty>;
  const hours = (clockNow().getTime() - Date.parse(listening.first_post_at)) / 3600_000;
  if (hours < 24 && !listening.kept_trends)
    return (
      <Empty title="Nothing is rising yet">
        Bellwether has listened since {moment(listening.first_post_at)}, to {counted(listening.posts, "post")}. In the first minutes nothing is judged, in the first day only what is very odd: at least 3 authors and 4 posts, far above what was usual.
      </Empty>
    );
  const last = listening.last_trend_at;
  return (
    <Empty
      title="Nothing is rising now"
      action={last ? <a class="button" href={href("/listen/trends/calendar", { month: dateIn(last).slice(0, 7) })}>See {counted(listening.kept_trends, "past trend")}</a> : <a class="button" href={href("/listen/explore")}>Go to Explore</a>}
    >
      Listening since {moment(listening.first_post_at)}, to {counted(listening.posts, "post")}; the newest is of {listening.last_post_at ? moment(listening.last_post_at) : "–"}.{" "}
      {last ? `The last trend came up ${moment(last)}.` : "No trend has come up so far."} A trend closes twelve hours after its last post.
    </Empty>
  );
}
