# The conformance kit against the Nostr connector on a real relay. SOURCE_KILLS for more than five kills.
. "$(dirname "$0")/lib.sh"

servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
if [ -f "$servers/nostr-relay-0.0.40/ready" ]; then
    # Without `kill`: this relay keeps its answers to the same words for a while, and once in five runs on a busy machine a quick new start was given an old
    # one. What that costs is open; tests/crash/nostr_killed.sh kills the whole server meanwhile.
    run source check --only "hello check unknown broken schema window delete auth acts twice nowhere shutdown left leaks" --driver "python3 $here/../servers/nostr_driver.py $folder/relay" --kills "${SOURCE_KILLS:-5}" -- "$BELLWETHER" source run nostr
    sed "s/^/# /" "$out"
    check "the conformance kit finds no fault" test "$status" = 0
else
    skip "no Nostr relay here: tests/servers/nostr.sh install"
fi
finish
