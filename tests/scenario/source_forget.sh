# What a platform deletes is gone everywhere: from answers at once, and after `delete --erase` from every byte of the client's folder, in the archive
# and in what people made of it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../crash/source_lib.sh"

mkdir "$folder/programs"
printf '#!/bin/sh\nexec python3 %s\n' "$(cd "$(dirname "$0")/../crash" && pwd)/square_connector.py" >"$folder/programs/square"
chmod +x "$folder/programs/square"
export BELLWETHER_SOURCES_PROGRAMS="$folder/programs"
happens() { # OP ID AUTHOR TEXT
    printf '{"op":"%s","id":"%s","created_at":"%s","author":{"id":"%s","handle":"%s","name":"%s"},"text":"%s"}\n' \
        "$1" "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$3" "$3" "$3" "$4" >>"$folder/square"
}
count() {
    call GET "/count?client=default" -G --data-urlencode "q=$1"
    json "$out" 'd["count"]'
}
until_count() { # WORDS QUERY WANTED
    tries=0
    while [ "$(count "$2")" != "$3" ] && [ "$tries" -lt 100 ]; do
        sleep 0.2
        tries=$((tries + 1))
    done
    equal "$1" "$(count "$2")" "$3"
}
: >"$folder/square"
source_house
source_add '{"name":"The square","connector":"program:square","keep":"all","config":{"path":"'"$folder"'/square"}}'
happens upsert p1 verenaquill "gulls and a pelargonium"
happens upsert p2 verenaquill "gulls and a marzipanwhale"
happens upsert p3 oswaldfenwick "gulls and a thimblerigger"
happens upsert p4 ann "gulls alone"
until_count "all are here" gulls 4

# People work with them.
call POST "/topics?client=default" -H 'Content-Type: application/json' -d '{"name":"Gulls","query":"gulls","purpose":"to hear of gulls"}'
equal "a topic" "$http" 201
topic=$(json "$out" 'd["id"] if "id" in d else d["topic"]["id"]')
call POST "/topics/$topic/samples?client=default" -H 'Content-Type: application/json' -d '{"kind":"matches"}'
check "a sample of it ($http)" test "$http" -lt 300
call POST "/rooms?client=default" -H 'Content-Type: application/json' -d '{"q":"gulls"}'
check "a reading room of it ($http)" test "$http" -lt 300

check "the bytes are there before" grep -rqa pelargonium "$folder/data"
happens delete p3
happens actor_delete x verenaquill
until_count "what was deleted is gone" gulls 1
call GET "/posts?client=default&format=jsonl"
check "and no answer shows it" sh -c "! grep -qE 'verenaquill|oswaldfenwick|thimblerigger' '$out'"
serve_stop
equal "the server stops" "$status" 0
run delete --erase
equal "the bytes are rewritten" "$status" 0
for word in verenaquill oswaldfenwick pelargonium marzipanwhale thimblerigger; do
    found=$(grep -rla "$word" "$folder/data" || true)
    equal "no file holds $word" "$found" ""
done
check "what stays is there" grep -rqa 'gulls alone' "$folder/data"
run delete --author ann --erase
equal "and goes too when a person says so" "$status" 0
equal "no file holds it" "$(grep -rla 'gulls alone' "$folder/data" || true)" ""
finish
