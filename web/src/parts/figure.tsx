// Around every picture: its name, its twin as a table (25 rows a page), its CSV, and the words under the cursor said politely.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import { count } from "./words.ts";

export interface TableTwin {
  columns: string[];
  rows: () => (string | number)[][];
}

export function Figure({ title, table, csv, children, said, aside, class: name = "" }: {
  title: string;
  table: TableTwin;
  /** Address of the same as a CSV download. */
  csv?: string;
  children: ComponentChildren;
  /** What the cursor stands on. */
  said?: ComponentChildren;
  aside?: ComponentChildren;
  class?: string;
}) {
  const [isTable, setTable] = useState(false);
  const id = useId();
  return (
    <figure class={`figure ${name}`} aria-labelledby={id}>
      <figcaption class="figure-head">
        <span id={id} class="figure-title">{title}</span>
        {aside}
        <span class="figure-said" role="status" aria-live="polite">{said}</span>
        <span class="figure-acts">
          <button
            type="button"
            class="plain square"
            aria-pressed={isTable}
            aria-label={isTable ? `${title}: show the picture` : `${title}: show as a table`}
            title={isTable ? "Show the picture" : "Show as a table"}
            onClick={() => setTable(!isTable)}
          >
            <Icon name={isTable ? "chart" : "table"} />
          </button>
          {csv && (
            <a class="button plain square" href={csv} download aria-label={`${title}: download as CSV`} title="Download as CSV (times in UTC)">
              <Icon name="download" />
            </a>
          )}
        </span>
      </figcaption>
      {isTable ? <Twin title={title} table={table} /> : children}
    </figure>
  );
}

const PAGE_ROWS = 25;

export function Twin({ title, table }: { title: string; table: TableTwin }) {
  const [page, setPage] = useState(0);
  const rows = table.rows();
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const at = Math.min(page, pages - 1);
  return (
    <div class="twin">
      <div class="twin-scroll" tabIndex={0} role="region" aria-label={`${title}, table`}>
        <table>
          <thead>
            <tr>{table.columns.map((each, j) => <th key={each} scope="col" class={typeof rows[0]?.[j] === "number" ? "number" : ""}>{each}</th>)}</tr>
          </thead>
          <tbody>
            {rows.slice(at * PAGE_ROWS, (at + 1) * PAGE_ROWS).map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) =>
                  j === 0 ? <th key={j} scope="row">{cell}</th> : <td key={j} class={typeof cell === "number" ? "number" : ""}>{typeof cell === "number" ? count(cell) : cell}</td>,
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && (
        <p class="twin-pages">
          <button type="button" class="plain" disabled={at === 0} onClick={() => setPage(at - 1)}>Earlier rows</button>
          <span>page {at + 1} of {pages}</span>
          <button type="button" class="plain" disabled={at === pages - 1} onClick={() => setPage(at + 1)}>Later rows</button>
        </p>
      )}
    </div>
  );
}
