# Sources as a sysadmin sets them up, and the webhook as other programs push to it: the manual's examples run as they stand, and what must be refused is.
. "$(dirname "$0")/lib.sh"

manual="${SOURCE_ROOT:-$here/../..}/docs/sources.md"
# The block of the manual that begins with "# example: NAME".
example() { awk -v mark="# example: $1" '$0 == mark {on = 1} on && /^```/ {exit} on {print}' "$manual"; }

# ---- without a server ----
run client add harbour
run --client harbour source list
says "no source yet, and what to do" "$err" 'no source yet.*source add'
run --client harbour source add webhok from=forum
equal "a slip is an error" "$status" 4
says "and the connector that was meant is named" "$err" 'did you mean webhook'
run --client harbour source add webhook from=forum secret=abc
equal "a secret on the command line is refused" "$status" 2
says "with another way" "$err" '--secrets FILE'
run --client harbour source add webhook frm=forum
says "an unknown field is told, and the one that was meant" "$err" 'did you mean from'
run --client harbour source add webhook
equal "a required field is asked for" "$status" 3
run --client harbour source add webhook from=forum --name Forum --json
equal "a webhook is added" "$(json "$out" 'd["name"] + " " + d["keep"]')" "Forum all"
secret=$(json "$out" 'd["made_secret"]')
says "its secret is made and shown" "$out" 'whsec_'
run --client harbour source add webhook from=shop --name Forum
equal "a name is given once" "$status" 5
printf '# for the shop\nsecret = a-secret-of-the-shop\n' >"$folder/secrets"
run --client harbour source add webhook from=shop --name Shop --secrets "$folder/secrets" --keep sample --sample 5 --expires 2026-12-03 --paused
equal "another with its own secret" "$status" 0
check "which is not printed" sh -c "! grep -q a-secret '$out' '$err'"
run --client harbour source list
says "both stand in the list" "$out" 'Shop +webhook +matched \+ 5 in 1000 +paused'
check "in 80 columns" sh -c "! grep -qE '.{81}' '$out'"
run --client harbour source show Shop
says "what is set of secrets is told, not their values" "$out" 'secret \(set\)'
check "no secret anywhere in the records" sh -c "! grep -aq a-secret-of-the-shop '$BELLWETHER_DATA'/clients/harbour/records.db*"

# ---- a server follows ----
run user add chief --server-admin --password-stdin <<'EOT'
gulls over harbour
EOT
run token new chief --role admin --json
token=$(json "$out" 'd["token"]')
serve_start
call GET '/sources?client=harbour'
equal "the server has them" "$(json "$out" '[s["name"] for s in d["sources"]]')" "['Forum', 'Shop']"
check "secrets are not given back" sh -c "! grep -qE 'whsec_|a-secret' '$out'"
i=0
while call GET '/sources/1?client=harbour' && [ "$(json "$out" 'd["words"]')" != live ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
equal "it listens" "$(json "$out" 'd["words"]')" live
run --client harbour source pause Forum
i=0
while call GET '/sources/1?client=harbour' && [ "$(json "$out" 'd["health"]["phase"]')" != paused ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
equal "the command line's pause is followed" "$(json "$out" 'd["health"]["phase"]')" paused
check "within two seconds" [ $i -lt 20 ]
run --client harbour source resume 1
i=0
while call GET '/sources/1?client=harbour' && [ "$(json "$out" 'd["words"]')" != live ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
equal "and it goes on" "$(json "$out" 'd["words"]')" live

# ---- the manual's examples, as they stand ----
example curl >"$folder/example.sh"
check "the manual has an example with curl" grep -q openssl "$folder/example.sh"
ADDRESS="$base/api/v1/hooks/harbour/1" SECRET="$secret" sh "$folder/example.sh" >"$out" 2>"$err"
equal "the example with curl is taken" "$(json "$out" 'd["taken"]')" 1
example python >"$folder/example.py"
check "the manual has an example with Python" grep -q hmac "$folder/example.py"
ADDRESS="$base/api/v1/hooks/harbour/1" SECRET="$secret" python3 "$folder/example.py" >"$out" 2>"$err"
equal "the example with Python is taken" "$(json "$out" 'd["taken"]')" 1

# ---- what must be refused, and what must hold ----
python3 "$here/sources_webhook.py" "$base" "$secret" "$token" || failed=$((failed + 1))

# ---- a secret goes where it was typed for ----
call POST '/sources?client=harbour' -H 'Content-Type: application/json' -d '{"name":"Relay","connector":"nostr","is_paused":true,"config":{"relays":["wss://relay.example"]},"secrets":{"secret_key":"0000000000000000000000000000000000000000000000000000000000000003"}}'
equal "a source with an account" "$http" 201
relay=$(json "$out" 'd["id"]')
call PATCH "/sources/$relay?client=harbour" -H 'Content-Type: application/json' -d '{"version":1,"config":{"relays":["wss://elsewhere.example"]}}'
equal "another address without the secret is refused" "$http" 422
says "and says why" "$out" 'type it again'
call POST "/sources/$relay/check?client=harbour" -H 'Content-Type: application/json' -d '{"config":{"relays":["wss://elsewhere.example"]}}'
equal "also for a test of the connection" "$http" 422
call PATCH "/sources/$relay?client=harbour" -H 'Content-Type: application/json' -d '{"version":1,"name":"Relays"}'
equal "another name needs none" "$http" 200
call PATCH "/sources/$relay?client=harbour" -H 'Content-Type: application/json' -d '{"version":1,"name":"Late"}'
equal "an old version is a conflict" "$http" 409
run --client harbour source remove Relays
equal "it is removed" "$status" 0

# ---- numbers ----
curl -sS "$base/metrics" >"$out"
says "each source counts" "$out" '^bellwether_source_posts_total\{client="harbour",source="1",connector="webhook",what="kept"\} [1-9]'
says "and says whether it is up" "$out" '^bellwether_source_up\{client="harbour",source="1",connector="webhook"\} 1$'
i=0
while run --client harbour source list && ! grep -q ' live' "$out" && [ $i -lt 60 ]; do sleep 0.2; i=$((i + 1)); done
says "the command line tells what the server says" "$out" 'Forum +webhook +all +[0-9.]+ +live'

# ---- a new secret: the old one ends ----
run --client harbour source set Forum --new-secret --json
fresh=$(json "$out" 'd["made_secret"]')
check "it is another" [ "$fresh" != "$secret" ]
sleep 2
ADDRESS="$base/api/v1/hooks/harbour/1" SECRET="$secret" sh "$folder/example.sh" >"$out" 2>"$err"
equal "the old secret is refused" "$(json "$out" 'd.get("status")')" 401
serve_stop
equal "the server stops well" "$status" 0

# ---- a second life: what was taken before is known, over a stop; and programs of others can be added where a folder is named ----
mkdir "$folder/programs"
cp "${SOURCE_ROOT:-$here/../..}/examples/follow_json.py" "$folder/programs/"
printf '#!/bin/sh\nexit 3\n' >"$folder/programs/broken"
chmod +x "$folder/programs/broken" "$folder/programs/follow_json.py"
BELLWETHER_SOURCES_PROGRAMS="$folder/programs"
export BELLWETHER_SOURCES_PROGRAMS
serve_start
call GET '/connectors?client=harbour'
equal "programs of others are listed by their hello" "$(json "$out" '[c["title"] and len(c["fields"]) > 0 for c in d["connectors"] if c["name"] == "program:follow_json.py" and not c["problem"]]')" "[True]"
equal "and one that says none is listed with its problem" "$(json "$out" '[bool(c["problem"]) for c in d["connectors"] if c["name"] == "program:broken"]')" "[True]"
i=0
while ADDRESS="$base/api/v1/hooks/harbour/1" SECRET="$fresh" sh "$folder/example.sh" >"$out" 2>"$err" && [ "$(json "$out" 'd.get("status")')" = 429 ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
equal "a delivery of before is a duplicate after a restart" "$(json "$out" 'd.get("is_duplicate")')" True
serve_stop
run --client harbour source coverage --days 1
equal "coverage is told without a server" "$status" 0
says "as a line of the last days" "$out" '█'
run --client harbour source coverage Forum --json
equal "and for programs" "$status" 0
finish
