"""What stands between a connector and the real servers in tests: a proxy that loses answers, and servers of streams that nobody should run."""
import base64
import hashlib
import http.client
import http.server
import json
import socket
import struct
import threading
import time
import urllib.parse


class Proxy:
    """HTTP, one request after another. .swallow[name] = n: the next n calls of this name are done at the server and their answers lost;
    .drop[name] = n: lost before the server has them. .reset_s: a 429's end is brought near, to so many seconds from now; .bypass: headers that are added."""

    def __init__(self, target):
        self.target = urllib.parse.urlparse(target).netloc
        self.swallow, self.drop, self.calls, self.reset_s, self.bypass = {}, {}, [], None, {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                name = self.path.split("?")[0].rsplit(".", 1)[1]
                outer.calls.append(name)
                if outer.drop.get(name, 0):
                    outer.drop[name] -= 1
                    return self.lose()
                onward = http.client.HTTPConnection(outer.target, timeout=60)
                onward.request(self.command, self.path, body, {**{key: value for key, value in self.headers.items() if key.lower() != "host"}, **outer.bypass})
                answer = onward.getresponse()
                data = answer.read()
                if outer.swallow.get(name, 0):
                    outer.swallow[name] -= 1
                    return self.lose()
                self.send_response(answer.status)
                for key, value in answer.getheaders():
                    if key.lower() in ("ratelimit-reset", "retry-after") and answer.status == 429 and outer.reset_s is not None:
                        value = str(int(time.time()) + outer.reset_s) if key.lower() == "ratelimit-reset" else str(outer.reset_s)
                    if key.lower() not in ("transfer-encoding", "connection", "content-length"):
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = handle_any

            def lose(self):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Stream:
    """A WebSocket server: each connection runs script(connection) where connection.send(bytes, is_binary) sends one message; refusal(self), where it gives
    an answer, is sent instead of a handshake (.paths[-1] is what was asked for)."""

    def __init__(self, script, refusal=None):
        self.script, self.refusal, self.paths = script, refusal, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            lines = request.decode("latin-1").split("\r\n")
            self.paths.append(lines[0].split()[1])
            headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:] if ":" in line}
            refusal = self.refusal(self) if self.refusal else None
            if refusal or "sec-websocket-key" not in headers:
                connection.sendall(refusal or b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                connection.close()
                return
            accept = base64.b64encode(hashlib.sha1((headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
            protocol = f"Sec-WebSocket-Protocol: {headers['sec-websocket-protocol']}\r\n" if "sec-websocket-protocol" in headers else ""
            connection.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{protocol}\r\n".encode())
            self.script(Connection(connection, self.paths[-1]))
            while connection.recv(65536):
                pass
        except OSError:
            pass


class Connection:
    def __init__(self, connection, path):
        self.connection, self.path = connection, path

    def send(self, payload, is_binary=False):
        size = len(payload)
        head = struct.pack("!BB", 0x80 | (2 if is_binary else 1), size) if size < 126 else struct.pack("!BBH", 0x80 | (2 if is_binary else 1), 126, size) \
            if size < 65536 else struct.pack("!BBQ", 0x80 | (2 if is_binary else 1), 127, size)
        self.connection.sendall(head + payload)

    def text(self, event):
        self.send(json.dumps(event).encode())


def v1_post(number, text, at_us=None, created=None):
    """A frame of Jetstream v1."""
    at_us = at_us or int(time.time() * 1e6)
    created = created or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"did": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "time_us": at_us, "kind": "commit",
            "commit": {"operation": "create", "collection": "app.bsky.feed.post", "rkey": f"3k{number:011d}", "record": {"text": text, "createdAt": created}}}
