// A secret that is shown this once.
import { Dialog } from "./dialog.tsx";
import { toast } from "./toast.ts";

/** Copied for good: what is shown once must be taken along. */
export function Once({ title, words, value, onClose }: { title: string; words: string; value: string; onClose: () => void }) {
  const copy = () => navigator.clipboard.writeText(value).then(() => toast("Copied"), () => toast("It could not be copied; select it by hand"));
  return (
    <Dialog title={title} onClose={onClose} foot={<><button type="button" onClick={() => void copy()}>Copy</button><button type="button" class="act" onClick={onClose}>I have it</button></>}>
      <p>{words}</p>
      <textarea class="once" aria-label={title} readOnly rows={3} value={value} onFocus={(event) => event.currentTarget.select()} />
    </Dialog>
  );
}
