# The API from outside: its document, its answers, pages, exports, pushes, live events, and a stop that loses nothing.
. "$(dirname "$0")/lib.sh"

posts=$folder/posts.jsonl
python3 "$here/make_posts.py" --posts 3000 --story --threads >"$posts"
run import "$posts"
run user add mara --server-admin --password-stdin <<WORDS
a long enough password
WORDS
equal "a first member is made" "$status" 0
run token new mara --role admin --json
token=$(json "$out" 'd["token"]')
serve_start

# ---- the document and the answers ----
python=/usr/bin/python3
"$python" -c 'import jsonschema' 2>/dev/null || python=python3
"$python" -W ignore "$here/check_openapi.py" "$base" "$token" default toot:800000 || failed=$((failed + 1))

# ---- the API and the command line agree ----
call GET '/count?client=default&q=ferry'
equal "a count" "$(json "$out" 'd["count"]')" "$("$BELLWETHER" count ferry --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["count"])')"
call GET '/timeline?client=default&q=ferry&by=1d'
equal "a timeline adds up" "$(json "$out" 'sum(d["counts"]) == d["total"] and len(d["counts"])')" 14
call GET '/timeline?client=default&q=ferry&since=2026-03-02&until=2026-03-04&by=1d'
equal "empty or not, every bucket of the range is there" "$(json "$out" 'len(d["counts"]), d["from"]')" "(2, '2026-03-02T00:00:00Z')"
call GET '/share?client=default&of=ferry&of=crane&by=1d'
equal "share of voice gives each its own line" "$(json "$out" '[s["q"] for s in d["series"]], d["series"][1]["total"]')" "(['ferry', 'crane'], 60)"
call GET '/lint?client=default&q=autor:x'
equal "a mistake is an answer of the linter" "$(json "$out" 'd["is_valid"], d["error"]["column"]')" "(False, 1)"
call GET '/count?client=default&q=ferry+AND+)'
equal "and a problem elsewhere" "$http $(json "$out" 'd["type"], d["hint"].splitlines()[1].index("^")')" "422 ('urn:bellwether:syntax', 10)"

# ---- pages, and exports that are whole ----
python3 - "$base" "$token" >"$folder/pages" <<'PYTHON'
import json, sys, urllib.parse, urllib.request
base, token = sys.argv[1:]
seen, cursor = [], ""
while cursor is not None:
    query = urllib.parse.urlencode({"client": "default", "q": "ferry", "limit": 37, "cursor": cursor})
    page = json.load(urllib.request.urlopen(urllib.request.Request(f"{base}/api/v1/posts?{query}", headers={"Authorization": f"Bearer {token}"})))
    seen += [post["id"] for post in page["posts"]]
    cursor = page["next"]
print(len(seen), len(set(seen)), page["total"])
PYTHON
equal "pages hold every post once" "$(awk '{print ($1 == $2 && $2 == $3)}' "$folder/pages")" 1
call GET '/posts?client=default&format=jsonl'
equal "an export is whole" "$(wc -l <"$out" | tr -d ' ')" "$(wc -l <"$posts" | tr -d ' ')"
printf '%s\n' '{"id":"x:formula","platform":"x","at":"2026-03-10T10:00:00Z","author":{"handle":"=cmd()"},"text":"=1+1, \"quoted\"\nzzformula"}' >"$folder/one"
call POST '/posts?client=default' -H 'Content-Type: application/jsonl' --data-binary "@$folder/one"
equal "a post is pushed" "$http $(json "$out" 'd["added"]')" "200 1"
call GET '/posts?client=default&format=csv&q=zzformula'
equal "no cell of a CSV is a formula" "$(python3 -c 'import csv,sys; r=list(csv.reader(open(sys.argv[1], newline=""))); print(len(r), r[1][6], r[1][9][:5])' "$out")" "2 '=cmd() '=1+1"
curl -sS -D "$folder/head" -o "$out" -H "Authorization: Bearer $token" "$base/api/v1/count?client=default&q=ferry"
etag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' "$folder/head")
call GET '/count?client=default&q=ferry' -H "If-None-Match: $etag"
equal "what has not changed is not sent again" "$http" 304

# ---- live ----
(curl -sSN -m 4 -H "Authorization: Bearer $token" "$base/api/v1/events?client=default&q=zzlive" >"$folder/events" 2>/dev/null) &
watcher=$!
sleep 1
for n in 1 2 3; do
    printf '%s\n' "{\"id\":\"x:live$n\",\"platform\":\"x\",\"at\":\"2026-03-10T10:00:00Z\",\"author\":{\"handle\":\"a\"},\"text\":\"zzlive <script>alert($n)</script>\"}" |
        curl -sS -o /dev/null -H "Authorization: Bearer $token" -H 'Content-Type: application/jsonl' --data-binary @- "$base/api/v1/posts?client=default"
done
printf '%s\n' '{"id":"x:other","platform":"x","at":"2026-03-10T10:00:00Z","author":{"handle":"a"},"text":"something else"}' |
    curl -sS -o /dev/null -H "Authorization: Bearer $token" -H 'Content-Type: application/jsonl' --data-binary @- "$base/api/v1/posts?client=default"
wait "$watcher"
equal "those who watch a query hear its posts, and no others" "$(grep -c '^event: post' "$folder/events")" 3
says "each behind its place" "$folder/events" "^id: [0-9a-f]+-[0-9]+"
says "a clock is told" "$folder/events" "^event: clock"

# ---- refusals ----
call GET '/count?client=elsewhere'
equal "a client that is none does not exist" "$http" 404
call POST '/posts?client=default' -H 'Content-Type: text/plain' --data-binary 'x'
equal "another type is refused" "$http" 415
call PUT '/posts?client=default' -H 'Content-Type: application/json' --data-binary '{}'
equal "another method is refused" "$http" 405
token_kept=$token
token=bw_nonsense
call GET '/count?client=default'
equal "a token that is none is refused" "$http" 401
token=$token_kept

# ---- health, metrics, the end ----
equal "alive" "$(curl -sS "$base/healthz")" ok
equal "ready" "$(curl -sS "$base/readyz")" ready
curl -sS "$base/metrics" >"$folder/metrics"
says "metrics count what was pushed" "$folder/metrics" '^bellwether_posts_pushed_total\{client="default"\} [1-9]'
if command -v promtool >/dev/null; then
    check "promtool accepts them" promtool check metrics <"$folder/metrics"
else
    skip "promtool is not here"
fi
serve_stop
equal "asked to stop, it ends well" "$status" 0
run count zzlive --json
equal "what was pushed is there" "$(json "$out" 'd["count"]')" 3
finish
