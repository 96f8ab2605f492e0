import { ago, moment, utc, type When } from "./words.ts";
import { second } from "./clock.ts";

/** A time in the page's zone; hovering gives UTC. `as` "ago" keeps itself up to date. */
export function Time({ at, as = "moment", words }: { at: When; as?: "moment" | "ago"; words?: string }) {
  if (as === "ago") second.value; // drawn again as it grows older
  const date = at instanceof Date ? at : new Date(at);
  if (!Number.isFinite(date.getTime())) return <span>–</span>;
  return (
    <time dateTime={date.toISOString()} title={as === "ago" ? `${moment(date)} · ${utc(date)}` : utc(date)}>
      {words ?? (as === "ago" ? ago(date) : moment(date))}
    </time>
  );
}
