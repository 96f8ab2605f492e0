// Small pictures as SVG: sharp, printable, readable to screen readers. Bars and lines begin at zero.
import { useRef, useState } from "preact/hooks";
import { useCoverage } from "./coverage.ts";
import { Gaps } from "./gaps.tsx";
import { moment, short } from "./words.ts";
import { roundSteps } from "./scale.ts";
import { useWidth } from "./use-width.ts";

/** A row of bars no larger than a word. dots: places to mark (start, peak). arrivingFrom: index from which posts still arrive.
 *  over: the stretch of time it shows, where it shows one, so that what was not captured is hatched. */
export function Sparkline({ counts, label, width = 120, height = 24, dots = [], arrivingFrom, over }: {
  counts: readonly number[];
  label: string;
  width?: number;
  height?: number;
  dots?: number[];
  arrivingFrom?: number;
  over?: { from_ms: number; until_ms: number };
}) {
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const gap = step > 3 ? 1 : 0;
  const top = dots.length ? 4 : 0;
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label} preserveAspectRatio="none">
      {over && <SparkGaps over={over} width={width} height={height} />}
      {counts.map((n, i) => {
        const tall = n > 0 ? Math.max(1, (n / most) * (height - top)) : 0;
        return <rect key={i} x={i * step} y={height - tall} width={Math.max(0.5, step - gap)} height={tall} class={arrivingFrom !== undefined && i >= arrivingFrom ? "is-arriving" : ""} />;
      })}
      {dots.map((i) => <circle key={`d${i}`} cx={(i + 0.5) * step} cy={Math.max(2, height - ((counts[i] ?? 0) / most) * (height - top) - 2)} r={2} />)}
    </svg>
  );
}

function SparkGaps({ over, width, height }: { over: { from_ms: number; until_ms: number }; width: number; height: number }) {
  const { gaps } = useCoverage();
  const x = (at_ms: number) => ((at_ms - over.from_ms) / (over.until_ms - over.from_ms)) * width;
  return <Gaps gaps={gaps} x={x} left={0} right={width} top={0} bottom={height} />;
}

export interface LineSeries {
  name: string;
  counts: readonly number[];
}

/** Up to four lines over the same buckets, each named at its end. The cursor's values go to onSaid. */
export function Lines({ series, from, by_s, label, height = 180, onSaid, unit = short }: {
  series: readonly LineSeries[];
  from: string;
  by_s: number;
  label: string;
  height?: number;
  onSaid?: (words: string) => void;
  unit?: (n: number) => string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [at, setAt] = useState<number | null>(null);
  const { gaps, arriving_from } = useCoverage();
  const length = Math.max(...series.map((each) => each.counts.length), 1);
  const most = Math.max(1e-9, ...series.flatMap((each) => [...each.counts]));
  const steps = roundSteps(most);
  const top = steps.at(-1)!;
  const names = width < 480 ? 72 : 140;
  const left = 40;
  const plot = { left, right: width - names - 8, top: 8, bottom: height - 20 };
  const x = (i: number) => plot.left + (length === 1 ? 0.5 : i / (length - 1)) * (plot.right - plot.left);
  const y = (n: number) => plot.bottom - (n / top) * (plot.bottom - plot.top);
  const start_ms = Date.parse(from);
  const whenOf = (i: number) => new Date(start_ms + i * by_s * 1000);
  const arrivingAt = arriving_from ? Math.max(0, Math.floor((Date.parse(arriving_from) - start_ms) / 1000 / by_s)) : length;

  // Names stand at the ends of their lines, and make room for each other.
  const ends = series.map((each, i) => ({ i, y: y(each.counts.at(-1) ?? 0) })).sort((a, b) => a.y - b.y);
  for (let k = 1; k < ends.length; k++) ends[k]!.y = Math.max(ends[k]!.y, ends[k - 1]!.y + 15);
  const over = (ends.at(-1)?.y ?? 0) - (plot.bottom + 4);
  if (over > 0) for (let k = ends.length - 1, limit = plot.bottom + 4; k >= 0; k--, limit -= 15) ends[k]!.y = Math.min(ends[k]!.y, limit);

  const choose = (i: number | null) => {
    const next = i === null ? null : Math.max(0, Math.min(length - 1, i));
    setAt(next);
    onSaid?.(next === null ? "" : `${moment(whenOf(next))}: ` + series.map((each) => `${each.name} ${unit(each.counts[next] ?? 0)}`).join(", "));
  };
  const ticks = [0, Math.floor((length - 1) / 2), length - 1].filter((each, i, all) => all.indexOf(each) === i);
  return (
    <div ref={box} class="lines">
      <svg
        width={width}
        height={height}
        role="group"
        aria-roledescription="chart"
        aria-label={`${label}. Arrow keys read the values.`}
        tabIndex={0}
        onPointerMove={(event) => choose(Math.round(((event.offsetX - plot.left) / (plot.right - plot.left)) * (length - 1)))}
        onPointerLeave={() => choose(null)}
        onBlur={() => choose(null)}
        onKeyDown={(event) => {
          const to = { ArrowLeft: (at ?? length) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: length - 1 }[event.key];
          if (to === undefined) return;
          event.preventDefault();
          choose(to);
        }}
      >
        {steps.map((n) => (
          <g key={n}>
            <line class="grid" x1={plot.left} x2={plot.right} y1={y(n)} y2={y(n)} />
            <text class="tick" x={plot.left - 6} y={y(n) + 4} text-anchor="end">{unit(n)}</text>
          </g>
        ))}
        {ticks.map((i) => (
          <text key={i} class="tick" x={x(i)} y={height - 4} text-anchor={i === 0 ? "start" : i === length - 1 ? "end" : "middle"}>{moment(whenOf(i))}</text>
        ))}
        <Gaps gaps={gaps} x={(at_ms) => x((at_ms - start_ms) / 1000 / by_s)} {...plot} />
        {arrivingAt < length && <rect class="arriving" x={x(Math.max(0, arrivingAt - 0.5))} y={plot.top} width={Math.max(1, plot.right - x(Math.max(0, arrivingAt - 0.5)))} height={plot.bottom - plot.top}><title>Posts still arrive here</title></rect>}
        {series.map((each, i) => (
          <path key={i} class={`line line-${i % 4}`} d={each.counts.map((n, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${y(n).toFixed(1)}`).join("")} />
        ))}
        {ends.map(({ i, y: at_y }) => (
          <text key={i} class={`line-name line-${i % 4}`} x={plot.right + 8} y={at_y + 4}>
            {cut(series[i]!.name, names / 7)}
            <title>{series[i]!.name}</title>
          </text>
        ))}
        {at !== null && (
          <g aria-hidden="true">
            <line class="cursor" x1={x(at)} x2={x(at)} y1={plot.top} y2={plot.bottom} />
            {series.map((each, i) => <circle key={i} class={`dot line-${i % 4}`} cx={x(at)} cy={y(each.counts[at] ?? 0)} r={3} />)}
          </g>
        )}
      </svg>
    </div>
  );
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, Math.max(1, Math.floor(most) - 1)) + "…";
}

/** A share as a bar behind its row; words stay text. */
export function ShareBar({ share }: { share: number }) {
  return <span class="share" aria-hidden="true" style={{ inlineSize: `${Math.max(0, Math.min(1, share)) * 100}%` }} />;
}
