# The whole story once: import, import again, every question, deletes, trends; every JSON output is parsed.
. "$(dirname "$0")/lib.sh"

posts=$folder/posts.jsonl
python3 "$here/make_posts.py" --posts 3000 --story --threads >"$posts"
total=$(wc -l <"$posts" | tr -d ' ')

# ---- import ----
run count
equal "a question to an archive that is not there ends with 4" "$status" 4
says "and says how to begin" "$err" "bellwether import FILE"

run import "$posts" --json
equal "the import succeeds" "$status" 0
equal "everything is read and new" "$(json "$out" '(d["read"], d["new"], d["duplicate"], d["rejected"], d["complete"])')" "($total, $total, 0, 0, True)"
says "people are told on standard error" "$err" "read: .* new, 0 duplicate, 0 edited, 0 rejected"

run import "$posts" --json
equal "importing twice adds nothing" "$(json "$out" '(d["read"], d["new"], d["duplicate"], d["edited"])')" "($total, 0, $total, 0)"

gzip -c "$posts" | "$BELLWETHER" import - --json >"$out" 2>"$err"
equal "nor does the same from a pipe, packed" "$(json "$out" '(d["read"], d["new"], d["duplicate"])')" "($total, 0, $total)"

sed -n 1p "$posts" | sed 's/"text": "/"text": "edited: /' >"$folder/edit.jsonl"
sed -n 2p "$posts" | sed 's/"likes": [0-9]*/"likes": 4000/' >>"$folder/edit.jsonl"
run import "$folder/edit.jsonl" --json
equal "a changed text is an edit, changed figures refresh" "$(json "$out" '(d["new"], d["edited"], d["refreshed"], d["duplicate"])')" "(0, 1, 1, 0)"
run posts edited --json
equal "the new text is what is found" "$(jsonl "$out" 'len(d), d[0]["text"][:7]' | tr -d ' ')" "(1,'edited:')"

# ---- questions ----
run count --json
equal "count of everything" "$(json "$out" 'd["count"]')" "$total"
run count ferry --json
ferry=$(json "$out" 'd["count"]')
equal "count of a word is what grep says" "$ferry" "$(grep -cw ferry "$posts")"
echo "ferry AND NOT late" | "$BELLWETHER" count - --json >"$out" 2>"$err"
less=$(json "$out" 'd["count"]')
check "a query from standard input narrows it" test "$less" -lt "$ferry" -a "$less" -gt 0
printf 'ferry\nthe bakery queue\n' >"$folder/things.txt"
run count "list:things" --list "things=$folder/things.txt" --json
equal "a named list, one term a line" "$(json "$out" 'd["count"]')" "$(grep -cE 'ferry|the bakery queue' "$posts")"
mkdir -p "$BELLWETHER_DATA/clients/default/lists"
cp "$folder/things.txt" "$BELLWETHER_DATA/clients/default/lists/wanted.txt"
run count list:wanted --json
equal "a list from the client's folder" "$(json "$out" 'd["count"]')" "$(grep -cE 'ferry|the bakery queue' "$posts")"

run timeline ferry --by 1d --json
equal "the timeline adds up to the count" "$(json "$out" 'd["by_s"], sum(b["count"] for b in d["buckets"])' | tr -d ' ')" "(86400,$ferry)"
run timeline ferry --by 1d
says "bars for people" "$out" "Mar 2026 .*█"

run breakdown ferry --by author --top 5 --json
equal "breakdown, most first" "$(json "$out" 'len(d["values"]) == 5 and d["values"] == sorted(d["values"], key=lambda v: -v["count"])')" True
run breakdown --by tag --json
equal "tags" "$(json "$out" 'sorted(v["value"].lstrip("#") for v in d["values"])')" "['harbour', 'monday']"

run terms "crane" --top 5 --json
equal "the story's words stand out" "$(json "$out" '"pier" in [t["term"] for t in d["terms"]]')" True

run posts ferry --order old --limit 7 --json
first_page=$(jsonl "$out" '[p["id"] for p in d]')
cursor=$(json "$err" 'd["next_cursor"]')
run posts ferry --order old --limit 7 --cursor "$cursor" --json
second_page=$(jsonl "$out" '[p["id"] for p in d]')
run posts ferry --order old --limit 14 --json
equal "a cursor goes on exactly behind its page" "$(python3 -c "print($first_page + $second_page)")" "$(jsonl "$out" '[p["id"] for p in d]')"
run posts --order old --limit 1000000 --json
equal "all posts come back out" "$(jsonl "$out" 'len(d)')" "$total"
cp "$out" "$folder/all.jsonl"
run --client copy import "$folder/all.jsonl" --json
equal "and go into another client in the form they came out" "$(json "$out" '(d["new"], d["rejected"])')" "($total, 0)"
run posts --order top --limit 1 --json
equal "the refreshed figures lead" "$(jsonl "$out" 'd[0]["metrics"]["likes"]')" 4000
run posts --cursor nonsense
equal "a cursor that is none of ours is refused" "$status" 3

run thread toot:800004 --json
equal "a thread, given any of its posts" "$(jsonl "$out" '[p["id"][-1] for p in d]')" "['0', '1', '2', '3', '4']"
run thread toot:nobody
equal "a thread that is not there ends with 4" "$status" 4

run stats --json
equal "stats" "$(json "$out" '(d["posts"], d["bytes"] > 0, d["segments"] >= 1, d["first"] < d["last"])')" "($total, True, True, True)"

# ---- lint ----
run lint "ferry OR (late" --json
equal "a broken query ends with 3" "$status" 3
equal "as JSON on standard error" "$(json "$err" 'd["error"]["code"]')" syntax
run lint "ferry OR (late"
says "and points at the place for people" "$err" "\\^"
run lint "ferry NEAR/3 late" --json
equal "a good one is printed as it was read" "$(json "$out" 'd["ok"]')" True

# ---- trends ----
run trends --since 2026-03-13T00:00:00Z --until 2026-03-14T00:00:00Z --json
equal "the story is on top of its day" "$(json "$out" 'any(w in d["trends"][0]["label"].lower() for w in ("crane", "pier"))')" True
equal "with what the documents promise" "$(json "$out" 'all(k in d["trends"][0] for k in ("trend", "label", "terms", "started_at", "detected_at", "voices", "z", "growth_per_h", "growth_se", "flags", "post_ids"))')" True
equal "it began when it was planted" "$(json "$out" '"2026-03-13T09:00" <= d["trends"][0]["started_at"] <= "2026-03-13T12:00"')" True
run trends --at 2026-03-13T13:00:00Z
says "as a table with its posts below" "$out" "(crane|pier).* (×|–)"
run trends --replay --json
equal "a replay opens and closes" "$(jsonl "$out" '{e["event"] for e in d} >= {"open"} and all(a["at"] <= b["at"] for a, b in zip(d, d[1:]))')" True
run trends --replay --since 2026-03-13 --until 2026-03-14 --json
equal "a replay of a day stays in it" "$(jsonl "$out" 'all("2026-03-13" <= e["at"] <= "2026-03-14T00:00:01" for e in d) and len(d) > 0')" True

# ---- deletes ----
run delete toot:800002 --json
equal "a post is deleted" "$(json "$out" '(d["deleted"], d["missing"])')" "(1, 0)"
run thread toot:800004 --json
equal "its thread goes on without it" "$(jsonl "$out" 'len(d)')" 4
run delete toot:800002 --json
equal "deleting again finds nothing" "$(json "$out" '(d["deleted"], d["missing"])')" "(0, 1)"
run import "$posts" --json
equal "importing does not bring it back" "$(json "$out" '(d["new"], d["withheld"])')" "(0, 1)"
run delete --author witness7 --erase --json
equal "an author's posts are deleted and erased" "$(json "$out" '(d["deleted"], d["erased"])')" "(1, True)"
check "their bytes are gone" sh -c "! grep -rqa witness7 '$BELLWETHER_DATA/clients/default/archive'"
run count --json
equal "what is left" "$(json "$out" 'd["count"]')" "$((total - 2))"

# ---- other clients ----
run --client other stats
equal "another client is another folder" "$status" 4
run --client ../default stats
equal "and a client's name is no path" "$status" 2

finish
