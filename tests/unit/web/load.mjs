// Loads a module of the page's source for a test: bundled in memory by the bundler that builds the page, so that TypeScript and its imports work
// in any Node that builds the page. What the module expects of a browser is put on globalThis before.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL, fileURLToPath } from "node:url";

const root = process.env.SOURCE_ROOT ?? fileURLToPath(new URL("../../..", import.meta.url));
const require = createRequire(path.join(root, "web", "package.json"));

globalThis.location ??= new URL("http://house.example/listen/explore?client=demo");
globalThis.addEventListener ??= () => {};
globalThis.document ??= { documentElement: { dataset: {} }, visibilityState: "hidden", cookie: "" };
const every = globalThis.setInterval;
globalThis.setInterval = (...what) => every(...what).unref(); // a clock of the page must not keep a test alive

/** load("listen/query-text.ts") gives its exports. */
export async function load(name) {
  const { rolldown } = await import(pathToFileURL(require.resolve("rolldown")).href);
  const bundle = await rolldown({ input: path.join(root, "web", "src", name), cwd: path.join(root, "web"), logLevel: "silent" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return import("data:text/javascript," + encodeURIComponent(output[0].code));
}
