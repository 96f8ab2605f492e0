// The labelling room for a topic's samples.
import { useAsk } from "../../parts/ask.ts";
import { apiUrl } from "../../parts/api.ts";
import { LabellingRoom } from "../../parts/labelling.tsx";
import { Empty, Shown } from "../../parts/states.tsx";
import type { BlindPost, Kind, Sample, Topic } from "./topic.ts";

interface Drawn {
  sample: Sample | null;
  posts: BlindPost[];
  gone: number;
}

export function Labelling({ topic, kind, onDone }: { topic: Topic; kind: Kind; onDone: () => void }) {
  const answer = useAsk<Drawn>(apiUrl(`/topics/${topic.id}/samples/${kind}`));
  return (
    <div class="labelling">
      <Shown answer={answer} what="The sample" rows={4}>
        {({ sample, posts }) =>
          !sample || !posts.length ? (
            <Empty title="No sample to label" action={<button type="button" onClick={onDone}>Back to craft</button>}>{sample ? "Its posts were deleted since." : "Draw one first."}</Empty>
          ) : (
            <LabellingRoom
              key={sample.id}
              asks={<>Is this about <b dir="auto">{topic.name}</b>?{topic.purpose && <span class="quiet" dir="auto"> {topic.purpose}</span>}</>}
              address={apiUrl(`/topics/${topic.id}/labels`)}
              over={`this sample of ${kind === "near" ? "near misses" : "matches"}`}
              posts={posts}
              onDone={onDone}
            />
          )
        }
      </Shown>
    </div>
  );
}
