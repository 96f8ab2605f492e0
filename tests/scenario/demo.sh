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

finish
