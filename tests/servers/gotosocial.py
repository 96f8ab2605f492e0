"""Runs GoToSocial on a free port of loopback with two accounts and their tokens, as gotosocial.sh says; ends when its standard input does."""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

PASSWORD = "a long harbour at dawn 7!"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """What a person's browser does to let a program in: forms and cookies, and no more."""

    def __init__(self, port):
        self.port, self.cookies = port, {}

    def call(self, method, path, fields=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"User-Agent": "tests", "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, None if fields is None else urllib.parse.urlencode(fields), headers)
        answer = connection.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return answer.headers.get("Location"), body

    def token(self, email):
        app = json.loads(self.call("POST", "/api/v1/apps", {"client_name": "tests", "redirect_uris": OUT_OF_BAND, "scopes": "read write"})[1])
        asks = {"client_id": app["client_id"], "redirect_uri": OUT_OF_BAND, "response_type": "code", "scope": "read write"}
        self.call("GET", "/oauth/authorize?" + urllib.parse.urlencode(asks))
        self.call("POST", "/auth/sign_in", {"username": email, "password": PASSWORD})
        self.call("GET", "/oauth/authorize")
        where, _ = self.call("POST", "/oauth/authorize", {})
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(where).query)["code"][0]
        given = self.call("POST", "/oauth/token", {"grant_type": "authorization_code", "code": code, "client_id": app["client_id"],
                                                   "client_secret": app["client_secret"], "redirect_uri": OUT_OF_BAND})
        return json.loads(given[1])["access_token"]


def main():
    program, folder = sys.argv[1:3]
    options = dict(word.split("=", 1) for word in sys.argv[3:])
    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)
    port = int(options.get("port", 0)) or free_port()
    environment = {
        **os.environ, "GTS_HOST": f"127.0.0.1:{port}", "GTS_PROTOCOL": "http", "GTS_BIND_ADDRESS": "127.0.0.1", "GTS_PORT": str(port), "GTS_DB_TYPE": "sqlite",
        "GTS_DB_ADDRESS": f"{folder}/gotosocial.sqlite", "GTS_WEB_TEMPLATE_BASE_DIR": f"{program}/web/template/", "GTS_WEB_ASSET_BASE_DIR": f"{program}/web/assets/",
        "GTS_STORAGE_LOCAL_BASE_PATH": f"{folder}/storage", "GTS_LETSENCRYPT_ENABLED": "false", "GTS_LOG_LEVEL": "warn", "GTS_TRUSTED_PROXIES": "127.0.0.1/32",
        "GTS_ADVANCED_RATE_LIMIT_REQUESTS": options.get("limit", "0"), "GTS_ADVANCED_THROTTLING_MULTIPLIER": "0",
    }
    log = open(f"{folder}/log", "ab")
    server = subprocess.Popen([f"{program}/gotosocial", "server", "start"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)

    def end(*_):
        server.kill()
        server.wait()
        os._exit(0)

    def end_with_input():
        while os.read(0, 4096):
            pass
        end()

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=end_with_input, daemon=True).start()
    for _ in range(600):
        if server.poll() is not None:
            sys.exit(f"GoToSocial ended by itself: see {folder}/log")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    tokens = {}
    for name in ("us", "writer"):
        for words in (["create", "--username", name, "--email", f"{name}@example.org", "--password", PASSWORD], ["confirm", "--username", name]):
            subprocess.run([f"{program}/gotosocial", "admin", "account", *words], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, cwd=folder)
        tokens[name] = Browser(port).token(f"{name}@example.org")
    print(f"ready url=http://127.0.0.1:{port} token={tokens['us']} writer={tokens['writer']}", flush=True)
    server.wait()


if __name__ == "__main__":
    main()
