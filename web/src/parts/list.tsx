// A list of any length, of which only the rows in sight exist. One row is active; the list keeps the focus (listbox with
// aria-activedescendant), and says where in the whole each row stands.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface ListHandle {
  focus(): void;
  scrollTo(index: number): void;
  scrollToTop(): void;
}

export interface VirtualListProps<T> {
  label: string;
  items: readonly T[];
  /** Acts go by key, never by place: places move while posts arrive. */
  keyOf: (item: T) => string;
  /** Every row has this height in CSS px; a change (density) is fine. */
  rowHeight: number;
  row: (item: T, index: number, isActive: boolean) => ComponentChildren;
  /** How many there are in all, where items holds only the first of them. */
  total?: number;
  activeKey: string | null;
  onActive: (key: string) => void;
  /** Enter, o, or a click. */
  onOpen?: (item: T) => void;
  /** The end of items comes into sight. */
  onNearEnd?: () => void;
  /** How far from the top, in px, after each scroll. */
  onScroll?: (top: number) => void;
  handle?: RefObject<ListHandle | null>;
  class?: string;
  /** Below the last row. */
  foot?: ComponentChildren;
  /** Where it stood before (Back). */
  startTop?: number;
  rowClass?: (item: T) => string;
}

const SPARE_ROWS = 6;

export function VirtualList<T>(props: VirtualListProps<T>) {
  const { label, items, keyOf, rowHeight, row, total, activeKey, onActive, onOpen, onNearEnd, onScroll, handle, foot } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: props.startTop ?? 0, height: 600 });

  useLayoutEffect(() => {
    const element = box.current!;
    if (props.startTop) element.scrollTop = props.startTop;
    const watch = new ResizeObserver(() => setView((v) => (v.height === element.clientHeight ? v : { ...v, height: element.clientHeight })));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - SPARE_ROWS);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + SPARE_ROWS);
  const isNearEnd = last >= items.length - SPARE_ROWS;
  useEffect(() => {
    if (isNearEnd) onNearEnd?.();
  }, [isNearEnd, items.length]);

  const activeIndex = activeKey === null ? -1 : items.findIndex((each) => keyOf(each) === activeKey);

  const show = (index: number) => {
    const element = box.current!;
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight;
  };
  useImperativeHandle(handle ?? null, () => ({
    focus: () => box.current!.focus({ preventScroll: true }),
    scrollTo: show,
    scrollToTop: () => (box.current!.scrollTop = 0),
  }));

  const activate = (index: number) => {
    const item = items[Math.max(0, Math.min(items.length - 1, index))];
    if (item === undefined) return;
    onActive(keyOf(item));
    show(items.indexOf(item));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const to = {
      ArrowDown: activeIndex + 1, ArrowUp: Math.max(0, activeIndex - 1), PageDown: activeIndex + page, PageUp: activeIndex - page,
      Home: 0, End: items.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      activate(to);
    } else if (event.key === "Enter" && activeIndex >= 0) {
      event.preventDefault();
      onOpen?.(items[activeIndex]!);
    }
  };
  const rows = [];
  for (let i = first; i < last; i++) {
    const item = items[i]!;
    const key = keyOf(item);
    const isActive = i === activeIndex;
    rows.push(
      <div
        key={key}
        id={`${id}-${i}`}
        role="option"
        aria-selected={isActive}
        aria-posinset={i + 1}
        aria-setsize={total ?? items.length}
        class={`list-row ${isActive ? "is-active" : ""} ${props.rowClass?.(item) ?? ""}`}
        style={{ height: `${rowHeight}px`, transform: `translateY(${i * rowHeight}px)` }}
        onClick={() => {
          if (getSelection()?.toString()) return; // a text was being marked, not a row chosen
          onActive(key);
          onOpen?.(item);
        }}
      >
        {row(item, i, isActive)}
      </div>,
    );
  }
  const isActiveDrawn = activeIndex >= first && activeIndex < last;
  return (
    <div class={`list ${props.class ?? ""}`}>
      <div
        ref={box}
        class="list-scroll"
        role="listbox"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={isActiveDrawn ? `${id}-${activeIndex}` : undefined}
        onScroll={(event) => {
          const top = event.currentTarget.scrollTop;
          setView((v) => ({ ...v, top }));
          onScroll?.(top);
        }}
        onKeyDown={onKeyDown}
        onFocus={() => activeIndex < 0 && items.length > 0 && activate(first === 0 ? 0 : first + SPARE_ROWS)}
      >
        <div class="list-tall" style={{ height: `${items.length * rowHeight}px` }} role="presentation">
          {rows}
        </div>
      </div>
      {foot}
    </div>
  );
}
