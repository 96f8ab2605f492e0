// Posts over time: bars from zero, a brush that applies at once, gaps hatched with their reason, the last bars lighter while posts arrive.
// By keyboard: arrows walk the bars, Shift+arrows choose a stretch, Enter applies it, Escape lets it go.
import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { useCoverage, type Gap } from "./coverage.ts";
import { Figure } from "./figure.tsx";
import { Gaps, gapWords } from "./gaps.tsx";
import { bucketWords, roundSteps, timeTicks } from "./scale.ts";
import { useWidth } from "./use-width.ts";
import { counted, day, hourMinute, moment, short, span, utc, zoneWords } from "./words.ts";

export interface Timeline {
  by_s: number;
  from: string;
  counts: number[];
  since: string | null;
  until: string;
  total: number;
}
export interface Mark {
  at: string;
  words: string;
}

export function Histogram({ timeline, marks = [], onBrush, csv, title = "Posts", height = 132, aside }: {
  timeline: Timeline;
  /** Starts and peaks: dots with words. */
  marks?: readonly Mark[];
  /** Both ends fall on bucket edges, the earlier first. */
  onBrush?: (since: Date, until: Date) => void;
  csv?: string;
  title?: string;
  height?: number;
  aside?: ComponentChildren;
}) {
  const { by_s, counts } = timeline;
  const { gaps, arriving_from } = useCoverage();
  const start_s = Date.parse(timeline.from) / 1000;
  const arriving_s = arriving_from ? Date.parse(arriving_from) / 1000 : Infinity;
  const [cursor, setCursor] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null); // where a keyboard selection began

  const edge = (i: number) => start_s + i * by_s;
  const gapAt = (i: number) => gaps.find((gap) => Date.parse(gap.from) / 1000 < edge(i + 1) && Date.parse(gap.until) / 1000 > edge(i));
  const markAt = (i: number) => marks.filter((mark) => { const at = Date.parse(mark.at) / 1000; return at >= edge(i) && at < edge(i + 1); });
  const note = (i: number) => [gapAt(i) && `not captured: ${gapWords(gapAt(i)!)}`, edge(i + 1) > arriving_s && "posts still arrive", ...markAt(i).map((m) => m.words)].filter(Boolean).join("; ");
  const spanWords = (i: number) => (by_s >= 86400 ? day(edge(i) * 1000) + (by_s > 86400 ? ` to ${day(edge(i + 1) * 1000 - 1)}` : "") : `${moment(edge(i) * 1000)} to ${hourMinute(edge(i + 1) * 1000)}`);
  const said = (() => {
    if (cursor === null || counts[cursor] === undefined) return "";
    if (anchor !== null && anchor !== cursor) {
      const [a, b] = anchor < cursor ? [anchor, cursor] : [cursor, anchor];
      let sum = 0;
      for (let i = a; i <= b; i++) sum += counts[i] ?? 0;
      return `${moment(edge(a) * 1000)} to ${moment(edge(b + 1) * 1000)}: ${counted(sum, "post")}. Enter shows them`;
    }
    const more = note(cursor);
    return `${spanWords(cursor)}: ${counted(counts[cursor], "post")}${more ? ` (${more})` : ""}`;
  })();

  const apply = (a: number, b: number) => {
    const [first, last] = a <= b ? [a, b] : [b, a];
    onBrush?.(new Date(edge(first) * 1000), new Date(edge(last + 1) * 1000));
    setAnchor(null);
  };

  return (
    <Figure
      class="histogram"
      title={aside ? title : `${title} in each ${bucketWords(by_s)}`}
      csv={csv}
      said={said}
      aside={aside}
      table={{
        columns: [`From (${zoneWords(timeline.from)})`, "UTC", "Posts", "Note"],
        rows: () => counts.map((n, i) => [moment(edge(i) * 1000), utc(edge(i) * 1000), n, note(i)]),
      }}
    >
      {counts.length === 0 ? <p class="hint">There is no time to draw yet: no post fits.</p> : <div
        class="histogram-plot"
        role="group"
        aria-roledescription="chart"
        tabIndex={0}
        aria-label={`${title}: ${counted(timeline.total, "post")} in ${counts.length} bars of ${span(by_s)}${gaps.length ? `, ${counted(gaps.length, "gap")} in the capture` : ""}. Arrow keys walk the bars${onBrush ? ", Shift and arrows choose a stretch, Enter shows it" : ""}.`}
        onBlur={() => setAnchor(null)}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const to = { ArrowLeft: (cursor ?? counts.length) - 1, ArrowRight: (cursor ?? -1) + 1, Home: 0, End: counts.length - 1 }[event.key];
          if (to !== undefined) {
            event.preventDefault();
            setAnchor(event.shiftKey ? (anchor ?? cursor ?? to) : null);
            setCursor(Math.max(0, Math.min(counts.length - 1, to)));
          } else if (event.key === "Enter" && cursor !== null && onBrush) {
            event.preventDefault();
            apply(anchor ?? cursor, cursor);
          } else if (event.key === "Escape" && (anchor !== null || cursor !== null)) {
            event.preventDefault();
            setAnchor(null);
            setCursor(null);
          }
        }}
      >
        <Bars
          counts={counts} start_s={start_s} by_s={by_s} arriving_s={arriving_s} gaps={gaps} marks={marks} height={height}
          cursor={cursor} anchor={anchor} onCursor={setCursor} onBrush={onBrush ? apply : undefined}
        />
      </div>}
    </Figure>
  );
}

interface BarsProps {
  counts: number[];
  start_s: number;
  by_s: number;
  arriving_s: number;
  gaps: readonly Gap[];
  marks: readonly Mark[];
  height: number;
  cursor: number | null;
  anchor: number | null;
  onCursor: (index: number | null) => void;
  onBrush?: (first: number, last: number) => void;
}

const LEFT = 40;
const BELOW = 20;
const ABOVE = 8;
const DRAG_LEAST = 4; // px: less is a click

function Bars({ counts, start_s, by_s, arriving_s, gaps, marks, height, cursor, anchor, onCursor, onBrush }: BarsProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [drag, setDrag] = useState<{ from: number; to: number; moved: boolean } | null>(null); // px

  const bottom = height - BELOW;
  const step = (width - LEFT) / Math.max(1, counts.length);
  const end_s = start_s + counts.length * by_s;
  const steps = useMemo(() => roundSteps(Math.max(1, ...counts)), [counts]);
  const most = steps.at(-1)!;
  const y = (n: number) => bottom - (n / most) * (bottom - ABOVE);
  const x = (at_s: number) => LEFT + ((at_s - start_s) / (end_s - start_s)) * (width - LEFT);
  const indexAt = (px: number) => Math.max(0, Math.min(counts.length - 1, Math.floor((px - LEFT) / step)));

  // One path for all settled bars and one for those that still fill: five hundred bars are two elements.
  const [settled, arriving] = useMemo(() => {
    const gap = step > 3 ? Math.min(2, step * 0.14) : 0;
    const paths = ["", ""];
    counts.forEach((n, i) => {
      if (!n) return;
      const left = LEFT + i * step + gap / 2;
      const top = Math.min(y(n), bottom - 1);
      paths[start_s + (i + 1) * by_s > arriving_s ? 1 : 0] += `M${left.toFixed(2)} ${bottom}V${top.toFixed(1)}h${(step - gap).toFixed(2)}V${bottom}z`;
    });
    return paths;
  }, [counts, step, start_s, by_s, arriving_s, most, bottom]);
  const ticks = useMemo(() => timeTicks(start_s, end_s, Math.max(3, Math.floor((width - LEFT) / 88)), by_s), [start_s, end_s, width, by_s]);
  let before = "";

  const inside = (event: PointerEvent) => event.clientX - box.current!.getBoundingClientRect().left;
  const chosen = drag?.moved ? [indexAt(Math.min(drag.from, drag.to)), indexAt(Math.max(drag.from, drag.to))] : cursor === null ? null : [Math.min(anchor ?? cursor, cursor), Math.max(anchor ?? cursor, cursor)];
  return (
    <div
      ref={box}
      class={onBrush ? "bars can-brush" : "bars"}
      aria-hidden="true"
      style={{ blockSize: `${height}px` }}
      onPointerDown={(event) => {
        if (!onBrush || event.button !== 0) return;
        box.current!.setPointerCapture(event.pointerId);
        setDrag({ from: inside(event), to: inside(event), moved: false });
      }}
      onPointerMove={(event) => {
        const at = inside(event);
        onCursor(at < LEFT && !drag ? null : indexAt(at));
        if (drag) setDrag({ ...drag, to: at, moved: drag.moved || Math.abs(at - drag.from) >= DRAG_LEAST });
      }}
      onPointerUp={(event) => {
        if (!drag) return;
        setDrag(null);
        const to = inside(event);
        if (Math.abs(to - drag.from) >= DRAG_LEAST) onBrush?.(indexAt(drag.from), indexAt(to));
      }}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => !drag && onCursor(null)}
    >
      <svg width={width} height={height}>
        {steps.map((n) => (
          <g key={n}>
            <line class="grid" x1={LEFT} x2={width} y1={y(n)} y2={y(n)} />
            <text class="tick" x={LEFT - 6} y={y(n) + 4} text-anchor="end">{short(n)}</text>
          </g>
        ))}
        <Gaps gaps={gaps} x={(at_ms) => x(at_ms / 1000)} left={LEFT} right={width} top={ABOVE} bottom={bottom} />
        {chosen && <rect class={drag?.moved || anchor !== null ? "stretch is-chosen" : "stretch"} x={LEFT + chosen[0]! * step} y={ABOVE} width={(chosen[1]! - chosen[0]! + 1) * step} height={bottom - ABOVE} />}
        <path class="settled" d={settled} />
        <path class="arriving" d={arriving} />
        {marks.map((mark, i) => {
          const at = Math.floor((Date.parse(mark.at) / 1000 - start_s) / by_s);
          return at >= 0 && at < counts.length ? <circle key={i} class="mark-dot" cx={LEFT + (at + 0.5) * step} cy={Math.max(4, y(counts[at]!) - 5)} r={3} /> : null;
        })}
        {ticks.map((at) => {
          const date = day(at * 1000);
          const hour = hourMinute(at * 1000);
          const words = by_s >= 86400 || hour === "00:00" ? date : before === date ? hour : before === "" ? moment(at * 1000) : hour;
          before = date;
          const px = x(at);
          return px < LEFT + 4 || px > width - 30 ? null : <text key={at} class="tick" x={px} y={height - 5} text-anchor={px < LEFT + 40 ? "start" : "middle"}>{words}</text>;
        })}
      </svg>
    </div>
  );
}
