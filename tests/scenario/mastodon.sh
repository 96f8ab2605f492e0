# Mastodon's connector against a server of Mastodon's API that we did not write, a network that cuts, and an instance that means harm.
. "$(dirname "$0")/lib.sh"

server=$here/../servers/mastodon.sh
if ! sh "$server" clients >"$folder/clients" 2>"$err"; then
    skip "the Mastodon server is not installed here ($(tail -n 1 "$err")): tests/servers/mastodon.sh install"
    finish
    exit "$failed"
fi

python3 "$here/mastodon.py" "$BELLWETHER" "$server" "$folder" >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "the connector does what it should" test "$status" = 0

mkdir "$folder/for_clients"
mkfifo "$folder/hold"
sh "$server" run "$folder/for_clients" <"$folder/hold" >"$folder/ready" 2>"$err" &
server_pid=$!
exec 8>"$folder/hold"
tries=0
until grep -q ready "$folder/ready" || [ "$tries" -ge 100 ]; do
    sleep 0.2
    tries=$((tries + 1))
done
url=$(sed -n 's/.*url=\([^ ]*\).*/\1/p' "$folder/ready")
read -r modules node <"$folder/clients"
"$node" "$here/mastodon_clients.mjs" "$modules" "$url" token-us token-writer >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "two other client libraries take the server for Mastodon" test "$status" = 0
exec 8>&-
wait "$server_pid"
finish
