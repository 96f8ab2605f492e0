#!/usr/bin/env python3
"""WordPress, against the real one: listening, edits, deletes, acts, kills, a lost answer, a real 429, its feeds. usage: wordpress.py BELLWETHER"""
import base64
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
from source_host import Host  # noqa: E402

bellwether = sys.argv[1]
script = os.path.join(here, "..", "servers", "wordpress.sh")
failed = 0


def check(words, condition, said=""):
    global failed
    print(f"{'ok' if condition else 'not ok'} - {words}{'' if condition else f': {said}'}", flush=True)
    failed += not condition


class Site:
    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="bw-wp-", dir="/tmp")
        self.process = subprocess.Popen(["sh", script, "run", self.folder, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            self.process.wait()
            if self.process.returncode == 77:
                print("WordPress is not here: skipped (make test installs it)")
                sys.exit(77)
            sys.exit(f"WordPress did not start: {line}")
        self.facts = dict(word.split("=", 1) for word in line.split()[1:])
        self.url = self.facts["url"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        subprocess.run(["rm", "-rf", self.folder], check=False)

    def tool(self, *words):
        return subprocess.run(["sh", self.facts["tool"], *map(str, words)], check=True, capture_output=True, text=True).stdout

    def ask(self, method, path, user="admin", **members):
        password = self.facts["password" if user == "admin" else user]
        request = urllib.request.Request(f"{self.url}/wp-json/wp/v2/{path}", method=method, data=json.dumps(members).encode() if members else None,
                                         headers={"Content-Type": "application/json", "Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def comments(self):
        """id: text of all that are shown."""
        said = self.tool("eval", "foreach (get_comments(array('status' => 'approve', 'number' => 0)) as $c) echo json_encode(array($c->comment_ID, $c->comment_content)), \"\\n\";")
        return {int(id): text for id, text in map(json.loads, said.splitlines())}


def host(site, user="admin", url=None, **config):
    secrets = {"password": site.facts["password" if user == "admin" else user]} if user else {}
    config = {"site": url or site.url, "poll_seconds": 1, **({"user": user} if user else {}), **config}
    return Host([bellwether, "source", "run", "wordpress"], config, secrets)


def name_of(site):
    return site.url.removeprefix("http://")


def comment_id(site, number):
    return f"{name_of(site)}:comment:{number}"


def listening(site):
    h = host(site).start()
    h.say(t="check")
    h.wait(lambda: h.ready, "ready")
    check("a check says who we are there", h.ready["account"]["handle"] == "admin" and h.ready["account"]["id"].endswith(":user:1"), h.ready)
    h.subscribe(mode="poll")
    h.wait_live()
    status, made = site.ask("POST", "comments", post=1, content="<b>Fine</b> words &amp; a <a href='https://example.org/x'>link</a>")
    id = comment_id(site, made["id"])
    h.wait(lambda: id in h.posts, "a comment")
    item = h.posts[id]
    check("a comment comes with its place", item["text"] == "Fine words & a link" and item["links"] == ["https://example.org/x"] and item["kind"] == "comment" and
          item["reply_to"] == f"{name_of(site)}:post:1" == item["root"] and item["author"]["name"] == "admin" and item.get("replyable", True), item)
    site.ask("POST", f"comments/{made['id']}", content="Better words")
    h.wait(lambda: h.posts[id]["text"] == "Better words", "an edit")
    check("an edit comes, with a time", h.posts[id].get("edited_at"), h.posts[id])
    status, held = site.ask("POST", "comments", user="reader", post=1, content="held back")
    site.tool("eval", f"wp_set_comment_status({held['id']}, 'hold');")
    time.sleep(2.5)
    held_id = comment_id(site, held["id"])
    seen = held_id in h.posts
    check("what waits for approval is not shown", not seen or held_id in h.deleted, h.posts.get(held_id))
    site.ask("POST", f"comments/{held['id']}", status="approved")
    h.wait(lambda: held_id in h.posts, "an approval")
    check("what is approved later comes", h.posts[held_id]["text"] == "held back")
    site.ask("DELETE", f"comments/{made['id']}")
    h.wait(lambda: id in h.deleted, "a deletion")
    check("a deletion comes", id not in h.posts)
    site.tool("eval", f"wp_spam_comment({held['id']});")
    h.wait(lambda: held_id in h.deleted, "spam")
    check("what becomes spam goes", held_id not in h.posts)
    status, post = site.ask("POST", "posts", title="A post &amp; more", content="<p>Its words</p><script>alert(1)</script>", status="publish", comment_status="closed")
    post_id = f"{name_of(site)}:post:{post['id']}"
    h.wait(lambda: post_id in h.posts, "a post")
    check("a post comes, and says that it is closed", h.posts[post_id]["text"].startswith("A post & more\n\nIts words") and h.posts[post_id]["kind"] == "article" and
          h.posts[post_id]["reply_why"] == "closed" and h.posts[post_id]["author"]["name"] == "admin", h.posts[post_id])
    site.ask("POST", f"posts/{post['id']}", content="Other words")
    h.wait(lambda: "Other words" in h.posts[post_id]["text"], "an edited post")
    site.ask("DELETE", f"posts/{post['id']}")
    h.wait(lambda: post_id in h.deleted, "a deleted post")
    check("an edited and a deleted post come", True)
    check("ends on shutdown", h.stop() == 0)


def patient_reply(h, **members):
    """As the host does it: what is limited is tried again later. (WordPress lets a reader comment each 15 seconds.)"""
    for _ in range(3):
        result = h.command("reply", **members)
        if result["ok"] or result["error"]["kind"] != "rate_limited":
            break
        time.sleep(result["error"]["retry_after_s"])
    return result


def acting(site):
    h = host(site).start()
    post = f"{name_of(site)}:post:1"
    result = h.command("reply", key="key-1", target={"id": post}, body={"text": "An answer, once"})
    check("a reply stands", result["ok"] and "An answer, once" in site.comments().values(), result)
    first = result["native"]["id"]
    again = h.command("reply", key="key-1", target={"id": post}, body={"text": "An answer, once"})
    check("the same key again is the same comment", again["ok"] and again["native"]["id"] == first and list(site.comments().values()).count("An answer, once") == 1, again)
    below = h.command("reply", key="key-2", target={"id": first}, body={"text": "An answer to a comment"})
    number = int(below["native"]["id"].rsplit(":", 1)[1])
    check("a reply to a comment stands below it", site.ask("GET", f"comments/{number}")[1]["parent"] == int(first.rsplit(":", 1)[1]), below)
    fetched, missing = h.command("fetch", key="key-2"), h.command("fetch", key="key-none")
    check("a key can be looked for", fetched["ok"] and fetched["native"]["id"] == below["native"]["id"] and missing["error"]["kind"] == "gone", (fetched, missing))
    gone = h.command("delete", target={"id": below["native"]["id"]})
    check("a comment is taken back", gone["ok"] and site.ask("GET", f"comments/{number}")[1].get("status") == "trash", gone)
    kinds = {}
    kinds["gone"] = h.command("reply", target={"id": f"{name_of(site)}:post:99999"}, body={"text": "x"})
    kinds["gone2"] = h.command("reply", target={"id": "elsewhere:post:1"}, body={"text": "x"})
    kinds["duplicate"] = h.command("reply", key="key-3", target={"id": post}, body={"text": "An answer, once"})
    site.tool("eval", "wp_update_post(array('ID' => 1, 'comment_status' => 'closed'));")
    kinds["not_permitted"] = h.command("reply", target={"id": post}, body={"text": "too late"})
    site.tool("eval", "wp_update_post(array('ID' => 1, 'comment_status' => 'open'));")
    kinds["invalid"] = h.command("reply", target={"id": post}, body={"text": "x" * 70000})
    kinds["unsupported"] = h.command("like", target={"id": post})
    check("refusals have their kinds", all(not result["ok"] and result["error"]["kind"] == kind.rstrip("2") for kind, result in kinds.items()), kinds)
    h.stop()
    h = host(site, user="reader").start()
    mine = patient_reply(h, key="key-r", target={"id": post}, body={"text": "from a reader"})
    again = patient_reply(h, key="key-r", target={"id": post}, body={"text": "from a reader"})
    check("an account that does not moderate is not doubled either", mine["ok"] and not again["ok"] and again["error"]["kind"] == "duplicate", (mine, again))
    theirs = h.command("delete", target={"id": first})
    check("what is not ours is not ours to delete", theirs["error"]["kind"] == "not_permitted", theirs)
    h.stop()
    h = host(site)
    h.secrets = {"password": "wrong wrong wrong"}
    h.start().subscribe(mode="poll")
    status = h.process.wait(30)
    check("a wrong password is the account's end", status == 3, status)
    h = host(site, user=None).start()
    check("without an account it only reads", h.command("reply", target={"id": post}, body={"text": "x"})["error"]["kind"] == "auth")
    h.stop()


class CuttingProxy:
    """Passes bytes on; where the request is a POST, the answer is lost: the connection ends once all was sent."""

    def __init__(self, url):
        self.target = url.removeprefix("http://").split(":")
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port, self.cut = self.server.getsockname()[1], 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.server.accept()
            threading.Thread(target=self.pass_on, args=(client,), daemon=True).start()

    def pass_on(self, client):
        upstream = socket.create_connection((self.target[0], int(self.target[1])))
        state = {"post": False}

        def forward():
            while data := client.recv(65536):
                state["post"] = state["post"] or data.startswith(b"POST ")
                upstream.sendall(data)
            upstream.shutdown(socket.SHUT_WR)

        threading.Thread(target=lambda: self.quietly(forward), daemon=True).start()
        self.quietly(lambda: self.back(client, upstream, state))
        for end in (client, upstream):
            self.quietly(lambda: end.shutdown(socket.SHUT_RDWR))  # noqa: B023
            end.close()

    def back(self, client, upstream, state):
        while data := upstream.recv(65536):
            if state["post"]:
                self.cut += 1
                return
            client.sendall(data)

    @staticmethod
    def quietly(work):
        try:
            work()
        except OSError:
            pass


def lost_answers(site):
    proxy = CuttingProxy(site.url)
    through = f"http://127.0.0.1:{proxy.port}"
    site.tool("eval", "update_option('lost', 1);")
    h = host(site, url=through)
    # WordPress names its API by its own address; ours must lie behind the proxy.
    config = os.path.join(site.folder, "site", "wp-config.php")
    kept = open(config).read()
    open(config, "w").write(re.sub(r"define\('WP_HOME', '[^']*'\)", "define('WP_HOME', 'http://' . (isset($_SERVER['HTTP_HOST']) ? $_SERVER['HTTP_HOST'] : '127.0.0.1'))", kept))
    time.sleep(2.5)  # PHP looks at its files every other second
    h.start()
    post = f"127.0.0.1:{proxy.port}:post:1"
    results = [h.command("reply", key=f"lost-{i}", target={"id": post}, body={"text": f"sent, answer lost {i}"}) for i in range(3)]
    texts = list(site.comments().values())
    check("a reply whose answer is lost is found there, once", proxy.cut == 3 and all(result["ok"] for result in results) and
          all(texts.count(f"sent, answer lost {i}") == 1 for i in range(3)), (proxy.cut, results))
    h.stop()
    h = host(site, user="reader", url=through).start()
    time.sleep(16)  # what WordPress means by a flood
    result = h.command("reply", key="lost-r", target={"id": post}, body={"text": "sent by a reader"})
    check("an account that may not look says that it does not know", not result["ok"] and result["error"]["kind"] == "unknown_outcome" and
          list(site.comments().values()).count("sent by a reader") == 1, result)
    h.stop()
    open(config, "w").write(kept)
    time.sleep(2.5)


def killed(site):
    """Comments come, are changed and deleted while the connector is killed again and again; afterwards what was kept is what the site has."""
    total, kills = int(os.environ.get("WORDPRESS_COMMENTS", "2000")), int(os.environ.get("WORDPRESS_KILLS", "50"))
    rng, h = random.Random(3), host(site, posts=False)
    h.start().subscribe(mode="poll")
    h.wait_live()
    h.wait(lambda: h.state.get("s1"), "a state")
    begun, done = time.monotonic(), threading.Event()

    def write():
        made, piece = 0, 100
        while made < total:
            site.tool("comments", 1, made, piece)
            made += piece
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(kills):
        time.sleep(rng.uniform(0.1, 0.5))
        h.kill()
        h.start().subscribe(mode="poll")
    writer.join()
    wrote = time.monotonic() - begun
    newest = sorted(site.comments())[-150:]
    site.tool("eval", f"foreach (array({','.join(map(str, newest[::10]))}) as $id) wp_update_comment(array('comment_ID' => $id, 'comment_content' => 'changed'));")
    site.tool("eval", f"foreach (array({','.join(map(str, newest[5::10]))}) as $id) wp_trash_comment($id);")
    for _ in range(5):
        time.sleep(rng.uniform(0.2, 0.6))
        h.kill()
        h.start().subscribe(mode="poll")

    def ours():
        return {int(id.rsplit(":", 1)[1]): item["text"] for id, item in h.posts.items()}

    wanted = site.comments()
    def is_same():
        kept = ours()
        return not set(kept) - set(wanted) and all(kept.get(id) == text for id, text in wanted.items() if text.startswith("comment ") or text == "changed")

    try:
        h.wait(is_same, "the same as the site", 60)
    except AssertionError as error:
        print(str(error)[:300])
    kept = ours()
    written = {id: text for id, text in wanted.items() if text.startswith("comment ") or text == "changed"}
    missing, extra = [id for id in written if id not in kept], [id for id in kept if id not in wanted]
    other = [id for id in written if kept.get(id) not in (None, written[id])]
    check(f"killed {kills + 5} times while {total} comments came in {wrote:.0f} s: nothing is missing, too many, or old", not missing and not extra and not other, (len(missing), len(extra), len(other), missing[:5], extra[:5], other[:5]))
    h.stop()


def limited():
    site = Site("limits")
    h = host(site, poll_seconds=1)
    h.start().subscribe(mode="poll")
    for _ in range(30):  # others use the site up
        try:
            urllib.request.urlopen(site.url + "/wp-json/").read()
        except urllib.error.HTTPError:
            pass
    h.wait(lambda: "rate_limited" in h.phases(), "a 429", 30)
    h.wait(lambda: "live" in h.phases()[h.phases().index("rate_limited"):], "it goes on", 30)
    check("a real 429 is said, waited out, and it goes on", next(s for s in h.statuses if s["phase"] == "rate_limited").get("until"))
    h.stop()
    site.stop()


def its_feeds(site):
    site.tool("posts", 1, 3)
    h = Host([bellwether, "source", "run", "feeds"], {"feeds": [site.url, site.url + "/feed/atom/", site.url + "/comments/feed/"], "comments": True, "least_minutes": 0,
                                                      "most_minutes": 0, "pause_ms": 0}, {}).start()
    h.subscribe(mode="poll")
    h.wait(lambda: sum(item["text"].startswith("Post ") for item in h.posts.values()) >= 3, "its posts")
    h.wait(lambda: any(item["kind"] == "comment" for item in h.posts.values()), "its comments")
    texts = [item["text"] for item in h.posts.values() if item["text"].startswith("Post ")]
    check("a page leads to its feed, RSS and Atom of a site have the same ids", len(texts) == len(set(texts)), texts)
    comment = next(item for item in h.posts.values() if item["kind"] == "comment" and item.get("root"))
    check("comments of a post know it", comment["root"] in h.posts, comment)
    h.wait(lambda: any("304 not modified" in line for line in h.logs), "a 304")
    check("a real 304", True)
    h.stop()


parts = sys.argv[2:] or ["listening", "acting", "lost_answers", "its_feeds", "killed", "limited"]
shared = Site() if parts != ["limited"] else None
try:
    for part in parts:
        if part == "limited":
            limited()
        else:
            globals()[part](shared)
finally:
    if shared:
        shared.stop()
sys.exit(1 if failed else 0)
