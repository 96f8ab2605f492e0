// Live: posts arrive by themselves, nothing moves while somebody reads, and a flood stays smooth.
import { assert, house, test } from "./harness.mjs";
import { measure } from "./frames.mjs";

const h = await house();
let next = 1;
const fresh = (words, count = 1) =>
  Array.from({ length: count }, () => ({ id: `toot:live${next++}`, platform: "toot", at: new Date().toISOString(), author: { id: "u-live", handle: "livewire" }, text: `${words} ${next}`, community: "harbour" }));

async function live(where = "/listen/live", options) {
  const page = await h.open(where, options);
  await page.locator(".live-state.is-live").waitFor();
  await page.locator(".list-row").first().waitFor();
  return page;
}

test("looks right everywhere", async () => {
  await h.everyLook("live", "/listen/live", { prepare: (page) => page.locator(".live-state.is-live").waitFor() });
});

test("a post that is pushed in is on the page within a second", async () => {
  const page = await live();
  const began = performance.now();
  await h.push(fresh("lighthouse lit"));
  await page.getByText("lighthouse lit").waitFor({ timeout: 5000 });
  const took = performance.now() - began;
  assert.ok(took < 2000, `it took ${Math.round(took)} ms`);
  await h.clean(page);
  await page.context().close();
});

test("only posts of the query come", async () => {
  const page = await live("/listen/live?q=ferry");
  await h.push([...fresh("lighthouse dark"), ...fresh("ferry sighted")]);
  await page.getByText("ferry sighted").or(page.getByText("sighted")).first().waitFor();
  assert.equal(await page.getByText("lighthouse dark").count(), 0);
  await page.context().close();
});

test("away from the edge nothing moves, new posts wait, and . lets them in", async () => {
  const page = await live();
  await page.locator(".list-scroll").hover();
  await page.mouse.wheel(0, 400);
  await page.getByText("Paused while you read below").waitFor();
  const rows = () => page.locator(".list-row").evaluateAll((all) => all.map((each) => each.textContent));
  const before = await rows();
  await h.push(fresh("held back", 42));
  await page.getByRole("button", { name: "42 new" }).waitFor();
  assert.deepEqual(await rows(), before, "the view moved while it was read");
  await page.keyboard.press(".");
  await page.getByText("held back").first().waitFor();
  await page.locator(".live-state.is-live").waitFor();
  assert.equal(await page.locator(".live-new").count(), 0);
  await page.context().close();
});

test("a chosen row pauses; keys pause and go on", async () => {
  const page = await live();
  await page.locator("#main").focus();
  await page.keyboard.press("p");
  await page.locator(".live-state.is-paused").waitFor();
  await h.push(fresh("while paused"));
  await page.getByRole("button", { name: "1 new" }).waitFor();
  await page.keyboard.press("p");
  await page.getByText("while paused").waitFor();
  await page.keyboard.press("j");
  await page.locator(".live-state.is-paused").waitFor();
  await h.clean(page);
  await page.context().close();
});

test("more than is held is counted, not lost silently", async () => {
  const page = await live();
  await page.keyboard.press("p");
  await page.locator(".live-state.is-paused").waitFor();
  for (let i = 0; i < 3; i++) await h.push(fresh("flood", 500));
  await page.getByText(/500 posts went by too fast to show/).waitFor();
  await page.getByRole("button", { name: "1,000 or more new" }).waitFor();
  await page.context().close();
});

test("one connection serves all tabs, and another tab goes on when its reader closes", async () => {
  const first = await live();
  const context = first.context();
  let streams = 0;
  context.on("request", (request) => (streams += /\/api\/v1\/events\?.*q=/.test(request.url()) ? 1 : 0));
  const second = await context.newPage();
  await second.goto(h.url + "/listen/live");
  await second.locator(".list-row").first().waitFor();
  await h.push(fresh("for both tabs"));
  await second.getByText("for both tabs").waitFor();
  assert.equal(streams, 0, "the second tab opened a stream of its own");
  await first.close();
  await second.waitForFunction(() => document.querySelector(".live-state.is-live"));
  await second.waitForTimeout(500);
  await h.push(fresh("after the first closed"));
  await second.getByText("after the first closed").waitFor();
  await context.close();
});

test("500 posts a second for 20 seconds: no long frame, no growing heap", async (t) => {
  const page = await live();
  const quiet = await measure(page, 3000); // what this machine does to frames without us
  const stop = { now: false };
  const pushing = flood(stop, 500);
  await page.waitForTimeout(2000);
  const found = await measure(page, 20_000);
  stop.now = true;
  const pushed = await pushing;
  t.diagnostic(JSON.stringify({ pushed, ...found }));
  console.log(`# live at 500 posts/s: ${JSON.stringify(found)}`);
  assert.ok(found.arrived_per_s > 350, `only ${found.arrived_per_s} posts/s arrived`);
  assert.ok(found.long_share < quiet.long_share + 0.03, `${found.long_share * 100} % of the frames were late, ${quiet.long_share * 100} % before`);
  assert.ok(found.script_share < 0.25, `scripts took ${found.script_share * 100} % of the time`);
  assert.ok(found.heap_after_mb < found.heap_before_mb + 12, `the heap grew from ${found.heap_before_mb} to ${found.heap_after_mb} MB`);
  await h.clean(page);
  await page.context().close();
});

/** Pushes until told to stop: a batch each 100 ms, and makes up for a slow one. */
async function flood(stop, perSecond) {
  const began = performance.now();
  let pushed = 0;
  while (!stop.now) {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond) - pushed;
    if (due > 0) {
      await h.push(fresh("flood of gulls #harbour https://town.example/n/1", Math.min(due, 2000)));
      pushed += Math.min(due, 2000);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return pushed;
}

