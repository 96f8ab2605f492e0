"""The Nostr connector against a real relay, one that lies, and a wire that breaks. usage: nostr.py BELLWETHER SERVERS FOLDER POSTS"""
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time

from source_host import Host

bellwether, servers, folder = sys.argv[1:4]
posts = int(sys.argv[4])  # written while it is killed fifty times; the relay takes some hundred a second
KILLS = 50
here = os.path.dirname(os.path.abspath(__file__))
installed = os.path.join(servers, "nostr-relay-0.0.40")
node = open(os.path.join(installed, "node")).read().strip()
failed = 0
SECRET = "0" * 63 + "5"
LONG_AGO = "2026-01-01T00:00:00Z"


def check(words, condition, more=""):
    global failed
    print(("ok - " if condition else "not ok - ") + words + ("" if condition else f": {more}"), flush=True)
    failed += not condition


class Child:
    def __init__(self, *argv):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self):
        return self.process.stdout.readline()

    def url(self):
        return self.line().split("url=")[1].strip()

    def order(self, **order):
        self.tell(**order)
        return json.loads(self.line())

    def tell(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def relay(name):
    child = Child("sh", os.path.join(here, "..", "servers", "nostr.sh"), "run", os.path.join(folder, name))
    return child, child.url()


def writer(url):
    return Child(node, os.path.join(here, "..", "servers", "nostr_write.mjs"), installed, url)


def host(relays, secrets=None, **more):
    return Host([bellwether, "source", "run", "nostr"], {"relays": relays, **more}, secrets or {}).start()


def story():
    server, url = relay("story")
    second, other_url = relay("second")
    write, write_other = writer(url), writer(other_url)
    write.order(**{"as": "ann"}, kind=0, content=json.dumps({"name": "ann", "display_name": "Ann B."}))
    first = write.order(**{"as": "ann"}, content="hello #Brand")
    one = host([url, other_url], {"secret_key": SECRET})
    one.say(t="check")
    one.wait(lambda: one.ready, "ready")
    check("the account is that of the key", one.ready["account"]["handle"].startswith("npub1"), one.ready)
    one.subscribe(since=LONG_AGO)
    one.wait(lambda: first["id"] in one.posts, "the stored post")
    check("a post stands under its author's name from the first", one.posts[first["id"]]["author"].get("handle") == "ann", one.posts[first["id"]])
    one.wait_live()
    begun = time.monotonic()
    live = write.order(**{"as": "bob"}, content="live", tags=[["e", first["id"], "", "root"], ["q", first["id"]]])
    one.wait(lambda: live["id"] in one.posts, "a live post")
    check("a live post is here within a second", time.monotonic() - begun < 1, time.monotonic() - begun)
    check("it knows its thread and what it quotes", all(one.posts[live["id"]][k] == first["id"] for k in ("reply_to", "root", "quote_of")), one.posts[live["id"]])
    both = write.order(**{"as": "cyd"}, content="on both", created_at=1795000000)
    again = write_other.order(**{"as": "cyd"}, content="on both", created_at=1795000000)
    check("the same event has the same id everywhere", both["id"] == again["id"])
    write.order(**{"as": "eve"}, kind=5, tags=[["e", live["id"]]])
    one.wait(lambda: one.refused.get("a deletion of somebody else's post"), "the false deletion is counted")
    check("nobody deletes the post of another", live["id"] in one.posts)
    write.order(**{"as": "bob"}, kind=5, tags=[["e", live["id"]]])
    one.wait(lambda: live["id"] in one.deleted, "the deletion")
    write_other.order(**{"as": "bob"}, content="live", tags=[["e", first["id"], "", "root"], ["q", first["id"]]])

    order = {"target": {"id": first["id"], "author": first["pubkey"]}, "body": {"text": "thanks #Brand"}, "ordered_at": LONG_AGO}
    reply, repeated = one.command("reply", **order), one.command("reply", **order)
    check("a reply is there", reply["ok"], reply)
    check("the same order again is the same reply", repeated["ok"] and repeated["native"]["id"] == reply["native"]["id"], repeated)
    found = one.command("fetch", **order)
    check("fetch finds it", found["ok"] and found["native"]["id"] == reply["native"]["id"], found)
    none = one.command("fetch", **{**order, "body": {"text": "never sent"}})
    check("fetch of what was never sent says gone", not none["ok"] and none["error"]["kind"] == "gone", none)
    for act in ("like", "repost"):
        check(f"{act} is taken", one.command(act, target=order["target"], ordered_at=LONG_AGO)["ok"])
    check("an act on nothing is refused", one.command("like", target={"id": "nothing"})["error"]["kind"] == "invalid")
    check("unlike is not offered", one.command("unlike", target=order["target"])["error"]["kind"] == "unsupported")
    one.subscribe("s2", "search", any=["thanks"])
    one.wait(lambda: reply["native"]["id"] in one.posts, "the search")
    one.subscribe("s3", "thread", urls=[first["id"]])
    one.wait(lambda: one.phases().count("idle") >= 2, "both are idle", 30)
    check("its reply stands in the thread", one.posts[reply["native"]["id"]]["root"] == first["id"])
    gone = one.command("delete", target={"id": reply["native"]["id"]})
    one.wait(lambda: reply["native"]["id"] in one.deleted, "our reply goes")
    check("what we wrote we can take back", gone["ok"])
    check("what several relays have came once", max(one.count.get(i, 0) for i in (first["id"], live["id"], both["id"])) <= 1 + 2, one.count)
    check("what was deleted does not come back from another relay", live["id"] not in one.posts)
    check("it ends when it is asked to", one.stop() == 0)
    for child in (write, write_other, server, second):
        child.end()


def fill():
    """Posts of months ago, asked for over a past span, cut off in the middle: pages go on where they were."""
    server, url = relay("fill")
    write = writer(url)
    wanted = set(write.order(many=1200, **{"from": 1790000000}, step=70)["ids"])
    one = host([url])
    span = {"since": "2026-09-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}
    rounds = 0
    while rounds < 12:
        one.subscribe("f", "backfill", **span)
        try:
            one.wait(lambda: "idle" in one.phases(), "idle", 0.3 if rounds < 11 else 30)
            break
        except AssertionError:
            rounds += 1
            one.kill()
            one.start()
    got = {i for i in one.posts}
    check(f"a past span is whole after {rounds} kills", wanted == got, (len(wanted), len(got)))
    one.stop()
    write.end()
    server.end()


def killed():
    server, url = relay("killed")
    write = writer(url)
    written = {}
    write.tell(many=posts, each_ms=2, people=40)
    threading.Thread(target=lambda: written.update(json.loads(write.line())), daemon=True).start()
    one = Host([bellwether, "source", "run", "nostr"], {"relays": [url]}, {})
    random.seed(7)
    for _ in range(KILLS):
        one.start().subscribe(since=LONG_AGO)
        time.sleep(random.uniform(0.1, 0.2 + posts / 15000))
        one.kill()
    one.start().subscribe(since=LONG_AGO)
    end = time.monotonic() + 60 + posts / 50
    while time.monotonic() < end and not (written and len(one.posts) >= posts):
        time.sleep(0.2)
    wanted = set(written["ids"])
    check(f"killed {KILLS} times during {posts} posts: what is here is what is there", wanted == set(one.posts), (len(wanted), len(one.posts), len(wanted - set(one.posts))))
    one.stop()
    write.end()
    server.end()


class Cutter:
    """A wire to a relay. Armed, it lets the next words from the client through and then breaks, so that no answer comes."""
    def __init__(self, url):
        self.target = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self.armed = False
        self.cuts = 0
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        self.url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, target, is_client):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if not is_client and self.armed == "broken":
                    continue
                if is_client and self.armed is True:
                    self.armed = "broken"
                    target.sendall(data)
                    time.sleep(0.3)
                    self.armed = False
                    self.cuts += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def cut():
    server, url = relay("cut")
    write = writer(url)
    post = write.order(**{"as": "ann"}, content="a question")
    wire = Cutter(url)
    one = host([wire.url], {"secret_key": SECRET})
    one.subscribe(since=LONG_AGO)
    one.wait(lambda: post["id"] in one.posts, "the post")
    one.wait_live()
    time.sleep(0.5)
    for i in range(3):
        wire.armed = True
        order = {"target": {"id": post["id"], "author": post["pubkey"]}, "body": {"text": f"answer {i}"}, "ordered_at": LONG_AGO}
        answer = one.command("reply", **order)
        check(f"the wire broke behind the order, and yet the reply has an answer ({i})", answer["ok"] and wire.cuts == i + 1, (answer, wire.cuts))
        one.wait(lambda: one.phases()[-1] == "live", "live again")
        time.sleep(0.3)
    look = host([url])
    look.subscribe(since="2025-01-01T00:00:00Z")
    look.wait(lambda: sum("answer" in p["text"] for p in look.posts.values()) == 3, "the replies")
    check("each reply is there once", sorted(p["text"] for p in look.posts.values() if "answer" in p["text"]) == ["answer 0", "answer 1", "answer 2"])
    for child in (one, look):
        child.stop()
    write.end()
    server.end()


def liar():
    liar = Child(node, os.path.join(here, "nostr_liar.mjs"), installed)
    url = liar.url()
    mute = host([f"{url}/mute"], {"secret_key": SECRET})
    mute.say(t="command", id="m", key="m", do="publish", body={"text": "x"})  # its answer takes as long as we wait for one
    for path, reasons, more in (
            ("forged", {"an event whose id is not its own": 2, "an event with a forged signature": 1}, 0),
            ("garbage", {"a message that is no list of Nostr": 5}, 0),
            ("clocks", {"a post from before Nostr": 2, "a post from the future": 3}, 0),
            ("kinds", {"an event of a kind that was not asked for": 4}, 0),
            ("deletions", {}, 0)):
        one = host([f"{url}/{path}"])
        one.subscribe(since=LONG_AGO)
        one.wait(lambda: any(p["text"] == f"the end of {path}" for p in one.posts.values()), f"{path}: it still listens")
        check(f"{path}: refused and counted", all(one.refused.get(r, 0) >= n for r, n in reasons.items()), one.refused)
        check(f"{path}: nothing else came in", len(one.posts) == 1 and one.stop() == 0, list(one.posts.values())[:2])
    for path, reason in (("oversize", "a message over 512 KiB"), ("endless", "an answer without an end")):
        one = host([f"{url}/{path}"])
        one.subscribe(since=LONG_AGO)
        one.wait(lambda: one.refused.get(reason), f"{path}: counted")
        check(f"{path}: refused, counted, and it ends in peace", one.stop() == 0)
    one = host([f"{url}/rude"])
    one.subscribe(since=LONG_AGO)
    one.wait(lambda: "rate_limited" in one.phases(), "rude: said")
    check("a relay that asks for a pause is given one, and it is said until when", any(s["phase"] == "rate_limited" and s.get("until") for s in one.statuses) and one.stop() == 0)
    one = host([f"{url}/locked"])
    one.subscribe(since=LONG_AGO)
    one.wait(lambda: "auth_failed" in one.phases(), "locked: said")
    check("a relay that wants an account says so", one.stop() == 0)
    one = host([f"{url}/locked"], {"secret_key": SECRET})
    one.subscribe(since=LONG_AGO)
    one.wait(lambda: any(p["text"] == "the end of locked" for p in one.posts.values()), "locked: with a key it opens (NIP-42)")
    check("with a key it is let in", one.stop() == 0)
    for path, kind in (("pow", "not_permitted"), ("blocked", "not_permitted"), ("error", "transient"), ("invalid", "invalid"), ("limited", "rate_limited")):
        one = host([f"{url}/{path}"], {"secret_key": SECRET})
        answer = one.command("publish", body={"text": "x"})
        check(f"a refusal with {path} is {kind}", not answer["ok"] and answer["error"]["kind"] == kind and one.stop() == 0, answer)
    one = host([f"{url}/known"], {"secret_key": SECRET})
    check("what it has already is done", one.command("publish", body={"text": "x"})["ok"] and one.stop() == 0)
    mute.wait(lambda: "m" in mute.results, "a result without an answer")
    answer = mute.results["m"][0]
    check("no answer is no knowledge", answer["error"]["kind"] == "unknown_outcome" and mute.stop() == 0, answer)
    one = host([f"{url}/forged"])
    check("without a key nothing is said", one.command("publish", body={"text": "x"})["error"]["kind"] == "auth" and one.stop() == 0)
    for config, secrets in (({"relays": ["http://x"]}, {}), ({"relays": [f"{url}/x"]}, {"secret_key": "nsec1wrong"})):
        bad = Host([bellwether, "source", "run", "nostr"], config, secrets).start()
        check("a wrong setting ends it with 2", bad.process.wait(20) == 2, config)
    liar.end()


for part in (story, cut, liar, fill, killed):
    begun = time.monotonic()
    part()
    print(f"# {part.__name__}: {time.monotonic() - begun:.0f} s", flush=True)
sys.exit(failed > 0)
