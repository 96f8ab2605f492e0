import { Problem } from "./api.ts";
import { toast, toastProblem } from "./toast.ts";

/** copy(text, "The link is copied") */
export async function copy(text: string, words: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(words);
  } catch (cause) {
    toastProblem("It could not be copied", new Problem(0, (cause as Error).message || "The browser does not allow it here"));
  }
}
