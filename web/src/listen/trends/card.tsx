// A trend reads like a headline with its evidence. Every figure can be opened to what it was made of.
import { useState } from "preact/hooks";
import { useAsk } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { authorName, type Post } from "../../parts/post.ts";
import { href } from "../../parts/router.ts";
import { may } from "../../parts/session.ts";
import { Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { count, counted, figure, percentInterval, span } from "../../parts/words.ts";
import { Curve } from "./curve.tsx";
import { readIt, unmute, type Deed } from "./deeds.tsx";
import { direction, doublingWords, flagWords, growthWords, isNew, placesWords, statusWords, unflaggedWords, type Trend, type WholeTrend } from "./trend.ts";
import { WhyWords } from "./why.tsx";

function firstWords(post: Post): string {
  const text = (post.text ?? "").replace(/\s+/g, " ").trim();
  return text.length > 140 ? text.slice(0, 139) + "…" : text;
}

export function Headline({ trend, as: Tag = "h2" }: { trend: Trend; as?: "h1" | "h2" }) {
  return (
    <Tag class="trend-label" dir="auto">
      {Tag === "h2" ? <a href={href(`/listen/trends/${trend.id}`)}>{trend.label}</a> : trend.label}
    </Tag>
  );
}

export function Status({ trend }: { trend: Trend }) {
  return (
    <p class="trend-status">
      {isNew(trend) && <span class="chip is-live">new</span>}
      {trend.muted && <span class="chip">muted</span>}
      <span>
        <Time at={trend.detected_at} /> → {trend.closed_at ? <>over <Time at={trend.closed_at} /></> : statusWords(trend)}
      </span>
      {direction(trend) === "rising" && trend.is_open && <span aria-hidden="true">↗</span>}
    </p>
  );
}

/** Voices, posts, growth, strength: the four numbers, each with its meaning on hover. */
export function Numbers({ trend }: { trend: Trend }) {
  const growth = growthWords(trend.growth);
  const doubling = doublingWords(trend.growth);
  return (
    <ul class="trend-numbers">
      <li title="Voices are authors; people who say the same text count as hardly more than one"><b>{counted(Math.round(trend.voices), "voice")}</b> in {counted(trend.posts, "post")}</li>
      {trend.is_open ? (
        <li title="Growth of voices an hour over the last eight steps, with the interval that holds the true value 95 times in 100">
          {growth ?? "too few voices lately to tell its growth"}{doubling && <span class="quiet"> · {doubling}</span>}
        </li>
      ) : (
        <li title="From the first voice to the last post">lasted {span(Math.max(0, (Date.parse(trend.last_post_at) - Date.parse(trend.started_at)) / 1000))}</li>
      )}
      <li title="How far from what was usual, in standard deviations; a trend opens at 5">strength <b>{figure(trend.is_open ? trend.z : trend.z_peak)}</b>{trend.is_open && trend.z_peak > trend.z + 0.5 && <span class="quiet"> (at its peak {figure(trend.z_peak)})</span>}</li>
    </ul>
  );
}

export function Flags({ trend }: { trend: Trend }) {
  const flags = flagWords(trend);
  return (
    <ul class="trend-flags">
      {flags.map((each) => <li key={each.flag}><span class="chip trend-flag">{each.words}</span> {each.because}</li>)}
      {!trend.flags.includes("coordinated") && <li class="quiet">coordinated? {unflaggedWords(trend)}</li>}
    </ul>
  );
}

export function ToneWords({ trend }: { trend: Trend }) {
  if (!trend.tone) return null;
  const { negative, positive, known, of_posts } = trend.tone;
  return (
    <span title={`As a machine reads it, in ${counted(known, "English post")} of ${count(of_posts)}; it errs in about a third of single posts and hears no irony`}>
      tone: <span class="negative">− {percentInterval(negative.share, negative.low, negative.high)} negative</span>, <span class="positive">+ {percentInterval(positive.share, positive.low, positive.high)} positive</span>
    </span>
  );
}

export function Acts({ trend, onDeed, onChanged }: { trend: Trend; onDeed: (deed: Deed) => void; onChanged: () => void }) {
  return (
    <div class="trend-acts">
      <button type="button" onClick={() => void readIt(trend)} title="The reading room, with the posts of this trend">Read it</button>
      {may("practitioner") && <button type="button" onClick={() => onDeed("topic")}>Make a topic</button>}
      {may("practitioner") && <button type="button" onClick={() => onDeed("note")}>Note{trend.note_count > 0 && ` (${trend.note_count})`}</button>}
      {may("practitioner") && (trend.muted
        ? <button type="button" onClick={() => void unmute(trend, onChanged)}>Unmute</button>
        : <button type="button" onClick={() => onDeed("mute")}>Mute</button>)}
      {may("reviewer") && !trend.joined_to && !trend.merged_into && <button type="button" onClick={() => onDeed("merge")}>Merge</button>}
    </div>
  );
}

export function TrendCard({ trend, onDeed, onChanged, isWhyOpen, onWhy }: {
  trend: Trend;
  onDeed: (deed: Deed) => void;
  onChanged: () => void;
  isWhyOpen: boolean;
  onWhy: () => void;
}) {
  const [said, setSaid] = useState("");
  const first = trend.first_voices[0];
  const places = placesWords(trend);
  const headline = `trend-${trend.id}`;
  return (
    <article class="card trend-card" data-trend={trend.id} tabIndex={-1} aria-labelledby={headline}>
      <header class="trend-head">
        <span id={headline} class="trend-head-label"><Headline trend={trend} /></span>
        <Status trend={trend} />
      </header>
      <div class="trend-body">
        <div class="trend-curve">
          <Curve trend={trend} onSaid={setSaid} />
          <p class="trend-said quiet" role="status" aria-live="polite">{said || <CurveEnds trend={trend} />}</p>
        </div>
        <div class="stack trend-facts">
          <Numbers trend={trend} />
          <p class="trend-first">
            {first && <>first seen with <b dir="auto">{authorName(first)}</b>, <Time at={first.at} /></>}
            {first && places && ", "}{places}
          </p>
          {trend.tone && <p class="trend-first"><ToneWords trend={trend} /></p>}
          <Flags trend={trend} />
        </div>
      </div>
      {trend.muted && <p class="quiet">Muted {trend.muted.until ? <>until <Time at={trend.muted.until} /></> : "for good"}{trend.muted.by && ` by ${trend.muted.by}`}{trend.muted.reason && `: ${trend.muted.reason}`}</p>}
      <ul class="trend-quotes">
        {trend.representatives.slice(0, 2).map((post) => (
          <li key={post.id}><q dir="auto">{firstWords(post)}</q> <span class="quiet" dir="auto">{authorName(post)}</span></li>
        ))}
      </ul>
      <footer class="trend-foot">
        <Acts trend={trend} onDeed={onDeed} onChanged={onChanged} />
        <button type="button" class="plain push" aria-expanded={isWhyOpen} onClick={onWhy}>Why is this a trend?</button>
      </footer>
      {isWhyOpen && <WhyHere trend={trend} />}
    </article>
  );
}

function CurveEnds({ trend }: { trend: Trend }) {
  return <>since <Time at={trend.started_at} />{trend.peak_at && <>, strongest <Time at={trend.peak_at} /></>}</>;
}

function WhyHere({ trend }: { trend: Trend }) {
  const answer = useAsk<WholeTrend>(apiUrl(`/trends/${trend.id}`));
  return <Shown answer={answer} what="The reckoning">{(whole) => <WhyWords why={whole.why} label={whole.label} />}</Shown>;
}
