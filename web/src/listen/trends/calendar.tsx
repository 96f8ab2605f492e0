// Past trends by day: a month as a grid, each day's strongest. Arrows walk the days, Page Up and Down the months, Enter opens the day.
import { useEffect, useRef } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { clockNow } from "../../parts/clock.ts";
import { Figure } from "../../parts/figure.tsx";
import { Icon } from "../../parts/icon.tsx";
import { go, href, param, setParams } from "../../parts/router.ts";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { counted, dayLong, figure, zoneWords } from "../../parts/words.ts";
import { addDays, dateIn, offsetMinutes, type TrendShort } from "./trend.ts";

interface Day {
  date: string;
  count: number;
  flagged: number;
  muted: number;
  trends: TrendShort[];
}
interface Calendar {
  first: string | null;
  last: string | null;
  days: Day[];
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function addMonths(month: string, n: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + n, 1)).toISOString().slice(0, 7);
}

function monthWords(month: string): string {
  return new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
}

function dayWords(date: string): string {
  return dayLong(`${date}T12:00:00Z`);
}

export function CalendarView() {
  const today = dateIn(clockNow());
  const month = /^\d{4}-\d\d$/.test(param("month")) ? param("month") : today.slice(0, 7);
  const offset = offsetMinutes(`${month}-15T12:00:00Z`);
  const answer = useAsk<Calendar>(apiUrl("/trends/calendar", { month, offset_min: offset || null }));
  const grid = useRef<HTMLTableElement>(null);
  const wanted = useRef<string | null>(null); // the day that gets the focus once it is drawn
  const days = answer.data?.days ?? [];
  const isOfMonth = days[0]?.date.startsWith(month) ?? false;
  const active = param("on").startsWith(month) ? param("on") : today.startsWith(month) ? today : `${month}-01`;

  useEffect(() => {
    if (!wanted.current || !isOfMonth) return;
    grid.current?.querySelector<HTMLElement>(`[data-date="${wanted.current}"]`)?.focus();
    wanted.current = null;
  });

  const moveTo = (date: string) => {
    wanted.current = date;
    setParams({ month: date.slice(0, 7), on: date }, "replace");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = days.at(-1)?.date ?? active;
    const byMonth = (n: number) => {
      const next = addMonths(month, n);
      const day = Math.min(Number(active.slice(8)), new Date(Date.UTC(Number(next.slice(0, 4)), Number(next.slice(5)), 0)).getUTCDate());
      return `${next}-${String(day).padStart(2, "0")}`;
    };
    const to = { ArrowLeft: addDays(active, -1), ArrowRight: addDays(active, 1), ArrowUp: addDays(active, -7), ArrowDown: addDays(active, 7), Home: `${month}-01`, End: last, PageUp: byMonth(-1), PageDown: byMonth(1) }[event.key];
    if (!to) return;
    event.preventDefault();
    moveTo(to);
  };

  const weeks: (Day | null)[][] = [];
  if (isOfMonth) {
    const lead = (new Date(`${month}-01T00:00:00Z`).getUTCDay() + 6) % 7;
    const cells: (Day | null)[] = [...Array<null>(lead).fill(null), ...days];
    while (cells.length % 7) cells.push(null);
    for (let i = 0; i < cells.length; i += 7) weeks.push(cells.slice(i, i + 7));
  }
  const total = days.reduce((sum, each) => sum + each.count, 0);
  return (
    <section class="stack" aria-labelledby="calendar-month">
      <div class="row">
        <button type="button" class="square" aria-label="The month before" title="The month before (Page Up)" onClick={() => setParams({ month: addMonths(month, -1), on: null })}><Icon name="left" /></button>
        <h2 id="calendar-month" class="calendar-month">{monthWords(month)}</h2>
        <button type="button" class="square" aria-label="The month after" title="The month after (Page Down)" onClick={() => setParams({ month: addMonths(month, 1), on: null })}><Icon name="right" /></button>
        <button type="button" class="plain" disabled={month === today.slice(0, 7)} onClick={() => setParams({ month: null, on: null })}>This month</button>
        <span class="quiet">Days of {zoneWords(`${month}-15T12:00:00Z`)}</span>
      </div>
      {answer.problem && <Failed problem={answer.problem} what="The calendar" again={answer.again} />}
      {!answer.problem && !isOfMonth && <Loading words="The calendar is on its way" rows={5} />}
      {isOfMonth && (
        <Figure
          title={total ? `${counted(total, "trend")} detected` : "No trends were detected"}
          table={{
            columns: ["Day", "Trends", "Flagged", "Muted", "Strongest"],
            rows: () => days.map((each) => [each.date, each.count, each.flagged, each.muted, each.trends.map((t) => `${t.label} (${figure(t.z_peak)})`).join("; ")]),
          }}
        >
          <table ref={grid} class="calendar" role="grid" aria-labelledby="calendar-month" onKeyDown={onKeyDown}>
            <thead><tr>{weekdays.map((each) => <th key={each} scope="col" abbr={each}>{each}</th>)}</tr></thead>
            <tbody>
              {weeks.map((week, w) => (
                <tr key={w}>
                  {week.map((each, d) => each ? <DayCell key={each.date} day={each} isToday={each.date === today} isActive={each.date === active} /> : <td key={d} class="calendar-none" />)}
                </tr>
              ))}
            </tbody>
          </table>
        </Figure>
      )}
      {isOfMonth && total === 0 && answer.data?.last && !answer.data.last.startsWith(month) && (
        <Empty title="Nothing came up in this month" action={<a class="button" href={href("/listen/trends/calendar", { month: dateIn(answer.data.last).slice(0, 7) })}>Go to {monthWords(dateIn(answer.data.last).slice(0, 7))}</a>}>
          The last trend that is kept is of {dayWords(dateIn(answer.data.last))}.
        </Empty>
      )}
    </section>
  );
}

const SHOWN = 3;

function DayCell({ day, isToday, isActive }: { day: Day; isToday: boolean; isActive: boolean }) {
  const words = `${dayWords(day.date)}: ${counted(day.count, "trend")}${day.trends.length ? `: ${day.trends.map((each) => each.label).join(", ")}` : ""}`;
  const open = () => day.count && go(href("/listen/trends", { day: day.date }));
  return (
    <td
      role="gridcell"
      data-date={day.date}
      tabIndex={isActive ? 0 : -1}
      aria-current={isToday ? "date" : undefined}
      class={`calendar-day ${day.count ? "has-trends" : ""} ${isToday ? "is-today" : ""}`}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open();
      }}
    >
      <span class="unseen">{words}</span>
      <span class="calendar-date" aria-hidden="true">{Number(day.date.slice(8))}</span>
      {day.count > 0 && <span class="calendar-count quiet" aria-hidden="true">{day.count}</span>}
      <ul aria-hidden="true">
        {day.trends.slice(0, SHOWN).map((each) => (
          <li key={each.id} class={each.flags.length ? "is-flagged" : ""} dir="auto" title={`${each.label}: strength ${figure(each.z_peak)}, ${counted(Math.round(each.voices), "voice")}`}>{each.label}</li>
        ))}
      </ul>
    </td>
  );
}
