# A connector in another language that dies at random, under a server that is killed at random: the example of docs/connectors.md, installed as a
# stranger would, with a line in it that ends it in every twentieth message. What the platform has is here in the end, once.
. "$(dirname "$0")/../scenario/lib.sh"
. "$(dirname "$0")/source_lib.sh"

mkdir "$folder/programs"
sed 's/^def say(.*/&\n    if __import__("random").random() < 0.05: os.kill(os.getpid(), 9)/' "$SOURCE_ROOT/examples/follow_json.py" >"$folder/programs/crashing"
chmod +x "$folder/programs/crashing"
check "the example has its flaw" grep -q 'os.kill' "$folder/programs/crashing"
export BELLWETHER_SOURCES_PROGRAMS="$folder/programs"

# The platform: asked through two pipes, one question a line.
mkfifo "$folder/ask" "$folder/said"
python3 "$SOURCE_ROOT/tests/servers/json_list_fake.py" <"$folder/ask" >"$folder/said" &
platform_pid=$!
trap 'kill "$platform_pid" 2>/dev/null; [ -z "$serve_pid" ] || kill -KILL "$serve_pid" 2>/dev/null; clean_up' EXIT
exec 7>"$folder/ask" 8<"$folder/said"
ask() {
    printf '%s\n' "$1" >&7
    read -r answer <&8
}
ask '{"do":"begin"}'
printf '%s' "$answer" >"$folder/begin"
# What was there before is nobody's: a connector that died before it could say how far it is begins anew.
for id in 1 2 3; do ask '{"do":"delete","id":"'$id'"}'; done
check "the list is empty at first" test "${answer#*\"ok\": true}" != "$answer"

source_house
body=$(python3 -c 'import json,sys; b = json.load(open(sys.argv[1])); print(json.dumps({"name": "The list", "connector": "program:crashing", "keep": "all", "config": b["config"], "secrets": b["secrets"]}))' "$folder/begin")
source_add "$body"
cat >"$folder/drive" <<'D'
i=0
while [ "$i" -lt "$((${KILL_ROUNDS:-10} * 6))" ]; do
    echo '{"do":"post","count":5}' >&7
    read -r answer <&8
    sleep 0.25
    i=$((i + 1))
done
D
cat >"$folder/list" <<'D'
echo '{"do":"list"}' >&7
read -r answer <&8
printf '%s' "$answer" | python3 -c 'import json,sys; print("\n".join(id for id in json.load(sys.stdin)["ids"] if int(id) > 3))'
D
kill_while follow-json ". $folder/drive" ". $folder/list"
finish
