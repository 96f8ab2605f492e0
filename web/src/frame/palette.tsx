// Ctrl K: posts, places and acts in one field. What is typed can always be asked of the archive.
import { useMemo, useState } from "preact/hooks";
import { Combobox, type Option } from "../parts/combobox.tsx";
import { commandSets, type Command } from "../parts/commands.ts";
import { Dialog } from "../parts/dialog.tsx";
import { keyWords, singleKeysOn } from "../parts/keys.ts";
import { go, href } from "../parts/router.ts";
import { may, session, setSingleKeys, setTheme } from "../parts/session.ts";
import { screens } from "../screens.ts";
import { overlay } from "./frame.tsx";
import { plain } from "./wings.tsx";

export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const all = useMemo<Command[]>(() => [
    ...commandSets.value.flat(),
    ...screens.filter((each) => !each.isHidden && each.wing && (!each.least || may(each.least))).map((each) => ({
      words: each.title,
      kind: each.holds,
      key: each.key ? `g ${each.key}` : undefined,
      act: () => go(href(plain(each.path))),
    })),
    ...(session.value?.clients ?? []).filter((each) => href("/").indexOf(`client=${each.name}`) < 0).map((each) => ({
      words: `Client ${each.title}`,
      kind: "change the client",
      act: () => go(`/listen/explore?client=${encodeURIComponent(each.name)}`),
    })),
    { words: "Light theme", kind: "look", act: () => void setTheme("light") },
    { words: "Dark theme", kind: "look", act: () => void setTheme("dark") },
    { words: "Theme of the system", kind: "look", act: () => void setTheme("system") },
    { words: "Keys", kind: "help", key: "?", act: () => queueMicrotask(() => (overlay.value = "help")) },
    { words: "Turn single-letter keys on or off", kind: "setting", act: () => void setSingleKeys(!singleKeysOn()) },
  ], [commandSets.value, session.value]);

  const wanted = text.trim().toLowerCase();
  const options: Option<Command>[] = [];
  if (wanted) {
    options.push({
      key: "search",
      value: { words: "", act: () => go(href("/listen/explore", { q: text.trim() })) },
      words: <Row words={`Posts about: ${text.trim()}`} kind="Explore" />,
    });
  }
  for (const { command } of all.map((command) => ({ command, rank: rankOf(command, wanted) })).filter((each) => each.rank > 0).sort((a, b) => b.rank - a.rank).slice(0, 30))
    options.push({ key: command.words + (command.kind ?? ""), value: command, words: <Row words={command.words} kind={command.kind} keys={command.key} /> });

  return (
    <Dialog title="Search posts, go, or do" isTitleHidden class="palette" onClose={onClose}>
      <Combobox
        label="Search posts, go, or do"
        placeholder="A query for posts, the name of a screen, or an act"
        value={text}
        onInput={setText}
        options={options}
        onTake={(option) => {
          onClose();
          // After the window has closed and given the focus back, so that the act may move it.
          setTimeout(option.value.act);
        }}
        isAlwaysOpen
        hasAutoFocus
      />
    </Dialog>
  );
}

function Row({ words, kind, keys }: { words: string; kind?: string; keys?: string }) {
  return (
    <span class="palette-row">
      <span class="palette-words" dir="auto">{words}</span>
      {kind && <span class="quiet">{kind}</span>}
      {keys && <kbd>{keyWords(keys)}</kbd>}
    </span>
  );
}

/** Beginnings first, then beginnings of words, then anywhere; what is said beside it counts least. */
function rankOf(command: Command, wanted: string): number {
  if (!wanted) return 1;
  const words = command.words.toLowerCase();
  if (words.startsWith(wanted)) return 4;
  if (words.split(/\s+/).some((each) => each.startsWith(wanted))) return 3;
  if (words.includes(wanted)) return 2;
  return (command.kind ?? "").toLowerCase().includes(wanted) ? 1 : 0;
}
