// Explore: what it shows is what the archive says, and every state is in the address.
import { assert, focused, house, tabTo, test } from "./harness.mjs";
import { harbourPosts, hostile } from "./posts.mjs";

const posts = harbourPosts();
const h = await house({ posts, clients: ["empty"] });
const craneCount = posts.filter((each) => /crane/.test(each.text)).length;
const query = (page) => page.getByRole("textbox", { name: "Query" });
const counts = (page, n) => page.waitForFunction((words) => document.querySelector(".posts-head [role=status]")?.textContent === words, n === 1 ? "1 post" : `${n.toLocaleString("en")} posts`);
const params = (page) => new URL(page.url()).searchParams;

async function explore(where = "/listen/explore", options) {
  const page = await h.open(where, options);
  await page.locator(".list-row, .state.empty, .breakdown table").first().waitFor();
  await h.settled(page);
  return page;
}

test("looks right everywhere", async () => {
  await h.everyLook("explore", "/listen/explore?q=crane OR ferry");
});

for (const show of ["words", "share", "breakdown"])
  test(`looks right everywhere: ${show}`, async () => {
    await h.everyLook(`explore-${show}`, `/listen/explore?q=crane OR ferry&show=${show}&of=crane&of=ferry&field=author`);
  });

test("a thread open looks right everywhere", async () => {
  await h.everyLook("explore-thread", "/listen/explore?q=boat&post=toot:800003", { prepare: (page) => page.getByText("Half past ten").first().waitFor() });
});

test("a query is asked by Enter, counted, drawn, and undone by Back", async () => {
  const page = await explore();
  await counts(page, posts.length);
  await query(page).fill("crane");
  await query(page).press("Enter");
  await page.waitForURL(/q=crane/);
  await counts(page, craneCount);
  await h.settled(page);
  assert.match(await page.getByRole("group", { name: /^Posts: / }).getAttribute("aria-label"), new RegExp(`^Posts: ${craneCount} posts`));
  await page.goBack();
  await counts(page, posts.length);
  assert.equal(await query(page).inputValue(), "");
  await page.goForward();
  await counts(page, craneCount);
  assert.equal(await query(page).inputValue(), "crane");
  await h.clean(page);
  await page.context().close();
});

test("a broken query says where; a doubtful one is remarked on; completion offers fields and values", async () => {
  const page = await explore();
  await query(page).fill("(crane OR");
  await page.locator(".query-error").waitFor();
  await query(page).fill("crane and ferry");
  await page.getByText(/'and' in small letters/).waitFor();
  await query(page).fill("");
  await query(page).pressSequentially("platf");
  await page.getByRole("option", { name: /platform:/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await query(page).inputValue(), "platform:");
  await page.getByRole("option", { name: /platform:forum/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=platform:/);
  await h.clean(page);
  await page.context().close();
});

test("the brush applies at once, with its ends in order, and Back takes it away", async () => {
  const page = await explore("/listen/explore?q=ferry");
  const bars = await page.locator(".bars").boundingBox();
  const y = bars.y + bars.height / 2;
  // From right to left, over the last bar.
  await page.mouse.move(bars.x + bars.width - 2, y);
  await page.mouse.down();
  await page.mouse.move(bars.x + bars.width * 0.6, y, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/since=.*until=/);
  const since = Date.parse(params(page).get("since"));
  const until = Date.parse(params(page).get("until"));
  assert.ok(since < until, "the ends are in order");
  await counts(page, posts.filter((each) => /ferry/.test(each.text) && Date.parse(each.at) >= since && Date.parse(each.at) < until).length);
  await page.goBack();
  await page.waitForFunction(() => !location.search.includes("since"));
  await page.context().close();
});

test("the chart by keyboard, as a table, and as CSV", async () => {
  const page = await explore("/listen/explore?q=crane");
  await page.getByRole("group", { name: /^Posts: / }).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.getByText(/Enter shows them/).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/since=/);
  await page.goBack();
  await h.settled(page);
  await page.getByRole("button", { name: "Posts: show as a table" }).click();
  const rows = page.locator(".twin tbody tr");
  await rows.first().waitFor();
  assert.ok((await rows.count()) <= 25);
  const href = await page.getByRole("link", { name: "Posts: download as CSV" }).getAttribute("href");
  const csv = await page.evaluate(async (each) => (await fetch(each, { headers: { "X-Bellwether": "1" } })).text(), href);
  const sum = csv.trim().split(/\r?\n/).slice(1).reduce((a, line) => a + Number(line.split(",").at(-1)), 0);
  assert.equal(sum, craneCount);
  await page.context().close();
});

test("facets narrow, leave out, and let go", async () => {
  const page = await explore("/listen/explore?q=crane OR ferry");
  await page.getByRole("button", { name: /^forum/ }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get("q") === "(crane OR ferry) platform:forum");
  const forum = posts.filter((each) => /crane|ferry/.test(each.text) && each.platform === "forum").length;
  await counts(page, forum);
  await page.getByRole("button", { name: /^forum/ }).click();
  await page.waitForFunction(() => !new URLSearchParams(location.search).get("q").includes("platform"));
  await page.getByRole("button", { name: "Leave out forum" }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get("q").endsWith(" -platform:forum"));
  await page.getByRole("button", { name: /^ask the harbour/ }).count();
  await h.clean(page);
  await page.context().close();
});

for (const as of ["practitioner", "viewer"])
  test(`keyboard only, ${as}: read, open the thread, move on, close`, async () => {
    const page = await explore("/listen/explore?q=boat", { as });
    await page.locator("#main").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("o");
    await page.getByText("Half past ten").first().waitFor();
    assert.match(page.url(), /post=toot:800000/);
    assert.equal(await page.locator(".thread li").count(), 5);
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !location.search.includes("post="));
    assert.match(await focused(page), /listbox Posts/);
    await page.keyboard.press("/");
    assert.match(await focused(page), /Query/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("v");
    await page.keyboard.press("w");
    await page.waitForURL(/show=words/);
    await tabTo(page, /Words/);
    await page.context().close();
  });

test("a relative time stays relative in the address", async () => {
  const page = await explore();
  await page.getByRole("button", { name: /^Time:/ }).click();
  await page.getByRole("menuitemradio", { name: "Last 24 hours" }).click();
  await page.waitForURL(/since=24h/);
  await h.settled(page);
  await page.reload();
  await h.settled(page);
  assert.match(page.url(), /since=24h/);
  assert.equal(params(page).get("until"), null);
  await page.getByRole("button", { name: "Time: Last 24 hours" }).waitFor();
  await page.context().close();
});

test("strangers' texts are text", async () => {
  const page = await explore(`/listen/explore?q=crane&post=${hostile.id}`);
  await page.locator(".thread .post").waitFor();
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.ok((await page.locator(".thread .post-text").textContent()).includes("<script>window.broken=1</script>"));
  assert.deepEqual(await page.locator(".thread a").evaluateAll((links) => links.map((each) => each.protocol).filter((each) => !/^https?:$/.test(each))), []);
  assert.equal(await page.locator(".thread img, .thread svg[onload], .thread script").count(), 0);
  await h.clean(page);
  await page.context().close();
});

test("one panel that fails leaves the others, and can be tried again", async () => {
  const page = await h.open("/listen/live");
  await page.route("**/api/v1/timeline?*", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: '{"title":"it broke","status":500}' }));
  await page.getByRole("link", { name: "Explore", exact: true }).first().click();
  await page.getByText("The timeline could not be shown").waitFor();
  await page.locator(".list-row").first().waitFor();
  await page.unroute("**/api/v1/timeline?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".bars").waitFor();
  await page.context().close();
});

test("nothing found and nothing there say why and what to do", async () => {
  const none = await h.open("/listen/explore?q=zeppelin");
  await none.getByText("No post fits").waitFor();
  await none.getByRole("button", { name: "Take the query away" }).click();
  await none.locator(".list-row").first().waitFor();
  await none.context().close();
  const empty = await h.open("/listen/explore?client=empty", { as: "admin" });
  await empty.getByText(/archive is empty|No client/).first().waitFor();
  await h.check(empty, "explore-empty");
  await empty.context().close();
});

test("a post is deleted for good by a reviewer, and not offered to a viewer", async () => {
  const page = await explore("/listen/explore?q=boat&post=toot:800004", { as: "reviewer" });
  await page.locator(".thread .post.is-chosen").getByRole("button", { name: /Acts on the post/ }).click();
  await page.getByRole("menuitem", { name: "Delete for good …" }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.getByText("The post is gone").waitFor();
  const left = await h.api("reviewer", "GET", "/thread?client=demo&id=toot:800000");
  assert.equal(left.body.posts.length, 4);
  await page.context().close();
  const viewer = await explore("/listen/explore?q=boat&post=toot:800003", { as: "viewer" });
  await viewer.locator(".thread .post.is-chosen").getByRole("button", { name: /Acts on the post/ }).click();
  assert.equal(await viewer.getByRole("menuitem", { name: /Delete/ }).count(), 0);
  await viewer.context().close();
});

test("a view is saved, opened, changed, reverted, and deleted with undo", async () => {
  const page = await explore("/listen/explore?q=crane&since=24h&show=breakdown", { as: "learner" });
  const views = () => page.locator(".views > button").click();
  await views();
  await page.getByRole("menuitem", { name: "Save as a new view …" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("The crane today");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("“The crane today” is saved").waitFor();
  await page.waitForURL(/view=\d+/);
  await page.getByRole("tab", { name: "Posts" }).click();
  await page.getByText("Unsaved changes").waitFor();
  await h.check(page, "explore-view-changed");
  await page.getByRole("button", { name: "Revert" }).click();
  await page.waitForURL(/show=breakdown/);
  await page.waitForFunction(() => !document.querySelector(".views-changed"));
  await query(page).fill("ferry");
  await query(page).press("Enter");
  await page.waitForURL(/q=ferry/);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForFunction(() => !document.querySelector(".views-changed"));
  await page.goto(h.url + "/listen/explore?client=demo");
  await page.locator(".list-row").first().waitFor();
  await views();
  await page.getByRole("menuitemradio", { name: "The crane today" }).click();
  await page.waitForURL(/q=ferry.*/);
  assert.equal(params(page).get("since"), "24h", "its time came back");
  await views();
  await page.getByRole("menuitem", { name: "Delete “The crane today”" }).click();
  await page.getByText("“The crane today” is deleted").waitFor();
  await page.locator("#main").focus();
  await page.keyboard.press("z");
  await page.getByText("Undone").waitFor();
  const kept = await h.api("learner", "GET", "/views?client=demo");
  assert.deepEqual(kept.body.views.map((each) => each.name), ["The crane today"]);
  await h.clean(page);
  await page.context().close();
});

test("what was not captured is hatched, and said in the table", async () => {
  const hours = (n) => new Date(Date.now() - n * 3_600_000).toISOString();
  const page = await explore("/listen/explore?q=ferry");
  assert.equal(await page.locator(".bars .gap").count(), 0);
  const answer = await h.api("practitioner", "POST", "/coverage?client=demo", { from: hours(60), until: hours(48), reason: "the line was cut", source: "toot" });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  await page.locator(".bars .gap").first().waitFor({ state: "attached" });
  await h.check(page, "explore-gap");
  await page.getByRole("button", { name: "Posts: show as a table" }).click();
  for (let i = 0; i < 12 && !(await page.getByText("not captured: toot: the line was cut").count()); i++) await page.getByRole("button", { name: "Later rows" }).click();
  await page.getByText("not captured: toot: the line was cut").first().waitFor();
  await page.context().close();
});

test("asking the same again brings what is new", async () => {
  const page = await explore("/listen/explore?q=zebra");
  await page.getByText("No post fits").waitFor();
  await h.push([{ id: "toot:zebra", platform: "toot", at: new Date().toISOString(), author: { id: "u-z", handle: "zoe" }, text: "a zebra on the quay" }]);
  await query(page).press("Enter");
  await page.getByText("on the quay").waitFor();
  await page.context().close();
});
