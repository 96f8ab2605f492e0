# Trends as they were: found in what was imported, kept over restarts and a kill, reckoned again, and what people do about them.
. "$(dirname "$0")/lib.sh"

python3 "$here/make_posts.py" --posts 6000 --story >"$folder/posts.jsonl"
run import "$folder/posts.jsonl"
# A second client whose posts end now: the engine forgets what lies months back, so what is usual must be of these days.
python3 - >"$folder/now.jsonl" <<'PYTHON'
import datetime, json, random
chance, now = random.Random(3), datetime.datetime.now(datetime.timezone.utc)
things, doings = ["the tide", "my coffee", "the bus", "our dog", "the market"], ["was late", "is lovely", "won again", "never changes"]
for k in range(4000):
    at = now - datetime.timedelta(seconds=432000 - 107.9 * k)
    print(json.dumps({"id": f"old:{k}", "platform": "live", "at": at.isoformat(), "author": {"handle": f"old{chance.randrange(900)}"},
                      "text": f"{chance.choice(things)} {chance.choice(doings)} {chance.choice(['', 'today', 'honestly', 'as ever'])}"}))
PYTHON
run client add now
run import "$folder/now.jsonl" --client now
for member in mara:admin vera:viewer ben:practitioner; do
    printf 'a long enough password\n' >"$folder/in"
    run user add "${member%:*}" --password-stdin <"$folder/in"
    run user role "${member%:*}" "${member#*:}"
    run user role "${member%:*}" "${member#*:}" --client now
    run token new "${member%:*}" --role admin --json
    eval "token_${member%:*}=$(json "$out" 'd["token"]')"
done
token=$token_mara
range='client=default&since=2026-03-01&until=2026-03-16&muted=all'

# wait_for CONDITION...   asks for the list until it holds something
wait_for_trends() {
    tries=0
    while [ "$tries" -lt 300 ]; do
        call GET "/trends?$range"
        [ "$(json "$out" 'd["listening"]["is_replaying"]')" = False ] && [ "$(json "$out" 'len(d["trends"]) > 0')" = True ] && return
        sleep 0.1
        tries=$((tries + 1))
    done
}
# identity: what must not change
identity() { json "$out" 'sorted((t["id"], t["label"], t["detected_at"], t["started_at"], t["posts"]) for t in d["trends"])'; }

# ---- found ----
serve_start
wait_for_trends
cp "$out" "$folder/list"
identity >"$folder/identity"
equal "the story is among them" "$(json "$out" 'any("pier nine" in t["label"].lower() or "crane" in t["label"].lower() for t in d["trends"])')" True
id=$(json "$out" '[t["id"] for t in d["trends"] if "crane" in " ".join(t["terms"])][0]')
call GET "/trends/$id?client=default"
equal "one trend" "$http" 200
equal "its first voice is the first witness" "$(json "$out" 'd["first_voices"][0]["author"]["handle"]')" witness0
equal "its numbers hold together" "$(json "$out" '20 <= d["voices"] <= d["posts"] and 55 <= d["posts"] <= 75 and d["z_peak"] >= 5 and d["spread"]["of_posts"] == len(d["post_ids"]) and d["tone"]["known"] > 50')" True
cat >"$folder/why.py" <<'PYTHON'
import json, math, sys
why = json.load(open(sys.argv[1]))["why"]
x, mu, r = why["observed"], why["expected"], why["size"]
deviance = 2 * (x * math.log(x / mu) - (x + r) * math.log((x + r) / (mu + r)))
z = math.sqrt(deviance - 2 * math.log(why["longest_window_h"] / why["window_h"]))
print(abs(z - why["z"]) < 0.01 * z and abs(z - why["z_told"]) < 0.01 * z)
PYTHON
equal "its strength can be reckoned again from what is told" "$(python3 "$folder/why.py" "$out")" True
call GET "/trends/$id/query?client=default"
equal "a query is proposed that finds it" "$(json "$out" 'd["covers"] > 0.9 and d["precise"] > 0.9')" True
proposed=$(json "$out" 'd["query"]')
run count "$proposed" --json
equal "and that means the same elsewhere" "$(json "$out" '55 <= d["count"] <= 75')" True
call GET '/trends/calendar?client=default&month=2026-03'
equal "it stands in the calendar on its day" "$(json "$out" "[d2['date'] for d2 in d['days'] if any(t['id'] == $id for t in d2['trends'])]")" "['2026-03-13']"
equal "and the month has its days" "$(json "$out" 'len(d["days"])')" 31
call GET '/trends?client=default'
equal "nothing of March is open today" "$(json "$out" 'len(d["trends"])')" 0

# ---- exports are whole ----
call GET "/trends?$range&format=csv"
equal "as a table" "$(($(wc -l <"$out") - 1))" "$(json "$folder/list" 'len(d["trends"])')"
call GET "/trends?$range&format=jsonl"
equal "as lines" "$(jsonl "$out" 'len(d)')" "$(json "$folder/list" 'len(d["trends"])')"

# ---- what people do ----
post() { call POST "$1" -H 'Content-Type: application/json' --data-binary "$2"; }
token=$token_vera
post "/trends/$id/notes?client=default" '{"text":"x"}'
equal "a viewer writes no note" "$http" 403
token=$token_ben
post "/trends/$id/notes?client=default" '{"text":"<script>alert(1)</script> seen from the office"}'
equal "a practitioner does" "$http $(json "$out" 'd["notes"][0]["text"][:8], d["notes"][0]["by"], d["note_count"]')" "201 ('<script>', 'ben', 1)"
note=$(json "$out" 'd["notes"][0]["id"]')
post "/trends/$id/merge?client=default" '{"into":999}'
equal "but merges nothing" "$http" 403
post "/trends/$id/mute?client=default" '{"reason":"known","version":7}'
equal "a mute on what is no longer so" "$http" 409
post "/trends/$id/mute?client=default" '{"reason":"known","until":"2020-01-01T00:00:00Z"}'
equal "a mute into the past" "$http" 422
post "/trends/$id/mute?client=default" '{"reason":"known","version":1}'
equal "a mute" "$http $(json "$out" 'd["muted"]["reason"], d["muted"]["until"], d["version"]')" "200 ('known', None, 2)"
call GET "/trends?client=default&since=2026-03-01&until=2026-03-16"
equal "it is listed no more" "$(json "$out" "$id in [t['id'] for t in d['trends']]")" False
call GET "/trends?client=default&since=2026-03-01&until=2026-03-16&muted=only"
equal "but apart" "$(json "$out" "$id in [t['id'] for t in d['trends']]")" True
call DELETE "/trends/$id/mute?client=default"
equal "and undone" "$http $(json "$out" 'd["muted"]')" "200 None"
token=$token_mara
call DELETE "/trends/notes/$note?client=default"
equal "nobody withdraws another's note" "$http" 403
token=$token_ben
call DELETE "/trends/notes/$note?client=default"
equal "its author does" "$(json "$out" 'd["notes"][0]["text"], d["notes"][0]["is_withdrawn"], d["note_count"]')" "('', True, 0)"
token=$token_mara

# ---- refusals ----
while IFS='|' read -r words path wanted; do
    call GET "$path"
    equal "$words" "$http" "$wanted"
done <<'TABLE'
a trend that is none|/trends/99999?client=default|404
another client's|/trends?client=elsewhere|404
a month that is none|/trends/calendar?client=default&month=2026-13|400
a month that is no month|/trends/calendar?client=default&month=..%2F..|400
a cursor that is none of ours|/trends?client=default&cursor=abc|400
a parameter that is none|/trends?client=default&colour=red|400
TABLE

# ---- kept ----
serve_stop
for round in 1 2; do
    serve_start
    wait_for_trends
    sleep 1
    call GET "/trends?$range"
    equal "start $round: the same trends under the same ids, no doubles" "$(identity)" "$(cat "$folder/identity")"
    [ "$round" = 1 ] && kill -KILL "$serve_pid" && wait "$serve_pid" 2>/dev/null
done
call GET "/trends/$id?client=default"
equal "what people did is there after a kill" "$(json "$out" 'd["notes"][0]["is_withdrawn"], d["version"]')" "(True, 3)"

# ---- as it happens ----
curl -sSN -m 170 -H "Authorization: Bearer $token" "$base/api/v1/events?client=now" >"$folder/events" 2>/dev/null &
watcher=$!
python3 - "$base" "$token" "$folder/events" >"$folder/live" <<'PYTHON'
import datetime, json, sys, time, urllib.request
base, token, events = sys.argv[1:]
opened, began = False, time.time()
def push(posts):
    body = "\n".join(json.dumps(p) for p in posts).encode()
    urllib.request.urlopen(urllib.request.Request(f"{base}/api/v1/posts?client=now", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/jsonl"}))
def one(n, text, at):
    return {"id": f"live:{n}", "platform": "live", "at": at.isoformat(), "author": {"handle": f"live{n}"}, "text": text}
now = datetime.datetime.now(datetime.timezone.utc)
ways = ["flames over the bay, {} on fire", "{} is burning, stay away", "who called the brigade for the {}", "smoke from the {} all over town", "my gran worked at the {}, awful",
        "the lamp of the {} just went out", "is everyone out of the {}", "ash on my car, is that the {}", "can see the {} burn from here", "never thought the {} could burn"]
n = 10000
while time.time() - began < 160 and not opened:
    now = datetime.datetime.now(datetime.timezone.utc)
    push([one(n + k, ways[(n // 10 + k) % 10].format("zephyrlight"), now - datetime.timedelta(seconds=2)) for k in range(4)])
    n += 10
    time.sleep(4)
    opened = '"what":"open"' in open(events).read()
print("opened" if opened else "never opened", round(time.time() - began))
PYTHON
kill "$watcher" 2>/dev/null
says "a burst is told to those who watch while it happens" "$folder/live" "^opened"
call GET '/trends?client=now'
equal "and is open now" "$(json "$out" 'any("zephyrlight" in t["terms"] and t["is_open"] and not t["is_found_late"] for t in d["trends"])')" True
serve_stop
equal "asked to stop, it ends well" "$status" 0
finish
