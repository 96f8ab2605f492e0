// A text field with suggestions (ARIA 1.2 combobox): the field keeps the focus, arrows walk the list, Enter takes, Escape closes.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface Option<T> {
  key: string;
  value: T;
  words: ComponentChildren;
}

export function Combobox<T>({ label, placeholder, value, onInput, options, onTake, onEnter, isAlwaysOpen, hasAutoFocus, class: name = "", empty }: {
  label: string;
  placeholder?: string;
  value: string;
  onInput: (text: string) => void;
  options: Option<T>[];
  onTake: (option: Option<T>) => void;
  /** Enter with nothing chosen in the list. */
  onEnter?: (text: string) => void;
  /** The list is always there and its first option is chosen (the palette). */
  isAlwaysOpen?: boolean;
  hasAutoFocus?: boolean;
  class?: string;
  empty?: ComponentChildren;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(isAlwaysOpen ? 0 : -1);
  const open = isAlwaysOpen || (isOpen && options.length > 0);
  const chosen = at >= 0 && at < options.length ? at : isAlwaysOpen && options.length ? 0 : -1;
  const keys = options.map((each) => each.key).join("\n");
  useEffect(() => setAt(isAlwaysOpen ? 0 : -1), [keys]);
  useEffect(() => {
    if (hasAutoFocus) input.current?.focus();
  }, []);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen, open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options.length) return;
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt(chosen < 0 ? (step > 0 ? 0 : options.length - 1) : (chosen + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      const option = open ? options[chosen] : undefined;
      event.preventDefault();
      if (option) {
        setOpen(false);
        onTake(option);
      } else onEnter?.(value);
    } else if (event.key === "Escape" && open && !isAlwaysOpen) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <div class={`combobox ${name}`}>
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={open ? `${id}-list` : undefined}
        aria-activedescendant={open && chosen >= 0 ? `${id}-${chosen}` : undefined}
        placeholder={placeholder}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={value}
        onInput={(event) => {
          setOpen(true);
          onInput(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      {open && options.length > 0 && (
        <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label} class="combobox-list">
          {options.map((option, i) => (
            <li
              key={option.key}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === chosen}
              onPointerDown={(event) => event.preventDefault()}
              onPointerMove={() => i !== chosen && setAt(i)}
              onClick={() => {
                setOpen(false);
                onTake(option);
              }}
            >
              {option.words}
            </li>
          ))}
        </ul>
      )}
      {isAlwaysOpen && options.length === 0 && <div class="combobox-none" role="status">{empty ?? "Nothing fits."}</div>}
    </div>
  );
}
