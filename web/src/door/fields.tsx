// What forms about people share: a password that can be looked at, and a problem that is said aloud.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Problem } from "../parts/api.ts";
import "./door.css";

export function Field({ label, hint, children }: { label: string; hint?: ComponentChildren; children: (id: string, hintId: string | undefined) => ComponentChildren }) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, hint ? hintId : undefined)}
      {hint && <span id={hintId} class="hint">{hint}</span>}
    </div>
  );
}

export function Password({ label, value, onInput, isNew, hint, isFirst }: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** A new one: the browser offers to make it up. */
  isNew?: boolean;
  hint?: ComponentChildren;
  isFirst?: boolean;
}) {
  const [isShown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint}>
      {(id, hintId) => (
        <span class="with-button">
          <input
            id={id}
            type={(isShown ? "text" : "password") as "password"}
            autocomplete={isNew ? "new-password" : "current-password"}
            autocapitalize="off"
            spellcheck={false}
            required
            minLength={isNew ? 10 : undefined}
            maxLength={1024}
            aria-describedby={hintId}
            autofocus={isFirst}
            value={value}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
          <button type="button" aria-label={`${isShown ? "Hide" : "Show"} ${label.toLowerCase()}`} onClick={() => setShown(!isShown)}>{isShown ? "Hide" : "Show"}</button>
        </span>
      )}
    </Field>
  );
}

export const passwordHint = "At least 10 characters. A few unusual words in a row are easy to keep in mind and hard to guess.";

export function Said({ problem }: { problem: Problem | null }) {
  return (
    <div role="alert" class="said">
      {problem && (
        <div class="problem">
          <p>{problem.message}</p>
          {problem.hint && <p class="hint">{problem.hint.charAt(0).toUpperCase() + problem.hint.slice(1)}.</p>}
        </div>
      )}
    </div>
  );
}

export function problemOf(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem(0, String((cause as Error)?.message ?? cause));
}
