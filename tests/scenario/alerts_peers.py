#!/usr/bin/env python3
"""Two receivers on loopback for the scenario of alerts: an SMTP server (aiosmtpd) and an HTTP server that checks signatures.

usage: alerts_peers.py FOLDER
Writes FOLDER/smtp_port and FOLDER/http_port, then a file for each message that came: mail-N (raw), hook-N (JSON: id, signature_is_right, body,
path). FOLDER/secret holds the webhook's secret once it is known. What it does is told by the path or the recipient:
    /ok 204 · /later 503 · /gone 404 · /redirect 302 to /ok · /hang takes the body and never answers · /huge answers without end
    hang@… takes the message and never confirms it · refuse@… 550 · later@… 451
Ends when its standard input does.
"""
import asyncio
import hashlib
import hmac
import json
import pathlib
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP

FOLDER = pathlib.Path(sys.argv[1])
counts = {"mail": 0, "hook": 0}
lock = threading.Lock()
ended = threading.Event()


def keep(kind, text):
    with lock:
        counts[kind] += 1
        partial = FOLDER / f"{kind}-{counts[kind]}.tmp"
        partial.write_text(text, encoding="utf-8")
        partial.rename(FOLDER / f"{kind}-{counts[kind]}")


class Mail:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse@"):
            return "550 no such person"
        if address.startswith("later@"):
            return "451 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        keep("mail", f"RCPT {envelope.rcpt_tos}\n" + envelope.content.decode("ascii"))
        if envelope.rcpt_tos[0].startswith("hang@"):
            await asyncio.sleep(60)
        return "250 taken"


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        secret_file = FOLDER / "secret"
        secret = secret_file.read_text().strip().encode() if secret_file.exists() else b""
        stamp = self.headers["X-Bellwether-Timestamp"]
        wanted = "v1=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        keep("hook", json.dumps({
            "id": self.headers["X-Bellwether-Id"], "path": self.path, "body": json.loads(body), "is_fresh": abs(time.time() - int(stamp)) < 60,
            "signature_is_right": hmac.compare_digest(wanted, self.headers["X-Bellwether-Signature"]), "secret_is_sent": secret in body if secret else False}))
        if self.path == "/hang":
            ended.wait(60)
            return
        status = {"/later": 503, "/gone": 404, "/redirect": 302}.get(self.path, 204)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/ok")
        if self.path == "/huge":
            self.end_headers()
            try:
                while not ended.is_set():
                    self.wfile.write(b"x" * 65536)
            except OSError:
                pass
            return
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


def main():
    loop = asyncio.new_event_loop()
    smtp = loop.run_until_complete(loop.create_server(lambda: SMTP(Mail(), hostname="localhost"), "127.0.0.1", 0))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    http = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, daemon=True).start()
    (FOLDER / "smtp_port").write_text(str(smtp.sockets[0].getsockname()[1]))
    (FOLDER / "http_port.tmp").write_text(str(http.server_address[1]))
    (FOLDER / "http_port.tmp").rename(FOLDER / "http_port")
    sys.stdin.read()
    ended.set()
    loop.call_soon_threadsafe(loop.stop)


if __name__ == "__main__":
    main()
