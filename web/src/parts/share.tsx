// A share with its interval, in words and as a bar.
import type { ComponentChildren } from "preact";
import { count, percentInterval } from "./words.ts";
import "./share.css";

export interface Share {
  value: number;
  low: number;
  high: number;
  k: number;
  n: number;
}

/** "62 % (54 to 70) of 92", or why there is none yet. */
export function ShareWords({ share, none = "not measured" }: { share: Share | null; none?: ComponentChildren }) {
  if (!share) return <span class="quiet">{none}</span>;
  return <span title={`${count(share.k)} of ${count(share.n)} labelled posts; the interval holds the true share 95 times in 100 (Wilson)`}><b>{percentInterval(share.value, share.low, share.high)}</b> <span class="quiet">of {count(share.n)}</span></span>;
}

/** A share with its interval as a bar: the band is the interval, the line the value. */
export function IntervalBar({ share }: { share: { value: number; low: number; high: number } }) {
  const width = 160;
  return (
    <svg class="interval" viewBox={`0 0 ${width} 14`} width={width} height={14} aria-hidden="true" focusable="false">
      <rect class="interval-all" x={0} y={5} width={width} height={4} />
      <rect class="interval-band" x={share.low * width} y={2} width={Math.max(1, (share.high - share.low) * width)} height={10} />
      <rect class="interval-value" x={Math.max(0, Math.min(width - 2, share.value * width - 1))} y={0} width={2} height={14} />
    </svg>
  );
}
