#!/bin/sh
# usage: jetstream.sh install | here WIRE | run FOLDER v1 FIREHOSE-URL | run FOLDER v2 RELAY-URL
# Bluesky's own Jetstream, both wires, built from the Go module proxy: v1 from the last revision before it was rewritten, v2 from v0.2.0.
#     ready url=http://127.0.0.1:PORT wire=v1
# v1 reads any firehose (http://127.0.0.1:PORT of a PDS); v2 wants a relay that is its directory, too (relay= of pds.sh). (`install`, `run`: see install.sh)
# JETSTREAM_LOOKBACK: how far back a cursor of v2 may lie (36h).
set -eu
servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
folder=$servers/jetstream-0.2.0
path=github.com/bluesky-social/jetstream

# build NAME VERSION PROGRAM
build() {
    [ -x "$folder/$1" ] && return
    rm -rf "$folder/build" && mkdir -p "$folder/build"
    (
        cd "$folder/build"
        export GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
        { go mod init jetstream && go get "$path/cmd/$3@$2" && nice timeout 280 go build -o "$folder/$1.part" "$path/cmd/$3"; } >"$folder/build.log" 2>&1
    ) || { echo "Jetstream $2 cannot be built here: $(tail -n 1 "$folder/build.log")"; exit 77; }
    rm -rf "$folder/build" && mv "$folder/$1.part" "$folder/$1"
}

# A port that nobody has at this moment.
free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }

case ${1:-} in
here) [ -x "$folder/${2:-v2}" ] ;;
install)
    mkdir -p "$folder"
    [ -x "$folder/v1" ] && [ -x "$folder/v2" ] && exit 0
    command -v go >/dev/null || { echo "no Go here"; exit 77; }
    # v1 is enough for most; v2 asks for a newer Go.
    build v1 v0.0.0-20251009222037-7d7efa58d7f1 jetstream
    build v2 v0.2.0 jetstream
    ;;
run)
    data=${2:?a folder}
    wire=${3:?v1 or v2}
    from=${4:?where it listens to}
    [ -x "$folder/$wire" ] || { echo "not installed: run jetstream.sh install" >&2; exit 77; }
    port=$(free_port)
    other=$(free_port)
    mkdir -p "$data"
    if [ "$wire" = v1 ]; then
        env JETSTREAM_WS_URL="ws${from#http}/xrpc/com.atproto.sync.subscribeRepos" JETSTREAM_LISTEN_ADDR="127.0.0.1:$port" JETSTREAM_METRICS_LISTEN_ADDR="127.0.0.1:$other" \
            JETSTREAM_DATA_DIR="$data" JETSTREAM_LIVENESS_TTL=24h "$folder/v1" >"$data/log" 2>&1 &
    else
        env -u JETSTREAM_LOOKBACK JETSTREAM_RELAY_URL="$from" JETSTREAM_PLC_URL="$from" JETSTREAM_ADDR="127.0.0.1:$port" \
            JETSTREAM_DEBUG_ADDR="127.0.0.1:$other" JETSTREAM_DATA_DIR="$data" JETSTREAM_CURSOR_LOOKBACK="${JETSTREAM_LOOKBACK:-36h}" "$folder/v2" serve >"$data/log" 2>&1 &
    fi
    pid=$!
    # A kill, and a wait, so that it does not outlive this script; v1 wants to drain first and need not.
    reader=
    trap 'kill -KILL $pid $reader 2>/dev/null; exit 0' TERM INT EXIT
    tries=0
    until curl -s -o /dev/null -f "http://127.0.0.1:$port/" || [ "$tries" -ge 300 ] || ! kill -0 "$pid" 2>/dev/null; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -0 "$pid" 2>/dev/null || { tail -n 3 "$data/log" >&2; exit 1; }
    echo "ready url=http://127.0.0.1:$port wire=$wire"
    # The end of standard input, or of the server.
    exec 3<&0
    cat <&3 >/dev/null &
    reader=$!
    while kill -0 "$reader" 2>/dev/null && kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
    ;;
*) echo "usage: jetstream.sh install | here WIRE | run FOLDER v1|v2 URL" >&2; exit 2 ;;
esac
