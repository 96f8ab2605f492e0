"""An import whose server is killed: imports_killed.py begin|ID BASE TOKEN FILE ROUND

begin: sends the file with ids of this round, runs it, and prints its number as soon as posts have come in; then the server is killed.
ID: after the restart the import is stopped, its file is there, and a second run makes the archive whole.
"""
import json
import sys
import time
import urllib.request

what, base, token, path, round_ = sys.argv[1:]


def ask(method, path, body=None, raw=None):
    request = urllib.request.Request(f"{base}/api/v1{path}{'&' if '?' in path else '?'}client=default", method=method,
                                     data=raw if raw is not None else json.dumps(body).encode() if body is not None else None)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/octet-stream" if raw is not None else "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def here():
    return ask("GET", f"/count?q=platform:round{round_}")["count"]


lines = [line.replace('"toot', f'"round{round_}') for line in open(path, encoding="utf-8")]
if what == "begin":
    raw = "".join(lines).encode()
    made = ask("POST", "/imports", {"name": f"round {round_}", "size_bytes": len(raw)})
    for at in range(0, len(raw), 4 << 20):
        ask("PUT", f"/imports/{made['id']}/file?offset={at}", raw=raw[at:at + (4 << 20)])
    ask("POST", f"/imports/{made['id']}/run", {})
    until = time.monotonic() + 20
    while here() < 500 * int(round_) and time.monotonic() < until:
        pass
    print(made["id"])
    sys.exit(0)

made = ask("GET", f"/imports/{what}")
before = here()
if made["state"] == "done":
    print(f"ok - round {round_}: it was faster than the kill")
else:
    is_fine = made["state"] == "stopped" and made["received_bytes"] == made["size_bytes"] and 0 < before < len(lines)
    print(f"{'ok' if is_fine else 'not ok'} - round {round_}: killed after {before} posts, the import is {made['state']}")
    ask("POST", f"/imports/{what}/run", {})
    until = time.monotonic() + 90
    while (made := ask("GET", f"/imports/{what}"))["state"] == "running" and time.monotonic() < until:
        time.sleep(0.1)
    is_whole = made["state"] == "done" and here() == len(lines) and made["counts"]["new"] == len(lines) - before and made["counts"]["edited"] == 0
    print(f"{'ok' if is_whole else 'not ok'} - round {round_}: run again it is whole: {here()} of {len(lines)}, {made['counts']}")
    sys.exit(not (is_fine and is_whole))
