// What was not captured, and from when on posts may still be on their way: every chart over time shows both.
import { apiUrl } from "./api.ts";
import { useAsk } from "./ask.ts";
import { useEvents } from "./use-events.ts";

export interface Gap {
  from: string;
  until: string;
  reason: string;
  source?: string;
}
export interface Coverage {
  gaps: Gap[];
  arriving_from: string | null;
}

const whole: Coverage = { gaps: [], arriving_from: null };

/** Histogram and Lines ask for it themselves. While it is not known, nothing is hatched. */
export function useCoverage(): Coverage {
  const answer = useAsk<Coverage>(apiUrl("/coverage"), { isLater: true });
  useEvents({ coverage: answer.again });
  return answer.data ?? whole;
}
