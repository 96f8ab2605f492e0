#!/usr/bin/env python3
"""usage: sources_live.py BASE TOKEN PDS SERVERS: writes on the real PDS, and watches GET /events and the archive of client harbour."""
import http.client
import json
import queue
import sys
import threading
import time
import urllib.parse
import urllib.request

BASE, TOKEN, PDS, SERVERS = sys.argv[1:5]
sys.path.insert(0, SERVERS)
import pds_client

AUTH = {"Authorization": f"Bearer {TOKEN}"}
failures = 0
heard = queue.Queue()


def tell(is_fine, words):
    global failures
    failures += not is_fine
    print(f"{'ok' if is_fine else 'not ok'} - {words}")


def ask(path):
    with urllib.request.urlopen(urllib.request.Request(f"{BASE}/api/v1{path}", headers=AUTH), timeout=30) as answer:
        return json.loads(answer.read())


def listen():
    """What the page's live tail gets: events of posts that the query matches."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(BASE).netloc, timeout=120)
    connection.request("GET", "/api/v1/events?client=harbour&q=ferry", headers=AUTH)
    answer, kind = connection.getresponse(), ""
    for raw in iter(answer.readline, b""):
        line = raw.decode().strip()
        if line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            heard.put((time.monotonic(), kind, json.loads(line[6:])))


def wait_for(wanted, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            at, kind, data = heard.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            return None
        if wanted(kind, data):
            return at
    return None


def until_true(condition, seconds=20):
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.05)
    return None


threading.Thread(target=listen, daemon=True).start()
tell(until_true(lambda: ask("/sources?client=harbour")["sources"][0]["words"] == "live") is not None, "the source is live")
pds = pds_client.Pds(PDS)
ada = pds.account("ada")
pds.post(ada, "the first ferry of the day")  # wakes what is asleep
tell(wait_for(lambda kind, data: kind == "post" and "first ferry" in data["post"]["text"]) is not None, "a first post is on the live tail")

lags = []
for number in range(20):
    written = time.monotonic()
    uri = pds.post(ada, f"ferry number {number} leaves")["uri"]
    at = wait_for(lambda kind, data: kind == "post" and f"number {number} " in data["post"]["text"])
    lags.append((at or written + 99) - written)
lags.sort()
tell(lags[-1] < 1, f"written there, on the live tail here: median {lags[10] * 1000:.0f} ms, the slowest of twenty {lags[-1] * 1000:.0f} ms, from before the write")
tell(ask("/count?client=harbour&q=ferry")["count"] == 21, "and in the archive")

pds.post(ada, "nothing about boats")
tell(until_true(lambda: ask("/sources?client=harbour")["sources"][0]["health"]["seen"] >= 22) is not None, "a post that no topic matches is seen")
tell(ask("/count?client=harbour&q=boats")["count"] == 0, "and not kept: the source keeps what topics match")

pds.delete(ada, uri.rsplit("/", 1)[1])
took = until_true(lambda: ask("/count?client=harbour&q=ferry")["count"] == 20)
tell(took is not None, f"deleted there, gone here after {(took or 0) * 1000:.0f} ms")
tell(not [p for p in ask("/posts?client=harbour&q=ferry&limit=50")["posts"] if "number 19 " in p["text"]], "from every answer")
pds.erase(ada["did"])
took = until_true(lambda: ask("/count?client=harbour&q=ferry")["count"] == 0)
tell(took is not None, f"an account that is deleted there takes its posts along: after {(took or 0) * 1000:.0f} ms")
time.sleep(11)  # until the server has written down how its sources do, for the command line
sys.exit(1 if failures else 0)
