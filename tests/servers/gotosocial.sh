#!/bin/sh
# usage: gotosocial.sh install | run FOLDER [limit=N]
# GoToSocial, a whole server of the fediverse with Mastodon's API (streams by WebSocket alone), built from the Go module proxy with the Go 1.22 that
# the proxy gives: v0.7.1 is the newest that it gives whole. No federation leaves this machine.
#     ready url=http://127.0.0.1:PORT token=OURS writer=ANOTHER'S
# limit: requests of an address in five minutes before a real 429; without it there is no limit. (`install` and `run`: see install.sh)
set -eu
servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
folder=$servers/gotosocial-0.7.1
module=github.com/superseriousbusiness/gotosocial
here=$(cd "$(dirname "$0")" && pwd)

install() {
    [ -f "$folder/ready" ] && exit 0
    command -v go >/dev/null || { echo "no Go here"; exit 77; }
    # The module is named to the checksum database as private, which no longer knows this version; its own dependencies are checked.
    export GOTOOLCHAIN=go1.22.12 GONOSUMDB="github.com/superseriousbusiness/*" GOFLAGS=-buildvcs=false
    rm -rf "$folder" && mkdir -p "$folder/build"
    cd "$folder/build"
    {
        go mod init t && go mod edit -go=1.22 && go get "$module/cmd/gotosocial@v0.7.1" &&
            nice timeout "${GOTOSOCIAL_BUILD_S:-420}" go build -mod=mod -tags netgo,osusergo -o "$folder/gotosocial" "$module/cmd/gotosocial" &&
            cp -r "$(go list -mod=mod -m -f '{{.Dir}}' "$module")/web" "$folder/web"
    } >"$folder/build.log" 2>&1 || { echo "GoToSocial cannot be built here: $(tail -n 1 "$folder/build.log")"; exit 77; }
    chmod -R u+w "$folder/web"
    cd "$folder" && rm -rf build
    touch "$folder/ready"
}

case ${1:-} in
install) install ;;
run)
    [ -f "$folder/ready" ] || { echo "not installed: run gotosocial.sh install" >&2; exit 77; }
    shift
    exec python3 "$here/gotosocial.py" "$folder" "$@"
    ;;
*) echo "usage: gotosocial.sh install | run FOLDER [limit=N]" >&2; exit 2 ;;
esac
