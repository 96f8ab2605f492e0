// One sitting: post after post, marks and a note, then her own counts, then her read, and only then the charts.
//
// Where she is stands in the address (?at=7, ?at=end) and on the server, so that she can get up and go on elsewhere.
import { useEffect, useRef, useState } from "preact/hooks";
import { apiUrl, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { useKeys, keyWords, singleKeysOn } from "../../parts/keys.ts";
import { PostCard } from "../../parts/postcard.tsx";
import { href, param, setParams } from "../../parts/router.ts";
import { Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toastProblem } from "../../parts/toast.ts";
import { Ending } from "./ending.tsx";
import { marks, numberWords, placeWords, type Item, type MarkName, type Room } from "./room.ts";

export function Sitting({ id }: { id: number }) {
  const answer = useAsk<Room>(apiUrl(`/rooms/${id}`));
  return (
    <div class="page room">
      <Shown answer={answer} what="The reading room">{(room) => <Inside room={room} again={answer.again} />}</Shown>
    </div>
  );
}

function Inside({ room, again }: { room: Room; again: () => void }) {
  // What she marks shows at once; the server hears of it behind.
  const [items, setItems] = useState<Item[]>(room.items);
  const [isRevealed, setRevealed] = useState(room.is_revealed);
  useEffect(() => {
    if (room.is_revealed && !isRevealed) setRevealed(true);
    if (room.is_revealed) setItems((before) => room.items.map((each, i) => ({ ...each, marks: before[i]?.marks ?? each.marks, words: before[i]?.words ?? each.words, note: before[i]?.note ?? each.note })));
  }, [room]);
  const at = param("at");
  const isEnd = at === "end" || (at === "" && (room.finished_at !== null || room.is_revealed));
  const place = Math.min(items.length, Math.max(1, Number(at) || room.place));
  const item = items[place - 1]!;

  const keep = async (next: Item) => {
    setItems((before) => before.map((each) => (each.place === next.place ? { ...next, marked_at: next.marked_at ?? new Date().toISOString() } : each)));
    try {
      await send("PUT", apiUrl(`/rooms/${room.id}/mark`), { place: next.place, marks: next.marks, words: next.words.trim(), note: next.note.trim() });
    } catch (cause) {
      toastProblem("Your marks were not kept", cause);
    }
  };
  const move = async (to: number | "end") => {
    setParams({ at: to });
    try {
      await send("PATCH", apiUrl(`/rooms/${room.id}`), to === "end" ? { is_finished: true } : { place: to });
    } catch (cause) {
      toastProblem("Your place was not kept", cause);
    }
  };
  const leave = async () => {
    try {
      await send("PATCH", apiUrl(`/rooms/${room.id}`), { is_left: true });
      again();
    } catch (cause) {
      toastProblem("The charts could not be opened", cause);
    }
  };
  if (isEnd)
    return <Ending room={{ ...room, is_revealed: isRevealed }} items={items} onBack={() => void move(items.length)} onMade={again} onLeave={() => void leave()} />;
  return <One key={place} room={room} item={item} place={place} size={items.length} keep={keep} move={move} />;
}

function One({ room, item, place, size, keep, move }: {
  room: Room;
  item: Item;
  place: number;
  size: number;
  keep: (item: Item) => Promise<void>;
  move: (to: number | "end") => Promise<void>;
}) {
  const [note, setNote] = useState(item.note);
  const [words, setWords] = useState(item.words);
  const noteField = useRef<HTMLTextAreaElement>(null);
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    top.current?.focus({ preventScroll: true });
    top.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const isChanged = note !== item.note || words !== item.words;
  const own = () => ({ ...item, note, words });
  const keepOwn = () => {
    if (isChanged) void keep(own());
  };
  const toggle = (mark: MarkName) => void keep({ ...own(), marks: item.marks.includes(mark) ? item.marks.filter((each) => each !== mark) : [...item.marks, mark] });
  const next = () => {
    if (isChanged || !item.marked_at) void keep(own()); // read, though nothing was marked
    void move(place < size ? place + 1 : "end");
  };
  const back = () => {
    keepOwn();
    if (place > 1) void move(place - 1);
  };
  useKeys("Reading room", [
    ...marks.map((mark, i) => ({ key: String(i + 1), words: `Mark: ${mark}`, act: () => toggle(mark) })),
    { key: "n", words: "Write a note", act: () => noteField.current?.focus() },
    { key: "j", words: "Next post", act: next },
    { key: "ArrowRight", words: "Next post", act: next, isHidden: true },
    { key: "k", words: "The post before", act: back },
    { key: "ArrowLeft", words: "The post before", act: back, isHidden: true },
    { key: "Ctrl+Enter", words: "Next post, also while writing", act: next, isInText: true },
  ]);
  return (
    <>
      <header class="room-head">
        <h1 ref={top} tabIndex={-1} class="room-place">{placeWords(place, size)}</h1>
        <span class="quiet">{room.q ? <code dir="auto">{room.q}</code> : "every post"}, <Time at={room.since} /> to <Time at={room.until} /></span>
        <a class="button plain push" href={href("/listen/read")} title="What you marked is kept">Get up</a>
      </header>
      <div class="room-paper">
        {item.post ? <PostCard post={{ ...item.post, metrics: {} }} isReading /> : <p class="quiet">This post was deleted at its platform. Your marks on it stay.</p>}
      </div>
      <fieldset class="row room-marks">
        <legend>What is in it? Several may be.</legend>
        {marks.map((mark, i) => (
          <button key={mark} type="button" aria-pressed={item.marks.includes(mark)} onClick={() => toggle(mark)}>
            {mark}{singleKeysOn() && <kbd>{i + 1}</kbd>}
          </button>
        ))}
      </fieldset>
      <div class="room-notes">
        <label class="stack">In a word of your own
          <input type="text" maxLength={190} value={words} placeholder="weary, proud, sarcastic …" onInput={(event) => setWords(event.currentTarget.value)} onBlur={keepOwn} />
        </label>
        <label class="stack">Note
          <textarea ref={noteField} rows={2} maxLength={1900} value={note} onInput={(event) => setNote(event.currentTarget.value)} onBlur={keepOwn} />
        </label>
      </div>
      <nav class="row room-turn" aria-label="Posts">
        <button type="button" disabled={place === 1} onClick={back} title={keyWords("k")}>Back</button>
        <button type="button" class="act" onClick={next} title={`${keyWords("j")}, or Ctrl Enter`}>{place < size ? "Next" : `That was all ${numberWords(size)}`}</button>
      </nav>
    </>
  );
}
