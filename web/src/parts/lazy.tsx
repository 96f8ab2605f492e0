// A part of a screen whose code comes when it is first looked at: const Words = lazy(() => import("./words.tsx").then((m) => m.Words));
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "./api.ts";
import { Failed, Loading } from "./states.tsx";

/** isQuiet: nothing is shown meanwhile (for what floats above the screen). */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>, { isQuiet = false } = {}): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, setRound] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      let isWanted = true;
      load().then(
        (found) => {
          loaded = found;
          if (isWanted) setRound((n) => n + 1);
        },
        () => isWanted && setFailed(true),
      );
      return () => void (isWanted = false);
    }, []);
    if (loaded) {
      const Loaded = loaded;
      return <Loaded {...props} />;
    }
    if (failed) return <Failed problem={new Problem(0, "Its code could not be loaded.", "The server may have been updated since this page was opened.")} again={() => location.reload()} />;
    return isQuiet ? null : <Loading words="Being loaded" rows={6} />;
  };
}
