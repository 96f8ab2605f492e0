# Reads by the command line: made blind, settled by the archive, scored from ten on; and through the API beside a running server.
. "$(dirname "$0")/lib.sh"

# An archive that stands still at noon of 10 March; "ferry" is spoken of twice an hour before it and six times an hour behind it.
python3 - "$folder" <<'PYTHON'
import datetime, json, sys
noon = datetime.datetime(2026, 3, 10, 12)
files = {False: open(sys.argv[1] + "/before.jsonl", "w"), True: open(sys.argv[1] + "/behind.jsonl", "w")}
number = 0
for hour in range(-72, 30):
    for i in range(2 if hour < 0 else 6):
        number += 1
        at = noon + datetime.timedelta(hours=hour, minutes=5 * i + 1)
        if hour == -1 and i == 1: at = noon
        text = "the ferry is awful and late" if i % 2 else "what a lovely ferry"
        post = {"id": f"t:{number}", "platform": "town", "at": at.isoformat() + "Z", "author": {"handle": f"a{i}"}, "text": text, "lang": "en"}
        files[hour >= 0].write(json.dumps(post) + "\n")
PYTHON
run read list
equal "without an archive there is nothing to read" "$status" 4
run import "$folder/before.jsonl" --quiet

run read new -q ferry --volume higher --due 6h --sure 70 --because "the bridge is shut" --json
equal "a read is made" "$status $(json "$out" '(d["id"], d["status"], d["base"]["posts"], d["exact"])')" "0 (1, 'open', 11, 'ferry')"
says "at the archive's end, and says so" "$err" "10 Mar 2026 12:00: that is taken as now"
check "the engine's view is kept with it" test "$(json "$out" '0 < d["engine"]["p"] < 1 and len(d["engine"]["basis"]) > 20')" = True
run read new ferry --volume lower --due 6h --sure 20 --json
equal "the engine was on show by then" "$(json "$out" 'd["engine"]["was_on_show"]')" True
run read new -q ferry --tone above --share 30 --due 6h --sure 60 --json
equal "a claim about tone" "$status $(json "$out" '(d["base"]["known"], d["base"]["negative"])')" "0 (11, 5)"
run read new -q ferry --spill platform:sea --voices 3 --due 6h --sure 5 --json
equal "a claim about a spill" "$status $(json "$out" 'd["target"]')" "0 sea"
run read new -q ferry --volume higher --due 20d --sure 50 --quiet
equal "one that is due later" "$status" 0

while IFS='|' read -r words wanted status_wanted arguments; do
    eval run read "$arguments"
    equal "$words: exit status" "$status" "$status_wanted"
    says "$words: says why" "$err" "$wanted"
done <<'TABLE'
no verb that is known|new, list, settle|2|forget
no claim|one claim|2|new -q ferry --due 6h --sure 50
two claims|one claim|2|new --volume up --tone above --due 6h --sure 50
no probability|--sure is missing|2|new --volume up --due 6h
certainty|sure|2|new --volume up --due 6h --sure 100
no due time|--due is missing|2|new --volume up --sure 50
a due time in the past|due|3|new --volume up --due 2020-01-01 --sure 50
a window longer than the lead|window|3|new --volume up --due 3h --window 6h --sure 50
a query that does not parse|column|3|new -q '(ferry' --volume up --due 3h --sure 50
a topic that is not there|topic|4|new --topic nowhere --volume up --due 3h --sure 50
a spill that happened already|voices|3|new -q ferry --spill platform:town --voices 9 --fewer-than 2 --due 6h --sure 50
a read that is not there|no read 99|4|settle 99
one that is not due|is due at|5|settle 5
TABLE

run read settle --json
equal "nothing is due yet" "$(json "$out" 'd["settled"]')" 0
run import "$folder/behind.jsonl" --quiet
run read settle --json
equal "what is due is settled once the posts are there" "$(json "$out" 'd["settled"]')" 4
run read list --json
equal "by what happened" "$(json "$out" '[(r["id"], r["status"], r.get("came_true")) for r in d["reads"]]')" \
    "[(5, 'open', None), (4, 'settled', False), (3, 'settled', True), (2, 'settled', False), (1, 'settled', True)]"
equal "with the numbers it was settled by" "$(json "$out" '[r["outcome"]["posts"] for r in d["reads"] if r["id"] == 1]')" "[37]"
run read settle
says "once" "$err" "nothing is due"
run read withdraw 1
equal "what is settled stays on record" "$status" 5

run read score --json
equal "nothing is told below ten" "$(json "$out" '(d["settled"], d["missing"], "brier" in d)')" "(4, 6, False)"
number=0
while [ $number -lt 6 ]; do
    run read new -q "ferry OR nothing$number" --volume higher --due 1h --sure 40 --quiet
    number=$((number + 1))
done
python3 - "$folder" <<'PYTHON'
import datetime, json, sys
last = datetime.datetime(2026, 3, 11, 17, 26)
with open(sys.argv[1] + "/more.jsonl", "w") as out:
    for i in range(12):
        at = last + datetime.timedelta(minutes=15 * (i + 1))
        out.write(json.dumps({"id": f"u:{i}", "platform": "town", "at": at.isoformat() + "Z", "author": {"handle": "b"}, "text": "the ferry"}) + "\n")
PYTHON
run import "$folder/more.jsonl" --quiet
run read settle --quiet
run read score --json
equal "the score from ten on" "$(json "$out" '(d["settled"], d["missing"], 0 <= d["brier"] <= 1, len(d["bands"]))')" "(10, 0, True, 5)"
run read score
says "for people too" "$out" "Brier 0\.[0-9]+ over 10 reads"

# ---- a server settles by itself what is due ----
run read new -q ferry --volume flat --due 1h --sure 90 --json
left=$(json "$out" 'd["id"]')
python3 - "$folder" <<'PYTHON'
import datetime, json, sys
last = datetime.datetime(2026, 3, 11, 20, 26)
with open(sys.argv[1] + "/last.jsonl", "w") as out:
    for i in range(8):
        at = last + datetime.timedelta(minutes=15 * (i + 1))
        out.write(json.dumps({"id": f"v:{i}", "platform": "town", "at": at.isoformat() + "Z", "author": {"handle": "b"}, "text": "the boat"}) + "\n")
    now = datetime.datetime.utcnow()
    for i in range(60):
        at = now - datetime.timedelta(minutes=20 * (i + 1))
        out.write(json.dumps({"id": f"w:{i}", "platform": "town", "at": at.isoformat() + "Z", "author": {"handle": f"c{i}"}, "text": "the ferry " + " ".join("abcdefghij"[int(c)] * 3 for c in str(i * 7919))}) + "\n")
PYTHON
run import "$folder/last.jsonl" --quiet
for role in learner reviewer; do
    printf 'a long enough password\n' | "$BELLWETHER" user add "the $role" --password-stdin >"$out" 2>"$err"
    run user role "the $role" "$role"
done
run token new "the learner" --role learner --json
learner=$(json "$out" 'd["token"]')
run token new "the reviewer" --role reviewer --json
token=$(json "$out" 'd["token"]')
serve_start
tries=0
state=open
while [ "$state" = open ] && [ $tries -lt 90 ]; do
    call GET "/reads/$left?client=default"
    state=$(json "$out" 'd["status"]')
    tries=$((tries + 1))
    [ "$state" != open ] || sleep 1
done
equal "the server settled it" "$state $(json "$out" '(d["came_true"], d["ended_by"], d["outcome"]["posts"])')" "settled (True, 'the archive', 1)"
python=/usr/bin/python3
"$python" -c 'import jsonschema' 2>/dev/null || python=python3
"$python" -W ignore "$here/reads_api.py" "$base" "$learner" "$token" default || failed=$((failed + 1))
run read list --status withdrawn --json
equal "the command line sees what the page made, beside the running server" "$(json "$out" '[r["name"] for r in d["reads"]]')" "['the learner']"
serve_stop
equal "and it ends well" "$status" 0

finish
