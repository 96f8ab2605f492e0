#!/bin/sh
# usage: mastodon.sh install | run FOLDER [limit=N] [window=SECONDS] [streaming=off] | clients
# A server of Mastodon's API that we did not write: mastodon_mock from PyPI (statuses, timelines, streams by SSE and WebSocket, edits, deletes, boosts,
# notifications, search, OAuth, idempotency keys, rate limits, faults on command), kept honest by its own tests with Mastodon.py, and by ours with two
# client libraries for JavaScript (`clients` prints the folder of their modules and the Node to run them with).
#     ready url=http://127.0.0.1:PORT token=OURS writer=ANOTHER'S stranger=A THIRD'S
# GoToSocial, a whole server, is gotosocial.sh's.
# (`install` and `run`: see install.sh)
set -eu
servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
folder=$servers/mastodon-mock-0.6.1
clients=$servers/mastodon-clients-8.0.0-10.3.0
here=$(cd "$(dirname "$0")" && pwd)
. "$here/parts/node22.sh"

install() {
    if [ ! -f "$folder/ready" ]; then
        /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || { echo "no python3-venv here"; exit 77; }
        rm -rf "$folder" && mkdir -p "$folder"
        { /usr/bin/python3 -m venv "$folder" && nice "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/mastodon.requirements.txt"; } >"$folder/log" 2>&1 ||
            { echo "mastodon_mock cannot be had from PyPI: $(tail -n 1 "$folder/log")"; exit 77; }
        touch "$folder/ready"
    fi
    if [ ! -f "$clients/ready" ]; then
        node22
        rm -rf "$clients" && mkdir -p "$clients"
        echo '{"private":true}' >"$clients/package.json"
        (cd "$clients" && PATH=$node/bin:$PATH nice npm install --no-audit --no-fund --silent masto@8.0.0 megalodon@10.3.0 >npm.log 2>&1) ||
            { echo "the client libraries cannot be had from npm: $(tail -n 1 "$clients/npm.log")"; exit 77; }
        touch "$clients/ready"
    fi
}

case ${1:-} in
install) install ;;
clients)
    [ -f "$clients/ready" ] || { echo "not installed: run mastodon.sh install" >&2; exit 77; }
    echo "$clients/node_modules $node/bin/node"
    ;;
run)
    [ -f "$folder/ready" ] || { echo "not installed: run mastodon.sh install" >&2; exit 77; }
    shift
    exec "$folder/bin/python" "$here/mastodon_server.py" "$@"
    ;;
*) echo "usage: mastodon.sh install | run FOLDER [limit=N] [window=SECONDS] [streaming=off] | clients" >&2; exit 2 ;;
esac
