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
mkdir "$folder/platform"
mkfifo "$folder/hold"
sh "$server" run "$folder/platform" <"$folder/hold" >"$folder/ready" 2>"$folder/platform.err" &
platform_pid=$!
exec 8>"$folder/hold"
tries=0
until grep -q ready "$folder/ready" || [ "$tries" -ge 100 ]; do
    sleep 0.2
    tries=$((tries + 1))
done
url=$(sed -n 's/.*url=\([^ ]*\).*/\1/p' "$folder/ready")

source_house
source_add '{"name":"The instance","connector":"mastodon","keep":"all","config":{"instance":"'"$url"'"},"secrets":{"token":"token-us"}}'
kill_while mastodon "python3 $here/mastodon_writers.py write ${url##*:} ${MASTODON_POSTS:-800}" "python3 $here/mastodon_writers.py list ${url##*:}"
exec 8>&-
wait "$platform_pid"
finish
