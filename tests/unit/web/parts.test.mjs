import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { EventParser } = await load("parts/events.ts");
const { piecesOf, safeLink } = await load("parts/post.ts");
const { matchPath, searchOf } = await load("parts/router.ts");
const words = await load("parts/words.ts");
const { roundSteps, sensibleBuckets, timeTicks } = await load("parts/scale.ts");

const wire = ": hello\r\n\r\nid: 1-7\nevent: post\ndata: {\"a\":\ndata: 1}\n\nevent: clock\ndata:x\n\ndata: last\n\n";
const wanted = [{ kind: "post", id: "1-7", data: '{"a":\n1}' }, { kind: "clock", id: "1-7", data: "x" }, { kind: "message", id: "1-7", data: "last" }];

test("events, whole, cut at every length, and a character at a time", () => {
  for (let cut = 0; cut <= wire.length; cut++) {
    const parser = new EventParser();
    assert.deepEqual([...parser.feed(wire.slice(0, cut)), ...parser.feed(wire.slice(cut))], wanted, `cut at ${cut}`);
  }
  const parser = new EventParser();
  assert.deepEqual([...wire].flatMap((each) => parser.feed(each)), wanted);
});

test("links that a browser may follow, and none other", () => {
  for (const [text, isSafe] of [["https://a.example/x", true], ["http://a.example", true], ["javascript:alert(1)", false], ["JaVaScRiPt:alert(1)", false], ["data:text/html,x", false],
    [" \u0001javascript:alert(1)", false], ["//a.example", false], ["vbscript:x", false], ["", false], [undefined, false], ["blob:https://a.example/1", false]])
    assert.equal(safeLink(text) !== null, isSafe, String(text));
});

test("a text in pieces is the same text", () => {
  const text = 'see https://a.example/x?y=1. #harbour, @bo_b! (http://b.example) “http://c.example” a#b <script>';
  const pieces = piecesOf(text);
  assert.equal(pieces.map((each) => each.text).join(""), text);
  assert.deepEqual(pieces.filter((each) => each.kind !== "text").map((each) => each.text), ["https://a.example/x?y=1", "#harbour", "@bo_b", "http://b.example", "http://c.example"]);
});

test("addresses", () => {
  assert.deepEqual(matchPath("/listen/topics/:id?", "/listen/topics"), {});
  assert.deepEqual(matchPath("/listen/topics/:id?", "/listen/topics/7"), { id: "7" });
  assert.equal(matchPath("/listen/topics/:id", "/listen/topics"), null);
  assert.equal(matchPath("/listen/topics", "/listen/topics/7"), null);
  assert.equal(matchPath("/listen/topics/:id", "/listen/topics/%"), null);
  assert.equal(searchOf({ q: "a b&c", since: "24h", until: "", of: ["x", "y"], is: true, no: false }), "?q=a+b%26c&since=24h&of=x&of=y&is=1");
});

test("times on a zone's clocks and back, over both changes of summer time", () => {
  for (const [local, zone, utc] of [
    ["2026-01-15T10:00", "Europe/Berlin", "2026-01-15T09:00:00.000Z"],
    ["2026-07-15T10:00", "Europe/Berlin", "2026-07-15T08:00:00.000Z"],
    ["2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
    ["2026-10-25T03:30", "Europe/Berlin", "2026-10-25T02:30:00.000Z"],
    ["2026-07-15T10:00", "Asia/Kolkata", "2026-07-15T04:30:00.000Z"],
  ]) {
    assert.equal(words.fromLocal(local, zone).toISOString(), utc, `${local} ${zone}`);
    assert.equal(words.toLocal(utc, zone), local, `${utc} ${zone}`);
  }
  assert.equal(words.fromLocal("nonsense"), null);
});

test("numbers as people read them", () => {
  assert.equal(words.counted(0, "post"), "no posts");
  assert.equal(words.counted(1, "post"), "1 post");
  assert.equal(words.counted(545118, "post"), "545,118 posts");
  assert.equal(words.percentInterval(0.62, 0.54, 0.7), "62 % (54 to 70)");
  assert.equal(words.interval(1.9, 1.6, 2.3), "1.9 (1.6 to 2.3)");
  assert.equal(words.tone(-0.12).text, "−0.1");
  assert.equal(words.span(5400), "1.5 h");
  assert.equal(words.short(12345), "12 k");
});

test("axes begin at zero and end at or above the most, in round steps", () => {
  for (const most of [0, 1, 2, 3, 7, 10, 29, 84, 149, 1000, 84321]) {
    const steps = roundSteps(most);
    assert.equal(steps[0], 0);
    assert.ok(steps.at(-1) >= most, `${most}: ${steps}`);
    assert.ok(steps.length >= 2 && steps.length <= 6, `${most}: ${steps}`);
  }
  for (const each of sensibleBuckets(86400 * 7)) assert.ok(604800 / each.seconds >= 4 && 604800 / each.seconds <= 500);
});

test("an axis of time has a tick, and not too many, whatever its length and its beginning", () => {
  for (let span = 600; span < 20 * 365 * 86400; span = Math.ceil(span * 1.37))
    for (let begin = 1_700_000_000; begin < 1_700_000_000 + 14 * 86400; begin += 37_777)
      for (const most of [3, 8, 12]) {
        const ticks = timeTicks(begin, begin + span, most);
        assert.ok(ticks.length >= 1 && ticks.length <= most + 1, `${span} s from ${begin}, ${most}: ${ticks.length}`);
        assert.ok(ticks.every((at) => at >= begin - 3600 && at < begin + span + 3600));
      }
});
