// A trend's voices over its life: bars from zero, a dot where it started and one at its peak, the last bars lighter while posts arrive.
// What was not captured is hatched. By keyboard: arrows walk the bars; the value under the cursor is text.
import { useRef, useState } from "preact/hooks";
import { useCoverage } from "../../parts/coverage.ts";
import { Gaps, gapIn, gapWords } from "../../parts/gaps.tsx";
import { useWidth } from "../../parts/use-width.ts";
import { count, counted, moment, span } from "../../parts/words.ts";
import type { Trend } from "./trend.ts";

const SETTLE_S = 120; // the engine takes posts that come up to two minutes late

export interface CurveFacts {
  start_ms: number;
  step_ms: number;
  voices: number[];
  startAt: number;
  peakAt: number;
  arrivingFrom: number;
}

export function curveFacts(trend: Trend): CurveFacts {
  const { series } = trend;
  const start_ms = Date.parse(series.start);
  const step_ms = series.step_s * 1000;
  const first = series.voices.findIndex((n) => n > 0);
  const at = (time: string | null) => (time ? Math.floor((Date.parse(time) - start_ms) / step_ms) : -1);
  const started = at(trend.started_at);
  const most = Math.max(...series.voices);
  const arriving = trend.is_open ? Math.max(0, Math.floor((Date.parse(trend.updated_at) - SETTLE_S * 1000 - start_ms) / step_ms)) : series.voices.length;
  return {
    start_ms, step_ms, voices: series.voices,
    startAt: started >= 0 && started < series.voices.length ? started : Math.max(0, first),
    peakAt: most > 0 ? series.voices.indexOf(most) : -1,
    arrivingFrom: Math.min(series.voices.length, Math.max(arriving, 0)),
  };
}

export function barWords(facts: CurveFacts, i: number): string {
  const more = [i === facts.startAt && "start", i === facts.peakAt && "peak", i >= facts.arrivingFrom && "posts still arrive"].filter(Boolean).join(", ");
  return `${moment(facts.start_ms + i * facts.step_ms)}, ${span(facts.step_ms / 1000)}: ${counted(facts.voices[i] ?? 0, "voice")}${more ? ` (${more})` : ""}`;
}

export function Curve({ trend, height = 56, onSaid, hasAxis }: { trend: Trend; height?: number; onSaid?: (words: string) => void; hasAxis?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 320);
  const [at, setAt] = useState<number | null>(null);
  const facts = curveFacts(trend);
  const { gaps } = useCoverage();
  const { voices } = facts;
  const most = Math.max(1, ...voices);
  const foot = hasAxis ? 18 : 0;
  const top = 8;
  const left = hasAxis ? 32 : 4; // room for a dot on the first bar
  const step = (width - left - 4) / voices.length;
  const base = height - foot;
  const y = (n: number) => base - (n / most) * (base - top);
  const choose = (i: number | null) => {
    const next = i === null ? null : Math.max(0, Math.min(voices.length - 1, i));
    setAt(next);
    if (next === null) return onSaid?.("");
    const from_ms = facts.start_ms + next * facts.step_ms;
    const gap = gapIn(gaps, from_ms, from_ms + facts.step_ms);
    onSaid?.(barWords(facts, next) + (gap ? `; not captured: ${gapWords(gap)}` : ""));
  };
  const total = voices.reduce((a, b) => a + b, 0);
  const dot = (i: number, name: string) => i >= 0 && (
    <circle class={`curve-dot is-${name}`} cx={left + (i + 0.5) * step} cy={Math.max(3.5, y(voices[i] ?? 0) - 4)} r={3}><title>{barWords(facts, i)}</title></circle>
  );
  return (
    <div ref={box} class="curve">
      <svg
        width={width}
        height={height}
        role="group"
        aria-roledescription="chart"
        tabIndex={0}
        aria-label={`Voices: ${count(total)} in ${voices.length} bars of ${span(facts.step_ms / 1000)}, most ${count(most)} at ${moment(facts.start_ms + Math.max(0, facts.peakAt) * facts.step_ms)}. Arrow keys read the bars.`}
        onPointerMove={(event) => choose(Math.floor((event.offsetX - left) / step))}
        onPointerLeave={() => choose(null)}
        onBlur={() => choose(null)}
        onKeyDown={(event) => {
          const to = { ArrowLeft: (at ?? voices.length) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: voices.length - 1 }[event.key];
          if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          choose(to);
        }}
      >
        {hasAxis && (
          <g class="curve-axis" aria-hidden="true">
            <line x1={left} x2={width} y1={y(most)} y2={y(most)} />
            <line x1={left} x2={width} y1={base} y2={base} />
            <text x={left - 6} y={y(most) + 4} text-anchor="end">{count(most)}</text>
            <text x={left - 6} y={base + 1} text-anchor="end">0</text>
            <text x={left} y={height - 3}>{moment(facts.start_ms)}</text>
            <text x={width - 4} y={height - 3} text-anchor="end">{moment(facts.start_ms + voices.length * facts.step_ms)}</text>
          </g>
        )}
        <Gaps gaps={gaps} x={(at_ms) => left + ((at_ms - facts.start_ms) / facts.step_ms) * step} left={left} right={left + voices.length * step} top={top} bottom={base} />
        {at !== null && <rect class="curve-light" x={left + at * step} y={0} width={step} height={base} />}
        {voices.map((n, i) => n > 0 && (
          <rect key={i} class={i >= facts.arrivingFrom ? "curve-bar is-arriving" : "curve-bar"} x={left + i * step} y={Math.min(base - 1, y(n))} width={Math.max(0.5, step - (step > 3 ? 1 : 0))} height={Math.max(1, base - y(n))} />
        ))}
        {dot(facts.startAt, "start")}
        {facts.peakAt !== facts.startAt && dot(facts.peakAt, "peak")}
      </svg>
    </div>
  );
}
