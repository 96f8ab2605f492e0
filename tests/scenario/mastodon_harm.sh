# Mastodon's connector when things go wrong: refusals, limits, streams that are off, a network that cuts, an instance that means harm.
. "$(dirname "$0")/lib.sh"

server=$here/../servers/mastodon.sh
if ! sh "$server" clients >"$folder/clients" 2>"$err"; then
    skip "the Mastodon server is not installed here ($(tail -n 1 "$err")): tests/servers/mastodon.sh install"
    finish
    exit "$failed"
fi

python3 "$here/mastodon.py" "$BELLWETHER" "$server" "$folder" faults replies_once no_streams limits hostile >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "the connector does what it should" test "$status" = 0
finish
