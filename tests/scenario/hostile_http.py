"""Drives a running server as no browser would. usage: hostile_http.py BASE TOKEN PID PASSWORD

Prints a line a check, as lib.sh does; ends with 1 where one fails.
"""
import http.client
import json
import re
import socket
import sys
import time
import urllib.parse

BASE, TOKEN, PID, PASSWORD = sys.argv[1:5]
HOST, PORT = urllib.parse.urlsplit(BASE).hostname, urllib.parse.urlsplit(BASE).port
failed = 0


def check(words, holds, what=""):
    global failed
    print(("ok - " if holds else "not ok - ") + words + ("" if holds else f": {what}"))
    failed += not holds


def raw(text, wait=8.0):
    """Sends bytes on a connection of its own; the status of the first answer (0: closed without one) and all that came."""
    got = b""
    with socket.create_connection((HOST, PORT), timeout=wait) as one:
        try:
            one.sendall(text if isinstance(text, bytes) else text.encode())
            while True:
                piece = one.recv(65536)
                if not piece:
                    break
                got += piece
                head, _, body = got.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                if length and len(body) >= int(length.group(1)):
                    break
        except OSError:
            pass
    status = re.match(rb"HTTP/1.1 (\d+)", got)
    return int(status.group(1)) if status else 0, got


def call(method, path, body=None, headers=None, token=TOKEN):
    connection = http.client.HTTPConnection(HOST, PORT, timeout=20)
    sent = {"Authorization": f"Bearer {token}"} if token else {}
    sent.update(headers or {})
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), text


def rss():
    with open(f"/proc/{PID}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def alive():
    return call("GET", "/api/v1/count?client=default")[0] == 200


# ---- paths that would lead elsewhere ----
for path in ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc/passwd", "/assets/%2e%2e/server.db", "/%00", "//etc/passwd",
             "/%c0%ae%c0%ae/etc/passwd", "/api/v1/%2e%2e/healthz", "/assets/%ff", "http://elsewhere.example/", "/a%0d%0aSet-Cookie:%20x=1"]:
    status, got = raw(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    check(f"GET {path} leads nowhere", status == 400 and b"root:" not in got and b"Set-Cookie" not in got, f"{status} {got[:200]}")
for client in ["../default", "..", "default/../default", "default%00", "DEFAULT", "a" * 5000]:
    status, _, text = call("GET", "/api/v1/count?client=" + urllib.parse.quote(client, safe="%"))
    check(f"no client is named {client[:20]}", status in (400, 404, 422), f"{status} {text[:120]}")

# ---- two readings of one request ----
for name, head in [("two lengths", "Content-Length: 4\r\nContent-Length: 40"), ("a length and a coding", "Content-Length: 4\r\nTransfer-Encoding: chunked"),
                   ("a blank before the colon", "Content-Length : 4"), ("an unknown coding", "Transfer-Encoding: xchunked"),
                   ("two hosts", "Host: evil\r\nContent-Length: 0")]:
    status, got = raw(f"POST /api/v1/posts?client=default HTTP/1.1\r\nHost: h\r\n{head}\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
    check(f"{name}: refused, and nothing behind it is believed", status in (400, 501) and got.count(b"HTTP/1.1 ") == 1, got[:300])

# ---- too large ----
status, _ = raw("POST /api/v1/posts?client=default HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\n" + "x" * 100000)
check("a body over the bound", status == 413, status)
status, _ = raw("GET /?" + "x" * 20000 + " HTTP/1.1\r\nHost: h\r\n\r\n")
check("a target over the bound", status in (414, 431), status)
status, _ = raw("GET / HTTP/1.1\r\nHost: h\r\n" + "".join(f"X-{i}: {'y' * 900}\r\n" for i in range(60)) + "\r\n")
check("headers over the bound", status in (431, 0), status)
status, _, text = call("GET", "/api/v1/count?client=default&q=" + "a+OR+" * 3000 + "a")
check("a query of three thousand words is an answer or a refusal", status in (200, 400, 413, 414, 422), f"{status} {text[:100]}")
status, _, text = call("GET", "/api/v1/count?client=default&q=" + "(" * 5000)
check("five thousand brackets", status in (400, 413, 422), f"{status} {text[:100]}")

# ---- bodies that are none ----
JSON = {"Content-Type": "application/json"}
for name, body in [("not JSON", b"{nope"), ("cut", b'{"name":"x"'), ("an array", b"[1,2]"), ("a number", b"7"), ("empty", b""), ("NUL", b'{"name":"a\x00b","query":"x"}'), ("an escaped NUL", b'{"name":"a\\u0000b","query":"x"}'),
                   ("not UTF-8", b'{"name":"\xff\xfe"}'), ("deep", b'{"name":' * 20000), ("deep arrays", b"[" * 100000), ("wrong type", b'{"name":{"a":1}}'),
                   ("huge number", b'{"name":1e999999}'), ("two bodies", b'{"name":"a"}{"name":"b"}'), ("lone surrogate", b'{"name":"\\ud800"}')]:
    for path in ["/api/v1/topics?client=default", "/api/v1/session", "/api/v1/views?client=default"]:
        status, headers, text = call("POST", path, body, JSON)
        holds = status in (400, 401, 403, 404, 409, 413, 422, 429) and "json" in headers.get("content-type", "")
        check(f"{name} to {path.split('?')[0]} is a problem in words", holds, f"{status} {text[:200]}")
for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/xml"]:
    status, _, text = call("POST", "/api/v1/topics?client=default", b'{"name":"x","query":"y"}', {"Content-Type": kind})
    check(f"a body of type '{kind}' is refused", status in (400, 415, 422), f"{status} {text[:100]}")
lines = b"\n".join([b"{nope", b'{"id":"h:1"}', b"\xff\xfe", b"[" * 5000, b'{"id":"h:2","platform":"x","at":"yesterday","text":"t"}', b"x" * 300000])
status, _, text = call("POST", "/api/v1/posts?client=default", lines, {"Content-Type": "application/jsonl"})
answer = json.loads(text)
check("lines that are no posts are counted and named", status == 200 and answer["rejected"] == 6 and answer["added"] == 0, f"{status} {text[:300]}")

# ---- forged: a session's cookie, sent by another site ----
status, headers, text = call("POST", "/api/v1/session", json.dumps({"name": "mara", "password": PASSWORD}),
                             {**JSON, "Origin": BASE, "X-Bellwether": "1", "Sec-Fetch-Site": "same-origin"}, token=None)
cookie = headers.get("set-cookie", "").split(";")[0]
attributes = headers.get("set-cookie", "")
check("signing in gives a cookie that scripts and other sites cannot use", status in (200, 201) and all(
    word in attributes for word in ["__Host-", "HttpOnly", "Secure", "SameSite", "Path=/"]), f"{status} {attributes} {text[:200]}")
own = {**JSON, "Cookie": cookie, "Origin": BASE, "X-Bellwether": "1"}
topic = json.dumps({"name": "forged", "query": "gull"})
for name, change in [("another origin", {"Origin": "https://evil.example"}), ("no origin", {"Origin": None}), ("no header of ours", {"X-Bellwether": None}),
                     ("a cross-site fetch", {"Sec-Fetch-Site": "cross-site"}), ("a sibling site", {"Sec-Fetch-Site": "same-site"}),
                     ("the null origin", {"Origin": "null"}), ("an origin that begins like ours", {"Origin": BASE + ".evil.example"})]:
    sent = {key: value for key, value in {**own, **change}.items() if value is not None}
    status, _, text = call("POST", "/api/v1/topics?client=default", topic, sent, token=None)
    check(f"CSRF: {name} is refused", status == 403, f"{status} {text[:150]}")
status, _, text = call("GET", "/api/v1/topics?client=default", headers={"Cookie": cookie}, token=None)
check("the cookie alone may read", status == 200 and b"forged" not in text, f"{status} {text[:150]}")
for forged in ["__Host-bellwether=", "__Host-bellwether=" + "A" * 5000, "__Host-bellwether=../../x", cookie[:-1] + ("a" if cookie[-1] != "a" else "b")]:
    status, _, _ = call("GET", "/api/v1/topics?client=default", headers={"Cookie": forged}, token=None)
    check("a cookie that is not ours is nobody's", status == 401, status)
for header in ["Bearer", "Bearer ", "Bearer x", "Basic bWFyYTp4", "Bearer " + TOKEN[:-1] + ("a" if TOKEN[-1] != "a" else "b"), "Bearer " + "x" * 5000]:
    status, _, _ = call("GET", "/api/v1/count?client=default", headers={"Authorization": header}, token=None)
    check(f"'{header[:14]}' proves nothing", status == 401, status)

# ---- script in other people's posts ----
SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
post = {"id": "x:script", "platform": "x", "at": "2026-03-10T10:00:00Z", "text": f"zzscript {SCRIPT}", "url": "javascript:alert(3)",
        "author": {"handle": SCRIPT[:60], "name": SCRIPT}}
status, _, text = call("POST", "/api/v1/posts?client=default", json.dumps(post) + "\n", {"Content-Type": "application/jsonl"})
check("a post full of script is kept as a post", status == 200 and json.loads(text)["added"] == 1, text[:200])
for path in ["/api/v1/posts?client=default&q=zzscript", "/api/v1/posts?client=default&q=zzscript&format=csv", "/api/v1/posts?client=default&q=zzscript&format=jsonl",
             "/api/v1/count?client=default&q=" + urllib.parse.quote(f'"{SCRIPT}'), "/api/v1/%3Cscript%3E", "/api/v1/nothing?x=%3Cscript%3E"]:
    status, headers, text = call("GET", path)
    kind = headers.get("content-type", "")
    check(f"{path[:60]} is never HTML", not kind.startswith("text/html") and headers.get("x-content-type-options") == "nosniff", f"{status} {headers}")
status, headers, text = call("GET", "/explore?q=%3Cscript%3Ealert(1)%3C/script%3E", token=None)
policy = headers.get("content-security-policy", "")
check("the page has a policy under which no script of theirs runs", b"alert(1)" not in text and "script-src 'self'" in policy and
      "trusted-types 'none'" in policy and "frame-ancestors 'none'" in policy, f"{status} {policy}")
status, headers, text = call("GET", "/explore", headers={"Accept-Encoding": "gzip;q=junk, br;q=0, *;q=0"}, token=None)
check("a strange Accept-Encoding gets the plain page", status == 200 and "content-encoding" not in headers and b"<html" in text, f"{status} {headers}")

# ---- slow, many, and a ceiling ----
call("GET", "/api/v1/count?client=default&q=zzsecretquery&password=hunter2")
before = rss()
slow = []
for i in range(100):
    one = socket.create_connection((HOST, PORT), timeout=10)
    one.sendall([b"GET / HT", b"GET / HTTP/1.1\r\nHost: h\r\n", b"POST /api/v1/session HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{"][i % 3])
    slow.append(one)
began, worst = time.monotonic(), 0.0
while time.monotonic() - began < 7:
    for one in slow:
        try:
            one.sendall(b"x")
        except OSError:
            pass
    asked = time.monotonic()
    check("others are served meanwhile", alive()) if not alive() else None
    worst = max(worst, time.monotonic() - asked)
    time.sleep(0.3)
ended = 0
for one in slow:
    one.settimeout(3)
    try:
        while one.recv(4096):
            pass
        ended += 1
    except ConnectionError:
        ended += 1
    except OSError:
        pass
    one.close()
check("a hundred slow lorises were ended within seven seconds", ended == 100, f"{ended} of 100")
check("others waited at most three seconds", worst < 3, f"{worst:.1f} s")
for i in range(3000):
    try:
        with socket.create_connection((HOST, PORT), timeout=5) as one:
            one.sendall(b"POST /api/v1/posts?client=default HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n" + b"{" * 50000)
    except OSError:
        pass
deadline = time.monotonic() + 20
served = False
while not served and time.monotonic() < deadline:
    try:
        served = alive()
    except OSError:
        time.sleep(0.2)
check("served after three thousand bodies that were never finished", served)
grown = rss() - before
# Under the sanitizers freed memory is kept back for a while (256 MiB of quarantine).
check("memory has a ceiling", grown < 400 * 1024 * 1024, f"grew by {grown / 1e6:.0f} MB")
print(f"# grew by {grown / 1e6:.0f} MB to {rss() / 1e6:.0f} MB; others waited at most {worst:.2f} s")
sys.exit(failed > 0)
