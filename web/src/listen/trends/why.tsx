// Why is this a trend? The formula of docs/trends.md, filled with the numbers that were seen, so that a reader can reckon it again.
import { count, figure, percent, span } from "../../parts/words.ts";
import type { Why } from "./trend.ts";

function exact(n: number, digits = 2): string {
  return Number(n.toFixed(digits)).toString();
}

export function WhyWords({ why, label }: { why: Why; label: string }) {
  const x = exact(why.observed, 1);
  const mu = why.expected < 0.01 ? why.expected.toPrecision(2) : exact(why.expected, 2);
  const r = exact(why.size, 0);
  const isSame = Math.abs(why.z - why.z_told) < 0.02;
  return (
    <div class="why">
      <p>
        What spoke loudest in “{label}” is <b dir="auto">{why.strongest || label}</b>. In {span(why.window_h * 3600)} it had <b>{x} voices</b> among {count(Math.round(why.window_posts))} posts.
        {why.share !== null && <> Before, about one post in {count(Math.max(1, Math.round(1 / why.share)))} held it ({percent(why.share, why.share < 0.001 ? 3 : 2)}), so <b>{mu}</b> were to be expected.</>}
      </p>
      <table class="plain-table why-table">
        <caption class="unseen">The inputs of the formula</caption>
        <thead><tr><th scope="col">Sign</th><th scope="col">Is</th><th scope="col" class="number">Number</th></tr></thead>
        <tbody>
          <tr><th scope="row">x</th><td>voices seen in the window: authors, with near copies counted as hardly more than one</td><td class="number">{x}</td></tr>
          <tr><th scope="row">mu</th><td>voices to be expected: the share of the past times the posts of the window</td><td class="number">{mu}</td></tr>
          <tr><th scope="row">r</th><td>how clumpy talk is: ten voices' worth</td><td class="number">{r}</td></tr>
          <tr><th scope="row">w</th><td>the window, of those looked at (1 minute to {span(why.longest_window_h * 3600)}) the one that says most</td><td class="number">{exact(why.window_h, 2)} h</td></tr>
          <tr><th scope="row">D</th><td>2 [ x ln(x/mu) − (x + r) ln((x + r)/(mu + r)) ]: how odd x is where mu was expected</td><td class="number">{exact(why.deviance, 1)}</td></tr>
          <tr><th scope="row">price</th><td>2 ln({exact(why.longest_window_h, 1)} / w): short windows are many, so accidents in them are too</td><td class="number">{exact(why.price, 1)}</td></tr>
          <tr><th scope="row">z</th><td>√(D − price): the strength, in standard deviations; a trend opens at 5</td><td class="number"><b>{exact(why.z, 1)}</b></td></tr>
        </tbody>
      </table>
      <p class="quiet">
        √({exact(why.deviance, 1)} − {exact(why.price, 1)}) = {exact(why.z, 1)}.{" "}
        {isSame ? "Reckoned again here from the inputs; the engine told the same." : `The engine told ${exact(why.z_told, 1)}.`} These are the numbers of its best moment; {figure(why.z)} is not how big it is, but how far from what was usual.
      </p>
    </div>
  );
}
