// How well she reads: Brier score, calibration, skill. Nothing below ten settled reads, no leaderboard.
import { apiUrl } from "../../parts/api.ts";
import type { Answer } from "../../parts/ask.ts";
import { Figure } from "../../parts/figure.tsx";
import { Panel } from "../../parts/panel.tsx";
import { counted, figure, percent, percentInterval } from "../../parts/words.ts";
import { skillWords, type Band, type Score } from "./read.ts";

export const scoreUrl = (whose: "mine" | "team") => apiUrl("/reads/score", { whose });

export function ScorePanel({ title, answer }: { title: string; answer: Answer<Score> }) {
  return (
    <Panel title={title} answer={answer} rows={2}>
      {(score) => (score.missing ? <Missing score={score} /> : <Known score={score} title={title} />)}
    </Panel>
  );
}

function Missing({ score }: { score: Score }) {
  return (
    <p class="quiet">
      {score.settled === 0 ? "No read is settled yet" : `${counted(score.settled, "read")} settled`}; {counted(score.missing, "more", "more")} and there is something to tell. Fewer would be chance.
    </p>
  );
}

function Known({ score, title }: { score: Score; title: string }) {
  return (
    <div class="stack">
      <dl class="score-list">
        <div>
          <dt>Brier score</dt>
          <dd><b>{figure(score.brier!)}</b> <span class="quiet">0 is perfect, 0.25 a shrug; {counted(score.settled, "read")}</span></dd>
        </div>
        <div>
          <dt>Against the base rate</dt>
          <dd><b>{score.base_skill == null ? "–" : skillWords(score.base_skill)}</b> <span class="quiet">its Brier is {figure(score.base_brier!)}</span></dd>
        </div>
        <div>
          <dt>Against the engine</dt>
          <dd>{score.engine_skill == null
            ? <span class="quiet">ten reads written blind are wanted; there are {score.blind}</span>
            : <><b>{skillWords(score.engine_skill)}</b> <span class="quiet">its Brier is {figure(score.engine_brier!)} on the {score.blind} written blind</span></>}</dd>
        </div>
        <div>
          <dt>Said, and came true</dt>
          <dd>{percent(score.said!)} <span class="quiet">and</span> {percent(score.came_true!)}</dd>
        </div>
      </dl>
      <Calibration bands={score.bands!} title={title} />
    </div>
  );
}

const bandWords = (band: Band) => `${Math.round(band.low * 100)} to ${Math.round(band.high * 100)} %`;

/** What was said against what came true; on the line both are one. Whiskers: Wilson's 95 % interval. */
function Calibration({ bands, title }: { bands: Band[]; title: string }) {
  const size = 220;
  const left = 44;
  const bottom = 24;
  const x = (p: number) => left + p * (size - left - 8);
  const y = (p: number) => size - bottom - p * (size - bottom - 8);
  const known = bands.filter((each) => each.reads > 0);
  return (
    <Figure
      title="Calibration"
      table={{
        columns: ["Said", "Reads", "Said on average", "Came true"],
        rows: () => bands.map((band) => [bandWords(band), band.reads, band.said == null ? "–" : percent(band.said), band.share == null ? "–" : percentInterval(band.share, band.share_low!, band.share_high!)]),
      }}
    >
      <svg class="calibration" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`${title}, calibration: ` + known.map((band) => `of ${counted(band.reads, "read")} said at ${percent(band.said!)} ${percent(band.share!)} came true`).join("; ")}>
        {[0, 0.5, 1].map((p) => (
          <g key={p}>
            <line class="grid" x1={x(0)} x2={x(1)} y1={y(p)} y2={y(p)} />
            <text x={left - 6} y={y(p) + 4} text-anchor="end">{p * 100} %</text>
            <text x={x(p)} y={size - 6} text-anchor={p === 1 ? "end" : "middle"}>{p * 100}</text>
          </g>
        ))}
        <line class="calibration-line" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        {known.map((band) => (
          <g key={band.low}>
            <line class="calibration-whisker" x1={x(band.said!)} x2={x(band.said!)} y1={y(band.share_low!)} y2={y(band.share_high!)} />
            <circle class="calibration-dot" cx={x(band.said!)} cy={y(band.share!)} r={4} />
            <text x={x(band.said!) + 7} y={y(band.share!) + 4}>{band.reads}</text>
          </g>
        ))}
      </svg>
      <p class="hint">Across: what was said. Up: how often it came true, with its 95 % interval. Beside a dot: how many reads.</p>
    </Figure>
  );
}
