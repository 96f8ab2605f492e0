# The conformance kit against Mastodon's connector on a server of its API that we did not write: by streams, by polling.
. "$(dirname "$0")/lib.sh"

server=$here/../servers/mastodon.sh
if ! sh "$server" clients >"$folder/clients" 2>"$err"; then
    skip "the Mastodon server is not installed here ($(tail -n 1 "$err")): tests/servers/mastodon.sh install"
    finish
    exit "$failed"
fi

for mode in stream poll; do
    run source check --driver "python3 $here/../servers/mastodon_driver.py $server $folder/kit-$mode $mode" -- "$BELLWETHER" source run mastodon
    cat "$out"
    check "the conformance kit finds no fault ($mode)" test "$status" = 0
done

# GoToSocial, a whole server. It cannot edit (v0.7.1), and it keeps too few posts at hand for the check of memory, which the other server serves.
if sh "$here/../servers/gotosocial.sh" run "$folder/gts" </dev/null >/dev/null 2>"$err"; then
    run source check --only "hello check schema window kill delete auth acts twice nowhere shutdown" --driver "python3 $here/../servers/mastodon_driver.py $here/../servers/gotosocial.sh $folder/kit-gotosocial stream" -- \
        "$BELLWETHER" source run mastodon
    cat "$out"
    check "the conformance kit finds no fault (GoToSocial)" test "$status" = 0
else
    skip "GoToSocial is not here ($(tail -n 1 "$err")): tests/servers/gotosocial.sh install"
fi
finish
