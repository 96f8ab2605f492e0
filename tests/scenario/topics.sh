# Topics end to end: the command line, and two people over the API. topics.py tells what they do.
. "$(dirname "$0")/lib.sh"

python3 "$here/make_posts.py" --posts 500 >"$folder/posts.jsonl"
python3 - >"$folder/tea.jsonl" <<'PYTHON'
import json
def post(n, text):
    print(json.dumps({"id": f"toot:{900000 + n}", "platform": "toot", "at": f"2026-03-{1 + n % 9:02d}T{n % 24:02d}:{n % 60:02d}:00Z",
                      "author": {"handle": f"drinker{n}"}, "text": text, "lang": "en"}))
for n in range(40):
    post(n, f"The kettle boils for a brew of leaves, cup number {n}")
for n in range(40, 60):
    post(n, f"Kettle, my favourite band, plays drums tonight number {n}")
for n in range(60, 90):
    post(n, f"A teapot full of brew, leaves in every cup, number {n}")
PYTHON

# ---- the command line ----
run topic list
equal "no topics yet" "$status" 0
check "and looking made nothing" test ! -e "$BELLWETHER_DATA"
run topic show Tea
equal "there is none to show" "$status" 4
run import "$folder/posts.jsonl"
run import "$folder/tea.jsonl"
run topic new Kettles kettle --purpose 'to be archived' --tags 'a,b, a' --json
equal "a topic is made" "$status $(json "$out" 'd["version"], d["tags"], d["versions"][0]["won"]')" "0 (1, ['a', 'b'], 60)"
run topic new kettles x
equal "its name is taken" "$status" 5
run topic edit kettles 'kettle OR teapot' --note 'pots too' --json
equal "an edit is weighed" "$(json "$out" 'd["version"], d["versions"][0]["won"], d["versions"][0]["lost"], d["versions"][0]["kept"]')" "(2, 30, 0, 60)"
run topic edit kettles 'kettle OR ('
equal "what does not parse is no version" "$status" 3
says "and is drawn" "$err" '\^'
run topic edit kettles 'kettle OR teapot'
says "the same again is no version" "$err" "still version 2"
run topic revert kettles 1
says "back to the first" "$out" "version 3.*back to version 1"
run topic show 1
says "by its number" "$out" "^Kettles"
run topic list
says "in the list" "$out" "1 +Kettles +command line +kettle +not measured"
run topic archive kettles
run topic list --json
equal "archived, it is out of sight" "$(wc -c <"$out" | tr -d ' ')" 0
run topic shw kettles
says "a mistake is guessed" "$err" "did you mean show"
mkdir -p "$BELLWETHER_DATA/clients/default/lists"
printf 'kettle\nteapot\n' >"$BELLWETHER_DATA/clients/default/lists/vessels.txt"
run count list:vessels --json
equal "lists in files are taken over" "$(json "$out" 'd["count"]')" 90

# ---- two people over the API ----
for name in ada ben viewer learner; do
    case $name in ada | ben) role=practitioner ;; *) role=$name ;; esac
    printf 'a long enough password\n' >"$folder/in"
    run user add $name --password-stdin <"$folder/in"
    run user role $name $role
    run token new $name --role $role --json
    json "$out" 'd["token"]' >"$folder/$name"
done
serve_start
token=$(cat "$folder/ada")
call GET '/lists?client=default'
equal "and are there for everybody" "$(json "$out" '[l["name"] for l in d["lists"]]')" "['vessels']"
call DELETE '/lists/vessels?client=default'
equal "a list that nothing uses can go" "$http" 204
python=/usr/bin/python3
"$python" -c 'import jsonschema' 2>/dev/null || python=python3
"$python" -W ignore "$here/topics.py" "$base" "$(cat "$folder/ada")" "$(cat "$folder/ben")" "$(cat "$folder/viewer")" "$(cat "$folder/learner")" ||
    failed=$((failed + 1))
serve_stop
equal "the server ends well" "$status" 0
run topic show tea
says "what the browser measured, the terminal shows" "$out" "^precision"
finish
