// Which stretch of time is asked about. What was said relative ("the last 24 hours") stays so in the address and moves with the clock.
import { useState } from "preact/hooks";
import { clockNow } from "../parts/clock.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Menu } from "../parts/menu.tsx";
import { fromLocal, moment, toLocal, zone, zoneWords } from "../parts/words.ts";

export interface Range {
  since: string; // "", "24h", or RFC 3339
  until: string;
}

const presets: { since: string; words: string }[] = [
  { since: "1h", words: "Last hour" },
  { since: "6h", words: "Last 6 hours" },
  { since: "24h", words: "Last 24 hours" },
  { since: "3d", words: "Last 3 days" },
  { since: "7d", words: "Last 7 days" },
  { since: "30d", words: "Last 30 days" },
  { since: "", words: "All time" },
];

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** The moment that a since or until names, by the client's clock; null for none. */
export function resolve(text: string): Date | null {
  if (!text) return null;
  if (text === "now") return clockNow();
  const relative = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
  if (relative) return new Date(clockNow().getTime() - Number(relative[1]) * units[relative[2]!]! * 1000);
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? text + "T00:00:00Z" : text);
  return Number.isFinite(date.getTime()) ? date : null;
}

export function rangeWords({ since, until }: Range): string {
  const preset = !until && presets.find((each) => each.since === since);
  if (preset) return preset.words;
  const from = resolve(since);
  const to = resolve(until);
  const isRelative = /^\d+[smhdw]$/.test(since);
  if (isRelative && !until) return `Last ${since}`;
  if (from && to) return `${moment(from)} to ${moment(to)}`;
  if (from) return `Since ${moment(from)}`;
  if (to) return `Until ${moment(to)}`;
  return "All time";
}

export function TimeRange({ range, onRange }: { range: Range; onRange: (range: Range) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Menu
        title={`Time, in ${zone.value}`}
        label={`Time: ${rangeWords(range)}`}
        class="time-range"
        items={[
          ...presets.map((each) => ({ words: each.words, isChecked: !range.until && range.since === each.since, act: () => onRange({ since: each.since, until: "" }) })),
          "line" as const,
          { words: "From … to …", icon: "table" as const, act: () => setOpen(true) },
        ]}
      >
        <span class="cut">{rangeWords(range)}</span>
        <Icon name="down" size={12} />
      </Menu>
      {isOpen && <Exact range={range} onRange={onRange} onClose={() => setOpen(false)} />}
    </>
  );
}

function Exact({ range, onRange, onClose }: { range: Range; onRange: (range: Range) => void; onClose: () => void }) {
  const from = resolve(range.since);
  const to = resolve(range.until);
  const [since, setSince] = useState(from ? toLocal(from) : "");
  const [until, setUntil] = useState(to ? toLocal(to) : "");
  const a = since ? fromLocal(since) : null;
  const b = until ? fromLocal(until) : null;
  const wrong = a && b && a >= b ? "The end is not after the beginning." : "";
  return (
    <Dialog title="From … to …" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (wrong) return;
          onRange({ since: a?.toISOString().replace(/\.\d+Z/, "Z") ?? "", until: b?.toISOString().replace(/\.\d+Z/, "Z") ?? "" });
          onClose();
        }}
      >
        <label class="stack">From<input type="datetime-local" value={since} onInput={(event) => setSince(event.currentTarget.value)} /></label>
        <label class="stack">To (empty: now)<input type="datetime-local" value={until} onInput={(event) => setUntil(event.currentTarget.value)} /></label>
        <p class="hint">Times are those of {zone.value} ({zoneWords(a ?? clockNow())}).</p>
        {wrong && <p role="alert" class="loss-words">{wrong}</p>}
        <div class="dialog-foot">
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="act" disabled={Boolean(wrong)}>Show</button>
        </div>
      </form>
    </Dialog>
  );
}

/** Steps by keyboard: earlier and later by half, twice as wide, half as wide. Without a range there is nothing to step. */
export function stepRange(range: Range, step: "earlier" | "later" | "wider" | "narrower", whole: { from: Date; to: Date }): Range {
  const from = resolve(range.since) ?? whole.from;
  const to = resolve(range.until) ?? (range.since ? clockNow() : whole.to);
  const length = Math.max(60_000, to.getTime() - from.getTime());
  const shift = step === "earlier" ? [-length / 2, -length / 2] : step === "later" ? [length / 2, length / 2] : step === "wider" ? [-length / 2, length / 2] : [length / 4, -length / 4];
  const text = (ms: number) => new Date(Math.round(ms / 60_000) * 60_000).toISOString().replace(/\.\d+Z/, "Z");
  return { since: text(from.getTime() + shift[0]!), until: text(to.getTime() + shift[1]!) };
}
