// Prints what node:test reports in the house's words: "ok - name", "not ok - name" and why, "skip - name: reason".
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details?.type === "suite" || (data.name.endsWith(".mjs") && data.nesting === 0)) {
      if (type === "test:pass") continue;
    }
    if (data.skip !== undefined) yield `skip - ${data.name}: ${typeof data.skip === "string" ? data.skip : "not here"}\n`;
    else if (type === "test:pass") yield `ok - ${data.name} (${Math.round(data.details.duration_ms)} ms)\n`;
    else {
      const cause = data.details.error?.cause ?? data.details.error;
      yield `not ok - ${data.name}\n${indent(String(cause?.stack ?? cause))}\n`;
    }
  }
}

function indent(text) {
  return text.split("\n").slice(0, 60).map((line) => "    " + line).join("\n");
}
