"""The whole server with a Bluesky source, the real PDS behind it: bluesky_server.py ROOT FOLDER BASE TOKEN. Prints how long a post takes into the archive."""
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

root, folder, base, token = sys.argv[1:]
sys.path[:0] = [f"{root}/tests/servers", f"{root}/tests/scenario"]
from bluesky_driver import NotHere, Platform  # noqa: E402
from bluesky_peers import Proxy  # noqa: E402

failed = 0


def check(words, is_true, *seen):
    global failed
    print(f"{'ok' if is_true else 'not ok'} - {words}" + ("" if is_true else f": {' '.join(repr(one)[:600] for one in seen)}"), flush=True)
    failed += not is_true


def call(method, path, body=None):
    request = urllib.request.Request(f"{base}/api/v1{path}{'&' if '?' in path else '?'}client=default", json.dumps(body).encode() if body is not None else None,
                                     {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as refusal:
        return {"status": refusal.code, **json.loads(refusal.read() or b"{}")}


def texts(query="ferry"):
    return [post["text"] for post in call("GET", "/posts?limit=200&q=" + urllib.parse.quote(query))["posts"]]


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def main():
    platform = Platform("firehose", f"{folder}/platform")
    proxy = Proxy(platform.words["url"])
    source = call("POST", "/sources", {"name": "Bluesky", "connector": "bluesky", "keep": "all", "config": {**platform.config, "service": proxy.url}, "secrets": platform.secrets})
    source = source.get("source", source)
    check("the source is added", "id" in source, source)

    def health():
        answer = call("GET", f"/sources/{source['id']}")
        return answer.get("source", answer)["health"]

    check("it is live", until(lambda: health()["phase"] == "at_work"), health())
    times = []
    for number in range(10):
        post = platform.pds.post(platform.writer, f"the ferry was late {number}")
        began = time.monotonic()
        if not until(lambda: f"the ferry was late {number}" in texts()):
            break
        times.append(time.monotonic() - began)
    check("posts come into the archive", len(times) == 10, texts(), health())
    print(f"# from the PDS's answer to an answer of the archive: median {sorted(times)[len(times) // 2] * 1000:.0f} ms, most {max(times) * 1000:.0f} ms")
    platform.pds.delete(platform.writer, post["uri"].rsplit("/", 1)[1])
    check("a post that is deleted there is gone here", until(lambda: "the ferry was late 9" not in texts()), texts())
    leaves = platform.pds.account("leaves")
    platform.pds.posts(leaves, [f"ferry of one who leaves {number}" for number in range(5)])
    check("posts of an account", until(lambda: sum("who leaves" in text for text in texts()) == 5), texts())
    platform.pds.erase(leaves["did"])
    check("whose deletion takes them all away", until(lambda: not any("who leaves" in text for text in texts())), texts())

    # A deed, and its answer lost on the way.
    asked = platform.pds.post(platform.writer, "who knows when the ferry comes?")
    check("a question", until(lambda: "who knows when the ferry comes?" in texts()))
    proxy.swallow["putRecord"] = 1
    deed = call("POST", "/deeds", {"source": source["id"], "act": "reply", "target": f"bluesky:{asked['uri']}", "text": "the ferry comes at noon", "lang": "en"})
    deed = deed.get("deed", deed)
    check("a reply is on its way", "id" in deed, deed)

    def state():
        answer = call("GET", f"/deeds/{deed['id']}")
        return answer.get("deed", answer)
    check("it was sent, though its answer was lost", until(lambda: state()["state"] == "sent"), state())
    there = [record for record in platform.pds.records(platform.brand["did"]) if record["value"]["text"] == "the ferry comes at noon"]
    check("and stands there once, in its place", len(there) == 1 and there[0]["value"]["reply"]["parent"]["uri"] == asked["uri"], there)
    check("it comes back as a post", until(lambda: texts().count("the ferry comes at noon") == 1), texts())
    found = call("POST", f"/sources/{source['id']}/look", {"mode": "thread", "post": f"bluesky:{there[0]['uri']}"})
    check("a look at the thread", {post["text"] for post in found.get("posts", [])} == {"the ferry comes at noon", "who knows when the ferry comes?"}, found)
    platform.stop()


try:
    main()
except NotHere as why:
    print(f"skip - {why}")
sys.exit(1 if failed else 0)
