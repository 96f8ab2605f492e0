#!/usr/bin/env python3
"""An address that lists posts as JSON, for a token, and a driver of the conformance kit in front of it: what examples/follow_json.py follows."""
import datetime
import http.server
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import kit_driver  # noqa: E402

posts, limited_until, lock = {}, 0.0, threading.Lock()


def post_many(ask):
    ids = []
    with lock:
        for _ in range(ask["count"]):
            number = str(len(posts) + 1)
            now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            posts[number] = {"id": number, "created_at": now, "author": "ann", "text": f"post {number}", "url": f"https://example.org/{number}"}
            ids.append(number)
    return {"ids": ids}


def edit(ask):
    posts[ask["id"]]["text"] = ask["text"]


def delete(ask):
    posts[ask["id"]] = None  # its number is not given again


def limit(ask):
    global limited_until
    limited_until = time.time() + ask["seconds"]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status = 429 if time.time() < limited_until else 200 if self.headers["Authorization"] == "Bearer g00d-token" else 401
        with lock:
            body = json.dumps([post for post in posts.values() if post][-900:]).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body if status == 200 else b"{}")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
post_many({"count": 3})
kit_driver.serve({
    "begin": lambda ask: {"config": {"url": f"http://127.0.0.1:{server.server_address[1]}/posts", "poll_s": 1}, "secrets": {"token": "g00d-token"}},
    "post": post_many, "edit": edit, "delete": delete, "limit": limit,
    "list": lambda ask: {"ids": [number for number, post in posts.items() if post]},
})
