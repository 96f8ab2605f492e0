// Who is here: coming in, what members set for themselves, roles, and the trail of changes.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { assert, focused, house, password, tabTo, test } from "./harness.mjs";

const h = await house({ clients: ["bakery"] });
await h.cli(["user", "add", "chief", "--server-admin", "--password-stdin"], password + "\n");
await h.cli(["user", "add", "Nora Quist", "--no-password"]);

const done = (page) => page.context().close();

test("sign in: in every look, and by keyboard alone", async () => {
  await h.everyLook("sign-in", "/sign-in", { as: null });
  const page = await h.open("/listen/explore?client=demo&q=crane", { as: null });
  await page.waitForURL(/\/sign-in/);
  await page.getByRole("textbox", { name: "Name" }).waitFor();
  assert.match(await focused(page), /input/);
  await page.keyboard.type("viewer");
  await tabTo(page, /input/, 1);
  await page.keyboard.type("not the password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Name or password is wrong.").waitFor();
  assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "", "a wrong password is taken away");
  await page.getByLabel("Password", { exact: true }).focus();
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/listen\/explore\?client=demo&q=crane/);
  await h.clean(page);
  const cookies = await page.context().cookies();
  const cookie = cookies.find((each) => each.name === "__Host-bellwether");
  assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === "Lax" && cookie.path === "/", JSON.stringify(cookie));
  assert.equal(await page.evaluate(() => document.cookie.includes("bellwether")), false, "no script reads the cookie");
  await done(page);
});

test("the way back leads to no other site", async () => {
  for (const next of ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)"]) {
    const page = await h.open(`/sign-in?next=${encodeURIComponent(next)}`, { as: "viewer" });
    await page.waitForURL((url) => url.pathname !== "/sign-in");
    assert.equal(new URL(page.url()).origin, h.url, next);
    await h.clean(page);
    await done(page);
  }
});

test("the first link of a server makes its first admin, and opening it uses nothing up", async () => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-welcome-"));
  const child = spawn(process.env.BELLWETHER, ["--data", data, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    const link = await new Promise((found, fail) => {
      let said = "";
      child.stderr.on("data", (text) => {
        said += text;
        const match = /(http:\/\/\S+\/welcome#\S+)/.exec(said);
        if (match && /listening on/.test(said)) found(match[1]);
      });
      child.on("exit", () => fail(new Error(said)));
    });
    for (let visit = 0; visit < 3; visit++) assert.equal((await fetch(link)).status, 200);
    for (const theme of ["light", "dark"])
      for (const width of [1280, 320]) {
        const look = await h.open(link, { as: null, theme, width });
        await look.getByRole("heading", { name: "Welcome" }).waitFor();
        await h.check(look, "welcome-setup");
        await done(look);
      }
    const page = await h.open(link, { as: null });
    await page.getByLabel("Your name").fill("Mara Lindholm");
    await page.getByLabel("Password", { exact: true }).fill("mara lindholm");
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("alert").getByText(/too easy to guess/).waitFor();
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Begin" }).click();
    await page.waitForURL(/\/team\?show=clients/);
    await page.getByRole("heading", { name: "The first client" }).waitFor();
    await h.check(page, "first-client");
    await page.getByLabel("Title").fill("Harbour Ferries");
    assert.equal(await page.getByLabel("Folder (stays)").inputValue(), "harbour-ferries");
    await page.getByRole("button", { name: "Make the client" }).click();
    await page.waitForURL(/\/listen\/explore\?client=harbour-ferries/);
    await h.settled(page);
    await done(page);
    const late = await h.open(link, { as: null });
    await late.getByRole("heading", { name: "This link opens nothing" }).waitFor();
    await h.check(late, "welcome-spent");
    await done(late);
  } finally {
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGTERM");
    assert.equal(await ended, 0);
    fs.rmSync(data, { recursive: true, force: true });
  }
});

test("a link signs a member in once; then she chooses a password", async () => {
  const admin = await h.open("/team?client=demo&show=everybody", { as: "chief" });
  await admin.getByRole("button", { name: "Acts for Nora Quist" }).click();
  await admin.getByRole("menuitem", { name: /Make a sign-in link/ }).click();
  const link = await admin.getByLabel("The link").inputValue();
  await h.check(admin, "link-dialog");
  await done(admin);
  const page = await h.open(link, { as: null });
  await page.getByRole("button", { name: "Sign in as Nora Quist" }).waitFor();
  await h.check(page, "welcome-sign-in");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/settings/);
  await page.getByLabel("New password", { exact: true }).fill("gulls over harbour");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("Your password is set").waitFor();
  await page.goto(h.url + "/listen/explore");
  await page.getByText("You are not in any client yet").waitFor();
  await h.check(page, "no-client");
  await done(page);
  const again = await h.open(link, { as: null });
  await again.getByRole("heading", { name: "This link opens nothing" }).waitFor();
  await done(again);
});

test("settings: look, zone, keys, password", async () => {
  await h.everyLook("settings", "/settings?client=demo", { as: "viewer" });
  const page = await h.open("/settings?client=demo", { as: "viewer" });
  await page.getByRole("radio", { name: "dark" }).check();
  await page.getByText("The page is dark").waitFor();
  await page.getByRole("combobox", { name: "Time zone" }).selectOption("Asia/Tokyo");
  await page.getByText("UTC+9").waitFor();
  await page.getByRole("checkbox", { name: /Single letters/ }).uncheck();
  await page.getByText("Single-letter keys are off").waitFor();
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await h.settled(page);
  assert.equal(await page.getByRole("checkbox", { name: /Single letters/ }).isChecked(), false);
  await page.getByLabel("Password now", { exact: true }).fill("not it at all");
  await page.getByLabel("New password", { exact: true }).fill("another good password");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByRole("alert").getByText(/this is not your password/i).waitFor();
  await h.clean(page);
  await done(page);
});

test("a token is shown once, works, and ends", async () => {
  const page = await h.open("/settings?client=demo", { as: "practitioner" });
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("What it is for").fill("collector");
  await page.getByLabel("Client", { exact: true }).selectOption("demo");
  const offered = await page.getByLabel("Acts as at most").locator("option").allTextContents();
  assert.deepEqual(offered, ["viewer", "learner", "practitioner"], "no more than one's own role");
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = await page.getByLabel("The token").inputValue();
  assert.match(token, /^bw_/);
  await h.check(page, "token-dialog");
  await page.getByRole("button", { name: "Done" }).click();
  assert.equal((await page.content()).includes(token), false, "it is nowhere any more");
  const ask = () => fetch(`${h.url}/api/v1/count?client=demo`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await ask()).status, 200);
  await page.getByRole("button", { name: "End token collector" }).click();
  await page.getByRole("button", { name: "End it" }).click();
  await page.getByText("Token “collector” has ended").waitFor();
  assert.equal((await ask()).status, 401);
  await h.clean(page);
  await done(page);
});

test("members: roles change at once and can be taken back", async () => {
  await h.everyLook("members", "/team?client=demo", { as: "admin" });
  const page = await h.open("/team?client=demo", { as: "admin" });
  await page.getByRole("combobox", { name: "Role of learner" }).selectOption("viewer");
  await page.getByText("learner is viewer of demo").waitFor();
  const role = async () => (await h.api("viewer", "GET", "/team?client=demo")).body.members.find((each) => each.name === "learner")?.role;
  assert.equal(await role(), "viewer");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone").waitFor();
  assert.equal(await role(), "learner");
  await page.getByRole("button", { name: "Take out learner" }).click();
  await page.getByText("learner is no member of demo any more").waitFor();
  assert.equal(await role(), undefined);
  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.getByRole("combobox", { name: "Role of learner" }).waitFor();
  assert.equal(await role(), "learner");
  await page.getByLabel("Their name").fill("nobody at all");
  await page.getByRole("button", { name: "Bring in" }).click();
  await page.getByRole("alert").getByText(/There is no member/).waitFor();
  await h.clean(page);
  await done(page);
});

test("members: a viewer reads, and is offered nothing that would be refused", async () => {
  const page = await h.open("/team?client=demo", { as: "viewer" });
  await page.getByRole("rowheader", { name: "practitioner" }).waitFor();
  assert.equal(await page.locator("#main select, #main button").count(), 0);
  assert.equal(await page.getByRole("link", { name: "Trail", exact: true }).count(), 0);
  await h.check(page, "members-viewer");
  await page.goto(h.url + "/team/trail?client=demo");
  await page.getByRole("heading", { name: "Not for your role" }).waitFor();
  await h.check(page, "trail-viewer");
  await done(page);
});

test("everybody and clients, for an admin of the server", async () => {
  await h.everyLook("everybody", "/team?client=demo&show=everybody", { as: "chief" });
  await h.everyLook("clients", "/team?client=demo&show=clients", { as: "chief" });
  const page = await h.open("/team?client=demo&show=everybody", { as: "chief" });
  await page.getByLabel("Name", { exact: true }).fill("<img src=x onerror=alert(1)>");
  await page.getByRole("button", { name: "Add, and make a link" }).click();
  await page.getByRole("alert").getByText(/cannot stand/).waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Dee");
  await page.getByRole("button", { name: "Add, and make a link" }).click();
  await page.getByRole("dialog", { name: "A link for Dee" }).waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Acts for chief" }).click();
  await page.getByRole("menuitem", { name: /Disable/ }).click();
  await page.getByText(/the last server admin/).waitFor();
  await page.getByRole("tab", { name: "Clients" }).click();
  await page.getByRole("button", { name: "Change the title of bakery" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("The Bakery <script>alert(1)</script>");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByRole("link", { name: "The Bakery <script>alert(1)</script>" }).waitFor();
  await page.goBack();
  await page.getByRole("rowheader", { name: /Dee/ }).waitFor();
  await h.clean(page);
  await done(page);
});

test("the trail says who changed what", async () => {
  for (let i = 0; i < 51; i++) assert.equal((await h.api("chief", "PATCH", "/clients/bakery", { title: `Bakery ${i}` })).status, 200);
  assert.equal((await h.api("admin", "PUT", `/members/${(await h.api("admin", "GET", "/team?client=demo")).body.members.find((each) => each.name === "learner").id}/role?client=demo`, { role: "viewer" })).status, 200);
  await h.everyLook("trail", "/team/trail?client=demo&of=server", { as: "chief" });
  const page = await h.open("/team/trail?client=demo&of=server", { as: "chief" });
  await page.getByRole("row", { name: /admin set role member learner/ }).first().waitFor();
  await page.getByRole("button", { name: "Show older changes" }).click();
  await page.getByRole("row", { name: /chief edit client .*Bakery 0/ }).first().waitFor();
  await h.clean(page);
  await done(page);
});
