// Alerts: what a rule would have told is shown before it is saved; what fired is judged by keyboard; who may not change sees no acts.
import { assert, house, test } from "./harness.mjs";

const h = await house();
const query = "client=demo";

async function make(rule) {
  const { status, body } = await h.api("practitioner", "POST", `/alerts?${query}`, { rule });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

test("first use says what an alert is, and viewers are not offered what they may not do", async () => {
  const page = await h.open(`/listen/alerts?${query}`);
  await page.getByRole("heading", { name: "No alerts yet" }).waitFor();
  await h.check(page, "alerts-empty");
  await page.getByRole("link", { name: "Make the first alert" }).click();
  await page.waitForURL(/\/alerts\/new/);
  await page.context().close();
  const viewer = await h.open(`/listen/alerts?${query}`, { as: "viewer" });
  await viewer.getByRole("heading", { name: "No alerts yet" }).waitFor();
  assert.equal(await viewer.getByRole("link", { name: /New alert|Make the first/ }).count(), 0);
  await viewer.goto(`${h.url}/listen/alerts/new?${query}`);
  await viewer.getByRole("heading", { name: "Not for your role" }).waitFor();
  await viewer.context().close();
});

test("a rule is made by keyboard: the preview follows each word, and a broken query is told there", async () => {
  const page = await h.open(`/listen/alerts?${query}`);
  await page.getByRole("heading", { name: "No alerts yet" }).waitFor();
  await page.keyboard.press("c");
  await page.waitForURL(/\/alerts\/new/);
  await page.waitForFunction(() => document.activeElement?.matches("input"));
  await page.keyboard.type("Harbour");
  await page.getByText(/Would have fired/).waitFor();
  await page.locator(".query-bar textarea").fill("ferry AND (");
  await page.locator(".alert-preview .failed").waitFor();
  await page.locator(".query-bar textarea").fill("ferry");
  await page.getByText(/Would have fired/).waitFor();
  const row = page.locator(".alert-words tr", { hasText: "whatever is above the usual" });
  assert.match(await row.innerText(), /a week \(/);
  await row.getByRole("button").click();
  assert.equal(await page.getByLabel("Sensitivity", { exact: true }).inputValue(), "above_usual");
  await page.getByLabel(/Do not ring at night/).check();
  assert.equal(await page.getByLabel("Quiet from").inputValue(), "22:00");
  await h.check(page, "alerts-new");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "Harbour", exact: true }).waitFor();
  await page.getByText("22:00 to 07:00").waitFor();
  await h.clean(page);
  await page.context().close();
});

test("pausing is one key press away from undone, and an edit is a version", async () => {
  const alert = await make({ name: "<b>Tone</b> of the day", on: "tone", window_s: 10800 });
  const page = await h.open(`/listen/alerts/${alert.id}?${query}`);
  await page.getByRole("heading", { name: "<b>Tone</b> of the day" }).waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Let it listen" }).waitFor();
  await page.keyboard.press("z");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Window").selectOption("3600");
  await page.getByRole("button", { name: /^Save/ }).click();
  await page.waitForURL(new RegExp(`/alerts/${alert.id}\\?`));
  await page.getByRole("tab", { name: "Versions" }).click();
  await page.getByText("10800 → 3600").waitFor();
  await h.clean(page);
  await page.context().close();
});

test("a webhook's secret and a feed's address are shown once", async () => {
  const page = await h.open(`/listen/alerts?${query}&tab=outside`);
  await page.getByRole("button", { name: "Add a webhook" }).click();
  await page.getByLabel(/Address that takes/).fill("https://user:pw@example.org/x");
  await page.getByRole("button", { name: "Add it" }).click();
  await page.getByText(/password in the address/).waitFor();
  await page.getByLabel(/Address that takes/).fill("https://example.org/hook");
  await page.getByRole("button", { name: "Add it" }).click();
  assert.match(await page.getByRole("textbox", { name: "The webhook's secret" }).inputValue(), /^whsec_.{43}$/);
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByText("https://example.org/hook").waitFor();
  await page.getByRole("button", { name: "Make a private address" }).click();
  const address = await page.getByRole("textbox", { name: "The feed's private address" }).inputValue();
  await page.getByRole("button", { name: "I have it" }).click();
  assert.equal((await fetch(address)).status, 200);
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("button", { name: "Revoke it" }).click();
  await page.getByText("No address yet").waitFor();
  assert.equal((await fetch(address)).status, 401);
  await page.context().close();
  await h.everyLook("alerts-delivery", `/listen/alerts?${query}&tab=outside`, { prepare: (p) => p.getByText("https://example.org/hook").waitFor() });
});

test("what fires rings, stands in the list, and is judged by keyboard", async () => {
  await make({ name: "The rival speaks", on: "author", author: "rival", window_s: 300 });
  const page = await h.open(`/listen/alerts?${query}&tab=fired`);
  await page.getByRole("heading", { name: "Nothing has fired yet" }).waitFor();
  const now = new Date(Date.now() - 5000).toISOString();
  await h.push([{ id: "rival:1", platform: "x", at: now, author: { handle: "rival" }, text: 'We are here <img src=x onerror="window.broken=1">' }]);
  await page.getByText(/1 new post by rival/).first().waitFor({ timeout: 130_000 }); // judged once a minute
  const card = page.locator(".firing").first();
  await card.waitFor();
  await page.keyboard.press("u");
  await card.locator("[aria-pressed=true]", { hasText: "Useful" }).waitFor();
  await page.getByText("Useful: The rival speaks").waitFor();
  await page.keyboard.press("z");
  await card.locator("footer [aria-pressed=true]").waitFor({ state: "detached" });
  await page.keyboard.press("x");
  await card.locator("[aria-pressed=true]", { hasText: "Not useful" }).waitFor();
  await card.locator("summary").click();
  await card.getByText("We are here").waitFor();
  assert.equal(await page.evaluate(() => window.broken), undefined);
  await h.check(page, "alerts-fired");
  await page.goto(`${h.url}/listen/alerts?${query}`);
  await page.getByText("fired once, 0 of 1 judged useful").waitFor();
  await page.context().close();
  await h.everyLook("alerts", `/listen/alerts?${query}`, { prepare: (p) => p.locator(".alert-row").first().waitFor() });
  await h.everyLook("alerts-what-fired", `/listen/alerts?${query}&tab=fired`, { prepare: (p) => p.locator(".firing").first().waitFor() });
  await h.everyLook("alerts-new-look", `/listen/alerts/new?${query}&q=ferry`, { prepare: (p) => p.getByText(/Would have fired/).waitFor() });
});
