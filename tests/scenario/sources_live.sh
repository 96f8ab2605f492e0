# A post written on the real Bluesky server is on the live tail within a second, and gone here after it is deleted there; the source was added by the
# command line. (The page reads the same stream of events.)
. "$(dirname "$0")/lib.sh"

servers="${SOURCE_ROOT:-$here/../..}/tests/servers"
sh "$servers/pds.sh" install >"$out" 2>"$err" || { echo "skip - the Bluesky server cannot be had here: $(cat "$out")"; exit 77; }
mkdir "$folder/pds"
mkfifo "$folder/pds.in"
sh "$servers/pds.sh" run "$folder/pds" <"$folder/pds.in" >"$folder/pds.ready" 2>"$folder/pds.err" &
pds_pid=$!
exec 8>"$folder/pds.in"
end_pds() { exec 8>&-; wait "$pds_pid" 2>/dev/null; clean_up; }
trap end_pds EXIT
i=0
while ! grep -q '^ready ' "$folder/pds.ready" 2>/dev/null && [ $i -lt 600 ] && kill -0 "$pds_pid" 2>/dev/null; do sleep 0.1; i=$((i + 1)); done
value() { sed -n "s/^ready .*$1=\([^ ]*\).*/\1/p" "$folder/pds.ready"; }
pds=$(value url)
check "the Bluesky server runs" [ -n "$pds" ]

run client add harbour
run user add chief --server-admin --password-stdin <<'EOT'
gulls over harbour
EOT
run token new chief --role admin --json
token=$(json "$out" 'd["token"]')
run --client harbour topic new Ferry ferry
run --client harbour source add bluesky wire=firehose "hosts=$pds" "appview=" "directory=$(value plc)" --name Bluesky --keep matched
equal "the source is added by the command line" "$status" 0
BELLWETHER_SOURCES_PRIVATE_ADDRESSES=yes
export BELLWETHER_SOURCES_PRIVATE_ADDRESSES
serve_start
python3 "$here/sources_live.py" "$base" "$token" "$pds" "$servers" || failed=$((failed + 1))
run --client harbour source show Bluesky
says "the command line tells how it does" "$out" 'state +live'
serve_stop
equal "the server stops well" "$status" 0
finish
