#!/usr/bin/env python3
"""A server that gives answers of the shapes of the Hacker News API (Firebase, version 0), and a driver of the conformance kit in front of it.

usage: hackernews_fake.py [--evil]     alone it serves until its input ends; its first line of output names its address

As the real one does, it counts an id before it shows the item: the first looks find null. With --evil it also gives items that are none.
"""
import http.server
import json
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import kit_driver  # noqa: E402

EVIL = "--evil" in sys.argv


class Platform:
    def __init__(self):
        self.lock = threading.Lock()
        self.chance = random.Random(1)
        self.items, self.not_yet, self.updates = {}, {}, []
        self.limited_until, self.requests = 0.0, 0
        self.next = 1
        self.post_many(200, time.time() - 3600)

    def post_many(self, count, at=None):
        ids = []
        with self.lock:
            for _ in range(count):
                number, self.next = self.next, self.next + 1
                comments = [n for n, item in list(self.items.items())[-20:] if not item.get("deleted")]
                parent = self.chance.choice(comments) if comments and self.chance.random() < 0.7 else None
                item = {"id": number, "by": f"user{number % 17}", "time": int(at or time.time())}
                if parent:
                    item |= {"type": "comment", "parent": parent, "text": f"<p>Comment {number} &amp; more <a href=\"https:&#x2F;&#x2F;example.org&#x2F;{number}\">link</a>"}
                    self.items[parent].setdefault("kids", []).append(number)
                else:
                    item |= {"type": "story", "title": f"Story {number}", "url": f"https://example.org/{number}", "score": number % 50, "descendants": 0}
                self.items[number] = item
                if at is None and self.chance.random() < 0.2:
                    self.not_yet[number] = self.chance.randint(1, 2)
                ids.append(str(number))
        return ids

    def change(self, number, **members):
        with self.lock:
            self.items[number].update(members)
            self.updates = ([number] + self.updates)[:100]

    def remove(self, number):
        with self.lock:
            old = self.items[number]
            self.items[number] = {"id": number, "deleted": True, "type": old["type"], "time": old["time"]}
            self.updates = ([number] + self.updates)[:100]

    def answer(self, path):
        """(status, headers, body) of a request."""
        with self.lock:
            self.requests += 1
            if time.time() < self.limited_until:
                return 429, {"Retry-After": "1"}, b"{}"
            if path == "/v0/maxitem.json":
                return 200, {}, str(self.next - 1).encode()
            if path == "/v0/updates.json":
                return 200, {}, json.dumps({"items": self.updates, "profiles": []}).encode()
            number = int(path.removeprefix("/v0/item/").removesuffix(".json")) if path.startswith("/v0/item/") else 0
            if self.not_yet.get(number, 0) > 0:
                self.not_yet[number] -= 1
                return 200, {}, b"null"
            if EVIL and number % 7 == 0 and number in self.items:
                return self.evil(number)
            return 200, {}, json.dumps(self.items.get(number)).encode()

    def evil(self, number):
        kinds = [b"<html>", b'{"id":1}', b"[" * 100000, b'{"id":%d,"by":"x","time":99999999999999,"type":"story"}' % number,
                 b'{"id":%d,"by":"x","time":1424777752,"type":"comment","text":"' % number + b"x" * 2_000_000 + b'"}', b"\xff\xfe", b""]
        return 200, {}, kinds[number // 7 % len(kinds)]


platform = Platform()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # an answer in one packet

    def do_GET(self):
        status, headers, body = platform.answer(self.path)
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):  # a client that was killed
        pass


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}/v0"


def limit(ask):
    platform.limited_until = time.time() + ask["seconds"]


kit_driver.serve({
    "begin": lambda ask: {"config": {"base": address, "poll_s": 1}, "mode": "poll"},
    "post": lambda ask: {"ids": [n for n in platform.post_many(ask["count"]) if not (EVIL and int(n) % 7 == 0)]},
    "edit": lambda ask: platform.change(int(ask["id"]), **({"text": ask["text"]} if "text" in platform.items[int(ask["id"])] else {"title": ask["text"]})),
    "delete": lambda ask: platform.remove(int(ask["id"])),
    "limit": limit,
    "list": lambda ask: {"ids": [str(n) for n, item in platform.items.items() if not item.get("deleted") and not (EVIL and n % 7 == 0)]},
    "requests": lambda ask: {"requests": platform.requests},
})
