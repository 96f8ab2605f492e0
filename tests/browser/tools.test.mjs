// The register of tools and their comparisons: posts come through two programs, a tool is written down, both are compared and labelled blind.
import { assert, house, test } from "./harness.mjs";
import { harbourPosts } from "./posts.mjs";

const h = await house();
const done = (page) => page.context().close();
const now = Date.now();
const HOUR_MS = 3_600_000;

/** Posts that two tools find: the first 60 by both, then 30 by the first alone and 10 by the second. */
const posts = Array.from({ length: 100 }, (_, i) => ({
  id: `toot:lamp-${i}`, platform: "toot", at: new Date(now - 3 * HOUR_MS + i * 60_000).toISOString(), author: { id: `keeper-${i}`, handle: `keeper${i}` },
  text: i % 4 === 0 ? `lamp oil for sale, crate ${i}` : `the lighthouse lamp is out again, night ${i % 9}`, lang: "en",
}));
const push = async (label, some) => {
  const answer = await h.api("practitioner", "POST", `/posts?client=demo&label=${encodeURIComponent(label)}`, some.map((each) => JSON.stringify(each)).join("\n") + "\n");
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
};
await push("Lookout", posts.slice(0, 90));
await push("Foghorn", [...posts.slice(0, 60), ...posts.slice(90)]);
await push("Foghorn", posts.slice(0, 60)); // again: no duplicate, for a program may be cut off and begin anew

test("nothing is written down yet, and what came through is there to be given a tool", async () => {
  await h.everyLook("tools-empty", "/team/tools?client=demo", { prepare: (page) => page.getByRole("rowheader", { name: "Lookout" }).waitFor() });
  const page = await h.open("/team/tools?client=demo", { as: "viewer" });
  await page.getByText("No tool is written down yet").waitFor();
  assert.equal(await page.getByRole("button", { name: /New tool/ }).count(), 0, "a viewer writes nothing");
  await done(page);
});

test("a tool is written down by keyboard, and found again by its day of notice", async () => {
  const page = await h.open("/team/tools?client=demo");
  await page.getByRole("rowheader", { name: "Lookout" }).waitFor();
  await page.keyboard.press("c");
  await page.getByLabel("Name", { exact: true }).fill("Lookout Pro");
  await page.getByLabel("What we have it for").fill("Keeping an eye on lamps");
  await page.getByLabel("State").selectOption("in_use");
  await page.getByLabel("Cost a month").fill("eight");
  await page.getByText("an amount such as 899").waitFor();
  await page.getByLabel("Cost a month").fill("899,50");
  await page.getByLabel("Renews on").fill(new Date(now + 40 * 86400_000).toISOString().slice(0, 10));
  await page.getByLabel("Lookout", { exact: false }).check();
  await h.check(page, "tools-editor");
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.getByRole("heading", { name: "Lookout Pro" }).waitFor();
  await page.getByText("899.50 EUR a month", { exact: true }).waitFor();
  await page.getByText(/practitioner decides by .*, in \d+ days/).waitFor();
  await page.getByText(/60 of 60|of 60 that others saw too/).waitFor();
  const { body } = await h.api("viewer", "GET", "/tools?client=demo");
  assert.equal(body.tools[0].cost_cents, 89950);
  assert.deepEqual(body.tools[0].labels, ["push:Lookout"]);
  await done(page);
});

test("two sides are compared, labelled blind, and cost something", async () => {
  const page = await h.open("/team/tools/comparisons?client=demo");
  await page.getByText("No comparison yet").waitFor();
  await page.getByRole("button", { name: "Compare two tools" }).click();
  await page.getByRole("checkbox", { name: /Lookout Pro/ }).check();
  await page.getByRole("checkbox", { name: /Foghorn/ }).check();
  await page.getByLabel("Query").fill("lamp");
  await h.check(page, "tools-compare");
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("heading", { name: "Lookout Pro and Foghorn" }).waitFor();
  await page.getByRole("img", { name: /only Lookout Pro: 30 posts, both: 60 posts, only Foghorn: 10 posts/ }).waitFor();
  assert.equal(await page.getByText("Look").filter({ hasText: "keeper" }).count(), 0, "who found what is not shown before the labels");
  await page.getByRole("button", { name: "Label a sample" }).click();
  const post = page.locator(".labelling-post");
  await post.waitFor();
  assert.doesNotMatch(await page.locator("main").innerText(), /Lookout|Foghorn/, "the labeller does not see who found it");
  await h.check(page, "tools-label");
  let labelled = 0;
  while (await post.count()) {
    const text = await post.innerText();
    const before = await page.locator(".labelling-head [role=status]").innerText();
    await page.keyboard.press(/for sale/.test(text) ? "2" : "1");
    await page.waitForFunction((was) => document.querySelector(".labelling-head [role=status]").textContent !== was, before);
    labelled++;
  }
  await page.getByRole("button", { name: "See what it comes to" }).click();
  await page.getByRole("columnheader", { name: "Lookout Pro" }).waitFor();
  await h.settled(page);
  const { body } = await h.api("viewer", "GET", "/comparisons?client=demo");
  const one = (await h.api("viewer", "GET", `/comparisons/${body.comparisons[0].id}?client=demo`)).body;
  assert.equal(one.labelled, labelled);
  assert.deepEqual(one.both, [[90, 60], [60, 70]]);
  const [lookout, foghorn] = one.sides;
  assert.equal(lookout.precision.n, 50);
  assert.equal(foghorn.precision.n, 50);
  assert.ok(lookout.precision.value > 0.6 && lookout.precision.value < 0.9, "three in four are about the lighthouse");
  assert.equal(lookout.first, 60, "it was pushed first");
  assert.equal(lookout.duplicates + foghorn.duplicates, 0);
  assert.ok(lookout.cost_each_cents.value > 0 && lookout.cost_each_cents.low < lookout.cost_each_cents.high);
  assert.equal(foghorn.cost_each_cents, null, "a cost that nobody wrote down is not nothing");
  assert.ok(one.out_there.low >= 100);
  await page.getByRole("group", { name: "Whose" }).getByRole("button", { name: /Foghorn/ }).click();
  await page.locator(".tool-posts li").first().waitFor();
  assert.equal(await page.locator(".tool-posts li").count(), 10);
  const where = new URL(page.url());
  await done(page);
  await h.everyLook("tools-comparison", where.pathname + where.search);
});

test("which saw a trend first", async () => {
  const crane = harbourPosts().filter((each) => /witness/.test(each.author.handle));
  await push("Foghorn", crane);
  await push("Lookout", crane.slice(5));
  let trends = [];
  for (let round = 0; round < 100 && !trends.length; round++) {
    trends = (await h.api("viewer", "GET", "/finders/trends?client=demo")).body.trends.filter((each) => /crane|pier/.test(each.trend));
    if (!trends.length) await new Promise((done) => setTimeout(done, 200));
  }
  assert.equal(trends[0].title, "Foghorn");
  assert.ok(trends[0].lead_s > 0 && trends[0].finders === 2, JSON.stringify(trends[0]));
  const page = await h.open("/team/tools?client=demo");
  const row = page.getByRole("row").filter({ hasText: trends[0].trend }).filter({ hasText: "Foghorn" });
  await row.first().waitFor();
  await done(page);
});

test("a deleted post leaves the sample and the numbers", async () => {
  const { body } = await h.api("viewer", "GET", "/comparisons?client=demo");
  const id = body.comparisons[0].id;
  const sample = (await h.api("viewer", "GET", `/comparisons/${id}/sample?client=demo`)).body.posts;
  const gone = sample[0].post.id;
  assert.equal((await h.api("reviewer", "DELETE", `/post?client=demo&id=${encodeURIComponent(gone)}`)).status, 204);
  const after = (await h.api("viewer", "GET", `/comparisons/${id}/sample?client=demo`)).body.posts;
  assert.ok(!after.some((each) => each.post.id === gone));
  assert.equal((await h.api("viewer", "GET", `/comparisons/${id}?client=demo`)).body.matched, 99);
});

test("the register in every look", async () => {
  await h.everyLook("tools", "/team/tools?client=demo", { prepare: (page) => page.getByRole("heading", { name: "Lookout Pro" }).waitFor() });
});
