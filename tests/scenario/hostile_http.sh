# The real server against those who mean no good: slow, huge, broken, smuggled, forged, and scripts in other people's posts. It refuses or
# shows them as text, keeps serving, does not grow, and stops cleanly in the middle of it.
. "$(dirname "$0")/lib.sh"

python3 "$here/make_posts.py" --posts 500 >"$folder/posts.jsonl"
run import "$folder/posts.jsonl"
printf 'gulls over the harbour\n' >"$folder/password"
run user add mara --server-admin --password-stdin <"$folder/password"
run token new mara --role admin --json
token=$(json "$out" 'd["token"]')

cat >"$folder/bellwether.conf" <<'CONF'
[limits]
idle_s = 2
request_s = 4
body_bytes = 1MiB
requests_per_peer_s = 2000
[log]
format = json
[server]
grace_s = 10
CONF
serve_start --config "$folder/bellwether.conf"
base=${base%\"*}

python3 -W error "$here/hostile_http.py" "$base" "$token" "$serve_pid" "gulls over the harbour" || failed=$((failed + 1))

# ---- settings are read anew, whole or not at all ----
printf '[log]\nlevel = loud\n' >>"$folder/bellwether.conf"
kill -HUP "$serve_pid"
sleep 0.6
says "a reload that does not hold is refused with its place" "$folder/serve.err" "reload-refused.*bellwether.conf:[0-9]+: log.level"
sed -i 's/level = loud/level = error/' "$folder/bellwether.conf"
kill -HUP "$serve_pid"
sleep 0.6
before=$(grep -c '"event":"request"' "$folder/serve.err")
call GET '/count?client=default'
equal "still serving" "$http" 200
equal "and the new level holds" "$(grep -c '"event":"request"' "$folder/serve.err")" "$before"

# ---- the log ----
check "no line holds a token, a password or a cookie" sh -c "! grep -qE '$token|gulls over|__Host-bellwether|hunter2' '$folder/serve.err'"
check "no line holds what was looked for" sh -c "! grep -q zzsecretquery '$folder/serve.err'"
equal "every line is an event" "$(grep -v '^nobody is\|^ ' "$folder/serve.err" | python3 -c '
import json, sys
print(sum(1 for line in sys.stdin if "event" not in json.loads(line)))')" 0
says "answers are told with an id, a path and a time" "$folder/serve.err" '"event":"request","id":"[0-9a-f]{16}","method":"GET","path":"/api/v1/count","status":200,"ms":'

# ---- metrics ----
if command -v promtool >/dev/null; then
    curl -sS "$base/metrics" >"$folder/metrics"
    check "promtool takes the metrics" sh -c "promtool check metrics <'$folder/metrics' >'$out' 2>&1 && test ! -s '$out'"
else
    skip "no promtool here (Debian: prometheus)"
fi

# ---- a stop in the middle: what runs is answered, the rest sealed ----
head -c 900000 /dev/zero | tr '\0' ' ' >"$folder/blank"
cat "$folder/posts.jsonl" "$folder/blank" >"$folder/push"
(sleep 0.3; kill -TERM "$serve_pid") &
pushed=0 lost=0
for n in 1 2 3 4 5 6 7 8 9 10; do
    sed "s/\"id\":\"/\"id\":\"push$n-/" "$folder/posts.jsonl" >"$folder/push"
    got=$(curl -sS -o "$folder/pushed" -w '%{http_code}' -H "Authorization: Bearer $token" -H 'Content-Type: application/jsonl' \
        --data-binary "@$folder/push" "$base/api/v1/posts?client=default" 2>/dev/null) || got=000
    if [ "$got" = 200 ]; then pushed=$((pushed + $(json "$folder/pushed" 'd["added"]'))); else lost=$((lost + 1)); fi
done
status=0
wait "$serve_pid" || status=$?
serve_pid=
equal "SIGTERM ends it with 0" "$status" 0
check "some pushes were refused by then" test "$lost" -gt 0
run count --json
kept=$(json "$out" 'd["count"]')
equal "all that was acknowledged is there, and no more" "$((kept - 500 - 1))" "$pushed"
check "clean" sh -c "! grep -qE 'Sanitizer|runtime error|defect at' '$folder/serve.err'"
finish
