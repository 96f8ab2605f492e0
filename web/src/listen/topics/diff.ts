// What changed between two query texts, word by word: the longest common run of words is kept (Myers' problem, by dynamic programming).
export interface Part {
  kind: "same" | "gone" | "new";
  text: string;
}

const MOST = 1500; // words of a side; above, the two texts stand whole, one after the other

function wordsOf(text: string): string[] {
  return text.match(/"[^"]*"|[()]|\s+|[^\s()"]+|"/g) ?? [];
}

export function wordDiff(before: string, after: string): Part[] {
  const a = wordsOf(before);
  const b = wordsOf(after);
  if (a.length > MOST || b.length > MOST) return before === after ? [{ kind: "same", text: after }] : [{ kind: "gone", text: before }, { kind: "new", text: after }];
  // length[i][j]: of the longest common run of a from i on and b from j on
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] = a[i] === b[j] ? length[(i + 1) * width + j + 1]! + 1 : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
  const parts: Part[] = [];
  const add = (kind: Part["kind"], text: string) => {
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add("same", a[i]!);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || length[(i + 1) * width + j]! >= length[i * width + j + 1]!)) add("gone", a[i++]!);
    else add("new", b[j++]!);
  }
  return parts;
}
