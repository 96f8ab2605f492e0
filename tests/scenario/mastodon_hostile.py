"""An instance that means harm, or is broken: raw bytes on a socket, a mood at a time. Statuses of harm are in what a stream or a timeline gives.

    server = Hostile();  server.mood = "oversize";  server.url
"""
import base64
import hashlib
import json
import socket
import threading
import time


def status(id, **more):
    return {"id": str(id), "created_at": "2026-11-01T10:00:00.000Z", "visibility": "public", "content": f"<p>post {id}</p>", "url": f"https://a.example/{id}",
            "account": {"id": "1", "acct": "ann", "uri": "https://a.example/users/ann", "note": ""}, **more}


SCRIPT = "<p>hi <script>alert(1)</script><img src=x onerror=alert(1)><style>p{}</style><svg onload=alert(1)></svg><a href=\"javascript:alert(1)\">there</a></p>"
DEEP = "<b>" * 100000 + "deep"


class Hostile:
    def __init__(self):
        self.mood, self.asked, self.served = "good", [], 0
        self.first = status(100)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listening.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    @staticmethod
    def answer(client, body, line="200 OK", headers=""):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        client.sendall(f"HTTP/1.1 {line}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n".encode() + body)

    def serve(self, client):
        try:
            with client:
                request = b""
                while b"\r\n\r\n" not in request and (piece := client.recv(65536)):
                    request += piece
                path = request.split(b" ")[1].decode() if b" " in request else ""
                self.asked.append(path)
                if path.startswith("/api/v1/streaming"):
                    self.stream(client, path, request)
                else:
                    self.api(client, path)
        except OSError:
            pass

    def api(self, client, path):
        mood = self.mood
        if path.startswith("/api/v2/instance"):
            if mood == "redirect":
                self.answer(client, b"", "302 Found", "Location: http://169.254.169.254/latest/meta-data\r\n")
            elif mood == "circle":
                self.answer(client, b"", "302 Found", f"Location: {self.url}/api/v2/instance\r\n")
            elif mood == "no json":
                self.answer(client, b"<html>" + b"x" * 1000)
            elif mood == "bomb":  # 200 MB of zeros in 200 KB
                import gzip
                self.answer(client, gzip.compress(bytes(200 << 20), 9), headers="Content-Encoding: gzip\r\n")
            elif mood == "endless":
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"domain\":\"")
                while True:
                    client.sendall(b"x" * 65536)
                    self.served += 65536
            elif mood == "deep json":
                self.answer(client, b"[" * 3000000)
            elif mood == "elsewhere":  # the token is to go to another's machine, without TLS or inside the house
                self.answer(client, {"domain": "a.example", "title": "A", "configuration": {"urls": {"streaming": "ws://10.1.2.3:9"}}})
            else:
                self.answer(client, {"domain": "a.example", "title": "A", "configuration": {"statuses": {"max_characters": 500}}})
        elif path.startswith("/api/v1/instance"):
            self.answer(client, {"error": "gone"}, "404 Not Found")
        elif path.startswith("/api/v1/accounts/verify"):
            self.answer(client, {"id": "9", "acct": "us", "uri": "https://a.example/users/us", "display_name": "Us"})
        elif path.startswith("/api/v1/timelines"):
            if mood == "same page" and "limit=40" in path:  # whatever is asked, the same forty: never an end
                self.answer(client, [status(i) for i in range(240, 200, -1)])
            elif mood == "no list":
                self.answer(client, {"posts": 7})
            elif "limit=1&" in path or path.endswith("limit=1"):
                self.answer(client, [self.first])
            else:
                self.answer(client, [])
        else:
            self.answer(client, {"error": "no"}, "404 Not Found")

    def stream(self, client, path, request):
        mood = self.mood
        is_websocket = b"upgrade: websocket" in request.lower()
        if is_websocket and not mood.startswith("ws "):
            self.answer(client, {"error": "no"}, "404 Not Found")
            return
        if is_websocket:
            key = [line.split(b":")[1].strip() for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")][0]
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")

            def event(name, payload, lies=None):
                text = json.dumps({"stream": ["public"], "event": name, "payload": payload if isinstance(payload, str) else json.dumps(payload)}).encode()
                size = lies or len(text)
                client.sendall(b"\x81" + (bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big") if size < 65536 else b"\x7f" + size.to_bytes(8, "big")) + text)
        else:
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n:)\n\n")

            def event(name, payload, lies=None):
                client.sendall(f"event: {name}\ndata: {payload if isinstance(payload, str) else json.dumps(payload)}\n\n".encode())

        time.sleep(0.2)
        harm = mood.removeprefix("ws ")
        if harm == "good":  # no harm at all, in Mastodon's own words
            event("update", status(398))
            event("status.update", status(398, content="<p>changed</p>", edited_at="2026-11-01T11:00:00.000Z"))
            event("update", status(397))
            event("delete", "397")
        elif harm == "oversize":
            event("update", status(301, content="x" * (3 << 20)))
        elif harm == "claims much":
            event("update", status(301), lies=1 << 40)
        elif harm == "endless line":
            client.sendall(b"data: ")
            while True:
                client.sendall(b"x" * 65536)
                self.served += 65536
        elif harm == "script":
            event("update", status(302, content=SCRIPT, spoiler_text="<b>bold</b>", account={**status(0)["account"], "display_name": "<script>x</script>"}))
        elif harm == "deep html":
            event("update", status(303, content=DEEP))
        elif harm == "broken":
            event("update", "{\"id\":")
            event("update", "[" * 100000)
            event("update", status("../../etc"))
            event("update", {"id": 7})
            event("delete", "../x")
            event("delete", "x" * 5000)
            event("unheard-of", "\x00\x01")
            client.sendall(b"\xff\xfe\x00\n\n" if not is_websocket else b"")
        elif harm == "clocks":
            event("update", status(304, created_at="2999-01-01T00:00:00Z", edited_at="2999-01-01T00:00:00Z"))
            event("update", status(305, created_at="0000-00-00T00:00:00Z"))
            event("update", status(306, created_at=17))
        event("update", status(399, content="<p>the last</p>"))
        time.sleep(5)
