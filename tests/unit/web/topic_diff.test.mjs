import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { wordDiff } = await load("listen/topics/diff.ts");
const told = (parts) => parts.map((each) => ({ same: "", gone: "-", new: "+" })[each.kind] + each.text);

for (const [before, after, wanted] of [
  ["", "", []],
  ["bag", "bag", ["bag"]],
  ["", "bag", ["+bag"]],
  ["bag", "", ["-bag"]],
  ["bag", "luggage", ["-bag", "+luggage"]],
  ["bag OR luggage", "bag OR luggage OR suitcase", ["bag OR luggage", "+ OR suitcase"]],
  ["bag", "(bag) NOT tea", ["+(", "bag", "+) NOT tea"]],
  ['"lost bag" late', '"lost bags" late', ['-"lost bag"', '+"lost bags"', " late"]],
])
  test(`${before || "nothing"} became ${after || "nothing"}`, () => assert.deepEqual(told(wordDiff(before, after)), wanted));

test("either text can be read out of the parts", () => {
  let seed = 3;
  const dice = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const text = () => Array.from({ length: dice(30) }, () => ["bag", "OR", "(", ")", '"lost bag"', "NOT", "tea"][dice(7)]).join(" ");
  for (let round = 0; round < 500; round++) {
    const [before, after] = [text(), text()];
    const parts = wordDiff(before, after);
    assert.equal(parts.filter((each) => each.kind !== "new").map((each) => each.text).join(""), before);
    assert.equal(parts.filter((each) => each.kind !== "gone").map((each) => each.text).join(""), after);
  }
});

test("very long texts stand whole", () => {
  const long = "bag ".repeat(2000);
  assert.deepEqual(told(wordDiff(long, long)), [long]);
  assert.deepEqual(told(wordDiff(long, "x")), ["-" + long, "+x"]);
});
