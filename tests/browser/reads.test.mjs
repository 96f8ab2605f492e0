// The reading room and Reads: read before you count, write in one breath, see what happened. By mouse, by keyboard alone, and for a viewer.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { assert, house, tabTo, test } from "./harness.mjs";

const h = await house();
const HOUR = 3_600_000;
const soon = (hours) => new Date(Date.now() + hours * HOUR).toISOString();
const make = (as, more = {}) => h.api(as, "POST", "/reads?client=demo", { kind: "volume", way: "up", q: "crane", due_at: soon(6), sure: 70, because: "people go and look", ...more });

test("empty: says what a read is and where to begin", async () => {
  const page = await h.open("/listen/reads", { as: "learner" });
  await page.getByText("No open reads").waitFor();
  assert.equal(await page.getByRole("link", { name: "Go to the reading room" }).count(), 1);
  assert.match(await page.getByRole("complementary").innerText(), /No read is settled yet; 10 more/);
  await h.check(page, "reads-empty");
  await page.context().close();
});

test("a sitting: posts one by one, marks and notes kept, charts only after the read", async () => {
  const page = await h.open("/listen/read?q=harbour%20OR%20crane&since=3d&size=12", { as: "learner" });
  await page.getByRole("button", { name: "Sit down and read" }).click();
  await page.getByText("the first of twelve").waitFor();
  assert.equal(await page.locator(".figure, .spark").count(), 0, "a chart before the reading");
  await h.check(page, "room");
  await page.getByRole("button", { name: /^worry/ }).click();
  await page.keyboard.press("7");
  await page.getByLabel("Note").fill("they all went to look");
  await page.keyboard.press("Control+Enter");
  await page.getByText("some way in, ten to come").waitFor();
  await page.goBack();
  await page.getByText("the first of twelve").waitFor();
  assert.equal(await page.getByRole("button", { name: /^joke/ }).getAttribute("aria-pressed"), "true");
  assert.equal(await page.getByLabel("Note").inputValue(), "they all went to look");

  // She gets up and goes on elsewhere: the server knows.
  const room = page.url().match(/read\/(\d+)/)[1];
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("ten to come").waitFor();
  await h.settled(page);
  await page.context().close();
  const again = await h.open(`/listen/read/${room}`, { as: "learner" });
  await again.getByText("some way in, ten to come").waitFor();
  for (let place = 2; place < 12; place++) {
    const before = await again.locator(".room-place").innerText();
    await again.keyboard.press("j");
    await again.waitForFunction((words) => document.activeElement?.className === "room-place" && document.activeElement.textContent !== words, before);
  }
  await again.getByText("the last one").waitFor();
  await again.getByRole("button", { name: "That was all twelve" }).click();
  await again.getByText("You have read twelve").waitFor();
  assert.match(await again.getByLabel("What you marked").innerText(), /worry[\s\S]*1[\s\S]*they all went to look/);
  assert.equal(await again.locator(".figure").count(), 0, "a chart before the read");
  assert.equal(await again.locator(".read-engine").count(), 0, "the engine before the read");
  await h.check(again, "room-end");
  await again.getByLabel("Which way").selectOption("up");
  await again.getByLabel("How sure, in percent").fill("65");
  await again.getByLabel("Because").fill("it is still in the water");
  await again.getByRole("button", { name: "Put it on record" }).click();
  await again.locator(".read-engine").waitFor();
  await again.locator(".figure").first().waitFor();
  assert.match(await again.getByLabel("What the posts stood for").innerText(), /posts matched/);
  await h.check(again, "room-after");
  await again.context().close();
});

test("somebody else's room does not exist", async () => {
  const rooms = await h.api("learner", "GET", "/rooms?client=demo");
  const answer = await h.api("practitioner", "GET", `/rooms/${rooms.body.rooms[0].id}?client=demo`);
  assert.equal(answer.status, 404);
});

test("no answer tells the engine's view before a read is kept", async () => {
  const rooms = await h.api("practitioner", "POST", "/rooms?client=demo", { q: "crane", size: 12 });
  assert.equal(rooms.status, 201);
  for (const where of ["/rooms?client=demo", `/rooms/${rooms.body.id}?client=demo`]) {
    const answer = await h.api("practitioner", "GET", where);
    assert.doesNotMatch(JSON.stringify(answer.body), /engine|base_rate|group_size/);
  }
});

test("a read by keyboard alone, taken back with z", async () => {
  const page = await h.open("/listen/reads", { as: "practitioner" });
  await h.settled(page);
  await page.keyboard.press("c");
  await page.getByRole("form", { name: "A new read" }).waitFor();
  await tabTo(page, /Query; empty/);
  await page.keyboard.type("ferry");
  await tabTo(page, /Which way/);
  await page.keyboard.press("ArrowDown"); // about the same
  await tabTo(page, /How sure/);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("80");
  await tabTo(page, /Because/);
  await page.keyboard.type("a day like any other");
  await page.keyboard.press("Control+Enter");
  await page.locator(".read-engine").waitFor();
  const card = page.locator(".read-card").first();
  assert.match(await card.innerText(), /ferry will be about the same[\s\S]*80 %[\s\S]*a day like any other/);
  assert.match(await card.innerText(), /The engine/);
  assert.doesNotMatch(page.url(), /new=1/);
  await page.locator("h1").click();
  await page.keyboard.press("z");
  await page.getByText("Undone").waitFor();
  const reads = await h.api("practitioner", "GET", "/reads?client=demo&whose=mine&status=withdrawn");
  assert.equal(reads.body.reads.length, 1);
  await h.clean(page);
  await page.context().close();
});

test("what cannot be said is refused in words beside the sentence", async () => {
  const page = await h.open("/listen/reads?new=1&q=(ferry", { as: "practitioner" });
  await page.getByRole("button", { name: "Put it on record" }).click();
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /column|expected/i);
  await page.context().close();
});

test("cards turn over, have an address, and a viewer may look but not write", async () => {
  const made = await make("practitioner");
  assert.equal(made.status, 201);
  const page = await h.open("/listen/reads", { as: "viewer" });
  await page.locator(".read-card").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Write a read" }).count(), 0);
  const card = page.locator(".read-card", { hasText: "people go and look" });
  assert.equal(await card.locator(".read-engine").count(), 0);
  await card.getByRole("button", { name: /Turn over/ }).click();
  await card.locator(".read-engine").waitFor();
  await card.locator(".read-words a").click();
  await page.waitForURL(/\/listen\/reads\/\d+/);
  await page.locator(".read-curve").waitFor();
  await page.goBack();
  await page.waitForURL(/\/listen\/reads(\?|$)/);
  assert.equal((await h.api("viewer", "POST", "/reads?client=demo", { kind: "volume", way: "up", due_at: soon(6), sure: 50 })).status, 403);
  await page.context().close();
});

test("a reviewer cannot settle by hand what the archive will settle", async () => {
  const made = await make("practitioner", { q: "tide" });
  const early = await h.api("reviewer", "POST", `/reads/${made.body.id}/settle?client=demo`, {});
  assert.equal(early.status, 409);
  const byHand = await h.api("reviewer", "POST", `/reads/${made.body.id}/settle?client=demo`, { came_true: true, reason: "I say so" });
  assert.equal(byHand.status, 409);
  const stranger = await h.api("practitioner", "POST", `/reads/${made.body.id}/settle?client=demo`, {});
  assert.equal(stranger.status, 403);
});

/** Days pass: what is open ends as the archive would end it. (No read is due in less than ten minutes, and no test waits that long.) */
function daysPass(member) {
  const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
for n, (id,) in enumerate(db.execute("SELECT id FROM read WHERE status = 'open' AND member_name = ? ORDER BY id", [sys.argv[2]]).fetchall()):
    db.execute("UPDATE read SET status = 'settled', came_true = ?, ended_us = due_us + 300000000, ended_by = 'the archive', outcome_posts = 40 WHERE id = ?", [int(n % 3 != 0), id])
db.commit()`;
  execFileSync("python3", ["-c", script, path.join(h.data, "clients", "demo", "records.db"), member]);
}

test("what happened, and from ten settled reads on how well she reads", async () => {
  for (let i = 0; i < 11; i++) assert.equal((await make("reviewer", { q: `crane OR word${i}`, sure: 15 + 8 * i })).status, 201);
  daysPass("reviewer");
  const page = await h.open("/listen/reads?show=settled&whose=mine", { as: "reviewer" });
  await page.locator(".calibration").first().waitFor();
  const score = await page.getByRole("region", { name: "How well you read" }).innerText();
  assert.match(score, /Brier score[\s\S]*11 reads[\s\S]*Against the base rate[\s\S]*Against the engine[\s\S]*%/);
  await page.getByRole("button", { name: "Calibration: show as a table" }).first().click();
  assert.match(await page.getByRole("region", { name: "Calibration, table" }).innerText(), /80 to 100 %/);
  const card = page.locator(".read-card").first();
  assert.match(await card.innerText(), /It (came true|did not come true)\.[\s\S]*40 posts in the 6 h before it was due[\s\S]*Brier 0\.\d\d/);
  await h.check(page, "reads-settled");
  await card.getByRole("link", { name: "What happened" }).click();
  await page.locator(".read-curve").waitFor();
  await page.locator(".read-engine").waitFor();
  await h.check(page, "read-settled");
  await page.context().close();
  const other = await h.api("learner", "GET", "/reads/score?client=demo&member=1");
  const own = await h.api("learner", "GET", "/reads/score?client=demo");
  assert.equal(own.body.missing > 0 && own.body.brier === undefined, true, "nothing below ten");
  assert.equal(other.status, 403);
});

test("looks right everywhere", async () => {
  await h.everyLook("reads-score", "/listen/reads?show=settled", { as: "reviewer", prepare: (page) => page.locator(".calibration").first().waitFor() });
  await h.everyLook("reads", "/listen/reads");
  await h.everyLook("reads-new", "/listen/reads?new=1&q=crane", { prepare: (page) => page.getByRole("form").waitFor() });
  await h.everyLook("room-door", "/listen/read?q=crane", { as: "learner" });
  const rooms = await h.api("learner", "GET", "/rooms?client=demo");
  await h.everyLook("room-sitting", `/listen/read/${rooms.body.rooms[0].id}?at=3`, { as: "learner" });
  await h.everyLook("room-over", `/listen/read/${rooms.body.rooms[0].id}?at=end`, { as: "learner", prepare: (page) => page.locator(".room-groups").waitFor() });
});
