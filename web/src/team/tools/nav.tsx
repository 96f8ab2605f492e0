import { href } from "../../parts/router.ts";

export function ToolsNav({ at }: { at: "register" | "comparisons" }) {
  return (
    <nav class="row" aria-label="Tools">
      <a class="button plain" aria-current={at === "register" ? "page" : undefined} href={href("/team/tools")}>Register</a>
      <a class="button plain" aria-current={at === "comparisons" ? "page" : undefined} href={href("/team/tools/comparisons")}>Comparisons</a>
    </nav>
  );
}
