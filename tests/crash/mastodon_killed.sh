# kill -9 of Mastodon's connector while posts come from a real server, are edited and deleted: afterwards what was committed is what the platform has.
# MASTODON_POSTS=10000 MASTODON_KILLS=50 for the whole of it (some four minutes).
. "$(dirname "$0")/../scenario/lib.sh"

server=$here/../servers/mastodon.sh
if ! sh "$server" clients >/dev/null 2>"$err"; then
    skip "the Mastodon server is not installed here ($(tail -n 1 "$err")): tests/servers/mastodon.sh install"
    finish
    exit "$failed"
fi
python3 "$here/mastodon_killed.py" "$BELLWETHER" "$server" "$folder" "${MASTODON_POSTS:-1600}" "${MASTODON_KILLS:-50}" >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "the archive is the platform" test "$status" = 0
finish
