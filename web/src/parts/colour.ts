// The page's colours for what is drawn on a canvas: the browser resolves light-dark() and oklch() for us.
import { signal } from "@preact/signals";
import { effect } from "@preact/signals";
import { theme } from "./session.ts";

/** Changes when the colours do: read it where you draw. */
export const colourRound = signal(0);

let probe: HTMLElement | null = null;
export function colour(name: `--${string}`): string {
  if (!probe) {
    probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

const redraw = () => requestAnimationFrame(() => (colourRound.value += 1));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
matchMedia("(forced-colors: active)").addEventListener("change", redraw);
effect(() => {
  theme.value;
  redraw();
});
