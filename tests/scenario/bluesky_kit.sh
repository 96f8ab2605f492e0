# The conformance kit against Bluesky's connector, on each wire, with the real PDS and Jetstream behind it. usage: bluesky_kit.sh WIRE...
. "$(dirname "$0")/lib.sh"

for wire in "$@"; do
    if ! sh "$here/../servers/pds.sh" here || { [ "$wire" != firehose ] && ! sh "$here/../servers/jetstream.sh" here "$wire"; }; then
        skip "$wire: its servers are not installed here: tests/servers/pds.sh and jetstream.sh install"
        continue
    fi
    run source check --driver "python3 $here/../servers/bluesky_driver.py $wire $folder/$wire" --kills "${BLUESKY_KILLS:-5}" -- "$BELLWETHER" source run bluesky
    cat "$out"
    equal "$wire keeps the contract" "$status" 0
    says "$wire: acts were done" "$out" '^ok +acts'
    says "$wire: nothing was missing after kills" "$out" '^ok +kill'
done
finish
