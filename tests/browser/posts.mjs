// A harbour's chatter that ends now, the same at every run but for its times: JSON Lines for the import.
const who = ["mara", "tomas", "ines", "bo", "yusuf", "greta", "olu", "hana", "piet", "sal"];
const things = ["the ferry", "my coffee", "the bakery queue", "the tide", "the bus", "the market", "the wind", "the library", "our dog", "the gulls"];
const doings = ["was late", "is lovely today", "made me smile", "needs a rest", "smells of bread", "keeps me waiting", "won again", "is too loud", "never changes"];
const tails = ["", " #harbour", " @tidewicket", " https://town.example/n/7", "!", " #monday 😍", " what happened?"];
const crane = ["the old crane on pier nine just tipped over", "crane down at pier nine, road is shut", "can see the crane in the water at pier nine"];
const HOUR_MS = 3_600_000;

/** What strangers write to break a page; every one of them must be shown as text. */
export const hostile = {
  id: "toot:hostile",
  text: '<script>window.broken=1</script><img src=x onerror="window.broken=2"> javascript:alert(1) \u202Eevil &amp; "quoted" crane',
  author: { id: "u-hostile", handle: '"><svg onload=window.broken=3>', name: "<b>bold</b>" },
  url: "javascript:window.broken=4",
  links: ["javascript:window.broken=5", "data:text/html,<script>window.broken=6</script>"],
};

/** A dice with a seed (mulberry32), so that a failing run can be repeated. */
export function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function harbourPosts({ posts = 1500, days = 5, now = Date.now() } = {}) {
  const chance = dice(7);
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const made = [];
  const add = (number, at, author, text, more = {}) => {
    const isForum = number % 3 === 0;
    made.push({
      id: `toot:${number}`, platform: isForum ? "forum" : "toot", at: new Date(at).toISOString(), author: { id: `u-${author}`, handle: author, name: author[0].toUpperCase() + author.slice(1) },
      text, lang: number % 11 === 0 ? "de" : "en", community: isForum ? "ask the harbour" : "harbour", metrics: { likes: number % 17, reposts: number % 3 }, ...more,
    });
  };
  for (let number = 0; number < posts; number++) {
    const at = now - 5 * 60_000 - chance() * days * 24 * HOUR_MS;
    add(number, at, `${pick(who)}${Math.floor(chance() * 300)}`, `${pick(things)} ${pick(doings)}${pick(tails)}`);
  }
  for (let number = 0; number < 60; number++) add(900_000 + number, now - 6 * HOUR_MS + number * 4 * 60_000, `witness${number}`, `${crane[number % 3]} ${pick(doings)}`);
  const asked = now - 2 * HOUR_MS;
  add(800_000, asked, "mara", "Does anybody know when the late boat leaves?", { thread: "toot:800000" });
  for (const [number, parent] of [[800_001, 800_000], [800_002, 800_001], [800_003, 800_000], [800_004, 800_003]])
    add(number, asked + (number - 800_000) * 60_000, `helper${number}`, "Half past ten, from the north steps.", { thread: "toot:800000", reply_to: `toot:${parent}` });
  made.push({ platform: "toot", at: new Date(now - 60_000).toISOString(), lang: "en", community: "harbour", ...hostile });
  return made.sort((a, b) => a.at.localeCompare(b.at));
}
