#!/bin/sh
# usage: nostr.sh install | run FOLDER
# A real Nostr relay: the packages of the nostr-relay project, on its SQLite, with a WebSocket in front (nostr.mjs). Node of this machine; its SQLite is
# compiled, against the headers of the Node 22 that pds.sh brings where this machine's Node has none.
#     ready url=ws://127.0.0.1:PORT
# The packages are also where tests find software to make events with (@noble/curves) and a WebSocket server that we did not write (ws).
# (`install` and `run`: see install.sh)
set -eu
servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
folder=$servers/nostr-relay-0.0.40
here=$(cd "$(dirname "$0")" && pwd)
. "$here/parts/node22.sh"

if [ -x "$node/bin/node" ]; then
    PATH=$node/bin:$PATH
    export PATH npm_config_nodedir="$node"
fi

install() {
    [ -f "$folder/ready" ] && exit 0
    command -v npm >/dev/null || { echo "no npm here"; exit 77; }
    rm -rf "$folder.part" && mkdir -p "$folder.part"
    echo '{"private":true}' >"$folder.part/package.json"
    (cd "$folder.part" && nice npm install --no-audit --no-fund --silent @nostr-relay/core@0.0.40 @nostr-relay/common@0.0.40 @nostr-relay/validator@0.0.40 \
        @nostr-relay/event-repository-sqlite@0.0.40 ws@8.18.3 >npm.log 2>&1) ||
        { echo "the Nostr relay cannot be had from npm: $(tail -n 1 "$folder.part/npm.log")"; exit 77; }
    # The Node that it was compiled for runs it.
    command -v node >"$folder.part/node"
    rm -rf "$folder" && mv "$folder.part" "$folder"
    touch "$folder/ready"
}

case ${1:-} in
install) install ;;
run)
    [ -f "$folder/ready" ] || { echo "not installed: run nostr.sh install" >&2; exit 77; }
    exec "$(cat "$folder/node")" "$here/nostr.mjs" "$folder" "${2:?a folder}"
    ;;
*) echo "usage: nostr.sh install | run FOLDER" >&2; exit 2 ;;
esac
