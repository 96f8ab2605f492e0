// Topics: the list, one topic (its curve, its versions, its craft), the editor, and named lists.
import "./topics.css";
import { href } from "../../parts/router.ts";
import { Empty } from "../../parts/states.tsx";
import { Detail } from "./detail.tsx";
import { NewTopic } from "./editor.tsx";
import { Lists } from "./lists.tsx";
import { Overview } from "./overview.tsx";

export default function Topics({ parts }: { parts: Record<string, string> }) {
  const { id, part } = parts;
  if (!id) return <Overview />;
  if (id === "new") return <NewTopic />;
  if (id === "lists") return <Lists />;
  if (/^\d+$/.test(id)) return <Detail key={id} id={Number(id)} part={part ?? "mentions"} />;
  return <div class="page"><Empty title="There is no such topic" action={<a class="button" href={href("/listen/topics")}>Go to Topics</a>}>A topic’s address ends with its number.</Empty></div>;
}
