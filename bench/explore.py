#!/usr/bin/env python3
"""How long Explore waits for the server when its query changes.

usage: explore.py BELLWETHER POSTS.jsonl[.zst]     (posts are imported once into build/bench-explore)

Asks what the page asks for one query (count and page of posts, histogram, facets, terms), six requests at a time as a browser does, for queries made
from the archive's own words: single words, pairs, phrases, NEAR, wildcards, exclusions. Prints the median and the 90th percentile over the
queries until the first paint's answers (histogram and posts) are there, and until all are.
"""
import http.client
import json
import pathlib
import queue
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

FIRST = ["/timeline?by=auto", "/posts?limit=50"]
REST = ["/breakdown?top=8&field=" + field for field in ("platform", "community", "lang", "kind", "author", "has", "site", "tag")] + ["/terms?top=30"]


def start(program, data):
    server = subprocess.Popen([program, "--data", data, "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if "listening on http://" in line:
            port = int(line.split("http://")[1].split()[0].rsplit(":", 1)[1])
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return server, port
    sys.exit("the server did not start")


class Browser:
    """Six connections that take requests from one queue."""

    def __init__(self, port, token):
        self.jobs, self.headers = queue.Queue(), {"Authorization": f"Bearer {token}"}
        for _ in range(6):
            threading.Thread(target=self.work, args=(http.client.HTTPConnection("127.0.0.1", port),), daemon=True).start()

    def work(self, connection):
        while True:
            path, done = self.jobs.get()
            connection.request("GET", path, headers=self.headers)
            answer = connection.getresponse()
            body = answer.read()
            done.put((answer.status, body))

    def ask(self, paths):
        done = queue.Queue()
        for path in paths:
            self.jobs.put((path, done))
        answers = [done.get() for _ in paths]
        bad = [answer for answer in answers if answer[0] != 200]
        if bad:
            sys.exit(f"answered {bad[0]}")
        return answers


def path_of(path, text):
    return f"/api/v1{path}&client=default&q={urllib.parse.quote(text)}"


def queries(browser):
    words = [row["value"] for row in json.loads(browser.ask([path_of("/breakdown?field=tag&top=10", "")])[0][1])["values"]]
    (_, body), = browser.ask([path_of("/posts?limit=400&order=top", "")])
    counts = {}
    for post in json.loads(body)["posts"]:
        for word in post["text"].lower().split():
            if word.isalpha() and len(word) > 3:
                counts[word] = counts.get(word, 0) + 1
    common = sorted(counts, key=lambda word: (-counts[word], word))[:60]
    made = [f"#{word}" for word in words[:5]] + common[:20]
    for a, b in zip(common[20:40], common[40:60]):
        made += [f"{a} OR {b}", f"{a} NEAR/5 {b}", f"{a}* -{b}"]
    return made + [f'"{a} {b}"' for a, b in zip(common[:10], common[10:20])]


def main():
    program, posts = sys.argv[1:3]
    data = str(pathlib.Path(program).parent / "bench-explore")
    if not pathlib.Path(data).exists():
        subprocess.run([program, "--data", data, "import", posts], check=True)
        subprocess.run([program, "--data", data, "user", "add", "bench", "--server-admin", "--no-password"], check=True)
    token = json.loads(subprocess.run([program, "--data", data, "token", "new", "bench", "--role", "viewer", "--json"], check=True,
                                      capture_output=True, text=True).stdout)["token"]
    server, port = start(program, data)
    try:
        browser = Browser(port, token)
        while json.loads(browser.ask(["/api/v1/stats?client=default"])[0][1])["is_replaying"]:
            time.sleep(0.5)
        first, whole, asked = [], [], queries(browser)
        for text in asked:
            begin = time.perf_counter()
            browser.ask([path_of(path, text) for path in FIRST])
            first.append((time.perf_counter() - begin) * 1000)
            browser.ask([path_of(path, text) for path in REST])
            whole.append((time.perf_counter() - begin) * 1000)
            time.sleep(0.03)  # under the server's limit for one peer
        total = json.loads(browser.ask(["/api/v1/stats?client=default"])[0][1])["posts"]
        for name, times in (("first paint", first), ("everything", whole)):
            print(f"{name}: median {statistics.median(times):.1f} ms, 90th percentile {statistics.quantiles(times, n=10)[8]:.1f} ms "
                  f"({len(asked)} queries, {total:,} posts)")
    finally:
        server.terminate()
        server.wait()


main()
