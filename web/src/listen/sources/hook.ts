// How another program speaks to a webhook source.
import { clientName } from "../../parts/router.ts";
import type { Source } from "./source.ts";

export function hookAddress(source: Source): string {
  return `${location.origin}/api/v1/hooks/${clientName.value}/${source.id}`;
}

export function hookWords(source: Source): string {
  return `Whoever has it can bring posts to ${source.name}, and nothing else. It is shown this once. Deliveries go to ${hookAddress(source)}`;
}

export function hookExample(source: Source): string {
  return `body='{"id":"1","at":"'$(date -u +%FT%TZ)'","author":{"handle":"ada"},"text":"hello"}'
now=$(date +%s)
sum=$(printf '%s.%s' "$now" "$body" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
curl -H "X-Bellwether-Timestamp: $now" -H "X-Bellwether-Signature: v1=$sum" \\
  -H 'Content-Type: application/jsonl' --data-binary "$body" ${hookAddress(source)}`;
}
