// The client's clock. An invented town may live faster than the world: then the server says how much, and the page shows it.
import { signal } from "@preact/signals";

interface Pace {
  now_ms: number; // the client's time
  wall_ms: number; // when it was told, by performance.now()
  speed: number;
}
const pace = signal<Pace>({ now_ms: Date.now(), wall_ms: performance.now(), speed: 1 });

/** Told by GET /stats and by the `clock` event. */
export function setClock(now: string, speed: number): void {
  const now_ms = Date.parse(now);
  if (Number.isFinite(now_ms)) pace.value = { now_ms, wall_ms: performance.now(), speed: speed > 0 ? speed : 1 };
}

export function clockNow(): Date {
  const { now_ms, wall_ms, speed } = pace.peek();
  return new Date(now_ms + (performance.now() - wall_ms) * speed);
}

export function clockSpeed(): number {
  return pace.value.speed;
}

/** Changes every second of the wall while somebody looks: read it to be drawn again. */
export const second = signal(0);
setInterval(() => {
  if (document.visibilityState === "visible") second.value += 1;
}, 1000);
