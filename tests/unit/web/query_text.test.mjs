import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { clausesOf, clauseText, hasClause, markPattern, withClause, withoutClause, wordAt } = await load("listen/query-text.ts");

for (const [query, clauses, hasOr] of [
  ["", [], false],
  ["ferry", ["ferry"], false],
  ["ferry late", ["ferry", "late"], false],
  ["ferry OR boat", ["ferry", "boat"], true],
  ["(ferry OR boat) late", ["(ferry OR boat)", "late"], false],
  ['"lost bag" -late', ['"lost bag"', "!late"], false],
  ["ferry NOT (late OR gone)", ["ferry", "!(late OR gone)"], false],
  ['community:"ask the harbour" x', ['community:"ask the harbour"', "x"], false],
  ["ferry <<< OR a note >>> late", ["ferry", "late"], false],
  ['"an OR within" x', ['"an OR within"', "x"], false],
  ['"unclosed', ['"unclosed'], false],
  ["(unclosed OR", ["(unclosed OR"], false],
  ['"a \\" b" c', ['"a \\" b"', "c"], false],
])
  test(`clauses of ${query || "nothing"}`, () => {
    const found = clausesOf(query);
    assert.deepEqual(found.clauses.map((each) => (each.isNot ? "!" : "") + each.text), clauses);
    assert.equal(found.hasOr, hasOr);
  });

for (const [query, clause, isNot, wanted] of [
  ["", "platform:toot", false, "platform:toot"],
  ["*", "platform:toot", false, "platform:toot"],
  ["ferry", "platform:toot", false, "ferry platform:toot"],
  ["ferry OR boat", "platform:toot", false, "(ferry OR boat) platform:toot"],
  ["ferry", "author:bo", true, "ferry -author:bo"],
  ["ferry -author:bo", "author:bo", false, "ferry author:bo"],
  ["ferry NOT author:bo late", "author:bo", false, "ferry late author:bo"],
  ["author:BO", "author:bo", false, "author:bo"],
])
  test(`${query || "nothing"} with ${isNot ? "not " : ""}${clause}`, () => assert.equal(withClause(query, clause, isNot), wanted));

for (const [query, clause, wanted] of [
  ["ferry platform:toot", "platform:toot", "ferry"],
  ["(ferry OR boat) -platform:toot", "platform:toot", "(ferry OR boat)"],
  ["platform:toot AND ferry", "platform:toot", "ferry"],
  ["ferry AND platform:toot AND late", "platform:toot", "ferry AND late"],
  ["ferry", "platform:toot", "ferry"],
  ["(platform:toot OR x) y", "platform:toot", "(platform:toot OR x) y"], // not at the top: left as it is
])
  test(`${query} without ${clause}`, () => assert.equal(withoutClause(query, clause), wanted));

test("a value is quoted where it must be", () => {
  assert.equal(clauseText("lang", "en"), "lang:en");
  assert.equal(clauseText("community", "ask the harbour"), 'community:"ask the harbour"');
  assert.equal(clauseText("author", 'a"b\\c'), 'author:"a\\"b\\\\c"');
  assert.equal(hasClause('x -community:"ask the harbour"', 'community:"ask the harbour"'), "not");
  assert.equal(hasClause("x", "y"), null);
});

test("words are marked, fields and what is left out are not", () => {
  const marks = (query, text) => [...text.matchAll(markPattern(query) ?? /(?!)/g)].map((each) => each[0]);
  assert.deepEqual(marks("ferry -late lang:en", "The FERRY is late, ferryman"), ["FERRY"]);
  assert.deepEqual(marks('"lost bag" OR delay*', "my lost  bag; delayed"), ["lost  bag", "delayed"]);
  assert.deepEqual(marks("(a.b OR c+d)", "c+d axb a.b"), ["c+d", "a.b"]);
  assert.equal(markPattern("lang:en"), null);
  assert.equal(markPattern(""), null);
});

test("the word at the cursor, for completion", () => {
  assert.deepEqual(wordAt("ferry plat", 10), { word: "plat", start: 6 });
  assert.deepEqual(wordAt("ferry -auth", 11), { word: "auth", start: 7 });
  assert.deepEqual(wordAt("(lang:", 6), { word: "lang:", start: 1 });
  assert.deepEqual(wordAt("ferry ", 6), { word: "", start: 6 });
});
