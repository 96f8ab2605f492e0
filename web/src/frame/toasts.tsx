import { Icon } from "../parts/icon.tsx";
import { singleKeysOn } from "../parts/keys.ts";
import { dismiss, toasts, undo } from "../parts/toast.ts";

export function Toasts() {
  return (
    <div class="toasts" role="region" aria-label="Messages" aria-live="polite">
      {toasts.value.map((each) => (
        <div key={each.id} class={each.isError ? "toast is-error" : "toast"} role={each.isError ? "alert" : undefined}>
          <div>
            <p>{each.words}</p>
            {each.hint && <p class="hint">{each.hint}</p>}
          </div>
          {each.undo && (
            <button type="button" onClick={() => void undo(each)}>
              Undo {singleKeysOn() && <kbd>z</kbd>}
            </button>
          )}
          <button type="button" class="plain square" aria-label="Dismiss" onClick={() => dismiss(each.id)}><Icon name="close" size={12} /></button>
        </div>
      ))}
    </div>
  );
}
