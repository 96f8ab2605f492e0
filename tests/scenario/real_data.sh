# On the airline, boxing and planted posts, where they are: counts, and the stories that are known to be in them.
. "$(dirname "$0")/lib.sh"
need_shared airlines-2015-02.jsonl.zst

started=$(date +%s)
run --client airlines import "$shared/data/airlines-2015-02.jsonl.zst" --json
seconds=$(($(date +%s) - started))
equal "the airline posts are read, none is rejected" "$(json "$out" '(d["read"], d["rejected"])')" "(14640, 0)"
check "in seconds ($seconds)" test "$seconds" -le 20
posts=$(json "$out" 'd["new"]')
run --client airlines count --json
equal "and counted" "$(json "$out" 'd["count"]')" "$posts"
run --client airlines count fleek --json
check "fleek is spoken of" test "$(json "$out" 'd["count"]')" -gt 50
run --client airlines trends --since 2015-02-23T00:00:00Z --until 2015-02-24T00:00:00Z --json
equal "the fleet's-on-fleek story is on top of its day" "$(json "$out" '"fleek" in d["trends"][0]["label"].lower()')" True
equal "as one trend" "$(json "$out" 'sum("fleek" in t["label"].lower() for t in d["trends"])')" 1
equal "that began when it did" "$(json "$out" '"2015-02-23T17" <= d["trends"][0]["started_at"] <= "2015-02-23T19:30"')" True

run --client boxing import "$shared/data/boxing-2017-08.jsonl.zst" --json
equal "the boxing posts are read" "$(json "$out" '(d["read"], d["rejected"])')" "(12118, 0)"
run --client boxing trends --json
equal "an emoji and repost flood does no harm" "$status" 0
run --client boxing posts --order top --limit 5
equal "nor in a table" "$status" 0

run --client planted import "$shared/data/planted-2012.jsonl.zst" --json
equal "the planted posts are read" "$(json "$out" '(d["read"], d["rejected"])')" "(10343, 0)"
run --client planted timeline --by 7d --json
equal "over half a year" "$(json "$out" 'sum(b["count"] for b in d["buckets"]), len(d["buckets"]) > 20' | tr -d ' ')" "(10343,True)"

finish
