# Imports through the server: parts, looking, mapping, running, stopping, what is kept and what goes. imports_api.py tells what it does.
. "$(dirname "$0")/lib.sh"

python3 "$here/exports.py" "$folder" 200
python3 "$here/make_posts.py" --posts 60000 >"$folder/many.jsonl"
run user add mara --server-admin --password-stdin <<WORDS
a long enough password
WORDS
run client add default
run token new mara --role admin --json
token=$(json "$out" 'd["token"]')
serve_start
python3 -W ignore "$here/imports_api.py" "$base" "$token" "$folder" "$BELLWETHER_DATA" || failed=$((failed + 1))
serve_stop

# Killed while an import runs: what was counted is there, the import is stopped, its file waits, and a second run adds the rest.
for round in 1 2 3; do
    serve_start
    python3 -W ignore "$here/imports_killed.py" begin "$base" "$token" "$folder/many.jsonl" "$round" >"$folder/killed.id" || failed=$((failed + 1))
    kill -9 "$serve_pid"
    wait "$serve_pid" 2>/dev/null
    serve_start
    python3 -W ignore "$here/imports_killed.py" "$(cat "$folder/killed.id")" "$base" "$token" "$folder/many.jsonl" "$round" || failed=$((failed + 1))
    serve_stop
done

finish
