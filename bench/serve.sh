# Requests a second of the API beside nginx serving a static file of the same size, in the same run, by wrk: numbers that mean something only
# as a ratio. Then the time of Explore's questions over as many posts as there are.
#
# usage: sh bench/serve.sh BELLWETHER POSTS [SECONDS]      POSTS: JSON Lines, may be .zst
set -eu
bellwether=$1
posts=$2
seconds=${3:-8}
for tool in wrk nginx curl; do
    command -v "$tool" >/dev/null || { echo "skip - no $tool here (Debian: wrk nginx-light curl)"; exit 0; }
done
folder=$(mktemp -d "${TMPDIR:-/tmp}/bellwether-serve-XXXXXX")
serve_pid='' nginx_pid=''
end() {
    [ -z "$serve_pid" ] || kill "$serve_pid" 2>/dev/null || true
    [ -z "$nginx_pid" ] || kill "$nginx_pid" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT
export BELLWETHER_DATA="$folder/data"

# ---- the two servers ----
"$bellwether" -q import "$posts"
printf 'gulls over the harbour\n' | "$bellwether" -q user add bench --server-admin --password-stdin
token=$("$bellwether" token new bench --role viewer --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
cat >"$folder/bellwether.conf" <<'CONF'
[limits]
requests_per_peer_s = 1000000
connections_per_peer = 1000
[log]
requests = no
CONF
"$bellwether" serve --config "$folder/bellwether.conf" --listen 127.0.0.1:0 2>"$folder/serve.err" &
serve_pid=$!
base=
while [ -z "$base" ]; do
    sleep 0.1
    kill -0 "$serve_pid" || { cat "$folder/serve.err"; exit 1; }
    base=$(sed -n 's/.*listening on \(http:[^ ]*\).*/\1/p' "$folder/serve.err" | head -1)
done
question="/api/v1/count?client=default&q=the"
curl -sS -H "Authorization: Bearer $token" "$base$question" >"$folder/count.json"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$folder/nginx.conf" <<CONF
worker_processes auto;
daemon off;
pid $folder/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    default_type application/json;
    client_body_temp_path $folder; proxy_temp_path $folder; fastcgi_temp_path $folder; uwsgi_temp_path $folder; scgi_temp_path $folder;
    server { listen 127.0.0.1:$port; root $folder; }
}
CONF
chmod 755 "$folder"
nginx -c "$folder/nginx.conf" 2>/dev/null &
nginx_pid=$!
sleep 0.5

# ---- side by side, twice, so that a machine that slows down shows ----
ask() { # NAME URL WORDS...
    name=$1 url=$2
    shift 2
    wrk -t1 -c32 -d"${seconds}s" --latency "$@" "$url" >"$folder/wrk"
    grep -q "Non-2xx" "$folder/wrk" && { cat "$folder/wrk"; exit 1; }
    awk -v name="$name" '/Requests\/sec/ {r = $2} /50%/ {m = $2} /99%/ {p = $2} END {printf "%-44s %10.0f requests/s   median %8s   99%% %8s\n", name, r, m, p}' "$folder/wrk"
    awk -v name="$name" '/Requests\/sec/ {print name "\t" $2}' "$folder/wrk" >>"$folder/all"
}
size=$(wc -c <"$folder/count.json" | tr -d ' ')
echo "$("$bellwether" count --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])') posts; an answer has $size bytes; wrk with 32 connections, $seconds s each"
for round in 1 2; do
    ask "nginx, a static file" "http://127.0.0.1:$port/count.json"
    ask "bellwether, /healthz" "$base/healthz"
    ask "bellwether, /api/v1/count with a token" "$base$question" -H "Authorization: Bearer $token"
done
python3 - "$folder/all" <<'PYTHON'
import collections, sys
rates = collections.defaultdict(list)
for line in open(sys.argv[1], encoding="utf-8"):
    name, rate = line.rstrip("\n").split("\t")
    rates[name].append(float(rate))
best = {name: max(each) for name, each in rates.items()}
nginx = best["nginx, a static file"]
for name, rate in best.items():
    if not name.startswith("nginx"):
        print(f"{name}: {rate / nginx:.3f} of nginx")
PYTHON

# ---- Explore's questions: one after the other, as one person asks ----
python3 - "$base" "$token" <<'PYTHON'
import http.client, statistics, sys, time, urllib.parse
base, token = sys.argv[1:]
place = urllib.parse.urlsplit(base)
words = ["the", "game", "love", "obama", "\"of the\"", "government OR election", "music NOT pop", "cat* AND dog*", "play NEAR/5 game", "link:youtube.com"]
questions = {"count": "", "timeline": "&by=auto", "breakdown": "&field=community", "terms": "", "posts": "&limit=50"}
connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
for question, more in questions.items():
    taken = []
    for word in words:
        for _ in range(3):
            began = time.perf_counter()
            connection.request("GET", f"/api/v1/{question}?" + urllib.parse.urlencode({"client": "default", "q": word}) + more,
                               headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            text = answer.read()
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                sys.exit(f"{question} {word}: {answer.status} {text[:200]}")
    taken.sort()
    print(f"{question:10} of {len(words)} queries: median {statistics.median(taken):7.1f} ms, slowest {taken[-1]:7.1f} ms")
PYTHON
