# kill -9 in the middle of an import, many times: on reopening, everything acknowledged is there, nothing half-written shows,
# and importing again ends where a clean import ends.
. "$(dirname "$0")/../scenario/lib.sh"
here=$(cd "$(dirname "$0")/../scenario" && pwd)

posts=$folder/posts.jsonl
python3 "$here/make_posts.py" --posts 30000 >"$posts"
total=$(wc -l <"$posts" | tr -d ' ')
run --client clean import "$posts" --json
equal "a clean import" "$(json "$out" 'd["new"]')" "$total"
run --client clean posts --order old --limit 1000000 --json
cp "$out" "$folder/clean.jsonl"

rounds=${CRASH_ROUNDS:-20}
round=0
before=0
while [ $round -lt "$rounds" ]; do
    "$BELLWETHER" --client killed import "$posts" >/dev/null 2>"$err" &
    import=$!
    sleep "$(python3 -c "import random; print(random.Random($round).uniform(0.02, 1.2))")"
    kill -9 $import 2>/dev/null
    wait $import 2>/dev/null
    run --client killed count --json
    if [ "$status" -eq 4 ]; then # killed before there was an archive
        now=0
    else
        now=$(json "$out" 'd["count"]')
    fi
    if [ "$status" -ne 0 ] && [ "$status" -ne 4 ]; then
        check "round $round: the archive opens" false
    elif [ "$now" -lt "$before" ]; then
        check "round $round: nothing is lost ($now after $before)" false
    elif [ "$now" -gt 0 ]; then
        run --client killed posts --order old --limit 1000000 --json
        check "round $round: $now posts, all of them whole" python3 - "$out" "$posts" "$now" <<'P'
import json, sys
wanted = {json.loads(line)["id"]: json.loads(line) for line in open(sys.argv[2])}
got = [json.loads(line) for line in open(sys.argv[1])]
assert len(got) == int(sys.argv[3]) and len({post["id"] for post in got}) == len(got)
for post in got:
    assert post["text"] == wanted[post["id"]]["text"] and post["at"] == wanted[post["id"]]["at"], post["id"]
P
    fi
    before=$now
    round=$((round + 1))
done
run --client killed import "$posts" --json
equal "the last import finishes the job" "$(json "$out" '(d["new"] + d["duplicate"], d["rejected"])')" "($total, 0)"
run --client killed posts --order old --limit 1000000 --json
check "and ends where a clean import ends" cmp -s "$out" "$folder/clean.jsonl"
for query in ferry 'the NEAR/3 late' 'tag:harbour NOT gulls' '"bakery queue"'; do
    run --client clean count "$query" --json
    clean=$(json "$out" 'd["count"]')
    run --client killed count "$query" --json
    equal "$query counts the same" "$(json "$out" 'd["count"]')" "$clean"
done

finish
