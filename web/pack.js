// After a build: each file once more as .br and .gz, and the budget of UI.md, above which the build fails.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

const FIRST_LOAD_MOST = 60_000; // bytes, gzipped: the document, its script and style, and the first screen
const ALL_MOST = 220_000; //       every screen together: each comes when it is opened; the bound is there to notice a library that slips in
const FIRST_SCREEN = "src/listen/explore/explore.tsx";

const packable = /\.(html|js|css|svg|json|webmanifest)$/;

export function pack() {
  let folder = "dist";
  return {
    name: "bellwether-pack",
    apply: "build",
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const manifestPath = path.join(folder, ".vite", "manifest.json");
      if (!fs.existsSync(manifestPath)) return; // the build failed, and has said why
      const manifest = JSON.parse(fs.readFileSync(manifestPath, "utf8"));
      const sizes = new Map();
      for (const name of files(folder)) {
        const bytes = fs.readFileSync(path.join(folder, name));
        if (!packable.test(name)) continue;
        const gz = zlib.gzipSync(bytes, { level: 9 });
        const br = zlib.brotliCompressSync(bytes, {
          params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
        });
        if (gz.length < bytes.length) fs.writeFileSync(path.join(folder, name + ".gz"), gz);
        if (br.length < bytes.length) fs.writeFileSync(path.join(folder, name + ".br"), br);
        sizes.set(name, gz.length);
      }
      fs.rmSync(path.join(folder, ".vite"), { recursive: true });

      const first = new Set(["index.html"]);
      const reach = (key) => {
        const chunk = manifest[key];
        if (!chunk || first.has(chunk.file)) return;
        first.add(chunk.file);
        for (const file of chunk.css ?? []) first.add(file);
        for (const file of chunk.assets ?? []) first.add(file);
        for (const next of chunk.imports ?? []) reach(next);
      };
      reach("index.html");
      reach(FIRST_SCREEN);
      for (const name of sizes.keys()) if (name.endsWith(".svg")) first.add(name);
      const firstLoad = [...first].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
      const all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      console.log(`page: first load ${kilo(firstLoad)} of ${kilo(FIRST_LOAD_MOST)}, every screen ${kilo(all)} of ${kilo(ALL_MOST)} (gzip)`);
      if (firstLoad > FIRST_LOAD_MOST) throw new Error(`the first load is over its budget: ${kilo(firstLoad)} of ${kilo(FIRST_LOAD_MOST)}`);
      if (all > ALL_MOST) throw new Error(`all screens together are over their budget: ${kilo(all)} of ${kilo(ALL_MOST)}`);
    },
  };
}

function* files(folder, below = "") {
  for (const entry of fs.readdirSync(path.join(folder, below), { withFileTypes: true })) {
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      if (entry.name !== ".vite") yield* files(folder, name);
    } else yield name;
  }
}

function kilo(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
