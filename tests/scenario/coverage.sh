# What was not captured, and who else may touch a client while it is served.
. "$(dirname "$0")/lib.sh"

printf '%s\n' '{"id":"x:old","platform":"x","at":"2026-02-01T10:00:00Z","author":{"handle":"a"},"text":"long ago"}' >"$folder/old.jsonl"
run import "$folder/old.jsonl"
run user add mara --server-admin --password-stdin <<WORDS
a long enough password
WORDS
run token new mara --role admin --json
admin=$(json "$out" 'd["token"]')
run token new mara --role viewer --json
viewer=$(json "$out" 'd["token"]')
python3 - >"$folder/live.jsonl" <<'PYTHON'
import datetime, json
now = datetime.datetime.now(datetime.timezone.utc)
for i in range(40):
    at = now - datetime.timedelta(seconds=30 + i % 4)
    print(json.dumps({"id": f"x:{i}", "platform": "x", "at": at.isoformat(), "author": {"handle": f"a{i}"}, "text": "zzlive"}))
PYTHON
serve_start
token=$admin
call GET '/coverage?client=default'
equal "nothing was missed, nothing arrives yet" "$http $(cat "$out")" '200 {"gaps":[],"arriving_from":null}'
call POST '/posts?client=default' -H 'Content-Type: application/jsonl' --data-binary "@$folder/live.jsonl"
equal "posts are pushed" "$http $(json "$out" 'd["added"]')" "200 40"
call GET '/coverage?client=default'
equal "posts arrive half a minute late, so the last half minute may be incomplete" "$(json "$out" '__import__("datetime").datetime.now(__import__("datetime").timezone.utc).timestamp() - __import__("datetime").datetime.fromisoformat(d["arriving_from"].replace("Z","+00:00")).timestamp() > 25')" True

gap() { call POST '/coverage?client=default' -H 'Content-Type: application/json' --data-binary "$1"; }
gap '{"from":"2026-03-01T10:00:00Z","until":"2026-03-01T11:00:00Z","reason":"the platform was away","source":"toot"}'
equal "a source says what it missed" "$http $(json "$out" 'd["from"], d["source"]')" "201 ('2026-03-01T10:00:00Z', 'toot')"
gap '{"from":"2026-03-01T11:00:00Z","until":"2026-03-01T12:00:00Z","reason":"the platform was away","source":"toot"}'
call GET '/coverage?client=default&since=2026-03-01T10:30:00Z&until=2026-03-02'
equal "gaps that touch are one, cut to what was asked" "$(json "$out" '[(g["from"][11:16], g["until"][11:16], g["reason"], g["source"]) for g in d["gaps"]]')" "[('10:30', '12:00', 'the platform was away', 'toot')]"
gap '{"from":"2026-03-01T10:00:00Z","until":"2026-03-01T10:45:00Z","is_filled":true,"source":"toot"}'
call GET '/coverage?client=default'
equal "what came after all is no gap" "$(json "$out" '[(g["from"][11:16], g["until"][11:16]) for g in d["gaps"]]')" "[('10:45', '12:00')]"
gap '{"from":"2026-03-01T12:00:00Z","until":"2026-03-01T11:00:00Z","reason":"x"}'
equal "a gap ends after it begins" "$http" 422
gap '{"from":"2026-03-01T12:00:00Z","until":"2999-03-01T11:00:00Z","reason":"x"}'
equal "and not in the future" "$http" 422
gap '{"from":"2026-03-01T12:00:00Z","until":"2026-03-01T13:00:00Z"}'
equal "and has a reason" "$http" 422
token=$viewer
gap '{"from":"2026-03-01T12:00:00Z","until":"2026-03-01T13:00:00Z","reason":"x"}'
equal "a viewer reads" "$http" 403
token=$admin

# ---- others beside the server ----
run count zzlive --json
equal "another process reads while it writes" "$(json "$out" 'd["count"]')" 40
run import "$folder/live.jsonl"
check "but does not write" [ "$status" -ne 0 ]
says "it is told who holds it" "$err" "process $serve_pid"
says "and what to do" "$err" "POST /api/v1/posts"

kill -KILL "$serve_pid"
wait "$serve_pid" 2>/dev/null
serve_start
call GET '/coverage?client=default'
equal "a kill forgets no gap, and a short stop is none" "$(json "$out" '[(g["from"][11:16], g["until"][11:16]) for g in d["gaps"]]')" "[('10:45', '12:00')]"
serve_stop
equal "it ends well" "$status" 0
finish
