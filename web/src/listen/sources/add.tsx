// Adding a source: first what, with what each was tested against; then its settings.
import { apiUrl } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { href } from "../../parts/router.ts";
import { client, may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { SourceForm } from "./form.tsx";
import { wingCrumb } from "./sources.tsx";
import { modeWords, type Connector } from "./source.ts";

interface Answered {
  connectors: Connector[];
  allows_private: boolean;
}

export function AddSource({ connector }: { connector: string }) {
  const answer = useAsk<Answered>(apiUrl("/connectors"));
  if (!may("reviewer"))
    return (
      <div class="page">
        <Empty title="Not for your role" action={<a class="button" href={href("/listen/sources")}>Go to Sources</a>}>
          A source makes the server speak to an address, with secrets of the house. A reviewer of {client.value?.title ?? "this client"} can add one.
        </Empty>
      </div>
    );
  return (
    <div class="page sources">
      {wingCrumb()}
      <Shown answer={answer} what="What can be added" rows={6}>
        {({ connectors, allows_private }) => {
          const chosen = connectors.find((each) => each.name === connector);
          return chosen && !chosen.problem ? (
            <div class="stack">
              <header class="page-head"><h1>Add {chosen.title}</h1></header>
              <p class="quiet source-evidence">{chosen.summary} <Evidence connector={chosen} /></p>
              <SourceForm connector={chosen} before={null} allowsPrivate={allows_private} />
            </div>
          ) : (
            <Choose connectors={connectors} />
          );
        }}
      </Shown>
    </div>
  );
}

function Evidence({ connector }: { connector: Connector }) {
  return <>{connector.is_program ? "A connector of others" : "Tested against"}{connector.is_program ? `: ${connector.evidence}` : ` ${connector.evidence}`}.</>;
}

function Choose({ connectors }: { connectors: Connector[] }) {
  return (
    <div class="stack">
      <header class="page-head"><h1>What do you want to listen to?</h1></header>
      <ul class="connector-cards">
        {connectors.map((each) => (
          <li key={each.name} class="card connector-card">
            <h2>{each.problem ? each.title : <a href={href(`/listen/sources/new/${encodeURIComponent(each.name)}`)}>{each.title}</a>}</h2>
            <p>{each.summary}</p>
            <p class="quiet">
              {each.problem ? <span class="loss-words">It cannot be used: {each.problem}</span> : <><b>{each.is_program ? "Of others: " : "Tested against "}</b>{each.evidence}</>}
            </p>
            {!each.problem && (
              <p class="quiet connector-can">
                Listens {each.modes.filter((mode) => mode === "stream" || mode === "poll").map((mode) => modeWords[mode]).join(", or ") || "when asked"}
                {each.acts.length > 0 && `; can ${each.acts.join(", ")}`}
              </p>
            )}
          </li>
        ))}
      </ul>
      <p class="quiet">Not here? Files of paid tools can be <a href={href("/listen/sources/import")}>imported</a>, any program can push to a webhook, and a connector in any language takes an hour to write (docs/connectors.md).</p>
    </div>
  );
}
