import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { captured, queryWords, renewWords, stateWords, toList, toneOf } = await load("listen/sources/source.ts");
const at = (minute) => new Date(Date.UTC(2026, 10, 24, 18, minute)).toISOString();
const gap = (from, until) => ({ from: at(from), until: at(until), reason: "", is_own: true });

for (const [words, gaps, share] of [
  ["nothing missed", [], 1],
  ["half of it", [gap(0, 30)], 0.5],
  ["two that overlap count once", [gap(0, 30), gap(15, 45)], 0.25],
  ["one within another", [gap(0, 30), gap(10, 20)], 0.5],
  ["in any order", [gap(45, 60), gap(0, 15)], 0.5],
  ["what lies outside does not count", [gap(-30, 15), gap(50, 90)], 35 / 60],
  ["all of it", [gap(-5, 65)], 0],
])
  test(`captured: ${words}`, () => assert.ok(Math.abs(captured(gaps, Date.parse(at(0)), Date.parse(at(60))) - share) < 1e-9));

const source = (health, more = {}) => ({ is_paused: false, words: "live", owner: null, expires_at: null, ...more, health: { phase: "at_work", said: "live", retry_at: null, rate_until: null, ...health } });
for (const [health, more, tone, words] of [
  [{}, {}, "live", "live"],
  [{}, { is_paused: true }, "rest", "paused"],
  [{ phase: "waiting", said: null, retry_at: at(1) }, {}, "waits", "trying again in 1 min"],
  [{ phase: "waiting", said: null, retry_at: at(-1) }, {}, "waits", "trying again now"],
  [{ said: "rate_limited", rate_until: at(2) }, {}, "waits", "asked by the platform to wait; goes on in 2 min"],
  [{ phase: "needs_person", said: null }, { words: "stopped: it needs somebody" }, "trouble", "stopped: it needs somebody"],
])
  test(`state: ${words}`, () => assert.deepEqual([toneOf(source(health, more)), stateWords(source(health, more), new Date(at(0)))], [tone, words]));

test("a token near its end names who renews it, or that nobody does", () => {
  const now = new Date(at(0));
  assert.match(renewWords(source({}, { expires_at: "2026-12-03T12:00:00Z", owner: { id: 1, name: "Ada" } }), now), /^Ada renews this by 3 Dec/);
  assert.match(renewWords(source({}, { expires_at: "2026-12-03T12:00:00Z" }), now), /nobody is named/);
  assert.match(renewWords(source({}, { expires_at: at(-90), owner: { id: 1, name: "Ada" } }), now), /^Its token ended 2 h ago. Ada renews it/);
});

test("a query in words", () => {
  assert.equal(queryWords({}), "everything it gives");
  assert.equal(queryWords({ any: ["ferry", "lost bag"], hashtags: ["harbour"], none: ["ad"], lang: ["en"] }), "words ferry, lost bag or hashtags #harbour, but not ad, in en");
});

test("a list is one thing a line, or with commas", () => assert.deepEqual(toList(" ferry\n\nlost bag, harbour,"), ["ferry", "lost bag", "harbour"]));
