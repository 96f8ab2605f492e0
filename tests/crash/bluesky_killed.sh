# kill -9 of the server while posts come from the real PDS: afterwards the archive is the platform. usage: bluesky_killed.sh WIRE
# The proof: KILL_ROUNDS=50 BLUESKY_POSTS=10000.
wire=${1:-firehose}
. "$(dirname "$0")/../scenario/lib.sh"
. "$(dirname "$0")/source_lib.sh"

servers=$here/../servers
if ! sh "$servers/pds.sh" here || { [ "$wire" != firehose ] && ! sh "$servers/jetstream.sh" here "$wire"; }; then
    skip "$wire: its servers are not installed here: tests/servers/pds.sh and jetstream.sh install"
    finish
fi
cat >"$folder/platform.py" <<'P'
"""platform.py SERVERS WIRE FOLDER: the servers; prints what the connector is configured with, then waits for the end of its input."""
import json, sys
sys.path.insert(0, sys.argv[1])
from bluesky_driver import Platform
platform = Platform(sys.argv[2], sys.argv[3])
print(json.dumps({"url": platform.words["url"], "config": {**platform.config, "identifier": ""}}), flush=True)
sys.stdin.read()
platform.stop()
P
cat >"$folder/write.py" <<'P'
"""write.py SERVERS URL COUNT: so many posts, in pieces; each hundredth is deleted again. An account is deleted with its posts at the end."""
import sys, time
sys.path.insert(0, sys.argv[1])
from pds_client import Pds
pds, count = Pds(sys.argv[2]), int(sys.argv[3])
writer, leaves = pds.account("writer"), pds.account("leaves")
pds.posts(leaves, [f"of an account that leaves {number}" for number in range(20)])
for at in range(0, count, 40):
    uris = pds.posts(writer, [f"the ferry was late, said {number}" for number in range(at, min(at + 40, count))])
    pds.delete(writer, uris[0].rsplit("/", 1)[1])
    time.sleep(float(sys.argv[4]))
pds.erase(leaves["did"])
P
cat >"$folder/list.py" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from pds_client import Pds
pds = Pds(sys.argv[2])
print("\n".join(record["uri"] for record in pds.records(pds.account("writer")["did"])))
P

# The servers end with this script: it holds the writing end of their input.
mkfifo "$folder/hold"
python3 "$folder/platform.py" "$servers" "$wire" "$folder/platform" <"$folder/hold" >"$folder/platform.json" 2>"$folder/platform.err" &
exec 8>"$folder/hold"
tries=0
while [ ! -s "$folder/platform.json" ] && [ "$tries" -lt 600 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
check "the platform runs" test -s "$folder/platform.json"
url=$(json "$folder/platform.json" 'd["url"]')
config=$(json "$folder/platform.json" 'json.dumps(d["config"])')

posts=${BLUESKY_POSTS:-2000}
# A pause after each piece, so that the writing lasts as long as the killing.
pause=$(python3 -c "print(max(0.0, ${KILL_ROUNDS} * 1.2 / ($posts / 40) - 0.15))")
source_house
source_add '{"name":"Bluesky","connector":"bluesky","keep":"all","config":'"$config"'}'
kill_while bluesky "python3 $folder/write.py $servers $url $posts $pause" "python3 $folder/list.py $servers $url"
exec 8>&-
finish
