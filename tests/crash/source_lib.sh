# The same loop for every platform: while it gives posts, the server is killed (-9) at any moment, again and again; afterwards the archive holds what
# the platform holds, nothing missing, nothing twice, nothing else. Sourced behind scenario/lib.sh, by a test that has started its platform:
#
#     . "$(dirname "$0")/../scenario/lib.sh"
#     . "$(dirname "$0")/source_lib.sh"
#     platform_start nostr; url=$(platform_word url)
#     source_house                                   # a server with the client `default`; $token
#     source_add '{"name":"The relay","connector":"nostr","keep":"all","config":{"relays":["'$url'"]}}'
#     kill_while NETWORK DRIVER LIST
#     finish
#
#   source_house WORDS...    starts the server (WORDS go to serve, at each start) and signs in
#   source_add JSON          the body of POST /sources; waits until it is at work; $source is its id
#   kill_while NETWORK DRIVER LIST
#                            DRIVER writes the posts on the platform, and ends with 0 when all are written. It runs beside the kills, and should take
#                            about as long: ${KILL_ROUNDS} rounds of half a second to a second and a half each
#                            LIST prints the native id of every post that the platform has at the end, one a line
#                            both are commands in one word, run by sh -c
#   KILL_ROUNDS (10; 50 for the proof), KILL_CATCH_UP_S (60): how long it may take at the end until everything is here
# Others clients of the same server can be checked against the same list: source_compare CLIENT NETWORK LISTFILE

KILL_ROUNDS=${KILL_ROUNDS:-10}
KILL_CATCH_UP_S=${KILL_CATCH_UP_S:-60}
export BELLWETHER_SOURCES_PRIVATE_ADDRESSES=yes # platforms of tests are on this machine

source_house() {
    house_words=$*
    run client add default
    printf 'gulls over the harbour\n' >"$folder/password"
    run user add mara --server-admin --password-stdin <"$folder/password"
    run token new mara --role admin --json
    token=$(json "$out" 'd["token"]')
    serve_start --log-level warning $house_words
}

source_phase() { # of source $1 of client $2
    call GET "/sources/$1?client=${2:-default}"
    json "$out" 'd["source"]["health"]["phase"] if "source" in d else d["health"]["phase"]'
}

source_add() { # JSON, CLIENT
    call POST "/sources?client=${2:-default}" -H 'Content-Type: application/json' -d "$1"
    check "the source is added ($http)" test "$http" = 201
    source=$(json "$out" 'd["source"]["id"] if "source" in d else d["id"]')
    tries=0
    while [ "$(source_phase "$source" "${2:-default}")" != at_work ] && [ "$tries" -lt 150 ]; do
        sleep 0.2
        tries=$((tries + 1))
    done
    equal "the source is at work" "$(source_phase "$source" "${2:-default}")" at_work
}

cat >"$folder/compare_source.py" <<'P'
"""compare_source.py BASE TOKEN CLIENT NETWORK LIST SECONDS: waits until the archive has what the list has, and prints what is missing, more, twice, and
how many there are; then some of their names."""
import collections, json, sys, time, urllib.request
base, token, client, network, path, seconds = sys.argv[1:]
wanted = {f"{network}:{line.rstrip(chr(10))}" for line in open(path, encoding="utf-8") if line.strip()}
def read():
    request = urllib.request.Request(f"{base}/api/v1/posts?client={client}&format=jsonl&q=platform:{network}", headers={"Authorization": f"Bearer {token}"})
    return collections.Counter(json.loads(line)["id"] for line in urllib.request.urlopen(request, timeout=120).read().decode().splitlines())
until = time.monotonic() + float(seconds)
there = read()
while set(there) != wanted and time.monotonic() < until:
    time.sleep(0.5)
    there = read()
time.sleep(1)
there = read()
missing, more, twice = wanted - set(there), set(there) - wanted, [one for one, count in there.items() if count > 1]
print(len(missing), len(more), len(twice), len(wanted))
for what, some in (("missing", missing), ("more", more), ("twice", twice)):
    for one in sorted(some)[:5]:
        print(f"{what}: {one}")
P

source_compare() { # CLIENT NETWORK LISTFILE
    python3 "$folder/compare_source.py" "$base" "$token" "$1" "$2" "$3" "$KILL_CATCH_UP_S" >"$folder/compared" 2>"$err"
    set -- "$1" $(head -1 "$folder/compared")
    echo "# $1: the platform has ${5:-?} posts"
    sed -n '2,$s/^/# /p' "$folder/compared"
    equal "$1: nothing is missing" "${2:-?}" 0
    equal "$1: nothing is here that is not there" "${3:-?}" 0
    equal "$1: nothing is here twice" "${4:-?}" 0
}

kill_while() { # NETWORK DRIVER LIST
    kill_network=$1
    sh -c "$2" >"$folder/driver.out" 2>&1 &
    driver_pid=$!
    round=0
    while [ "$round" -lt "$KILL_ROUNDS" ]; do
        round=$((round + 1))
        [ -n "$serve_pid" ] || serve_start --log-level warning $house_words
        sleep "$(python3 -c "import random; print(random.Random('$kill_network $round').uniform(0.4, 1.5))")"
        kill -KILL "$serve_pid"
        wait "$serve_pid" 2>/dev/null
        serve_pid=
        if grep -qE 'Sanitizer|runtime error|defect at' "$folder/serve.err"; then
            check "round $round: the server ran clean" false
            cat "$folder/serve.err"
        fi
        kill -0 "$driver_pid" 2>/dev/null && busy_rounds=$round
    done
    echo "# killed $round times, ${busy_rounds:-0} of them while posts were written"
    check "it was killed at work" test "${busy_rounds:-0}" -gt $((KILL_ROUNDS / 3))
    driver_status=0
    wait "$driver_pid" || driver_status=$?
    [ "$driver_status" -eq 0 ] || tail -n 20 "$folder/driver.out"
    equal "all posts were written" "$driver_status" 0
    sh -c "$3" >"$folder/platform.list" 2>"$err"
    check "the platform says what it has" test -s "$folder/platform.list"
    serve_start --log-level warning $house_words
    source_compare default "$kill_network" "$folder/platform.list"
    serve_stop
    equal "and the server still stops cleanly" "$status" 0
}
