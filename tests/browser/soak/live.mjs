// The live tail for ten minutes at 500 posts a second, by hand: make soak. Prints each minute, and fails where frames are late or the heap grows.
//
// SOAK_SECONDS and SOAK_RATE change its length and its speed. The reader scrolls away for five seconds of each minute, so that holding posts back is soaked too.
import { assert, house, test } from "../harness.mjs";
import { measure } from "../frames.mjs";

const seconds = Number(process.env.SOAK_SECONDS ?? 600);
const rate = Number(process.env.SOAK_RATE ?? 500);
const h = await house();
let next = 1;

function fresh(count) {
  const at = new Date().toISOString();
  return Array.from({ length: count }, () => ({
    id: `toot:soak${next++}`, platform: "toot", at, author: { id: `u-${next % 400}`, handle: `gull${next % 400}` },
    text: `gull number ${next} over pier ${next % 12} #harbour https://town.example/n/${next % 50} is it late again?`, community: "harbour",
  }));
}

async function flood(stop) {
  const began = performance.now();
  let pushed = 0;
  while (!stop.now) {
    const due = Math.floor(((performance.now() - began) / 1000) * rate) - pushed;
    if (due > 0) {
      await h.push(fresh(Math.min(due, 2000)));
      pushed += Math.min(due, 2000);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return pushed;
}

test(`live at ${rate} posts a second for ${seconds} s`, async () => {
  const page = await h.open("/listen/live");
  await page.locator(".live-state.is-live").waitFor();
  const quiet = await measure(page, 5000); // what this machine does to frames without us
  console.log(`# before: ${JSON.stringify(quiet)}`);
  const stop = { now: false };
  const pushing = flood(stop);
  await page.waitForTimeout(3000);
  const rounds = [];
  for (let left = seconds; left > 0; left -= 60) {
    const found = await measure(page, Math.min(left, 55) * 1000);
    rounds.push(found);
    console.log(`# minute ${rounds.length}: ${JSON.stringify(found)}`);
    await page.locator(".list-scroll").hover();
    await page.mouse.wheel(0, 600);
    await page.waitForTimeout(5000);
    await page.keyboard.press(".");
  }
  stop.now = true;
  console.log(`# ${await pushing} posts pushed`);
  const frames = rounds.reduce((a, each) => a + each.frames, 0);
  const late = rounds.reduce((a, each) => a + each.late, 0);
  console.log(`# ${frames} frames, ${late} late (over 34 ms), heap ${rounds[0].heap_before_mb} MB at first, ${rounds.at(-1).heap_after_mb} MB at last`);
  assert.ok(late / frames < quiet.long_share + 0.01, `${late} of ${frames} frames were late, ${quiet.late} of ${quiet.frames} before`);
  assert.ok(rounds.at(-1).heap_after_mb < rounds[0].heap_after_mb + 4, "the heap grew");
  await h.clean(page);
});
