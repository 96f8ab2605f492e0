# kill -9 of the server while posts come from a Mastodon server, are edited and deleted: afterwards the archive holds what the platform holds.
# MASTODON_POSTS=10000 KILL_ROUNDS=50 for the whole of it (some five minutes).
. "$(dirname "$0")/../scenario/lib.sh"
. "$(dirname "$0")/source_lib.sh"

server=$here/../servers/mastodon.sh
if ! sh "$server" clients >/dev/null 2>"$err"; then
    skip "the Mastodon server is not installed here ($(tail -n 1 "$err")): tests/servers/mastodon.sh install"
    finish
    exit "$failed"
fi
platform_start mastodon
url=$(platform_word url)

source_house
source_add '{"name":"The instance","connector":"mastodon","keep":"all","config":{"instance":"'"$url"'"},"secrets":{"token":"token-us"}}'
kill_while mastodon "python3 $here/mastodon_writers.py write ${url##*:} ${MASTODON_POSTS:-800}" "python3 $here/mastodon_writers.py list ${url##*:}"
platform_end
finish
