// Posts over time: bars from zero, a brush that applies at once, gaps hatched with their reason, the last bars lighter while posts arrive.
// By keyboard: arrows walk the bars, Shift+arrows choose a stretch, Enter applies it, Escape lets it go.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { colour, colourRound } from "./colour.ts";
import { Figure } from "./figure.tsx";
import { bucketWords, roundSteps } from "./scale.ts";
import { useWidth } from "./use-width.ts";
import { counted, day, hourMinute, moment, short, span, utc, zone, zoneWords } from "./words.ts";

export interface Timeline {
  by_s: number;
  from: string;
  counts: number[];
  since: string | null;
  until: string;
  total: number;
  arriving_from: string | null;
}
export interface Gap {
  from: string;
  until: string;
  reason: string;
  source?: string;
}
export interface Mark {
  at: string;
  words: string;
}

export function Histogram({ timeline, gaps = [], marks = [], onBrush, csv, title = "Posts", height = 132, aside }: {
  timeline: Timeline;
  gaps?: readonly Gap[];
  /** Starts and peaks: dots with words. */
  marks?: readonly Mark[];
  /** Both ends fall on bucket edges, the earlier first. */
  onBrush?: (since: Date, until: Date) => void;
  csv?: string;
  title?: string;
  height?: number;
  aside?: preact.ComponentChildren;
}) {
  const { by_s, counts } = timeline;
  const start_s = Date.parse(timeline.from) / 1000;
  const until_s = Date.parse(timeline.until) / 1000; // the last bar may reach beyond what was asked
  const arriving_s = timeline.arriving_from ? Date.parse(timeline.arriving_from) / 1000 : Infinity;
  const [cursor, setCursor] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null); // where a keyboard selection began

  const edge = (i: number) => start_s + i * by_s;
  const gapAt = (i: number) => gaps.find((gap) => Date.parse(gap.from) / 1000 < edge(i + 1) && Date.parse(gap.until) / 1000 > edge(i));
  const markAt = (i: number) => marks.filter((mark) => { const at = Date.parse(mark.at) / 1000; return at >= edge(i) && at < edge(i + 1); });
  const note = (i: number) => [gapAt(i) && `not captured: ${gapAt(i)!.reason}`, edge(i + 1) > arriving_s && "posts still arrive", ...markAt(i).map((m) => m.words)].filter(Boolean).join("; ");
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
      title={`${title} in each ${bucketWords(by_s)}`}
      csv={csv}
      said={said}
      aside={aside}
      table={{
        columns: [`From (${zoneWords(timeline.from)})`, "UTC", "Posts", "Note"],
        rows: () => counts.map((n, i) => [moment(edge(i) * 1000), utc(edge(i) * 1000), n, note(i)]),
      }}
    >
      <div
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
          counts={counts} start_s={start_s} by_s={by_s} until_s={until_s} arriving_s={arriving_s} gaps={gaps} marks={marks} height={height}
          cursor={cursor} anchor={anchor} onCursor={setCursor} onBrush={onBrush ? apply : undefined}
        />
      </div>
    </Figure>
  );
}

interface BarsProps {
  counts: number[];
  start_s: number;
  by_s: number;
  until_s: number;
  arriving_s: number;
  gaps: readonly Gap[];
  marks: readonly Mark[];
  height: number;
  cursor: number | null;
  anchor: number | null;
  onCursor: (index: number | null) => void;
  onBrush?: (first: number, last: number) => void;
}

function Bars(props: BarsProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const width = useWidth(box);
  const newest = useRef(props);
  newest.current = props;
  const { counts, start_s, by_s, arriving_s, height } = props;
  const colours = colourRound.value;
  const timeZone = zone.value;

  const data = useMemo(() => {
    const edges = counts.map((_, i) => start_s + i * by_s);
    const settled = counts.map((n, i) => (start_s + (i + 1) * by_s > arriving_s ? null : n));
    const arriving = counts.map((n, i) => (start_s + (i + 1) * by_s > arriving_s ? n : null));
    return [edges, settled, arriving] as uPlot.AlignedData;
  }, [counts, start_s, by_s, arriving_s]);

  useEffect(() => {
    const now = newest.current;
    const bars = uPlot.paths.bars!({ size: [0.86, 90], align: 1 });
    const quiet = colour("--ink-quiet");
    const font = '11px system-ui, sans-serif';
    const series = (fill: string): uPlot.Series => ({ paths: bars, fill, stroke: fill, width: 0, points: { show: false } });
    const chart = new uPlot(
      {
        width: box.current!.clientWidth || 600,
        height,
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), timeZone),
        legend: { show: false },
        padding: [8, 0, 0, 0],
        scales: {
          x: { time: true, range: () => [newest.current.start_s, newest.current.start_s + newest.current.counts.length * newest.current.by_s] },
          y: { range: (_u, _low, high) => [0, roundSteps(high || 1).at(-1)!] },
        },
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: Boolean(now.onBrush), y: false, setScale: false, dist: 3 },
          focus: { prox: -1 },
        },
        axes: [
          { stroke: quiet, font, size: 22, space: 72, ticks: { show: false }, grid: { show: false }, values: (_u, splits, _i, _space, step) => axisWords(splits, step) },
          { stroke: quiet, font, size: 40, ticks: { show: false }, grid: { stroke: colour("--line"), width: 1 }, splits: (u) => roundSteps((u.data[1] as (number | null)[]).concat(u.data[2] as (number | null)[]).reduce<number>((a, b) => Math.max(a, b ?? 0), 1)), values: (_u, splits) => splits.map(short) },
        ],
        series: [{}, series(colour("--bar")), series(colour("--bar-arriving"))],
        hooks: {
          drawAxes: [(u) => hatch(u, newest.current.gaps, colour("--hatch"))],
          draw: [(u) => dots(u, newest.current, colour("--ink")), (u) => light(u, newest.current, colour("--ink"))],
          setCursor: [
            (u) => {
              const { left } = u.cursor;
              if (left === undefined || left === null || left < 0) return;
              const i = Math.floor((u.posToVal(left, "x") - newest.current.start_s) / newest.current.by_s);
              if (i >= 0 && i < newest.current.counts.length && i !== newest.current.cursor) newest.current.onCursor(i);
            },
          ],
          setSelect: [
            (u) => {
              if (u.select.width < 3) return;
              const of = (px: number) => Math.floor((u.posToVal(px, "x") - newest.current.start_s) / newest.current.by_s);
              const clamp = (i: number) => Math.max(0, Math.min(newest.current.counts.length - 1, i));
              const [a, b] = [clamp(of(u.select.left)), clamp(of(u.select.left + u.select.width - 0.5))];
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              newest.current.onBrush?.(Math.min(a, b), Math.max(a, b));
            },
          ],
        },
      },
      data,
      box.current!,
    );
    plot.current = chart;
    return () => {
      chart.destroy();
      plot.current = null;
    };
  }, [colours, timeZone, height, Boolean(props.onBrush)]);

  useEffect(() => plot.current?.setData(data), [data]);
  useEffect(() => {
    if (plot.current && plot.current.width !== width) plot.current.setSize({ width, height });
  }, [width, height]);
  useEffect(() => plot.current?.redraw(false, false), [props.cursor, props.anchor, props.gaps, props.marks]);

  return <div ref={box} class="bars" aria-hidden="true" style={{ blockSize: height }} onPointerLeave={() => props.onCursor(null)} />;
}

function axisWords(splits: number[], step: number): string[] {
  let before = "";
  return splits.map((at) => {
    const date = day(at * 1000);
    if (step >= 86400) return date;
    const words = date === before ? hourMinute(at * 1000) : before === "" ? moment(at * 1000) : hourMinute(at * 1000) === "00:00" ? date : moment(at * 1000);
    before = date;
    return words;
  });
}

function hatch(u: uPlot, gaps: readonly Gap[], ink: string): void {
  const { ctx } = u;
  const { left, top, width, height } = u.bbox;
  for (const gap of gaps) {
    const a = Math.max(left, u.valToPos(Date.parse(gap.from) / 1000, "x", true));
    const b = Math.min(left + width, u.valToPos(Date.parse(gap.until) / 1000, "x", true));
    if (!(b > a)) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(a, top, Math.max(2, b - a), height);
    ctx.clip();
    ctx.strokeStyle = ink;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    const step = 7 * devicePixelRatio;
    for (let x = a - height; x < b + height; x += step) {
      ctx.moveTo(x, top + height);
      ctx.lineTo(x + height, top);
    }
    ctx.stroke();
    ctx.restore();
  }
}

function dots(u: uPlot, props: BarsProps, ink: string): void {
  const { ctx } = u;
  ctx.save();
  ctx.fillStyle = ink;
  for (const mark of props.marks) {
    const at = Date.parse(mark.at) / 1000;
    const i = Math.floor((at - props.start_s) / props.by_s);
    if (i < 0 || i >= props.counts.length) continue;
    ctx.beginPath();
    ctx.arc(u.valToPos(props.start_s + (i + 0.5) * props.by_s, "x", true), u.valToPos(props.counts[i] ?? 0, "y", true) - 5 * devicePixelRatio, 2.5 * devicePixelRatio, 0, 7);
    ctx.fill();
  }
  ctx.restore();
}

/** The bar under the cursor, or the stretch that the keyboard has chosen. */
function light(u: uPlot, props: BarsProps, ink: string): void {
  if (props.cursor === null) return;
  const a = Math.min(props.anchor ?? props.cursor, props.cursor);
  const b = Math.max(props.anchor ?? props.cursor, props.cursor) + 1;
  const left = u.valToPos(props.start_s + a * props.by_s, "x", true);
  const right = u.valToPos(props.start_s + b * props.by_s, "x", true);
  const { ctx } = u;
  ctx.save();
  ctx.globalAlpha = 0.1;
  ctx.fillStyle = ink;
  ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height);
  ctx.restore();
}

