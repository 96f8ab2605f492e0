# The invented town through the real binary: what was planted is found, and what was not is not.
. "$(dirname "$0")/lib.sh"

run demo --report --json
equal "the demo succeeds" "$status" 0
stories=$(json "$out" 'len(d["stories"])')
check "most of the $stories stories are found" test "$(json "$out" 'd["stories_found"]')" -ge $((stories - 1))
equal "soon" "$(json "$out" '0 < d["median_delay_h"] < 3')" True
equal "its posts went to a client of their own" "$(ls "$BELLWETHER_DATA/clients")" demo
run --client demo count --json
equal "every one of them" "$(json "$out" 'd["count"]')" "$(wc -l <"$BELLWETHER_DATA/clients/demo/town.jsonl" | tr -d ' ')"
run --client demo trends
equal "and can be asked about" "$status" 0

# ---- the town lives on, on a page ----
"$BELLWETHER" demo --listen 127.0.0.1:0 >"$folder/serve.out" 2>"$folder/serve.err" &
serve_pid=$!
tries=0
while ! grep -q "Ctrl-C ends it" "$folder/serve.out" && [ "$tries" -lt 1200 ] && kill -0 "$serve_pid" 2>/dev/null; do
    sleep 0.1
    tries=$((tries + 1))
done
link=$(grep -o 'http://.*/welcome.*' "$folder/serve.out" | head -1)
base=${link%%/welcome*}
check "a link to come in is printed" test -n "$link"
says "and how fast the town's clock runs" "$folder/serve.out" "runs 60 times as fast as yours"
come_in() {
    curl -sS -o "$out" -w '%{http_code}' -c "$folder/$1" -X POST -H 'X-Bellwether: 1' -H 'Sec-Fetch-Site: same-origin' \
        -H 'Content-Type: application/json' --data "{\"link\":\"${link##*#}\"}" "$base/api/v1/session/link"
}
equal "the link signs in" "$(come_in jar | cut -c1)" 2
equal "once" "$(come_in other)" 401
curl -sS -b "$folder/jar" "$base/api/v1/stats?client=demo" >"$folder/before"
sleep 4
curl -sS -b "$folder/jar" "$base/api/v1/stats?client=demo" >"$folder/after"
equal "minutes pass there in seconds here" "$(python3 - "$folder/before" "$folder/after" <<'PYTHON'
import datetime, json, sys
before, after = (json.load(open(path)) for path in sys.argv[1:])
passed = [datetime.datetime.fromisoformat(d["now"].replace("Z", "+00:00")) for d in (before, after)]
print(180 <= (passed[1] - passed[0]).total_seconds() <= 1200, after["posts"] > before["posts"], after["speed"])
PYTHON
)" "True True 60"
serve_stop
equal "it ends well" "$status" 0

finish
