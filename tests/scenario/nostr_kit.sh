# The conformance kit against the Nostr connector on a real relay. SOURCE_KILLS for more than five kills.
. "$(dirname "$0")/lib.sh"

servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
if [ -f "$servers/nostr-relay-0.0.40/ready" ]; then
    run source check --driver "python3 $here/../servers/nostr_driver.py $folder/relay" --kills "${SOURCE_KILLS:-5}" -- "$BELLWETHER" source run nostr
    sed "s/^/# /" "$out"
    check "the conformance kit finds no fault" test "$status" = 0
else
    skip "no Nostr relay here: tests/servers/nostr.sh install"
fi
finish
