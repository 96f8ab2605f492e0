"""The Bluesky connector against the real PDS and Jetstream, and against servers that nobody should run: bluesky.py ROOT FOLDER [PART...]"""
import json
import os
import sys
import time
import traceback
import uuid

root, folder, *parts = sys.argv[1:]
sys.path[:0] = [f"{root}/tests/servers", f"{root}/tests/scenario"]
from bluesky_driver import NotHere, Platform  # noqa: E402
from bluesky_peers import Proxy, Stream, v1_post  # noqa: E402
from pds_client import POST, now  # noqa: E402
from source_host import Host  # noqa: E402

failed = 0


def check(words, is_true, *seen):
    global failed
    print(f"{'ok' if is_true else 'not ok'} - {words}" + ("" if is_true else f": {' '.join(repr(one)[:600] for one in seen)}"), flush=True)
    failed += not is_true


def host(config, secrets=None):
    return Host([os.environ["BELLWETHER"], "source", "run", "bluesky"], config, dict(secrets or {}))


def until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(condition())


def key():
    return uuid.uuid4().hex


def stop(one, words):
    status = one.stop()
    check(f"{words}: it ends when it is asked to, and ran clean", status == 0 and not any("Sanitizer" in line or "runtime error" in line for line in one.logs), status, one.logs[-5:])


# ---- Listening ----

def wire(name):
    """A post, its edit, its delete; an account that is deleted and one that is taken down; what was written while nobody listened."""
    platform = Platform(name, f"{folder}/{name}")
    pds, writer = platform.pds, platform.writer
    listener = host({**platform.config, "identifier": ""}).start()
    listener.subscribe()
    listener.wait_live()
    times = []
    for number in range(10):
        began = time.monotonic()
        post = pds.post(writer, f"<script>alert({number})</script> the ferry & #harbour", langs=["en"])
        written = time.monotonic()
        if not until(lambda: post["uri"] in listener.posts):
            break
        times.append((time.monotonic() - written, written - began))
    check(f"{name}: posts come", len(times) == 10, listener.statuses, listener.logs)
    print(f"# {name}: from the PDS's answer to the connector's item: median {sorted(times)[len(times) // 2][0] * 1000:.0f} ms, most {max(times)[0] * 1000:.0f} ms")
    item = listener.posts[post["uri"]]
    check(f"{name}: text stays text", item["text"] == "<script>alert(9)</script> the ferry & #harbour" and item["lang"] == "en", item)
    check(f"{name}: its author has a handle, from an identity or the directory", item["author"] == {"id": writer["did"], "handle": "writer.test"}, item["author"])
    pds.call("com.atproto.repo.putRecord", {"repo": writer["did"], "collection": POST, "rkey": post["uri"].rsplit("/", 1)[1],
                                            "record": {"$type": POST, "text": "edited", "createdAt": now()}}, writer["accessJwt"])
    check(f"{name}: an edit comes", until(lambda: listener.posts[post["uri"]]["text"] == "edited" and listener.posts[post["uri"]].get("edited_at")))
    pds.delete(writer, post["uri"].rsplit("/", 1)[1])
    check(f"{name}: a delete comes", until(lambda: post["uri"] in listener.deleted))
    leaves, taken = pds.account("leaves"), pds.account("taken")
    gone = pds.posts(leaves, ["goodbye"]) + pds.posts(taken, ["not for long"])
    check(f"{name}: posts of two others", until(lambda: all(uri in listener.posts for uri in gone)))
    pds.erase(leaves["did"])
    pds.takedown(taken["did"])
    check(f"{name}: an account that was deleted and one that was taken down are told", until(lambda: {leaves["did"], taken["did"]} <= listener.gone), listener.gone)
    # In the middle of many, and while many are written.
    listener.kill()
    missed = pds.posts(writer, [f"while nobody listened {number}" for number in range(600)])
    listener.start()
    listener.subscribe()
    written = pds.posts(writer, [f"while it caught up {number}" for number in range(1000)], 50)
    wanted = missed + written
    check(f"{name}: nothing is missing after a kill", until(lambda: all(uri in listener.posts for uri in wanted), 30),
          len([uri for uri in wanted if uri not in listener.posts]), listener.statuses)
    check(f"{name}: nothing was refused", not listener.refused, listener.refused)
    check(f"{name}: no gap is claimed", "gap" not in listener.phases(), listener.statuses)
    stop(listener, name)
    return platform


def old_cursors():
    """What a server no longer has is a gap, however it says so."""
    def state(platform, seq, age_s):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - age_s))
        return json.dumps({"wire": platform.wire, "host": platform.host, "seq": seq, "at": at})

    for name, seq, config in (("v1", 0, {"history_minutes": 10}), ("v2", 0, {}), ("firehose", 999999, {})):
        os.environ["JETSTREAM_LOOKBACK"] = "2s"
        platform = Platform(name, f"{folder}/old-{name}", has_past=True)
        del os.environ["JETSTREAM_LOOKBACK"]
        platform.pds.posts(platform.writer, ["before"])
        time.sleep(4 if name == "v2" else 1)
        listener = host({**platform.config, **config, "identifier": ""}).start()
        # v2 looks a moment back, and is asked for years: it counts by whole blocks.
        listener.state["s1"] = state(platform, seq, 3 * 365 * 86400 if name == "v2" else 3600)
        listener.subscribe()
        time.sleep(3)
        post = platform.pds.posts(platform.writer, ["after"])[0]
        check(f"{name}: posts come again after a cursor that is too old (or of another archive)", until(lambda: post in listener.posts, 20), listener.statuses, listener.logs)
        gaps = [status for status in listener.statuses if status["phase"] == "gap"]
        check(f"{name}: the gap is told, from where to where", until(lambda: any(status["phase"] == "gap" for status in listener.statuses)) and
              all(status.get("from") and status.get("until") and status["from"] < status["until"] for status in gaps), listener.statuses, listener.logs)
        stop(listener, f"{name}, old cursor")
        platform.stop()


def fail_over():
    """Two Jetstreams behind one PDS; the one that is listened to dies while posts are written."""
    for name in ("v2", "v1"):
        platform = Platform(name, f"{folder}/over-{name}")
        other = platform.run("jetstream.sh", f"{folder}/over-{name}-b", name, platform.words["url" if name == "v1" else "relay"])["url"]
        listener = host({**platform.config, "hosts": [platform.host, other], "identifier": ""}).start()
        listener.subscribe()
        listener.wait_live()
        wanted = platform.pds.posts(platform.writer, [f"before it died {number}" for number in range(200)], 20)
        check(f"{name}: posts of the first server", until(lambda: any(uri in listener.posts for uri in wanted)))
        platform.servers[1].stdin.close()
        wanted += platform.pds.posts(platform.writer, [f"while it died {number}" for number in range(400)], 20)
        check(f"{name}: the other one goes on, and nothing is missing", until(lambda: all(uri in listener.posts for uri in wanted), 30),
              len([uri for uri in wanted if uri not in listener.posts]), listener.statuses)
        check(f"{name}: no gap", "gap" not in listener.phases() and other in [json.loads(listener.state["s1"])["host"]], listener.statuses, listener.state)
        stop(listener, f"{name}, two servers")
        platform.servers.pop(1)
        platform.stop()


# ---- Answering ----

def acts(platform):
    pds, writer, brand = platform.pds, platform.writer, platform.brand
    proxy = Proxy(platform.words["url"])
    desk = host({**platform.config, "service": proxy.url}, platform.secrets).start()
    asked = pds.post(writer, "who knows when the ferry comes?")
    reference = {"uri": asked["uri"], "cid": asked["cid"]}
    deeper = pds.post(writer, "anybody?", reply={"root": reference, "parent": reference})

    def texts(text):
        return [record for record in pds.records(brand["did"]) if record["value"]["text"] == text]

    text = "Caf\u00e9 \U0001f642 @writer.test knows: https://harbour.example/a (#ferry)"
    done = desk.command("publish", body={"text": text, "lang": "en"})
    record = next(record["value"] for record in pds.records(brand["did"]) if record["uri"] == done["native"]["id"])
    spans = {text.encode()[facet["index"]["byteStart"]:facet["index"]["byteEnd"]].decode(): facet["features"][0] for facet in record.get("facets", [])}
    check("publish: facets stand on the bytes that they mean", {span: (value.get("did") or value.get("uri") or value.get("tag")) for span, value in spans.items()} ==
          {"@writer.test": writer["did"], "https://harbour.example/a": "https://harbour.example/a", "#ferry": "ferry"}, record)
    done = desk.command("reply", target={"id": deeper["uri"]}, body={"text": "at noon"})
    record = texts("at noon")[0]["value"]
    check("reply: names its parent and the root of the thread", record["reply"]["root"] == reference and record["reply"]["parent"]["uri"] == deeper["uri"], record)

    # The connection dies after sending.
    proxy.swallow["putRecord"] = 1
    one = key()
    done = desk.command("reply", key=one, target={"id": asked["uri"]}, body={"text": "lost answer"})
    check("a reply whose answer was lost is found", done["ok"] and len(texts("lost answer")) == 1, done, texts("lost answer"))
    done = desk.command("reply", key=one, target={"id": asked["uri"]}, body={"text": "lost answer"})
    check("the same deed again is the same record", done["ok"] and len(texts("lost answer")) == 1, done, texts("lost answer"))
    proxy.swallow["putRecord"], proxy.drop["getRecord"] = 1, 4
    two = key()
    done = desk.command("publish", key=two, body={"text": "lost twice"})
    check("where it cannot be asked for either, the outcome is unknown", done.get("error", {}).get("kind") == "unknown_outcome" and len(texts("lost twice")) == 1, done, proxy.calls[-8:])
    proxy.drop.clear()
    done = desk.command("fetch", key=two)
    check("fetch finds it", done["ok"] and done["native"]["id"] == texts("lost twice")[0]["uri"], done)
    proxy.drop["putRecord"] = 1
    three = key()
    done = desk.command("publish", key=three, body={"text": "never arrived"})
    check("what never arrived is surely not done", done.get("error", {}).get("kind") == "transient" and not texts("never arrived"), done)
    done = desk.command("publish", key=three, body={"text": "never arrived"})
    check("and is done once when tried again", done["ok"] and len(texts("never arrived")) == 1, done)
    done = desk.command("publish", key=three, body={"text": "something else"})
    check("another text under the same key is refused", done["error"]["kind"] == "duplicate" and not texts("something else"), done)
    desk.kill()
    desk.start()
    done = desk.command("reply", key=one, target={"id": asked["uri"]}, body={"text": "lost answer"})
    check("also after a new start, with the session it kept", done["ok"] and len(texts("lost answer")) == 1 and proxy.calls.count("createSession") == 1, done, proxy.calls)

    liked = desk.command("like", target={"id": asked["uri"]})
    reposted = desk.command("repost", target={"id": asked["uri"]})
    check("like and repost", liked["ok"] and reposted["ok"] and len(pds.records(brand["did"], "app.bsky.feed.like")) == 1 and
          len(pds.records(brand["did"], "app.bsky.feed.repost")) == 1, liked, reposted)
    undone = desk.command("unlike", target={"id": asked["uri"]})
    check("unlike", undone["ok"] and not pds.records(brand["did"], "app.bsky.feed.like"), undone)
    pds.call("com.atproto.repo.putRecord", {"repo": writer["did"], "collection": "app.bsky.feed.threadgate", "rkey": asked["uri"].rsplit("/", 1)[1], "record": {
        "$type": "app.bsky.feed.threadgate", "post": asked["uri"], "allow": [], "createdAt": now()}}, writer["accessJwt"])
    for words, kind, order in (("a closed thread", "not_permitted", ("reply", {"target": {"id": deeper["uri"]}, "body": {"text": "no"}})),
                               ("a post that is gone", "gone", ("reply", {"target": {"id": asked["uri"][:-4] + "2222"}, "body": {"text": "no"}})),
                               ("301 characters", "invalid", ("publish", {"body": {"text": "\u00e9" * 301}})),
                               ("somebody else's post", "not_permitted", ("delete", {"target": {"id": asked["uri"]}}))):
        refused = desk.command(order[0], **order[1])
        check(f"{words}: {kind}", refused.get("error", {}).get("kind") == kind, refused)
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    check("300 characters of 18 bytes are too many bytes, 100 are not", desk.command("publish", body={"text": family * 300})["error"]["kind"] == "invalid" and
          desk.command("publish", body={"text": family * 100})["ok"])
    mine = texts("at noon")[0]["uri"]
    check("delete", desk.command("delete", target={"id": mine})["ok"] and not texts("at noon"))
    desk.posts = {}
    desk.subscribe("t1", "thread", urls=[deeper["uri"]])
    check("a thread, without an AppView: the post and what it answers", until(lambda: any(status.get("sub") == "t1" for status in desk.statuses)) and
          set(desk.posts) == {deeper["uri"], asked["uri"]}, desk.statuses, desk.posts)
    desk.subscribe("q1", "search", any=["ferry"])
    check("a search without an AppView says so", until(lambda: any(status.get("sub") == "q1" and status["phase"] == "error" for status in desk.statuses)), desk.statuses)
    stop(desk, "acts")
    wrong = host({**platform.config, "service": proxy.url}, {"app_password": "wrong"}).start()
    wrong.say(t="check")
    check("a wrong app password needs a person", wrong.process.wait(15) == 3, wrong.process.poll())


def limited():
    """A real 429 (the 31st session within five minutes), its end brought near by the proxy, which then asks the server to let it pass."""
    platform = Platform("firehose", f"{folder}/limited", "limits")
    proxy = Proxy(platform.words["url"])
    begun = 0
    try:
        for begun in range(1, 60):
            platform.pds.call("com.atproto.server.createSession", {"identifier": "brand.test", "password": platform.secrets["app_password"]})
    except RuntimeError as refusal:
        check("the real server says 429", "429" in str(refusal), refusal)
    print(f"# after {begun - 1} sessions")
    is_patient = os.environ.get("BLUESKY_WAIT_FOR_LIMIT") == "yes"
    proxy.reset_s = None if is_patient else 4
    desk = host({**platform.config, "service": proxy.url}, platform.secrets).start()
    done = desk.command("publish", key="limited-1", body={"text": "after the limit"})
    asked = len(proxy.calls)
    wait_s = done.get("error", {}).get("retry_after_s", 0)
    check("a deed is told to wait, and for how long", done.get("error", {}).get("kind") == "rate_limited" and 0 < wait_s <= 301, done)
    check("the source says so", any(status["phase"] == "rate_limited" and status.get("until") for status in desk.statuses), desk.statuses)
    done = desk.command("publish", key="limited-1", body={"text": "after the limit"})
    check("until then nothing is asked", done.get("error", {}).get("kind") == "rate_limited" and len(proxy.calls) == asked, done, proxy.calls)
    print(f"# it waits for {wait_s} s")
    time.sleep(wait_s + 0.5)
    if not is_patient:
        proxy.bypass = {"x-ratelimit-bypass": "let-it-pass"}
    done = desk.command("publish", key="limited-1", body={"text": "after the limit"})
    check("after it the deed is done, once", done["ok"] and [record["value"]["text"] for record in platform.pds.records(platform.brand["did"])] == ["after the limit"], done)
    stop(desk, "limited")
    platform.stop()


# ---- Servers that nobody should run ----

def listen(*streams, wire="v1", **config):
    listener = host({"wire": wire, "hosts": [stream.url for stream in streams], "appview": "", "directory": "", "lookups_per_minute": 0, **config}).start()
    listener.subscribe()
    return listener


def has_text(listener, text):
    return any(post["text"] == text for post in listener.posts.values())


def hostile():
    good = Stream(lambda connection: connection.text(v1_post(1, "from the good one")))

    def oversize(connection):
        connection.send(json.dumps(v1_post(2, "x" * (6 * 1024 * 1024))).encode())
    listener = listen(Stream(oversize), good)
    check("a frame of 6 MiB: refused, and the next server goes on", until(lambda: has_text(listener, "from the good one"), 20) and listener.refused.get("too large", 0) >= 1,
          listener.refused, listener.statuses)
    stop(listener, "oversize")

    redirecting = Stream(None, lambda stream: f"HTTP/1.1 302 Found\r\nLocation: {stream.url}/again\r\nContent-Length: 0\r\n\r\n".encode())
    listener = listen(redirecting, good)
    check("endless redirects: not followed, and the next server goes on", until(lambda: has_text(listener, "from the good one"), 20) and len(redirecting.paths) <= 3,
          redirecting.paths, listener.statuses)
    stop(listener, "redirects")

    # The live stream tells of a delete before the replay brings the post.
    began_us = int(time.time() * 1e6)

    def seam(connection):
        if "cursor=" in connection.path:
            time.sleep(0.5)
            connection.text(v1_post(7, "deleted since", began_us - 60 * 1000000))
            connection.text(v1_post(8, "replayed", began_us - 50 * 1000000))
            time.sleep(0.5)
            connection.text(v1_post(9, "live", began_us))
        else:
            connection.text(v1_post(9, "live", began_us))
            gone = v1_post(7, "", began_us + 1)
            gone["commit"] = {"operation": "delete", "collection": POST, "rkey": gone["commit"]["rkey"]}
            connection.text(gone)
    stream = Stream(seam)
    listener = host({"wire": "v1", "hosts": [stream.url], "appview": "", "directory": ""}).start()
    listener.state["s1"] = json.dumps({"wire": "v1", "host": stream.url, "seq": 0, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 100))})
    listener.subscribe()
    until(lambda: has_text(listener, "replayed") and listener.deleted and json.loads(listener.state["s1"])["at"] > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began_us / 1e6 - 1)), 15)
    check("v1: a delete that overtakes its post on the live stream still deletes it", has_text(listener, "live") and has_text(listener, "replayed") and
          not has_text(listener, "deleted since") and len(listener.deleted) == 1, listener.seen, listener.state, listener.statuses)
    stop(listener, "the seam")

    def too_old(stream):
        body = json.dumps({"error": "CursorTooOld", "message": "cursor 5 below lookback floor 9000"}).encode()
        return b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body) if "cursor=5&" in stream.paths[-1] + "&" else None

    def moved_up(connection):
        kind = "network.bsky.jetstream.subscribeEvents#"
        connection.text({"$type": "message", "payload": {"$type": kind + "info", "name": "OutdatedCursor", "message": "starting at seq 9000"}})
        connection.text({"$type": "message", "payload": {"$type": kind + "commit", "seq": 9000, "did": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "time": now(), "operation": "create",
                                                         "collection": POST, "rkey": "3kaaaaaaaaaaa", "record": {"text": "still there", "createdAt": now()}}})
    stream = Stream(moved_up, too_old)
    listener = host({"wire": "v2", "hosts": [stream.url], "appview": "", "directory": "", "compress": False}).start()
    listener.state["s1"] = json.dumps({"wire": "v2", "host": stream.url, "seq": 5, "at": "2026-01-01T00:00:00Z"})
    listener.subscribe()
    check("v2 says CursorTooOld: it is asked by time instead, and the gap is told", until(lambda: has_text(listener, "still there") and "gap" in listener.phases(), 10) and
          [status["from"] for status in listener.statuses if status["phase"] == "gap"] == ["2026-01-01T00:00:00Z"], listener.statuses, stream.paths)
    stop(listener, "too old")

    frames = [b"\x9b\x00\x00\x00\x01\x00", b"\xa2" + b"\x81" * 100000, b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", b"\x9f" * 1000, b"", b"\x00",
              b"\xa2\x61t\x67#commit\x62op\x01" + b"\x81" * 200000, b"\xa2\x61t\x67#commit\x62op\x01\xa1\x66blocks\x5a\xff\xff\xff\xff"]
    real = [bytes.fromhex(line) for line in open(f"{root}/tests/unit/bluesky/firehose.hex", encoding="ascii").read().split()]

    def bombs(connection):
        for frame in frames + real:
            connection.send(frame, True)
    listener = listen(Stream(bombs), wire="firehose")
    check("nested and lying CBOR: counted, and what comes behind is read", until(lambda: listener.refused.get("frame does not parse", 0) >= len(frames) and
                                                                                has_text(listener, "an answer to https://harbour.example/a"), 20), listener.refused, len(listener.posts))
    memory = int(next(line for line in open(f"/proc/{listener.process.pid}/status", encoding="ascii") if line.startswith("VmHWM")).split()[1]) // 1024
    print(f"# the most memory it had: {memory} MiB (with sanitizers)")
    check("it stayed small", memory < 600, memory)
    stop(listener, "bombs")

    year_us = 365 * 86400 * 1000000
    ahead = Stream(lambda connection: (connection.text(v1_post(3, "from next year", int(time.time() * 1e6) + year_us, "2099-01-01T00:00:00Z")),
                                       connection.text({"no": "event"}), connection.send(b"\xff\xfe\x00", True), connection.send(b"{" * 70000)))
    listener = listen(ahead)
    check("a server whose clock is a year ahead: its posts come", until(lambda: has_text(listener, "from next year") and "s1" in listener.state), listener.statuses)
    check("and its clock is not believed in what is claimed", until(lambda: json.loads(listener.state["s1"])["at"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 61)), 8),
          listener.state)
    check("what is no event is counted", until(lambda: listener.refused.get("frame does not parse", 0) >= 3), listener.refused)
    stop(listener, "clocks")


def main():
    chosen = parts or ["v2", "v1", "firehose", "acts", "limited", "old", "over", "hostile"]
    for part in chosen:
        try:
            if part in ("v1", "v2", "firehose"):
                wire(part).stop()
            elif part == "acts":
                platform = Platform("firehose", f"{folder}/acts")
                acts(platform)
                platform.stop()
            else:
                {"limited": limited, "old": old_cursors, "over": fail_over, "hostile": hostile}[part]()
        except NotHere as why:
            print(f"skip - {part}: {why}")
        except Exception:  # one part's end is no reason not to see the others
            check(f"{part} came to its end", False, traceback.format_exc()[-1500:])
    sys.exit(1 if failed else 0)


main()
