// Imports: a file says what it is or is asked, its posts are shown before anything is done, and what came of it is told with numbers.
import fs from "node:fs";
import path from "node:path";
import { assert, focused, house, test } from "./harness.mjs";

const h = await house();
const query = "client=demo";
const start = `/listen/sources/import?${query}`;

const brandwatch =
  "\ufeffReport:,Weekly\r\n\r\n" +
  "Query Id,Query Name,Date,Title,Snippet,Full Text,Url,Domain,Sentiment,Page Type,Thread Entry Type,Language,Added,Author,Reach,X Likes\r\n" +
  Array.from({ length: 12 }, (_, i) =>
    `7,Ferries,2026-03-0${1 + (i % 9)} 10:0${i % 10}:00.0,,,"late again, number ${i} <img src=x onerror=""window.broken=1"">",http://twitter.com/ann/statuses/19000000000000000${10 + i},twitter.com,neutral,X,post,en,2026-03-09 10:00:00.0,ann,99,"1,23${i % 10}"`,
  ).join("\r\n") +
  "\r\n7,Ferries,,,,no date at all,https://www.news.example/a,news.example,neutral,News,post,en,,Jo,9,\r\n";
const odd = "Gepostet;Wörter;Wer;Wo;Sonst\r\n03/04/2026 10:00;hallo;ann;https://x.com/ann/status/77;1\r\n04/04/2026 11:00;noch eins;bob;https://x.com/bob/status/78;2\r\nbald;x;y;z;3\r\n";

const choose = (page, name, text) => page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.isBuffer(text) ? text : Buffer.from(text) });

test("first use says what will happen, and who may not is told", async () => {
  const page = await h.open(start);
  await page.getByRole("heading", { name: /Nothing has been imported/ }).waitFor();
  await page.getByText("Whose exports are recognised").click();
  await page.getByText("no real export has been read yet").first().waitFor();
  await h.check(page, "import-empty");
  await page.context().close();
  const viewer = await h.open(start, { as: "viewer" });
  await viewer.getByRole("heading", { name: "Not for your role" }).waitFor();
  await viewer.context().close();
  await h.everyLook("import", start, { prepare: (p) => p.getByRole("heading", { name: "Import", exact: true }).waitFor() });
});

test("an export is recognised, shown as posts, taken in, and seen in Explore", async () => {
  const page = await h.open(start);
  await choose(page, "weekly.csv", brandwatch);
  await page.getByRole("heading", { name: "Brandwatch export" }).waitFor();
  assert.match(page.url(), /\/import\/\d+\?/);
  await page.getByText("query “Ferries”").waitFor();
  await page.getByText("Times that name no zone are in UTC, as Brandwatch writes them.").waitFor();
  await page.getByText("13 rows of its beginning looked at: 12 posts, 1 that is none.").waitFor();
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator(".import-posts img").count(), 0);
  await page.getByText("What is left out, and what this knowledge rests on").click();
  await page.getByText(/Reach, Impressions/).first().waitFor();
  await h.check(page, "import-brandwatch");
  await h.everyLook("import-looked-at", page.url().replace(h.url, ""), { prepare: (p) => p.getByRole("heading", { name: "Brandwatch export" }).waitFor() });
  await page.locator("h1").click(); // Enter on a summary is the summary's own
  await page.keyboard.press("Control+Enter");
  await page.getByText(/Taken in as Brandwatch/).waitFor();
  await page.locator(".import-numbers", { hasText: "12 posts that were not here" }).waitFor();
  assert.match(await page.locator(".import-numbers").innerText(), /rejected\s+1/);
  await h.check(page, "import-done");
  const link = page.getByRole("link", { name: "Fetch what was rejected" });
  const [fetched] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert.match(fs.readFileSync(await fetched.path(), "utf8"), /does not say when/);
  await page.getByRole("link", { name: "See them in Explore" }).click();
  await page.waitForURL(/explore.*since=2026-03-01/);
  await page.getByText(/late again, number/).first().waitFor();
  await h.clean(page);
  await page.context().close();
});

test("a table that nobody knows is mapped by keyboard; both readings of a date are shown; it is known the next time", async () => {
  const page = await h.open(start);
  await choose(page, "odd.txt", odd);
  await page.getByRole("heading", { name: "A table that nobody here knows" }).waitFor();
  await page.getByText(/Still to say: which column is “when it was published” and which is “what it says”/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Take these posts in" }).isDisabled(), true);
  await h.check(page, "import-unknown");
  const map = async (column, field) => {
    await page.getByRole("combobox", { name: `What “${column}” is` }).focus();
    await page.keyboard.type(field);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  };
  await map("Gepostet", "at");
  await map("Wörter", "text");
  await page.getByRole("group", { name: /What is “03\/04\/2026 10:00”/ }).waitFor();
  await map("Wer", "author");
  await map("Wo", "url");
  await page.getByText(/3 rows of its beginning looked at: no posts/).waitFor();
  await page.getByText("Nothing in the file decides it: you must.").waitFor();
  await h.check(page, "import-mapped");
  await page.getByLabel(/day first/).check();
  await page.getByText(/2 posts, 1 that is none/).waitFor();
  await page.getByText("Whose clock is it?").waitFor();
  await page.getByRole("combobox", { name: "Time zone of the file" }).fill("Europe/Berlin");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByText("are in Europe/Berlin, as you said.").waitFor();
  assert.match(page.url(), /zone=Europe/);
  await page.reload(); // the address holds all that was said
  await page.getByText("are in Europe/Berlin, as you said.").waitFor();
  await page.getByText(/2 posts, 1 that is none/).waitFor();
  await h.everyLook("import-mapping", page.url().replace(h.url, ""), { prepare: (p) => p.getByText(/2 posts, 1 that is none/).waitFor() });
  await page.getByRole("button", { name: "Keep how it is read …" }).click();
  await page.waitForFunction(() => document.activeElement.tagName === "INPUT"); // after the next paint
  assert.match(await focused(page), /Name|input/i);
  await page.keyboard.type("Our forum");
  await page.keyboard.press("Enter");
  await page.getByText(/“Our forum” is kept/).waitFor();
  await page.goto(`${h.url}${start}`);
  await choose(page, "next.txt", odd.replaceAll("/77", "/87"));
  await page.getByText("Read as “Our forum”, which was kept for these columns.").waitFor();
  await page.getByText(/2 posts, 1 that is none/).waitFor();
  await page.getByRole("button", { name: "Take these posts in" }).click();
  await page.getByText(/Taken in as a table/).waitFor();
  await h.clean(page);
  await page.context().close();
});

test("a spreadsheet is told how to become a table, an empty file is none, and a file is removed", async () => {
  const page = await h.open(start);
  await choose(page, "book.xlsx", Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.from("[Content_Types].xml xl/workbook.xml"), Buffer.alloc(200)]));
  await page.getByRole("heading", { name: "Not readable as posts" }).waitFor();
  await page.getByText(/save it as CSV/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Take these posts in" }).isDisabled(), true);
  await h.check(page, "import-xlsx");
  await page.getByRole("button", { name: "Remove this file" }).click();
  await page.waitForURL(/\/import\?/);
  await page.locator(".import-list").waitFor();
  assert.equal(await page.getByText("book.xlsx").count(), 0);
  await choose(page, "nothing.csv", "");
  await page.getByText(/nothing.csv is empty/).waitFor();
  await page.context().close();
});

test("a file of several parts arrives whole, and its run is told with numbers", async () => {
  const page = await h.open(start);
  const lines = Array.from({ length: 30000 }, (_, i) => JSON.stringify({ id: `toot:i${i}`, platform: "toot", at: "2026-03-04T10:00:00Z", author: { handle: `a${i % 99}` }, text: `the ferry ${i} ` + "word ".repeat(40) }));
  const file = path.join(h.data, "many.jsonl");
  fs.writeFileSync(file, lines.join("\n") + "\n");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("heading", { name: "Posts in the JSON form" }).waitFor();
  await page.getByRole("button", { name: "Take these posts in" }).click();
  await page.getByText(/30,000 posts that were not here/).waitFor({ timeout: 60000 });
  await h.check(page, "import-many");
  await page.goto(`${h.url}${start}`);
  await page.getByText(/30,000 new of 30,000/).waitFor();
  await page.context().close();
});
