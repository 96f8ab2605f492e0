#!/usr/bin/env python3
"""A program that pushes to a webhook as it should, and as it should not. usage: sources_webhook.py BASE SECRET TOKEN (source 1 of client harbour)"""
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.error
import urllib.request

BASE, SECRET, TOKEN = sys.argv[1:4]
ADDRESS = f"{BASE}/api/v1/hooks/harbour/1"
failures = 0


def tell(is_fine, words):
    global failures
    failures += not is_fine
    print(f"{'ok' if is_fine else 'not ok'} - {words}")


def sign(at, body, secret=SECRET):
    return "v1=" + hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(body, at=None, signature=None, name=None, address=ADDRESS, method="POST", more=()):
    body = body if isinstance(body, bytes) else body.encode()
    at = str(int(time.time())) if at is None else at
    headers = {"X-Bellwether-Timestamp": at, "X-Bellwether-Signature": sign(at, body) if signature is None else signature,
               "Content-Type": "application/jsonl", **dict(more)}
    if name:
        headers["X-Bellwether-Id"] = name
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers, method=method), timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        raw = refusal.read()
        return refusal.code, json.loads(raw) if raw.startswith(b"{") else {"detail": raw.decode("utf-8", "replace")}


def ask(path):
    request = urllib.request.Request(f"{BASE}/api/v1{path}", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def count(q):
    return ask(f"/count?client=harbour&q={q}")["count"]


def item(number, text, **more):
    return json.dumps({"id": f"w{number}", "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "author": {"id": "7", "handle": "cleo"}, "text": text, **more})


# ---- who is let in ----
status, first = post(item(1, "zephyr one"), name="delivery-1")
tell(status == 202 and first == {"taken": 1, "is_duplicate": False, "refused_because": None}, f"a delivery is taken: {status} {first}")
tell(count("zephyr") == 1, "and is in the archive when it is answered")
status, again = post(item(1, "zephyr changed"), name="delivery-1")
tell(status == 202 and again["is_duplicate"] and again["taken"] == 0, f"the same name again is a duplicate: {status} {again}")
tell(count("changed") == 0, "of which nothing is taken")
body, at = item(2, "zephyr two").encode(), str(int(time.time()))
signature = sign(at, body)
status, _ = post(body, at, signature)
tell(status == 202, "without a name, too")
status, replayed = post(body, at, signature)
tell(status == 202 and replayed["is_duplicate"], "replayed byte by byte it is a duplicate")
for words, offset, wanted in (("four minutes old", -240, 202), ("six minutes old", -360, 401), ("four minutes ahead", 240, 202), ("six minutes ahead", 360, 401)):
    at = str(int(time.time()) + offset)
    status, said = post(item(3, "zephyr three"), at)
    tell(status == wanted, f"a clock {words}: {status} {said}")
    tell(wanted == 202 or "clock" in said["detail"], f"a clock {words}: the answer names the clock: {said}")
body = item(4, "zephyr four").encode()
now = str(int(time.time()))
good = sign(now, body)
for words, arguments in {
    "of another secret": dict(signature=sign(now, body, "whsec_" + "x" * 43)),
    "of another body": dict(signature=sign(now, body + b" ")),
    "of another time": dict(signature=sign(str(int(now) - 1), body)),
    "cut short": dict(signature=good[:-1]),
    "longer": dict(signature=good + "0"),
    "in capitals": dict(signature="v1=" + good[3:].upper()),
    "of another version": dict(signature="v2=" + good[3:]),
    "empty": dict(signature=""),
    "of no time": dict(at="", signature=good),
    "with words for a time": dict(at="now", signature=sign("now", body)),
    "for a client that is not there": dict(address=ADDRESS.replace("harbour", "nobody")),
    "for a source that is not there": dict(address=ADDRESS[:-1] + "99"),
}.items():
    status, said = post(body, **{"at": now, "signature": good, **arguments})
    tell(status == 401, f"a signature {words}: {status} {said}")
details = {post(body, now, "v1=" + "0" * 64, address=address)[1]["detail"] for address in (ADDRESS, ADDRESS.replace("harbour", "nobody"), ADDRESS[:-1] + "99")}
tell(len(details) == 1, f"a stranger does not learn which clients and sources there are: {details}")
status, said = post(body, now, "v1=" + "0" * 64, more=[("Authorization", f"Bearer {TOKEN}")])
tell(status == 401, f"a token does not stand in for a signature: {status}")
tell(count("four") == 0, "nothing of those is in the archive")

# ---- what is in it ----
status, said = post("[" + item(10, "zephyr ten") + "," + item(11, "zephyr eleven") + "]")
tell(status == 202 and said["taken"] == 2, f"an array is taken: {status} {said}")
status, said = post(item(12, "zephyr twelve") + "\n{broken\n\n" + json.dumps({"id": "w13"}) + "\n" + item(14, "zephyr fourteen"))
tell(status == 202 and said["taken"] == 2 and said["refused_because"], f"bad lines are refused, the others kept: {status} {said}")
for words, broken in {"nothing": b"", "blanks": b" \n \n", "broken JSON": b"[{", "a number": b"7", "not UTF-8": b'{"id":"\xff"}', "a NUL": b'{"id":"a\0b"}', "a deep array": b"[" * 5000}.items():
    status, said = post(broken)
    tell(status == 422, f"a body of {words}: {status} {str(said)[:120]}")
status, said = post(b"x" * (1024 * 1024 + 1))
tell(status == 413, f"a byte too many: {status} {said}")
status, said = post(json.dumps({"op": "delete", "id": "w10"}))
tell(status == 202 and count("ten") == 0, f"a delete takes a post out: {status} {said}")
status, _ = post(item(10, "zephyr ten again"))
tell(count("ten") == 0, "which does not come back")
many = "\n".join(item(1000 + i, "northerly") for i in range(3000))
status, said = post(many)
tell(status == 202 and said["taken"] == 3000 and count("northerly") == 3000, f"three thousand in one delivery: {status} {said}")

# ---- many at once ----
answers = []
threads = [threading.Thread(target=lambda i=i: answers.append(post(item(5000 + i, "southerly"), name=f"at-once-{i % 20}"))) for i in range(40)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
taken = sum(said["taken"] for status, said in answers if status == 202)
tell(all(status == 202 for status, _ in answers) and taken == 20, f"forty at once under twenty names: {taken} are taken, {sorted({s for s, _ in answers})}")
tell(count("southerly") == 20, "and are there once")
health = ask("/sources/1?client=harbour")["health"]
tell(health["refused"] > 10 and any("signature" in each["reason"] for each in health["refusals"]), f"what was refused is counted, with its reason: {health['refusals']}")
sys.exit(1 if failures else 0)
