// The tool register: what the team listens with, what it costs, when it renews, what came through it, and how tools compare.
import { Comparing } from "./comparing.tsx";
import { ComparisonPage } from "./comparison.tsx";
import { Register } from "./register.tsx";
import "./tools.css";

export default function Tools({ parts }: { parts: Record<string, string> }) {
  const id = Number(parts.id);
  if (parts.part === "comparisons" && id > 0) return <ComparisonPage key={id} id={id} />;
  if (parts.part === "comparisons") return <Comparing />;
  return <Register />;
}
