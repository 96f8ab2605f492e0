#!/bin/sh
# usage: install.sh LOG
# Brings the real servers that tests of sources run against, each by its own script, one after the other. One that cannot be had is named in LOG,
# and its tests say that they were skipped; that is no failure here.
#
# A server's script, tests/servers/NAME.sh, has two commands:
#     NAME.sh install        brings what it needs into $BELLWETHER_SERVERS; at once where it is there. Status 77: cannot be had here, says why
#     NAME.sh run FOLDER     runs it on loopback on a free port, its files in FOLDER (made, empty), in the foreground. Prints one line
#                            "ready KEY=VALUE ..." (url=http://127.0.0.1:40123 ...) on standard output when it can be used; ends, and all that it
#                            started with it, on TERM and when its standard input closes: so no server outlives its test
set -u
here=$(cd "$(dirname "$0")" && pwd)
log=${1:?a file for what it says}
export BELLWETHER_SERVERS="${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}"
mkdir -p "$BELLWETHER_SERVERS" "$(dirname "$log")"
: >"$log"
# One at a time on a machine: two builds of the same thing would spoil each other.
exec 9>"$BELLWETHER_SERVERS/lock"
flock 9
for script in "$here"/*.sh; do
    name=$(basename "$script" .sh)
    [ "$name" = install ] && continue
    said=$(sh "$script" install 2>&1) || echo "server $name cannot be had here, its tests are skipped: $(echo "$said" | tail -n 1)" >>"$log"
done
