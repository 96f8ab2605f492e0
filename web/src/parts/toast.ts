// What just happened, and how to take it back: act at once, offer Undo, ask first only where nothing can undo.
import { signal } from "@preact/signals";
import { Problem } from "./api.ts";

export interface Toast {
  id: number;
  words: string;
  hint: string;
  isError: boolean;
  undo: (() => void | Promise<void>) | null;
}

export const toasts = signal<Toast[]>([]);
let next = 1;

function show(toast: Omit<Toast, "id">, seconds: number): void {
  const id = next++;
  toasts.value = [...toasts.value.slice(-2), { ...toast, id }];
  setTimeout(() => dismiss(id), seconds * 1000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/** toast("Topic deleted", () => bringBack()) */
export function toast(words: string, undo: (() => void | Promise<void>) | null = null): void {
  show({ words, hint: "", isError: false, undo }, undo ? 10 : 5);
}

/** What could not be done, why, and what to do: toastProblem("The view was not saved", problem) */
export function toastProblem(words: string, cause: unknown): void {
  const problem = cause instanceof Problem ? cause : new Problem(0, String((cause as Error)?.message ?? cause));
  show({ words: `${words}: ${problem.message}`, hint: problem.hint, isError: true, undo: null }, 12);
}

/** The newest act that can be undone (key z). */
export async function undoNewest(): Promise<void> {
  const found = toasts.value.findLast((each) => each.undo);
  if (found) await undo(found);
  else toast("Nothing to undo");
}

export async function undo(found: Toast): Promise<void> {
  dismiss(found.id);
  try {
    await found.undo?.();
    toast("Undone");
  } catch (cause) {
    toastProblem("It could not be undone", cause);
  }
}
