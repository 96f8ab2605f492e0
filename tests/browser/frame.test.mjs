// The frame: places, keys, themes, and that it is served under its policy.
import { assert, focused, house, tabTo, test } from "./harness.mjs";

const h = await house({ clients: ["empty"] });

test("the page comes with its policy, packed, and unchanged files are not sent again", async () => {
  const answer = await fetch(h.url + "/listen/explore");
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /trusted-types 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  const html = await answer.text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)[1];
  const packed = await fetch(h.url + script, { headers: { "Accept-Encoding": "br" } });
  assert.equal(packed.headers.get("content-encoding"), "br");
  assert.match(packed.headers.get("cache-control"), /immutable/);
  const again = await fetch(h.url + script, { headers: { "If-None-Match": packed.headers.get("etag") } });
  assert.equal(again.status, 304);
  assert.equal((await fetch(h.url + "/assets/gone-12345678.js")).status, 404);
  assert.equal((await fetch(h.url + "/listen/explore", { method: "POST" })).status, 405);
});

test("the theme is in the document's first byte", async () => {
  for (const theme of ["light", "dark"]) {
    const answer = await fetch(h.url + "/", { headers: { Cookie: `theme=${theme}` } });
    assert.match(await answer.text(), new RegExp(`<html[^>]*data-theme="${theme}"`));
  }
});

test("a stranger is taken to the sign-in, and back to where they wanted to go", async () => {
  const page = await h.open("/listen/explore?q=crane", { as: null });
  await page.waitForURL(/\/sign-in\?next=/);
  assert.match(decodeURIComponent(page.url()), /next=\/listen\/explore\?q=crane/);
  await h.clean(page);
  await page.context().close();
});

test("keys: palette, help, g and a letter, and none of them while writing", async () => {
  const page = await h.open("/listen/explore");
  await h.settled(page);
  await page.locator("#main").focus();
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.waitForURL(/\/listen\/live/);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Search posts/ }).waitFor();
  await page.keyboard.type("explo");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/listen\/explore/);
  await page.getByRole("textbox", { name: "Query" }).focus();
  await page.keyboard.type("gl?z");
  assert.equal(await page.getByRole("textbox", { name: "Query" }).inputValue(), "gl?z");
  await h.clean(page);
  await page.context().close();
});

test("single-letter keys can be turned off", async () => {
  const page = await h.open("/listen/live", { as: "learner" });
  await page.getByRole("button", { name: /learner: theme/ }).click();
  await page.getByRole("menuitem", { name: "Turn single-letter keys off" }).click();
  await page.getByText("Single-letter keys are off").waitFor();
  await page.locator("#main").focus();
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.reload();
  await page.getByRole("heading", { name: "Live" }).waitFor({ state: "attached" });
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 0, "the setting was not kept");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await page.context().close();
});

test("the skip link, and focus after a step to another screen", async () => {
  const page = await h.open("/listen/explore");
  await h.settled(page);
  await page.keyboard.press("Tab");
  assert.match(await focused(page), /Skip to the screen/);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.getByRole("link", { name: "Live", exact: true }).click();
  await page.waitForURL(/\/listen\/live/);
  await page.waitForFunction(() => document.activeElement.id === "main");
  await tabTo(page, /Query/);
  await page.context().close();
});

test("wings that are not built say so; unknown places and clients too", async () => {
  for (const [where, words] of [["/answer", /not built yet/], ["/practise", /not built yet/], ["/nowhere", /no such place/], ["/listen/explore?client=nobody", /No client/]]) {
    const page = await h.open(where);
    await page.getByText(words).first().waitFor();
    await h.check(page, "frame" + where.replace(/\W+/g, "-"));
    await page.context().close();
  }
});

test("the theme can be chosen and stays", async () => {
  const page = await h.open("/listen/explore", { as: "viewer" });
  await page.getByRole("button", { name: /viewer: theme/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.context().close();
});
