// Topics: made, changed with a look before saving, taken back; a colleague's edit is never written over; a sample is labelled by keyboard.
import { assert, focused, house, test } from "./harness.mjs";

const h = await house();
const query = "client=demo";
const hostileName = '<img src=x onerror="window.broken=1"> topic';

async function make(name, text, more = {}) {
  const { status, body } = await h.api("practitioner", "POST", `/topics?${query}`, { name, query: text, ...more });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}
const at = (topic, part = "") => `/listen/topics/${topic.id}${part}?${query}`;

test("first use says what a topic is, and viewers are not offered what they may not do", async () => {
  const page = await h.open(`/listen/topics?${query}`);
  await page.getByRole("heading", { name: "No topics yet" }).waitFor();
  await h.check(page, "topics-empty");
  await page.getByRole("link", { name: "Make the first topic" }).click();
  await page.waitForURL(/\/topics\/new/);
  await page.context().close();
  const viewer = await h.open(`/listen/topics?${query}`, { as: "viewer" });
  await viewer.getByRole("heading", { name: "No topics yet" }).waitFor();
  assert.equal(await viewer.getByRole("link", { name: /New topic|Make the first/ }).count(), 0);
  await viewer.goto(`${h.url}/listen/topics/new?${query}`);
  await viewer.getByRole("heading", { name: "Not for your role" }).waitFor();
  await viewer.context().close();
});

test("a topic is made by keyboard alone: what it would take is shown, what does not parse is drawn", async () => {
  const page = await h.open(`/listen/topics?${query}`);
  await page.getByRole("heading", { name: "No topics yet" }).waitFor();
  await page.keyboard.press("c");
  await page.waitForURL(/\/topics\/new/);
  await page.waitForFunction(() => document.activeElement?.matches("input[type=text]"));
  await page.keyboard.type("Ferry");
  await page.keyboard.press("Tab");
  await page.keyboard.type("The ferry and its troubles");
  await page.keyboard.press("Tab");
  assert.match(await focused(page), /Query/);
  await page.keyboard.type("ferry AND (");
  await page.locator(".query-error").waitFor();
  for (let i = 0; i < " AND (".length; i++) await page.keyboard.press("Backspace");
  await page.getByText(/It would take/).waitFor();
  await h.check(page, "topics-new");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "Ferry", exact: true }).waitFor();
  await page.getByText("listens from now on").waitFor();
  await h.clean(page);
  await page.context().close();
});

test("the list shows curve, owner and purpose, finds, and text of strangers stays text", async () => {
  await make(hostileName, "crane", { purpose: "<b>not bold</b>", tags: ["pier", "<i>x</i>"] });
  const page = await h.open(`/listen/topics?${query}`);
  const rows = page.locator(".topic-row");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 2);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator(".topic-row b b, .topic-row i").count(), 0);
  await page.keyboard.press("/");
  await page.keyboard.type("troubles");
  await page.getByText("1 topic of 2").waitFor();
  assert.match(page.url(), /find=troubles/);
  await page.keyboard.press("Escape");
  await page.goto(`${h.url}/listen/topics?${query}&tag=pier`);
  await page.getByText("1 topic of 2").waitFor();
  await page.context().close();
  await h.everyLook("topics", `/listen/topics?${query}`, { prepare: (p) => p.locator(".topic-row").first().waitFor() });
});

test("an edit shows what it wins and loses before it is saved, and can be undone", async () => {
  const topic = await make("Bakery", "bakery", { purpose: "Bread" });
  const page = await h.open(at(topic, "/edit"));
  await page.locator(".query-bar textarea").fill("bakery OR market");
  await page.getByText(/won,/).waitFor();
  await page.getByRole("heading", { name: /Would be won [1-9]/ }).waitFor();
  assert.equal(await page.locator("ins", { hasText: "market" }).count(), 1);
  await page.waitForURL(/q=bakery/); // what was typed is in the address
  await page.getByLabel("Why this change").fill("markets sell bread");
  await h.check(page, "topics-edit");
  await page.getByRole("button", { name: /Save as version 2/ }).click();
  await page.getByText("Version 2 is in force").waitFor();
  await page.keyboard.press("v");
  await page.getByText("markets sell bread").waitFor();
  await page.locator(".wonlost").waitFor();
  await h.check(page, "topics-versions");
  await page.keyboard.press("z");
  await page.getByText("Undone").waitFor();
  await page.getByText("back to version 1").waitFor();
  const { body } = await h.api("viewer", "GET", `/topics/${topic.id}?${query}`);
  assert.deepEqual([body.version, body.query], [3, "bakery"]);
  await h.clean(page);
  await page.context().close();
});

test("a colleague's newer version is shown, and nothing is written over unseen", async () => {
  const topic = await make("Gulls", "gulls");
  const page = await h.open(at(topic, "/edit"));
  await page.locator(".query-bar textarea").fill("gulls OR wind");
  await page.getByText(/won,/).waitFor();
  const other = await h.api("reviewer", "PATCH", `/topics/${topic.id}?${query}`, { version: 1, query: "gulls -library", note: "no books" });
  assert.equal(other.status, 200);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: /reviewer saved version 2/ }).waitFor();
  await page.getByText("no books").waitFor();
  await h.check(page, "topics-conflict");
  await page.getByRole("button", { name: "Go on with mine, over theirs" }).click();
  await page.getByRole("button", { name: /Save as version 3/ }).click();
  await page.getByText("Version 3 is in force").waitFor();
  const { body } = await h.api("viewer", "GET", `/topics/${topic.id}?${query}`);
  assert.equal(body.query, "gulls OR wind");
  await page.context().close();
});

test("a sample is labelled by keyboard, undone, left and taken up again", async () => {
  const topic = await make("Tide", "tide OR wind", { purpose: "The weather at sea" });
  const page = await h.open(at(topic, "/craft"));
  await page.getByRole("button", { name: "Draw a sample and label it" }).click();
  await page.locator(".labelling-post").waitFor();
  assert.equal(await page.locator(".labelling .post-foot, .labelling [class*=metric]").count(), 0);
  const text = () => page.locator(".labelling-post .post-text").textContent();
  const first = await text();
  await page.keyboard.press("1");
  await page.getByText("1 of 100").waitFor();
  await page.keyboard.press("2");
  await page.keyboard.press("u");
  await page.getByText("3 of 100").waitFor();
  await page.keyboard.press("z");
  await page.getByText("2 of 100").waitFor();
  await page.keyboard.press("s");
  await page.reload();
  await page.getByText("2 of 100").waitFor();
  assert.notEqual(await text(), first);
  for (let i = 3; i <= 30; i++) {
    await page.keyboard.press(i % 3 ? "r" : "n");
    await page.getByText(`${i} of 100`).waitFor();
  }
  await h.check(page, "topics-label");
  await page.keyboard.press("Escape");
  await page.locator(".craft-figure").first().waitFor();
  assert.match(await page.locator(".craft-figure").first().textContent(), /^\d+ % \(\d+ to \d+\)$/);
  await page.getByRole("heading", { name: "Clauses" }).waitFor();
  await h.settled(page);
  assert.equal(await page.locator("table.clauses tbody tr").count(), 2);
  const { body } = await h.api("viewer", "GET", `/topics/${topic.id}/craft?${query}`);
  assert.equal(body.matches.relevant + body.matches.not + body.matches.unsure, 30);
  await page.context().close();
  await h.everyLook("topics-craft", at(topic, "/craft"), { as: "viewer", prepare: (p) => p.locator("table.clauses").waitFor() });
  await h.everyLook("topics-labelling", `/listen/topics/${topic.id}/craft?${query}&label=matches`, { as: "learner", prepare: (p) => p.locator(".labelling-post").waitFor() });
});

test("what is suggested can be tried in the editor", async () => {
  const topic = await make("Try", "ferry OR bus");
  const page = await h.open(at(topic, "/craft"));
  await page.getByRole("link", { name: "Try without" }).first().click();
  await page.waitForURL(/\/edit/);
  await page.getByText(/won,/).waitFor();
  assert.equal(await page.locator(".query-bar textarea").inputValue(), "bus");
  await page.goBack();
  await page.waitForURL(/\/craft/);
  await page.locator("table.clauses").waitFor();
  await page.context().close();
});

test("archived topics come back", async () => {
  const topic = await make("Gone soon", "library");
  const page = await h.open(at(topic));
  await page.getByRole("heading", { name: "Mentions in each" }).or(page.locator(".histogram")).first().waitFor();
  await page.getByRole("button", { name: "More for this topic" }).click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await page.getByText("is archived").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone").waitFor();
  const { body } = await h.api("viewer", "GET", `/topics/${topic.id}?${query}`);
  assert.equal(body.is_archived, false);
  await page.context().close();
  await h.everyLook("topics-one", at(topic), { as: "viewer", prepare: (p) => p.locator(".histogram").waitFor() });
});

test("named lists: made, used, guarded, removed, undone", async () => {
  const page = await h.open(`/listen/topics/lists?${query}`);
  await page.getByRole("heading", { name: "No named lists yet" }).waitFor();
  await page.keyboard.press("c");
  await page.getByRole("dialog").waitFor();
  await page.getByLabel("Name").fill("vessels");
  await page.getByLabel("One term a line, or a query").fill("ferry\nold crane");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "list:vessels" }).waitFor();
  await make("Vessels", "list:vessels");
  await page.reload();
  await page.getByText("Used by topic Vessels").waitFor();
  assert.equal(await page.getByRole("button", { name: "Remove" }).isDisabled(), true);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("One term a line, or a query").fill("ferry OR (");
  await page.keyboard.press("Control+Enter");
  await page.locator(".dialog .failed").waitFor();
  await h.check(page, "topics-list-refused");
  await page.keyboard.press("Escape");
  await h.clean(page);
  await page.context().close();
});
