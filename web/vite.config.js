// How the page is built. BELLWETHER_PAGE names the folder to build into; BELLWETHER_URL the server that `npm run dev` talks to.
import process from "node:process";
import { defineConfig } from "vite";
import { pack } from "./pack.js";

const server = process.env.BELLWETHER_URL ?? "http://127.0.0.1:8600";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: process.env.BELLWETHER_PAGE ?? "dist",
    emptyOutDir: true,
    target: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
  },
  plugins: [pack()],
  server: { host: "127.0.0.1", port: 8601, proxy: { "/api": { target: server, changeOrigin: true } } },
});
