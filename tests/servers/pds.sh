#!/bin/sh
# usage: pds.sh install | here | run FOLDER [limits]
# The real Bluesky server: the AT Protocol project's own PDS with a directory of accounts (PLC), from its npm package of development servers, on
# Node 22 from npm (Node 20 lacks what it calls). No account, no network, no database server.
#     ready url=http://127.0.0.1:PORT plc=http://127.0.0.1:PORT admin=PASSWORD relay=http://127.0.0.1:PORT
# relay is the same server with the list of hosts that Jetstream v2 asks a relay for.
# limits: with its rate limits, so that a 31st session within five minutes is a real 429. (`install` and `run`: see install.sh)
set -eu
servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
folder=$servers/pds-0.6.7
here=$(cd "$(dirname "$0")" && pwd)
. "$here/parts/node22.sh"

install() {
    [ -f "$folder/ready" ] && exit 0
    node22
    cd "$servers"
    rm -rf "$folder.part" && mkdir -p "$folder.part"
    echo '{"private":true}' >"$folder.part/package.json"
    # Its SQLite is compiled, against the headers that came with that Node.
    (cd "$folder.part" && PATH=$node/bin:$PATH npm_config_nodedir=$node nice npm install --no-audit --no-fund --silent "@atproto/dev-env@0.6.7" >npm.log 2>&1) ||
        { echo "the Bluesky server cannot be had from npm: $(tail -n 1 "$folder.part/npm.log")"; exit 77; }
    rm -rf "$folder" && mv "$folder.part" "$folder"
    touch "$folder/ready"
}

case ${1:-} in
here) [ -f "$folder/ready" ] ;;
install) install ;;
run)
    [ -f "$folder/ready" ] || { echo "not installed: run pds.sh install" >&2; exit 77; }
    # Its files go where TMPDIR says.
    exec env TMPDIR="${2:?a folder}" NODE_PATH="$folder/node_modules" LOG_ENABLED=false "$node/bin/node" "$here/pds.mjs" "$folder" "${3:-}"
    ;;
*) echo "usage: pds.sh install | here | run FOLDER [limits]" >&2; exit 2 ;;
esac
