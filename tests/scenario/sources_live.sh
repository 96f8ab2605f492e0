# A post written on the real Bluesky server is on the live tail within a second, and gone here after it is deleted there; the source was added by the
# command line. (The page reads the same stream of events.)
. "$(dirname "$0")/lib.sh"

servers="${SOURCE_ROOT:-$here/../..}/tests/servers"
sh "$servers/pds.sh" install >"$out" 2>"$err" || { echo "skip - the Bluesky server cannot be had here: $(cat "$out")"; exit 77; }
trap 'platform_end 2>/dev/null; clean_up' EXIT
platform_start pds
pds=$(platform_word url)
check "the Bluesky server runs" [ -n "$pds" ]

run client add harbour
run user add chief --server-admin --password-stdin <<'EOT'
gulls over harbour
EOT
run token new chief --role admin --json
token=$(json "$out" 'd["token"]')
run --client harbour topic new Ferry ferry
run --client harbour source add bluesky wire=firehose "hosts=$pds" "appview=" "directory=$(platform_word plc)" --name Bluesky --keep matched
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
