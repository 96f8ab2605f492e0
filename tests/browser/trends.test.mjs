// Trends: the card says what the API says, nothing moves by itself, and whatever is done can be taken back.
import { assert, focused, house, tabTo, test } from "./harness.mjs";
import { harbourPosts } from "./posts.mjs";

const HOUR_MS = 3_600_000;
const now = Date.now();
// Two stories that are open now, and one that is over: a hen, of three days ago, from one platform to another.
const stories = [
  ["kiosk", 3, 40, ["the kiosk on the mole is gone, just gone", "who took the kiosk from the mole?", "kiosk on the mole vanished over night", "no kiosk on the mole this morning, no crisps", "they say the storm had the kiosk"]],
  ["hen", 76, 30, ["a hen rides the number four bus again", "that hen on the bus is my mayor", "hen on the bus, seat by the window", "the bus driver knows the hen by name", "somebody gave the hen a ticket"]],
];
const posts = [
  ...harbourPosts({ posts: 4000, days: 9, now }),
  ...stories.flatMap(([name, ago_h, count, texts]) => Array.from({ length: count }, (_, k) => ({
    id: `toot:${name}${k}`, platform: k % 3 ? "toot" : "forum", at: new Date(now - ago_h * HOUR_MS + k * 4 * 60_000).toISOString(),
    author: { id: `u-${name}${k}`, handle: `${name}${k}` }, text: `${texts[k % 5]} ${["", "honestly", "lol", "what a day", "again", "help", "hm"][k % 7]}`, lang: "en", community: k % 2 ? "harbour" : "old town",
  }))),
].sort((a, b) => a.at.localeCompare(b.at));
const h = await house({ posts, clients: ["empty"] });
await h.cli(["user", "role", "admin", "admin", "--client", "empty"]);

/** Waits until the engine has heard the archive, and gives what is open. */
async function kept(path = "/trends?client=demo&muted=all") {
  for (let i = 0; i < 300; i++) {
    const { body } = await h.api("viewer", "GET", path);
    if (!body.listening.is_replaying && body.listening.kept_trends > 0) return body.trends;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail("no trends were found");
}
const open = await kept();
const story = open.find((each) => each.terms.includes("kiosk"));
const past = (await kept(`/trends?client=demo&muted=all&since=${new Date(now - 9 * 24 * HOUR_MS).toISOString()}`)).find((each) => each.terms.includes("hen"));

async function trends(where = "/listen/trends?client=demo", options) {
  const page = await h.open(where, options);
  await page.locator(".trend-card, .state.empty, .calendar, .trend-whole").first().waitFor();
  await h.settled(page);
  return page;
}
const card = (page, id = story.id) => page.locator(`.trend-card[data-trend="${id}"]`);

test("the stories were unearthed", () => {
  assert.ok(story, `no kiosk among ${open.map((each) => each.label).join("; ")}`);
  assert.ok(past && !past.is_open, "no hen among the past");
});

test("looks right everywhere: the list", () => h.everyLook("trends", "/listen/trends?client=demo", { prepare: (page) => card(page).waitFor() }));
test("looks right everywhere: why", () => h.everyLook("trends-why", `/listen/trends?client=demo&why=${story.id}`, { prepare: (page) => page.locator(".why").waitFor() }));
test("looks right everywhere: one", () => h.everyLook("trend", `/listen/trends/${story.id}?client=demo`, { prepare: (page) => page.locator(".trend-whole").waitFor() }));
test("looks right everywhere: the calendar", () => h.everyLook("trends-calendar", "/listen/trends/calendar?client=demo", { prepare: (page) => page.locator(".calendar").waitFor() }));
test("looks right everywhere: nothing yet", () => h.everyLook("trends-empty", "/listen/trends?client=empty", { as: "admin", prepare: (page) => page.getByText("No trends yet: there are no posts").waitFor() }));

test("the card says what the API says", async () => {
  const page = await trends();
  const text = (await card(page).textContent()).replace(/\s+/g, " ");
  assert.ok(text.includes(story.label), text);
  assert.ok(text.includes(`${Math.round(story.voices)} voices in ${story.posts} posts`), text);
  assert.ok(text.includes(`first seen with ${story.first_voices[0].author.handle}`), text);
  assert.match(text, /carried by 2 communities, on 2 platforms/);
  assert.match(text, story.flags.includes("coordinated") ? /coordinated .*\d+ % copies/ : /coordinated\? no \(\d+ % copies/);
  assert.match(text, /strength \d/);
  // Strongest first, and the curve begins at zero.
  const strengths = await page.locator(".trend-numbers li:last-child b").allTextContents();
  assert.deepEqual(strengths.map(Number), strengths.map(Number).sort((a, b) => b - a));
  const curve = card(page).locator(".curve svg");
  const heights = await curve.locator(".curve-bar").evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("y")) + Number(bar.getAttribute("height"))));
  assert.ok(heights.length > 1 && heights.every((foot) => Math.abs(foot - heights[0]) < 1.1), "bars stand on one line");
  assert.equal(await curve.locator(".curve-dot").count() > 0, true);
  await h.clean(page);
  await page.context().close();
});

test("why is this a trend: the numbers in the page give its strength", async () => {
  const page = await trends(`/listen/trends/${story.id}?client=demo`);
  const row = async (sign) => parseFloat((await page.locator(".why-table tr", { has: page.locator("th", { hasText: new RegExp(`^${sign}$`) }) }).locator("td.number").textContent()).replace(",", ""));
  const [x, mu, r, w] = [await row("x"), await row("mu"), await row("r"), await row("w")];
  const deviance = 2 * (x * Math.log(x / mu) - (x + r) * Math.log((x + r) / (mu + r)));
  const z = Math.sqrt(deviance - 2 * Math.log(4096 / 60 / w));
  assert.ok(Math.abs(z - (await row("z"))) < 0.05 * z, `${z} is not ${await row("z")}`);
  await h.clean(page);
  await page.context().close();
});

test("by keyboard alone: to a card, its reasons, its page, and back", async () => {
  const page = await trends();
  await page.locator("#main").focus();
  await page.keyboard.press("j");
  assert.match(await page.evaluate(() => document.activeElement.className), /trend-card/);
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const first = await page.evaluate(() => document.activeElement.dataset.trend);
  await page.keyboard.press("w");
  await page.locator(".why").waitFor();
  assert.equal(new URL(page.url()).searchParams.get("why"), first);
  await page.keyboard.press("o");
  await page.waitForURL(new RegExp(`/listen/trends/${first}\\?`));
  await page.locator(".trend-whole").waitFor();
  await page.goBack();
  await page.locator(".why").waitFor();
  await tabTo(page, /button Flagged/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/show=flagged/);
  await page.goBack();
  await page.waitForFunction(() => !location.search.includes("show="));
  await h.clean(page);
  await page.context().close();
});

test("mute and undo; muted ones are listed apart with the reason", async () => {
  const page = await trends();
  await card(page).focus();
  await page.keyboard.press("m");
  await page.getByLabel(/^Reason/).fill("our own joke");
  await page.getByRole("button", { name: "Mute", exact: true }).last().click();
  await page.locator(".toast", { hasText: "Muted" }).waitFor();
  await card(page).waitFor({ state: "detached" }); // one's own act shows at once
  await page.getByRole("button", { name: "Muted", exact: true }).click();
  await card(page).getByText("our own joke").waitFor();
  await page.keyboard.press("z");
  await page.locator(".toast", { hasText: "Undone" }).waitFor();
  await page.getByRole("button", { name: "All", exact: true }).click();
  await card(page).waitFor();
  const { body } = await h.api("viewer", "GET", `/trends/${story.id}?client=demo`);
  assert.equal(body.muted, null);
  await h.clean(page);
  await page.context().close();
});

test("a note is text, whatever it holds; its author withdraws it", async () => {
  const page = await trends(`/listen/trends/${story.id}?client=demo`);
  const words = '<img src=x onerror="window.broken=1"> we moved it ourselves';
  await page.getByLabel("Note", { exact: true }).fill(words);
  await page.keyboard.press("Control+Enter");
  await page.locator(".trend-note", { hasText: "we moved it" }).waitFor();
  assert.equal(await page.locator(".trend-note").first().textContent(), words);
  await page.getByRole("button", { name: "Withdraw" }).click();
  await page.getByText("Withdrawn", { exact: true }).first().waitFor();
  assert.equal(await page.evaluate(() => window.broken), undefined);
  await h.clean(page);
  await page.context().close();
});

test("a reviewer merges two and takes it back; a practitioner is not offered it, a viewer nothing", async () => {
  const other = open.find((each) => each.id !== story.id);
  const page = await trends("/listen/trends?client=demo", { as: "reviewer" });
  await card(page, other.id).getByRole("button", { name: "Merge" }).click();
  await page.locator(".merge-row", { hasText: story.label }).locator("input").check();
  await page.getByRole("button", { name: "Merge", exact: true }).last().click();
  await page.locator(".toast", { hasText: "part of another" }).waitFor();
  let { body } = await h.api("viewer", "GET", `/trends/${other.id}?client=demo`);
  assert.equal(body.joined_to, story.id);
  await page.goto(`${h.url}/listen/trends/${story.id}?client=demo`);
  await page.locator(".trend-joined").getByRole("button", { name: "Take it out" }).click();
  await page.locator(".toast", { hasText: "stands by itself" }).waitFor();
  ({ body } = await h.api("viewer", "GET", `/trends/${other.id}?client=demo`));
  assert.equal(body.joined_to, null);
  await h.clean(page);
  await page.context().close();
  for (const [as, buttons] of [["practitioner", ["Read it", "Make a topic", "Note", "Mute"]], ["viewer", ["Read it"]]]) {
    const seen = await trends("/listen/trends?client=demo", { as });
    assert.deepEqual((await card(seen).locator(".trend-acts button").allTextContents()).map((each) => each.replace(/ \(\d+\)$/, "")), buttons);
    await seen.context().close();
  }
});

test("a topic is proposed with what it would find", async () => {
  const page = await trends();
  await card(page).getByRole("button", { name: "Make a topic" }).click();
  await page.locator(".trend-query").waitFor();
  assert.match(await page.locator(".dialog").textContent(), /It finds (9\d|100) % of the trend’s posts/);
  const query = await page.locator(".trend-query").textContent();
  await page.getByRole("link", { name: "Make the topic" }).click();
  await page.waitForURL(/\/listen\/topics\/new\?/);
  assert.equal(new URL(page.url()).searchParams.get("q"), query);
  await page.context().close();
});

test("the calendar by keyboard: to the day of a past trend, and open it", async () => {
  const page = await trends("/listen/trends/calendar?client=demo");
  const inBerlin = (at) => new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Berlin", year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(at));
  const wanted = inBerlin(past.detected_at);
  const active = page.locator('.calendar [tabindex="0"]');
  await active.focus();
  for (let i = 0; i < 40 && (await page.evaluate(() => document.activeElement.dataset?.date)) !== wanted; i++) {
    const here = await page.evaluate(() => document.activeElement.dataset.date);
    await page.keyboard.press(here > wanted ? "ArrowLeft" : "ArrowRight");
    await page.waitForFunction((before) => document.activeElement.dataset?.date && document.activeElement.dataset.date !== before, here);
  }
  assert.match(await focused(page), /trend/);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`day=${wanted}`));
  await card(page, past.id).waitFor();
  assert.match(await card(page, past.id).locator(".trend-status").textContent(), /over/);
  await h.clean(page);
  await page.context().close();
});

test("every picture has its table", async () => {
  const page = await trends(`/listen/trends/${story.id}?client=demo`);
  await page.getByRole("button", { name: /^Voices in each .*: show as a table/ }).click();
  const rows = await page.locator(".twin tbody tr").count();
  assert.ok(rows === 25, `${rows} rows`);
  await page.goto(`${h.url}/listen/trends/calendar?client=demo`);
  await page.getByRole("button", { name: /show as a table/ }).click();
  await page.locator(".twin tbody th", { hasText: /^\d{4}-\d\d-\d\d$/ }).first().waitFor();
  await page.context().close();
});

test("what comes up while somebody reads waits, and moves nothing", async () => {
  const page = await trends();
  const order = () => page.locator(".trend-card").evaluateAll((all) => all.map((each) => each.dataset.trend));
  const before = await order();
  const ways = ["flames over the bay, {} on fire", "{} is burning, stay away", "who called the brigade for the {}", "smoke from the {} all over town", "my gran worked at the {}, awful", "is everyone out of the {}", "ash on my car, is that the {}", "can see the {} burn from here"];
  const news = page.locator(".trend-news button");
  for (let n = 0; n < 40 && !(await news.count()); n++) {
    await h.push(Array.from({ length: 4 }, (_, k) => ({ id: `toot:zephyr${n}-${k}`, platform: "toot", at: new Date(Date.now() - 1000).toISOString(), author: { handle: `zephyr${n}-${k}` }, text: ways[(n + k) % 8].replace("{}", "zephyrlight"), lang: "en", community: "harbour" })));
    await page.waitForTimeout(3500);
    assert.deepEqual(await order(), before, "cards moved while they were read");
  }
  assert.match(await news.textContent(), /1 new.*: show/);
  await page.locator("#main").focus();
  await page.keyboard.press(".");
  await page.locator(".trend-card", { hasText: /zephyrlight/i }).first().waitFor();
  assert.equal((await order()).length > before.length, true);
  await page.locator(".trend-card", { hasText: /zephyrlight/i }).locator(".chip.is-live", { hasText: "new" }).waitFor();
  await h.clean(page);
  await page.context().close();
});
