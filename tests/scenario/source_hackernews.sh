# Hacker News: the conformance kit against a server that gives the API's shapes; SOURCE_KILLS for more than five kills.
. "$(dirname "$0")/lib.sh"

fake="python3 $SOURCE_ROOT/tests/servers/hackernews_fake.py"
kit() {
    status=0
    "$BELLWETHER" source check --driver "$1" --kills "${SOURCE_KILLS:-5}" --posts 12 --items 400 --memory 600 --json "$2" "$3" -- "$BELLWETHER" source run hackernews \
        >"$out" 2>"$err" || status=$?
}

kit "$fake" --seed 1
equal "it keeps the contract" "$status" 0
equal "every check that it can be put to" "$(jsonl "$out" '" ".join(sorted(c["check"] for c in d if c.get("verdict") == "skipped"))')" "acts auth nowhere twice"
sed "s/^/# /" "$out"

# Items that are none, too large, of another time: counted, left out, and nothing else is missing.
kit "$fake --evil" --only "kill schema"
equal "among broken items it keeps the contract" "$status" 0
sed "s/^/# /" "$out"
finish
