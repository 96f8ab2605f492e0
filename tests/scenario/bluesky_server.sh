# The whole server with a Bluesky source and the real PDS: into the archive, out of it again, and a reply whose answer is lost.
. "$(dirname "$0")/lib.sh"
. "$here/../crash/source_lib.sh"

source_house
status=0
python3 "$here/bluesky_server.py" "$here/../.." "$folder" "$base" "$token" || status=$?
check "all of it" test "$status" = 0
serve_stop
equal "and the server stops cleanly" "$status" 0
finish
