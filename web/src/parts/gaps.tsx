// What was not captured, hatched over any picture of time, with its reason. Draw it below the bars.
import { useId } from "preact/hooks";
import type { Gap } from "./coverage.ts";

/** "the server was not running", "twitter: the connection was lost" */
export function gapWords(gap: Gap): string {
  return gap.source ? `${gap.source}: ${gap.reason}` : gap.reason;
}

/** The gap that touches [from, until), in milliseconds since 1970. */
export function gapIn(gaps: readonly Gap[], from_ms: number, until_ms: number): Gap | undefined {
  return gaps.find((gap) => Date.parse(gap.from) < until_ms && Date.parse(gap.until) > from_ms);
}

/** x: the place of a time in milliseconds. What lies outside of left and right is cut off. */
export function Gaps({ gaps, x, left, right, top, bottom }: {
  gaps: readonly Gap[];
  x: (at_ms: number) => number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}) {
  const hatch = useId();
  const place = (at: string) => Math.max(left, Math.min(right, x(Date.parse(at))));
  return (
    <>
      <defs>
        <pattern id={hatch} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line class="hatch" x1="0" y1="0" x2="0" y2="7" />
        </pattern>
      </defs>
      {gaps.map((gap, i) => {
        const [a, b] = [place(gap.from), place(gap.until)];
        return b > a && <rect key={i} class="gap" x={a} y={top} width={Math.max(2, b - a)} height={bottom - top} fill={`url(#${hatch})`}><title>Not captured: {gapWords(gap)}</title></rect>;
      })}
    </>
  );
}
