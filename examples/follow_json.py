#!/usr/bin/env python3
"""A connector for Bellwether (docs/connectors.md). It follows an address that lists at most 1,000 posts as JSON:
[{"id": "7", "created_at": "2026-11-24T10:00:00Z", "author": "ann", "text": "...", "url": "https://..."}, ...]"""
import json, os, select, sys, time, urllib.error, urllib.request, zlib
config, secrets, limits, subs, heard, due = {}, {}, {"max_inflight": 4, "max_items": 500}, {}, b"", 0

def say(**message):
    print(json.dumps(message), flush=True)

def look():
    headers = {"Authorization": "Bearer " + secrets["token"]} if "token" in secrets else {}
    with urllib.request.urlopen(urllib.request.Request(config["url"], headers=headers), timeout=10) as answer:
        return {str(post["id"]): post for post in json.load(answer)}

def compare(sub, posts):  # what is new, changed or gone since the state: {id: [when, checksum]} of all that was sent
    marks = {i: [post["created_at"], zlib.crc32(json.dumps(post).encode())] for i, post in posts.items()}
    if sub["known"] is None:  # a first look: what is older than `since` was not asked for
        sub["known"] = {i: mark for i, mark in marks.items() if mark[0] < sub["since"]}
    end = min((when for when, _ in marks.values()), default="9")  # what is older has left the end of the list
    sub["known"] = {i: mark for i, mark in sub["known"].items() if i in marks or mark[0] >= end}
    sub["waiting"] = [(i, mark, {"op": "upsert", "id": i, "created_at": mark[0], "author": {"handle": posts[i]["author"]},
                       "text": posts[i]["text"], "url": posts[i].get("url")}) for i, mark in marks.items() if sub["known"].get(i) != mark]
    sub["waiting"] += [(i, None, {"op": "delete", "id": i}) for i in sub["known"] if i not in marks]

def send(sub):  # as much as the window takes; a state never claims more than was sent
    while sub["waiting"] and sub["seq"] - sub["acked"] < limits["max_inflight"]:
        batch, sub["waiting"] = sub["waiting"][:limits["max_items"]], sub["waiting"][limits["max_items"]:]
        sub["known"].update({i: mark for i, mark, _ in batch})
        sub["known"], sub["seq"] = {i: mark for i, mark in sub["known"].items() if mark}, sub["seq"] + 1
        say(t="batch", sub=sub["name"], seq=sub["seq"], items=[item for _, _, item in batch], state={"known": sub["known"]})

def obey(t, sub="", **m):
    global due
    if t == "init": config.update(m["config"]), secrets.update(m["secrets"]), limits.update({k: m[k] for k in limits})
    elif t == "check": look(), say(t="ready", account={"name": config["url"]})
    elif t == "subscribe":
        since, due = m["query"].get("since") or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), 0
        subs[sub] = {"name": sub, "seq": 0, "acked": 0, "waiting": [], "known": (m.get("state") or {}).get("known"), "since": since}
        say(t="status", sub=sub, phase="live")
    elif t == "unsubscribe": subs.pop(sub, None)
    elif t == "ack" and sub in subs: subs[sub]["acked"] = m["seq"]
    elif t == "ping": say(t="pong")
    elif t == "shutdown": sys.exit(0)
    else: print("W! passed over:", t, file=sys.stderr)

def guard(deed, *words, **more):  # a platform that refuses, or a line that is none
    global due
    try: deed(*words, **more)
    except urllib.error.HTTPError as error:
        if error.code in (401, 403): sys.exit(print("E! the token is not taken", file=sys.stderr) or 3)
        due = time.time() + int(error.headers.get("Retry-After") or 30)
        say(t="status", phase="rate_limited" if error.code == 429 else "error", message=str(error))
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error: print(f"W! {error!r:.200}", file=sys.stderr)

say(t="hello", protocol=1, name="follow-json", version="1", network="follow-json", listen=["poll"], act=[], config_schema={
    "properties": {"url": {"type": "string", "format": "uri"}, "poll_s": {"type": "integer", "minimum": 1, "maximum": 86400,
                   "default": 60}, "token": {"type": "string", "secret": True}}, "required": ["url"]})
while True:
    if subs and time.time() >= due:
        due = time.time() + config.get("poll_s", 60)
        guard(lambda: [compare(sub, posts) for posts in [look()] for sub in subs.values()])
    for sub in subs.values(): send(sub)
    if select.select([0], [], [], max(0, due - time.time()) if subs else None)[0]:
        *lines, heard = (heard + (os.read(0, 65536) or sys.exit(0))).split(b"\n")  # the host is gone: so are we
        for line in lines: guard(lambda: obey(**json.loads(line)))
