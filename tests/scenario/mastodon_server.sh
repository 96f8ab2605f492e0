# From a Mastodon server to the archive and the live tail, and a reply back, once, over a network that cuts.
. "$(dirname "$0")/lib.sh"

server=$here/../servers/mastodon.sh
if ! sh "$server" clients >/dev/null 2>"$err"; then
    skip "the Mastodon server is not installed here ($(tail -n 1 "$err")): tests/servers/mastodon.sh install"
    finish
    exit "$failed"
fi
platform_start mastodon
url=$(platform_word url)

export BELLWETHER_SOURCES_PRIVATE_ADDRESSES=yes # platforms of tests are on this machine
run client add default
printf 'gulls over the harbour\n' >"$folder/password"
run user add mara --server-admin --password-stdin <"$folder/password"
run token new mara --role admin --json
token=$(json "$out" 'd["token"]')
serve_start --log-level warning
python3 "$here/mastodon_server.py" "$base" "$token" "$url" >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "from there to here and back" test "$status" = 0
serve_stop
equal "the server stops cleanly" "$status" 0
platform_end
finish
