// A house to test in: the real program with a data folder of its own, members of every role, posts that end now, and a browser.
//
//   import { house, test } from "../harness.mjs";
//   const h = await house();                                     // stopped when the file's tests are over
//   test("explore counts", async () => {
//     const page = await h.open("/listen/explore?q=crane", { as: "practitioner", width: 320, theme: "dark" });
//     …
//     await h.check(page, "explore");                            // axe, no policy violation, no script error; keeps a screenshot
//   });
//
// BELLWETHER is the program, SOURCE_ROOT the repository, SCREENSHOTS a folder for pictures. One browser for each file.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { harbourPosts } from "./posts.mjs";

export { assert, test };

const root = process.env.SOURCE_ROOT ?? fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.BELLWETHER ?? path.join(root, "build-test", "bellwether");
const pictures = process.env.SCREENSHOTS ?? path.join(path.dirname(program), "screenshots");
const require = createRequire(path.join(root, "web", "package.json"));
const { chromium } = require("playwright-core");
const axeText = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((each) => fs.existsSync(each));
const flags = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
if (process.getuid?.() === 0) flags.push("--no-sandbox");

export const roles = ["viewer", "learner", "practitioner", "reviewer", "admin"];
export const password = "a harbour at dawn";

/** Runs the program once. Fails where it does, with what it said. */
function run(data, args, input) {
  return new Promise((done, fail) => {
    const child = execFile(program, ["--data", data, ...args], { maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      error ? fail(new Error(`bellwether ${args.join(" ")}: ${stderr || error.message}`)) : done(stdout),
    );
    child.stdin.end(input ?? "");
  });
}

/** Starts `serve` on a free port and waits until it says where. */
function serve(data) {
  const child = spawn(program, ["--data", data, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  // However this process ends, the server ends with it: a test that is killed leaves nothing behind.
  process.on("exit", () => child.exitCode === null && child.kill("SIGKILL"));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.once(signal, () => process.exit(1));
  let said = "";
  const url = new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`serve did not say where it listens:\n${said}`)), 60_000);
    const hear = (text) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
      if (found) {
        clearTimeout(timer);
        done(found[0]);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => fail(new Error(`serve ended with ${code}:\n${said}`)));
  });
  return { child, url, said: () => said };
}

function stopped(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    child.on("exit", (code) => {
      clearTimeout(timer);
      done(code);
    });
    child.kill("SIGTERM");
  });
}

export class House {
  constructor(data, url, server, browser) {
    Object.assign(this, { data, url, server, browser, states: new Map(), troubles: new Map() });
  }

  /** The command line on this house's data (while it serves, only for what server.db holds). */
  cli(args, input) {
    return run(this.data, args, input);
  }

  /** A call of the API as a member. */
  async api(as, method, where, body) {
    const context = await this.#context(as, {});
    try {
      const answer = await context.request.fetch(`${this.url}/api/v1${where}`, {
        method,
        headers: { "X-Bellwether": "1", Origin: this.url, ...(typeof body === "string" ? { "Content-Type": "application/jsonl" } : {}) },
        data: body,
      });
      const text = await answer.text();
      return { status: answer.status(), body: /json/.test(answer.headers()["content-type"] ?? "") && text ? JSON.parse(text) : text };
    } finally {
      await context.close();
    }
  }

  /** Posts (objects of post.h's outer form) pushed in as they would arrive. */
  async push(posts) {
    const answer = await this.api("practitioner", "POST", "/posts?client=demo", posts.map((each) => JSON.stringify(each)).join("\n") + "\n");
    assert.equal(answer.status < 300, true, `posts were not taken: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async #context(as, options) {
    if (as && !this.states.has(as)) {
      const context = await this.browser.newContext();
      const answer = await context.request.post(`${this.url}/api/v1/session`, { headers: { "X-Bellwether": "1", Origin: this.url }, data: { name: as, password } });
      assert.equal(answer.status() < 300, true, `${as} cannot sign in: ${answer.status()} ${await answer.text()}`);
      this.states.set(as, await context.storageState());
      await context.close();
    }
    return this.browser.newContext({ baseURL: this.url, timezoneId: "Europe/Berlin", locale: "en-GB", reducedMotion: "reduce", storageState: as ? this.states.get(as) : undefined, ...options });
  }

  /** A page in a browser of its own, signed in as the member of that role (null: a stranger). Watches for everything that must not happen. */
  async open(where, { as = "practitioner", width = 1280, height = width < 600 ? 720 : 800, theme = "light", options = {} } = {}) {
    const context = await this.#context(as, { viewport: { width, height }, colorScheme: theme, ...options });
    context.setDefaultTimeout(12_000);
    const page = await context.newPage();
    const troubles = [];
    this.troubles.set(page, troubles);
    page.on("pageerror", (error) => troubles.push(`script error: ${error.stack ?? error.message}`));
    page.on("console", (line) => {
      const text = line.text();
      if (/Content.Security.Policy|Trusted ?Type|Refused to/i.test(text)) troubles.push(`policy: ${text}`);
      else if (line.type() === "error" && !/Failed to load resource/.test(text)) troubles.push(`console: ${text}`);
    });
    await page.addInitScript(() => {
      window.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`));
    });
    await page.goto(where.startsWith("http") ? where : this.url + where);
    return page;
  }

  /** Nothing that is there to read is out of reach: axe (WCAG 2.2 AA), no sideways scrolling; and nothing was refused or thrown. */
  async check(page, name) {
    await this.settled(page);
    const { width } = page.viewportSize();
    const theme = await page.evaluate(() => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
    fs.mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: path.join(pictures, `${name}-${width}-${theme}.png`) });
    await page.evaluate(axeText);
    const found = await page.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
    const words = found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1).join("; ")}`));
    assert.deepEqual(words, [], `axe on ${name} at ${width} px, ${theme}`);
    const [inner, scroll] = await page.evaluate(() => [window.innerWidth, document.documentElement.scrollWidth]);
    assert.ok(scroll <= inner, `${name} scrolls sideways at ${width} px: ${scroll} px wide`);
    await this.clean(page, name);
  }

  /** No policy violation and no script error so far. */
  async clean(page, name = "the page") {
    assert.deepEqual(await page.evaluate(() => window.violations), [], `policy violations on ${name}`);
    assert.deepEqual(this.troubles.get(page), [], `troubles on ${name}`);
  }

  /** Nothing is loading any more. */
  async settled(page) {
    await page.waitForFunction(() => !document.querySelector(".state.loading, [aria-busy=true]"), null, { timeout: 15_000 });
  }

  /** name at 320 and 1280 px, in light and dark. prepare brings each page into the state that is meant. */
  async everyLook(name, where, { as, prepare } = {}) {
    for (const width of [1280, 320])
      for (const theme of ["light", "dark"]) {
        const page = await this.open(where, { as, width, theme });
        await this.settled(page);
        await prepare?.(page);
        await this.check(page, name);
        await page.context().close();
      }
  }

  async stop() {
    await this.browser.close();
    const code = await stopped(this.server.child);
    fs.rmSync(this.data, { recursive: true, force: true });
    return code;
  }
}

/** What the keyboard is on: "button Save", for keyboard-only paths. */
export function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    return `${element.getAttribute("role") ?? element.tagName.toLowerCase()} ${element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 60)}`.trim();
  });
}

/** Presses Tab until the focus is on something whose words fit; fails after `most` steps. */
export async function tabTo(page, pattern, most = 60) {
  const seen = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (pattern.test(now)) return now;
    seen.push(now);
  }
  assert.fail(`Tab does not reach ${pattern}; it passes\n  ${seen.join("\n  ")}`);
}

/** Starts a house. posts: what its client "demo" holds; clients: further, empty ones. */
export async function house({ posts = harbourPosts(), clients = [] } = {}) {
  if (!chromiumPath) {
    console.log("skip - there is no chromium on this machine");
    process.exit(77);
  }
  const data = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-browser-"));
  for (const name of ["demo", ...clients]) await run(data, ["client", "add", name]);
  for (const role of roles) {
    await run(data, ["user", "add", role, "--password-stdin"], password + "\n");
    await run(data, ["--client", "demo", "user", "role", role, role]);
  }
  if (posts.length) {
    const file = path.join(data, "posts.jsonl");
    fs.writeFileSync(file, posts.map((each) => JSON.stringify(each)).join("\n") + "\n");
    await run(data, ["--client", "demo", "-q", "import", file]);
  }
  const server = serve(data);
  process.on("exit", () => fs.rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })); // after the server was ended
  const url = await server.url;
  const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  const made = new House(data, url, server, browser);
  after(async () => {
    const code = await made.stop();
    assert.equal(code, 0, `serve ended with ${code}:\n${server.said().slice(-4000)}`);
  });
  return made;
}
