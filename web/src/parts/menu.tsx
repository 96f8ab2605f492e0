// A button that opens a list of acts, on the browser's own popover: closes on Escape and on a click elsewhere.
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import { keyWords } from "./keys.ts";

export interface MenuItem {
  words: string;
  act?: () => void;
  href?: string;
  /** For a link that downloads. */
  download?: boolean | string;
  key?: string;
  icon?: IconName;
  isChecked?: boolean;
  isDisabled?: boolean;
  /** Why it is disabled, or what it does. */
  hint?: string;
  isLoss?: boolean;
}

export function Menu({ label, children, items, class: name = "", title }: {
  /** Said for the button where its children are only an icon. */
  label?: string;
  children: ComponentChildren;
  items: (MenuItem | "line")[];
  class?: string;
  title?: string;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  const place = () => {
    const at = button.current!.getBoundingClientRect();
    const menu = box.current!;
    const width = menu.offsetWidth;
    const height = menu.offsetHeight;
    const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
    const below = at.bottom + 4;
    menu.style.left = `${left}px`;
    menu.style.top = `${below + height > innerHeight - 8 ? Math.max(8, at.top - height - 4) : below}px`;
  };
  const options = () => [...box.current!.querySelectorAll<HTMLElement>("[role^=menuitem]:not([aria-disabled=true])")];
  const move = (event: KeyboardEvent) => {
    const all = options();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    } else if (event.key === "Tab") box.current!.hidePopover();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const letter = event.key.toLowerCase();
      const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      order.find((each) => each.textContent!.trim().toLowerCase().startsWith(letter))?.focus();
    }
  };
  const choose = (item: MenuItem) => {
    box.current!.hidePopover();
    button.current!.focus();
    item.act?.();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class={name}
        title={title ?? label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => box.current!.togglePopover()}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") {
            event.preventDefault();
            box.current!.showPopover();
          }
        }}
      >
        {children}
      </button>
      <div
        ref={box}
        id={id}
        popover="auto"
        role="menu"
        class="menu"
        aria-label={label ?? title}
        onKeyDown={move}
        onToggle={(event) => {
          const open = (event as unknown as ToggleEvent).newState === "open";
          setOpen(open);
          if (open) {
            place();
            const all = options();
            (all.find((each) => each.getAttribute("aria-checked") === "true") ?? all[0])?.focus();
          } else if (box.current?.contains(document.activeElement)) button.current?.focus();
        }}
      >
        {items.map((item, i) =>
          item === "line" ? (
            <hr key={i} />
          ) : item.href ? (
            <a key={i} role="menuitem" tabIndex={-1} href={item.href} download={item.download} title={item.hint} onClick={() => box.current!.hidePopover()}>
              <span class="menu-mark">{item.icon && <Icon name={item.icon} />}</span>
              <span>{item.words}</span>
              {item.key && <kbd>{keyWords(item.key)}</kbd>}
            </a>
          ) : (
            <button
              key={i}
              type="button"
              role={item.isChecked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.isChecked}
              aria-disabled={item.isDisabled ? true : undefined}
              tabIndex={-1}
              title={item.hint}
              class={item.isLoss ? "loss-words" : ""}
              onClick={() => !item.isDisabled && choose(item)}
            >
              <span class="menu-mark">{item.isChecked ? <Icon name="check" /> : item.icon && <Icon name={item.icon} />}</span>
              <span>{item.words}</span>
              {item.key && <kbd>{keyWords(item.key)}</kbd>}
            </button>
          ),
        )}
      </div>
    </>
  );
}
