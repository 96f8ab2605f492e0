// Posts in arrival, kept apart from how they are drawn: at most a batch a frame is let in, and nothing grows without end.
//
//   stream ──batch──▶ waiting ──once a frame──▶ items (newest first, what the list shows)
//                        │ paused: they stay here ("42 new")
//                        └ over HELD_MOST: the oldest go by unseen, and are counted
import { signal } from "@preact/signals";
import type { StreamEvent } from "../../parts/events.ts";
import type { Post } from "../../parts/post.ts";

export const ITEMS_MOST = 1000;
export const HELD_MOST = 1000;
const RATE_SECONDS = 60;

export class Tail {
  /** Changes when there is something to draw. */
  readonly round = signal(0);
  items: Post[] = [];
  waiting: Post[] = []; // oldest first
  missed = 0;
  total = 0;
  isPaused = false;
  /** Posts in each of the last seconds, the newest last. */
  rate: number[] = new Array<number>(RATE_SECONDS).fill(0);
  #frame = 0;
  #seconds = 0;
  #tick: number;
  #isClosed = false;

  constructor() {
    this.#tick = window.setInterval(() => {
      this.rate = [...this.rate.slice(1), 0];
      this.#seconds += 1;
      this.round.value += 1;
    }, 1000);
  }

  /** Over the last ten whole seconds, or as many as there were. */
  perSecond(): number {
    const seconds = Math.min(10, this.#seconds);
    return seconds ? this.rate.slice(-1 - seconds, -1).reduce((a, b) => a + b, 0) / seconds : 0;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#tick);
    cancelAnimationFrame(this.#frame);
  }

  /** The archive's newest, below whatever has arrived since. */
  begin(posts: Post[]): void {
    const here = new Set(this.items.map((each) => each.id));
    for (const each of this.waiting) here.add(each.id);
    this.items = [...this.items, ...posts.filter((each) => !here.has(each.id))].slice(0, ITEMS_MOST);
    this.#draw();
  }

  take(events: StreamEvent[]): void {
    let arrived = 0;
    for (const event of events) {
      if (event.kind === "post") {
        try {
          this.waiting.push((JSON.parse(event.data) as { post: Post }).post);
          arrived += 1;
        } catch {
          this.missed += 1;
        }
      } else if (event.kind === "deleted") this.forget((JSON.parse(event.data) as { posts?: string[] }).posts ?? []);
      else if (event.kind === "missed") this.missed += Number((JSON.parse(event.data) as { count?: number }).count) || 0;
    }
    this.total += arrived;
    this.rate[RATE_SECONDS - 1]! += arrived;
    const over = this.waiting.length - HELD_MOST;
    if (over > 0) {
      this.waiting.splice(0, over);
      this.missed += over;
    }
    this.#draw();
  }

  /** Deleted at their platform: gone from here at once, also while paused. */
  forget(ids: string[]): void {
    const gone = new Set(ids);
    this.items = this.items.filter((each) => !gone.has(each.id));
    this.waiting = this.waiting.filter((each) => !gone.has(each.id));
    this.#draw();
  }

  pause(isPaused: boolean): void {
    if (this.isPaused === isPaused) return;
    this.isPaused = isPaused;
    this.#draw();
  }

  /** Lets in what waits, even while paused. */
  letIn(): void {
    if (!this.waiting.length) return;
    // The same post may come again after a new connection.
    const newest = new Set<string>();
    const fresh: Post[] = [];
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      const post = this.waiting[i]!;
      if (!newest.has(post.id)) fresh.push(post);
      newest.add(post.id);
    }
    this.waiting = [];
    this.items = fresh.concat(this.items.filter((each) => !newest.has(each.id))).slice(0, ITEMS_MOST);
    this.round.value += 1;
  }

  #draw(): void {
    if (this.#frame || this.#isClosed) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.isPaused) this.letIn();
      this.round.value += 1;
    });
  }
}
