# kill -9 of the server while notes are written on a real relay: afterwards the archive holds what the relay took.
# NOSTR_POSTS=10000 KILL_ROUNDS=50 for the whole of it (some two minutes).
. "$(dirname "$0")/../scenario/lib.sh"
. "$(dirname "$0")/source_lib.sh"

installed=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}/nostr-relay-0.0.40
if ! [ -f "$installed/ready" ]; then
    skip "the Nostr relay is not installed here: tests/servers/nostr.sh install"
    finish
    exit "$failed"
fi
platform_start nostr
url=$(platform_word url)

source_house
source_add '{"name":"The relay","connector":"nostr","keep":"all","config":{"relays":["'"$url"'"]}}'
printf '{"many":%d,"each_ms":7,"people":20}\n' "${NOSTR_POSTS:-1500}" >"$folder/order"
kill_while nostr "\"$(cat "$installed/node")\" $here/../servers/nostr_write.mjs $installed $url <$folder/order >$folder/written" \
    "python3 -c 'import json,sys; print(*json.load(open(sys.argv[1]))[\"ids\"], sep=chr(10))' $folder/written"
platform_end
finish
