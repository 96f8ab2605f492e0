# Every route in the name of everybody: roles, clients, other sites' requests. routes.py tells how.
. "$(dirname "$0")/lib.sh"

password='gulls over harbour'
marker=zanzibarish
member() {
    printf '%s\n' "$password" >"$folder/in"
    run user add "$@" --password-stdin <"$folder/in"
    [ "$status" -eq 0 ] || { echo "not ok - user add $*"; cat "$err"; exit 1; }
}

python3 "$here/make_posts.py" --posts 300 >"$folder/posts.jsonl"
printf '{"id":"toot:secret-%d","at":"2026-03-02T10:0%d:00Z","platform":"toot","author":{"id":"1","handle":"secretive"},"text":"%s is for harbour alone %d"}\n' \
    1 1 $marker 1 2 2 $marker 2 >"$folder/secret.jsonl"
run --client bakery import "$folder/posts.jsonl"
run --client harbour import "$folder/posts.jsonl"
run --client harbour import "$folder/secret.jsonl" --json
equal "harbour has posts of its own" "$(json "$out" 'd["new"]')" 2
member chief --server-admin
for role in viewer learner practitioner reviewer admin; do
    member "$role"
    run user role "$role" "$role" --client harbour
done
member neighbour
run user role neighbour admin --client bakery

serve_start
python3 "$here/routes.py" "$base" "$password" "$marker" || failed=$((failed + 1))

# ---- a live view that is open when its reader is put out ----
run token new practitioner --role viewer --json
open_token=$(json "$out" 'd["token"]')
curl -sS -N --max-time 60 -o "$folder/live" -w '%{exitcode}' -H "Authorization: Bearer $open_token" "$base/api/v1/events?client=harbour" >"$folder/live.end" 2>&1 &
live=$!
i=0
while [ ! -s "$folder/live" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
check "it is told something" test -s "$folder/live"
run user disable practitioner
wait $live
equal "ends soon after, by the server's will" "$(cat "$folder/live.end")" 0

# ---- a client that the command line makes while the server runs ----
run token new chief --role admin --json
token=$(json "$out" 'd["token"]')
call GET '/stats?client=late'
equal "a client that is not there" "$http" 404
run client add late
i=0
while call GET '/stats?client=late' && [ "$http" != 200 ] && [ $i -lt 50 ]; do sleep 0.2; i=$((i + 1)); done
equal "is there soon after it was made" "$http" 200
serve_stop
equal "the server stops well" "$status" 0
finish
