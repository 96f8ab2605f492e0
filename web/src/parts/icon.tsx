// Own icons, one path each on a 16 px grid, drawn with the colour of the text around them.
const paths = {
  ear: "M5.5 14c1.7 0 2-1.2 2.6-2.3.7-1.3 3.9-2.2 3.9-5.6A4 4 0 0 0 4 6m2.3.2a1.8 1.8 0 0 1 3.5.3c0 1.4-1.7 1.5-1.7 3",
  pen: "m3 13 .8-3L10.6 3.2a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7L6 12.2 3 13Zm6.3-8.5 2.2 2.2",
  mask: "M2.5 4.5c3.6-1.3 7.4-1.3 11 0v3.4c0 2.7-1.6 4.6-3.5 4.6-1 0-1.4-1-2-1s-1 1-2 1c-1.9 0-3.5-1.9-3.5-4.6V4.5Zm3 3c.6-.6 1.3-.6 1.9 0m1.2 0c.6-.6 1.3-.6 1.9 0",
  team: "M5.6 8a2.1 2.1 0 1 0 0-4.2 2.1 2.1 0 0 0 0 4.2ZM2 13c0-2 1.5-3.2 3.6-3.2S9.2 11 9.2 13m1-5.2a1.7 1.7 0 1 0-.5-3.3m1.6 5.5c1.7.1 2.7 1.2 2.7 2.8",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2L13.5 13.5",
  close: "m4 4 8 8m0-8-8 8",
  down: "m4 6 4 4 4-4",
  right: "m6 4 4 4-4 4",
  left: "m10 4-4 4 4 4",
  menu: "M2.5 4.5h11m-11 3.5h11m-11 3.5h11",
  link: "M6.8 9.2a2.4 2.4 0 0 0 3.4 0l2.1-2.1a2.4 2.4 0 0 0-3.4-3.4l-.7.7m1 2.4a2.4 2.4 0 0 0-3.4 0L3.7 8.9a2.4 2.4 0 0 0 3.4 3.4l.7-.7",
  download: "M8 2.5v7m-3-2.8 3 3 3-3M3 12.5h10",
  table: "M2.5 3.5h11v9h-11zm0 3h11m-11 3h11M6.5 6.5v6",
  chart: "M3 13V8m3.3 5V4m3.4 9V9.5M13 13V6",
  again: "M12.8 6.5A5 5 0 0 0 3.4 6M3.2 9.5a5 5 0 0 0 9.4.5M3.2 3v3h3m6.6 7v-3h-3",
  check: "m3.5 8.5 3 3 6-7",
  star: "m8 2.5 1.7 3.5 3.8.5-2.8 2.6.7 3.8L8 11.1l-3.4 1.8.7-3.8L2.5 6.5l3.8-.5L8 2.5Z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  pause: "M5.5 3.5v9m5-9v9",
  play: "M5 3.5v9l7-4.5-7-4.5Z",
  out: "M9.5 3h3.5v3.5M13 3 7.5 8.5M7 4H3.5v8.5H12V9",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  help: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.3a1.8 1.8 0 0 1 3.5.4c0 1.2-1.8 1.4-1.8 2.6m0 2h.01",
  warn: "M8 2.5 14 13H2L8 2.5Zm0 4v3m0 1.8h.01",
  bell: "M8 2.5c-2.3 0-3.7 1.8-3.7 4v2.3L3 11.5h10l-1.3-2.7V6.5c0-2.2-1.4-4-3.7-4ZM6.7 13.5h2.6",
  thread: "M3 3.5h7m-7 4h3m3 0h4m-7 4h3m3 0h1M6 3.5v8",
  book: "M8 4.2C6.7 3.2 5 3 2.5 3v9c2.5 0 4.2.2 5.5 1.2C9.3 12.2 11 12 13.5 12V3C11 3 9.3 3.2 8 4.2Zm0 0v9",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={paths[name]} fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The house's mark. */
export function Bell({ size = 20 }: { size?: number }) {
  return (
    <svg class="bell" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        d="M12 2a2 2 0 0 0-2 2v.4C7.1 5.3 5.5 7.9 5.5 11v3.6L3.6 18a.7.7 0 0 0 .6 1h15.6a.7.7 0 0 0 .6-1l-1.9-3.4V11c0-3.1-1.6-5.7-4.5-6.6V4a2 2 0 0 0-2-2Zm-2.6 18.2a2.7 2.7 0 0 0 5.2 0Z"
      />
    </svg>
  );
}
