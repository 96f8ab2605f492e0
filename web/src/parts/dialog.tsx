// A window over the page, on the browser's own <dialog>: focus stays inside, Escape closes, focus goes back to where it was.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

export interface DialogProps {
  title: string;
  /** Called when it wants to close: Escape, the cross, a click beside it. */
  onClose: () => void;
  children: ComponentChildren;
  /** Buttons at the foot. */
  foot?: ComponentChildren;
  class?: string;
  /** The title is said, not shown (the palette). */
  isTitleHidden?: boolean;
}

/** Mounted: open. Unmounted: closed. */
export function Dialog({ title, onClose, children, foot, class: name = "", isTitleHidden }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const newestClose = useRef(onClose);
  newestClose.current = onClose;
  useEffect(() => {
    const dialog = box.current!;
    const before = document.activeElement as HTMLElement | null;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={`dialog ${name}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        newestClose.current();
      }}
      onPointerDown={(event) => {
        if (event.target === box.current) newestClose.current();
      }}
    >
      <div class="dialog-body">
        <header class={isTitleHidden ? "unseen" : "dialog-head"}>
          <h2 id={titleId}>{title}</h2>
          {!isTitleHidden && (
            <button type="button" class="plain square" aria-label="Close" title="Close (Esc)" onClick={() => newestClose.current()}>
              <Icon name="close" />
            </button>
          )}
        </header>
        {children}
        {foot && <footer class="dialog-foot">{foot}</footer>}
      </div>
    </dialog>
  );
}

/** For what nothing can undo. words say what will be gone. */
export function Confirm({ title, words, verb, onYes, onNo }: { title: string; words: ComponentChildren; verb: string; onYes: () => void; onNo: () => void }) {
  return (
    <Dialog
      title={title}
      onClose={onNo}
      foot={
        <>
          <button type="button" onClick={onNo}>Cancel</button>
          <button type="button" class="loss" onClick={onYes}>{verb}</button>
        </>
      }
    >
      <p>{words}</p>
    </Dialog>
  );
}
