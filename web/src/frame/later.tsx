// Wings that are planned and not built. They say so.
import { href, route } from "../parts/router.ts";
import { Empty } from "../parts/states.tsx";

const plans: Record<string, { title: string; words: string }> = {
  "/answer": {
    title: "Answer is not built yet",
    words: "Here posts will become cases with people, drafts will be reviewed before they leave the house, and the calendar, playbooks and experiments will live. Until then, Listen finds what needs an answer.",
  },
  "/practise": {
    title: "Practise is not built yet",
    words: "Here a captured day will be replayed with names masked, and an invented community will answer back, so that a reply can be tried where it harms nobody. Until then, the reading room in Listen trains the eye.",
  },
};

export default function Later() {
  const plan = plans[route.value.path];
  return (
    <div class="later">
      <h1 class="unseen">{plan?.title}</h1>
      <Empty title={plan?.title ?? "Not built yet"} action={<a class="button" href={href("/listen/explore")}>Go to Explore</a>}>{plan?.words}</Empty>
    </div>
  );
}
