import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

globalThis.window = globalThis;
let frames = [];
globalThis.requestAnimationFrame = (act) => frames.push(act);
globalThis.cancelAnimationFrame = () => {};
const { HELD_MOST, ITEMS_MOST, Tail } = await load("listen/live/tail.ts");

const draw = () => frames.splice(0).forEach((act) => act());
const post = (id) => ({ kind: "post", id: "", data: JSON.stringify({ seq: 1, post: { id: String(id) } }) });
const posts = (from, count) => Array.from({ length: count }, (_, i) => post(from + i));
const ids = (tail) => tail.items.map((each) => each.id);

function tailFor(t) {
  const tail = new Tail();
  t.after(() => tail.close());
  return tail;
}

test("one frame takes all that came, the newest first, and no post twice", (t) => {
  const tail = tailFor(t);
  tail.take(posts(1, 2));
  tail.take(posts(2, 2));
  assert.equal(frames.length, 1, "one frame is asked for");
  draw();
  assert.deepEqual(ids(tail), ["3", "2", "1"]);
  tail.begin([{ id: "3" }, { id: "0" }]);
  draw();
  assert.deepEqual(ids(tail), ["3", "2", "1", "0"]);
});

test("paused: nothing moves, until let in", (t) => {
  const tail = tailFor(t);
  tail.take(posts(1, 3));
  draw();
  tail.pause(true);
  tail.take(posts(4, 2));
  draw();
  assert.deepEqual(ids(tail), ["3", "2", "1"]);
  assert.equal(tail.waiting.length, 2);
  tail.letIn();
  assert.deepEqual(ids(tail), ["5", "4", "3", "2", "1"]);
});

test("what is over the brim is counted, on our side and on the server's", (t) => {
  const tail = tailFor(t);
  tail.pause(true);
  tail.take(posts(0, HELD_MOST + 312));
  assert.equal(tail.waiting.length, HELD_MOST);
  assert.equal(tail.missed, 312);
  assert.equal(tail.waiting[0].id, "312", "the oldest go");
  tail.take([{ kind: "missed", id: "", data: '{"count":88}' }, { kind: "post", id: "", data: "{broken" }]);
  assert.equal(tail.missed, 401);
  tail.pause(false);
  draw();
  tail.take(posts(5000, 500));
  draw();
  assert.equal(tail.items.length, ITEMS_MOST);
});
