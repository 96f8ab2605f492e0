# kill -9 while a program of somebody else's gives posts: what it gave is here, once. The platform is a file that grows.
. "$(dirname "$0")/../scenario/lib.sh"
. "$(dirname "$0")/source_lib.sh"

mkdir "$folder/programs"
printf '#!/bin/sh\nexec python3 %s\n' "$(cd "$(dirname "$0")" && pwd)/square_connector.py" >"$folder/programs/square"
chmod +x "$folder/programs/square"
export BELLWETHER_SOURCES_PROGRAMS="$folder/programs"
: >"$folder/square"

cat >"$folder/square.py" <<'P'
"""Writes numbered posts into the square, a few at a time; every fiftieth deletes the one before it. square.py PATH POSTS SECONDS"""
import json, random, sys, time
path, posts, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
until = time.monotonic()
with open(path, "a", encoding="utf-8") as square:
    for number in range(posts):
        item = {"op": "upsert", "id": f"p{number}", "created_at": "2026-03-10T10:00:00Z", "author": {"id": "ann", "handle": "ann"}, "text": f"gulls {number}"}
        if number % 50 == 49:
            item = {"op": "delete", "id": f"p{number - 1}"}
        square.write(json.dumps(item) + "\n")
        if number % 7 == 0:
            square.flush()
            until += 7 * seconds / posts
            time.sleep(max(0, until - time.monotonic()))
P

source_house
source_add '{"name":"The square","connector":"program:square","keep":"all","config":{"path":"'"$folder"'/square"}}'
posts=${KILL_POSTS:-10000}
kill_while sq "python3 '$folder/square.py' '$folder/square' $posts $((KILL_ROUNDS * 3))" \
    "python3 -c 'for n in range($posts): n % 50 < 48 and print(\"p\" + str(n))'"
finish
