# Bluesky's connector against the real PDS and the real Jetstream, and against servers that nobody should run. usage: bluesky.sh PART...
# BLUESKY_WAIT_FOR_LIMIT=yes: a real 429 is waited out in full (five minutes).
. "$(dirname "$0")/lib.sh"

status=0
python3 "$here/bluesky.py" "$here/../.." "$folder" "$@" || status=$?
check "all of it" test "$status" = 0
finish
