// Sources: added with honest evidence, tested before they are saved, live while posts come, paused with undo; gaps drawn and written down.
// The source at work here is a webhook: this test is the program that brings posts to it.
import crypto from "node:crypto";
import { assert, house, tabTo, test } from "./harness.mjs";

const h = await house();
const query = "client=demo";

async function make(body, as = "reviewer") {
  const { status, body: made } = await h.api(as, "POST", `/sources?${query}`, body);
  assert.equal(status, 201, JSON.stringify(made));
  return made;
}

/** Signs as docs/sources.md says. */
async function deliver(source, secret, posts) {
  const body = posts.map((each) => JSON.stringify(each)).join("\n");
  const at = String(Math.floor(Date.now() / 1000));
  const sum = crypto.createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`${h.url}/api/v1/hooks/demo/${source}`, { method: "POST", headers: { "X-Bellwether-Timestamp": at, "X-Bellwether-Signature": `v1=${sum}`, "Content-Type": "application/jsonl" }, body });
    const text = await answer.text();
    if (answer.status === 202) return JSON.parse(text);
    assert.ok(answer.status === 429 && attempt < 50, `a delivery: ${answer.status} ${text}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
const post = (id, text) => ({ id, at: new Date().toISOString(), author: { handle: "ada", name: "Ada" }, text });

test("first use says what a source is; a viewer is told who may add one", async () => {
  await h.everyLook("sources-empty", `/listen/sources?${query}`, { as: "reviewer", prepare: (page) => page.getByRole("heading", { name: "No source yet" }).waitFor() });
  const viewer = await h.open(`/listen/sources?${query}`, { as: "viewer" });
  await viewer.getByRole("heading", { name: "No source yet" }).waitFor();
  await viewer.getByText(/a reviewer of .* can add one/).waitFor();
  assert.equal(await viewer.getByRole("link", { name: /Add a source/ }).count(), 0);
  await viewer.goto(`${h.url}/listen/sources/new?${query}`);
  await viewer.getByRole("heading", { name: "Not for your role" }).waitFor();
  await viewer.context().close();
});

test("a webhook is added by keyboard; its secret is shown once", async () => {
  const page = await h.open(`/listen/sources?${query}`, { as: "reviewer" });
  await page.getByRole("heading", { name: "No source yet" }).waitFor();
  await page.keyboard.press("c");
  await page.getByRole("heading", { name: "What do you want to listen to?" }).waitFor();
  await page.getByText(/Tested against/).first().waitFor();
  await h.check(page, "sources-choose");
  await tabTo(page, /^a Webhook/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Add Webhook" }).waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Forum <b>posts</b>");
  assert.equal(await page.getByRole("button", { name: /Save and listen/ }).isDisabled(), true);
  await page.getByLabel(/Where it comes from/).fill("forum");
  await h.check(page, "sources-form");
  await page.keyboard.press("Control+Enter");
  const secret = await page.getByRole("textbox", { name: "The webhook's secret" }).inputValue();
  assert.match(secret, /^whsec_.{43}$/);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("heading", { name: "Forum <b>posts</b>" }).waitFor();
  await page.getByText("waiting for deliveries").waitFor();
  const source = Number(/sources\/(\d+)/.exec(page.url())[1]);

  // What it brings shows without a reload.
  assert.equal((await deliver(source, secret, [post("1", "the harbour wakes"), post("2", "the harbour sleeps")])).taken, 2);
  await page.locator("dt:has-text('Seen') + dd b", { hasText: "2" }).waitFor({ timeout: 15_000 });
  await page.getByText("newest post").or(page.locator("dt:has-text('Newest post') + dd")).first().waitFor();
  await h.check(page, "sources-health");
  const { body } = await h.api("viewer", "GET", `/sources/${source}?${query}`);
  assert.equal(JSON.stringify(body).includes(secret), false, "a secret is never given back");
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("heading", { name: "How another program pushes here" }).waitFor();
  await page.context().close();
});

test("a form tests the connection before it is saved, and says what the platform says", async () => {
  const page = await h.open(`/listen/sources/new/mastodon?${query}`, { as: "reviewer" });
  await page.getByRole("button", { name: "Test connection" }).waitFor();
  const fields = await page.locator(".source-form input[type=url]").count();
  if (fields) await page.locator(".source-form input[type=url]").first().fill("https://127.0.0.1:9");
  for (const input of await page.locator(".source-form input[required]").all()) if (!(await input.inputValue())) await input.fill("x");
  await page.getByRole("button", { name: "Test connection" }).click();
  await page.locator(".source-checked .loss-words").waitFor({ timeout: 30_000 });
  assert.match(await page.locator(".source-checked .loss-words").innerText(), /does not (answer|let us in)/);
  await h.check(page, "sources-check");
  await page.context().close();
});

test("pausing is undone by one key; coverage is drawn, written down, and read by keyboard", async () => {
  const made = await make({ name: "Shop", connector: "webhook", config: { from: "shop" } });
  const page = await h.open(`/listen/sources?${query}`, { as: "practitioner" });
  const row = page.locator(".source-row", { hasText: "Shop" });
  await row.getByText("live").waitFor();
  await row.getByRole("button", { name: /Pause/ }).click();
  await row.getByText("paused").waitFor();
  await page.keyboard.press("z");
  await row.getByText("live").waitFor({ timeout: 15_000 });
  await row.getByRole("link", { name: "Shop" }).click();
  await page.getByRole("tab", { name: "Coverage" }).click();
  await page.getByRole("button", { name: "Write a gap down" }).click();
  await page.getByLabel("Why").fill("the shop's server was down");
  await page.getByRole("button", { name: "Write it down" }).click();
  await page.locator(".source-gaps", { hasText: "the shop's server was down" }).waitFor();
  await page.getByRole("group", { name: /What was captured/ }).focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".figure-said", { hasText: "the shop's server was down" }).waitFor();
  await h.check(page, "sources-coverage");
  await page.getByRole("button", { name: /show as a table/ }).click();
  await page.getByRole("cell", { name: "this source" }).waitFor();
  await page.context().close();
  const reviewer = await h.open(`/listen/sources/${made.id}?${query}`, { as: "reviewer" });
  await reviewer.getByRole("button", { name: "More" }).click();
  await reviewer.getByRole("button", { name: /Remove/ }).or(reviewer.getByRole("menuitem", { name: /Remove/ })).first().click();
  await reviewer.getByText(/What it brought stays in the archive/).waitFor();
  await reviewer.getByRole("button", { name: "Remove it" }).click();
  await reviewer.locator(".source-row", { hasText: "Forum" }).waitFor();
  assert.equal(await reviewer.locator(".source-row", { hasText: "Shop" }).count(), 0);
  await reviewer.context().close();
});

test("a token near its end names who renews it", async () => {
  await make({ name: "Reviews", connector: "webhook", config: { from: "reviews" }, expires_at: new Date(Date.now() + 5 * 86400_000).toISOString() });
  const page = await h.open(`/listen/sources?${query}`, { as: "viewer" });
  await page.getByText(/reviewer renews this by/).waitFor();
  await page.context().close();
});

test("every screen at both widths, light and dark", async () => {
  const { body } = await h.api("viewer", "GET", `/sources?${query}`);
  const forum = body.sources.find((each) => each.name.startsWith("Forum"));
  await h.everyLook("sources-list", `/listen/sources?${query}`, { as: "reviewer", prepare: (page) => page.locator(".source-row").first().waitFor() });
  await h.everyLook("sources-new", `/listen/sources/new?${query}`, { as: "reviewer", prepare: (page) => page.locator(".connector-card").first().waitFor() });
  await h.everyLook("sources-one", `/listen/sources/${forum.id}?${query}`, { as: "reviewer", prepare: (page) => page.locator(".source-figures").waitFor() });
  await h.everyLook("sources-settings", `/listen/sources/${forum.id}/settings?${query}`, { as: "reviewer", prepare: (page) => page.locator(".source-form").waitFor() });
  await h.everyLook("sources-gaps", `/listen/sources/${forum.id}/coverage?${query}`, { as: "practitioner", prepare: (page) => page.locator(".source-picture").waitFor() });
});
