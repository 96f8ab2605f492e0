// A titled box of a screen that asks one question and fails alone: the rest of the screen stays.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Answer } from "./ask.ts";
import { Shown } from "./states.tsx";

export function Panel<T>({ title, aside, answer, children, class: name = "", rows }: {
  title: string;
  aside?: ComponentChildren;
  answer: Answer<T>;
  children: (data: T) => ComponentChildren;
  class?: string;
  rows?: number;
}) {
  const id = useId();
  return (
    <section class={`panel ${name}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      <Shown answer={answer} what={title} rows={rows}>{children}</Shown>
    </section>
  );
}
