// The four ways a place can have nothing to show; each says why, and gives the one next thing to do.
import type { ComponentChildren } from "preact";
import type { Answer } from "./ask.ts";
import { Problem } from "./api.ts";
import { Icon } from "./icon.tsx";

export function Loading({ words = "Asking the archive …", rows = 3 }: { words?: string; rows?: number }) {
  return (
    <div class="state loading" role="status">
      <span class="unseen">{words}</span>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="bone" aria-hidden="true" />
      ))}
    </div>
  );
}

/** Nothing here: what will be here, why it is not, and the one thing to do. */
export function Empty({ title, children, action }: { title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="state empty">
      <h3>{title}</h3>
      {children && <p>{children}</p>}
      {action && <p class="state-act">{action}</p>}
    </div>
  );
}

/** What happened, what it means, what to do. Forbidden is told as such: no retry will help. */
export function Failed({ problem, what = "This", again }: { problem: Problem; what?: string; again?: () => void }) {
  if (problem.isForbidden)
    return (
      <div class="state forbidden" role="alert">
        <h3>Not for your role</h3>
        <p>{problem.message} An admin of this client can change it.</p>
      </div>
    );
  return (
    <div class="state failed" role="alert">
      <h3><Icon name="warn" /> {what} could not be shown</h3>
      <p>{problem.message}</p>
      {problem.hint && <p class={/\n *\^/.test(problem.hint) ? "hint mono" : "hint"}>{problem.hint}</p>}
      {again && <p class="state-act"><button type="button" onClick={again}>Try again</button></p>}
    </div>
  );
}

/** One answer, whatever state it is in: <Shown answer={a} what="The timeline">{(data) => …}</Shown> */
export function Shown<T>({ answer, what, children, rows }: { answer: Answer<T>; what: string; children: (data: T) => ComponentChildren; rows?: number }) {
  if (answer.problem) return <Failed problem={answer.problem} what={what} again={answer.again} />;
  if (answer.data === undefined) return answer.isLoading ? <Loading words={`${what} is on its way`} rows={rows ?? 3} /> : null;
  return (
    <div class={answer.isStale ? "shown is-stale" : "shown"} aria-busy={answer.isStale}>
      {children(answer.data)}
    </div>
  );
}
