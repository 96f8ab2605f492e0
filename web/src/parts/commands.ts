// What the palette (Ctrl K) offers besides the screens: a screen adds its own acts while it is open.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface Command {
  words: string;
  /** Beside the words, quieter: "view", "topic". */
  kind?: string;
  key?: string;
  act: () => void;
}

export const commandSets = signal<Command[][]>([]);

export function useCommands(commands: Command[]): void {
  const newest = useRef(commands);
  newest.current = commands;
  const names = commands.map((each) => each.words).join("\n");
  useEffect(() => {
    const set = newest.current.map((each, i) => ({ ...each, act: () => newest.current[i]?.act() }));
    commandSets.value = [...commandSets.peek(), set];
    return () => {
      commandSets.value = commandSets.peek().filter((each) => each !== set);
    };
  }, [names]);
}
