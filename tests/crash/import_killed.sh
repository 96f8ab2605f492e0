# kill -9 in the middle of an import, many times: on reopening, everything acknowledged is there, nothing half-written shows,
# and importing again ends where a clean import ends.
. "$(dirname "$0")/../scenario/lib.sh"
here=$(cd "$(dirname "$0")/../scenario" && pwd)

posts=$folder/posts.jsonl
python3 "$here/make_posts.py" --posts 60000 >"$posts" # some commits long: one comes every 20,000 posts, or four times a second
total=$(wc -l <"$posts" | tr -d ' ')
run --client clean import "$posts" --json
equal "a clean import" "$(json "$out" 'd["new"]')" "$total"
seconds=$(json "$out" 'd["elapsed_s"]')
run --client clean posts --order old --limit 1000000 --json
cp "$out" "$folder/clean.jsonl"

# Some archives, each killed at growing shares of the time that a clean import took.
cat >"$folder/whole.py" <<'P'
import json, sys
wanted = {(post := json.loads(line))["id"]: post for line in open(sys.argv[2])}
got = [json.loads(line) for line in open(sys.argv[1])]
assert len(got) == int(sys.argv[3]) and len({post["id"] for post in got}) == len(got), "posts are missing or there twice"
for post in got:
    assert post["text"] == wanted[post["id"]]["text"] and post["at"] == wanted[post["id"]]["at"], post["id"]
P
python3 -c "
import random
chance = random.Random(20)
for archive in range(${CRASH_ARCHIVES:-3}):
    for share in sorted(chance.uniform(0.05, 1.3) for _ in range(${CRASH_ROUNDS:-5})):
        print(f'killed{archive} {share * $seconds + 0.05:.3f}')" >"$folder/plan"
last=
partial=0
while read -r client delay; do
    [ "$client" = "$last" ] || before=0
    last=$client
    "$BELLWETHER" --client "$client" import "$posts" >/dev/null 2>"$err" &
    import=$!
    sleep "$delay"
    kill -9 $import 2>/dev/null
    wait $import 2>/dev/null
    run --client "$client" posts --order old --limit 1000000 --json
    if [ "$status" -eq 4 ]; then
        echo "ok - $client after $delay s: not even an archive yet"
        continue
    fi
    now=$(wc -l <"$out" | tr -d ' ')
    [ "$now" -gt 0 ] && [ "$now" -lt "$total" ] && partial=$((partial + 1))
    check "$client after $delay s: it opens" test "$status" -eq 0
    check "$client after $delay s: nothing is lost ($now after $before)" test "$now" -ge "$before"
    check "$client after $delay s: $now posts, all of them whole" python3 "$folder/whole.py" "$out" "$posts" "$now"
    before=$now
done <"$folder/plan"
check "some were killed half way ($partial)" test "$partial" -gt 0

for client in $(cut -d' ' -f1 "$folder/plan" | sort -u); do
    run --client "$client" import "$posts" --json
    equal "$client: the last import finishes the job" "$(json "$out" '(d["new"] + d["duplicate"], d["rejected"])')" "($total, 0)"
    run --client "$client" posts --order old --limit 1000000 --json
    check "$client: and ends where a clean import ends" cmp -s "$out" "$folder/clean.jsonl"
    for query in ferry 'the NEAR/3 late' 'tag:harbour NOT gulls' '"bakery queue"'; do
        run --client clean count "$query" --json
        clean=$(json "$out" 'd["count"]')
        run --client "$client" count "$query" --json
        equal "$client: $query counts the same" "$(json "$out" 'd["count"]')" "$clean"
    done
done

finish
