# Feeds: read, followed, killed, and what means no good.
. "$(dirname "$0")/lib.sh"
check "feeds" python3 "$here/feeds.py" "$BELLWETHER"
finish
