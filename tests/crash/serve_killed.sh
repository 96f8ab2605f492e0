# kill -9 of the server in the middle of pushes and of records being written, again and again: what was acknowledged is there, once.
. "$(dirname "$0")/../scenario/lib.sh"

run client add default
printf 'gulls over the harbour\n' >"$folder/password"
run user add mara --server-admin --password-stdin <"$folder/password"
run token new mara --role admin --json
token=$(json "$out" 'd["token"]')

cat >"$folder/push.py" <<'P'
"""Pushes small batches and makes topics until the server is gone; writes what was acknowledged. push.py BASE TOKEN ROUND WRITER OUT"""
import http.client, json, sys, time, urllib.parse
base, token, number, writer, out = sys.argv[1:]
place = urllib.parse.urlsplit(base)
sent = 0
with open(out, "a", encoding="utf-8") as acknowledged:
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    while True:
        ids = [f"k:{number}-{writer}-{sent + i}" for i in range(7)]
        sent += 7
        lines = "".join(json.dumps({"id": one, "platform": "k", "at": "2026-03-10T10:00:00Z", "text": f"kept {one}", "author": {"handle": "a"}}) + "\n" for one in ids)
        try:
            connection.request("POST", "/api/v1/posts?client=default", lines, {"Authorization": f"Bearer {token}", "Content-Type": "application/jsonl"})
            answer = connection.getresponse()
            pushed = json.loads(answer.read())
            if answer.status == 200 and pushed["added"] == 7:
                acknowledged.write("".join(f"post {one}\n" for one in ids))
                acknowledged.flush()
            if sent % 35 == 0:
                name = f"topic {number} {writer} {sent}"
                connection.request("POST", "/api/v1/topics?client=default", json.dumps({"name": name, "query": "kept"}),
                                   {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 201:
                    acknowledged.write(f"topic {name}\n")
                    acknowledged.flush()
        except (OSError, http.client.HTTPException, ValueError):
            break
P
cat >"$folder/compare.py" <<'P'
"""compare.py BASE TOKEN ACKNOWLEDGED: prints what is missing, what is there twice, and how much there is."""
import collections, json, sys, urllib.request
base, token, path = sys.argv[1:]
ask = lambda what: urllib.request.urlopen(urllib.request.Request(base + "/api/v1/" + what, headers={"Authorization": f"Bearer {token}"}), timeout=60).read().decode()
there = collections.Counter(json.loads(line)["id"] for line in ask("posts?client=default&format=jsonl").splitlines())
topics = collections.Counter(topic["name"] for topic in json.loads(ask("topics?client=default"))["topics"])
wanted = [line.rstrip("\n").split(" ", 1) for line in open(path, encoding="utf-8")]
missing = [name for kind, name in wanted if name not in (there if kind == "post" else topics)]
twice = [name for name, count in (there + topics).items() if count > 1]
print(len(missing), len(twice), len(wanted), sum(there.values()), sum(topics.values()))
P
: >"$folder/acknowledged"
rounds=${CRASH_ROUNDS:-20}
killed_busy=0
for round in $(seq "$rounds"); do
    serve_start --log-level error
    before=$(wc -l <"$folder/acknowledged")
    writers=
    for writer in 1 2 3; do
        : >"$folder/ack.$writer"
        python3 "$folder/push.py" "$base" "$token" "$round" "$writer" "$folder/ack.$writer" &
        writers="$writers $!"
    done
    sleep "$(python3 -c "import random; print(random.Random($round).uniform(0.2, 1.0))")"
    kill -KILL "$serve_pid"
    wait "$serve_pid" 2>/dev/null
    serve_pid=
    for writer in $writers; do wait "$writer"; done
    cat "$folder"/ack.* >>"$folder/acknowledged"
    [ "$(wc -l <"$folder/acknowledged")" -eq "$before" ] || killed_busy=$((killed_busy + 1))
    check "round $round: the server ran clean" sh -c "! grep -qE 'Sanitizer|runtime error|defect at' '$folder/serve.err'"
done
check "it was killed at work ($killed_busy of $rounds)" test "$killed_busy" -gt $((rounds / 2))
serve_start --log-level error
set -- $(python3 "$folder/compare.py" "$base" "$token" "$folder/acknowledged")
echo "# $3 posts and topics were acknowledged; $4 posts and $5 topics are there"
equal "nothing acknowledged is missing" "$1" 0
equal "nothing is there twice" "$2" 0
serve_stop
equal "and it still stops cleanly" "$status" 0
finish
