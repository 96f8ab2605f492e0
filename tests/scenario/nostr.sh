# The Nostr connector against a real relay (tests/servers/nostr.sh), a lying one, and a wire that breaks. It is killed fifty times during
# NOSTR_POSTS posts (1,500).
. "$(dirname "$0")/lib.sh"

servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
if [ -f "$servers/nostr-relay-0.0.40/ready" ]; then
    check "nostr" python3 "$here/nostr.py" "$BELLWETHER" "$servers" "$folder" "${NOSTR_POSTS:-1500}"
else
    skip "no Nostr relay here: tests/servers/nostr.sh install"
fi
finish
