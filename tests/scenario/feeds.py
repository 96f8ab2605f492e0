#!/usr/bin/env python3
"""Feeds, against a server that behaves, one that changes, and ones that mean no good. usage: feeds.py BELLWETHER"""
import gzip
import http.server
import os
import random
import resource
import socketserver
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from source_host import Host  # noqa: E402

bellwether = sys.argv[1]
failed = 0


def check(words, condition, said=""):
    global failed
    print(f"{'ok' if condition else 'not ok'} - {words}{'' if condition else f': {said}'}", flush=True)
    failed += not condition


def item(guid, title, text="words", date="Tue, 24 Nov 2026 08:00:00 GMT", more=""):
    return f"<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid><link>{{url}}/{guid}</link><pubDate>{date}</pubDate><description><![CDATA[{text}]]></description>{more}</item>"


def rss(*items, head=""):
    return f"<?xml version='1.0'?><rss version='2.0' xmlns:wfw='http://wellformedweb.org/CommentAPI/' xmlns:slash='http://purl.org/rss/1.0/modules/slash/' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Fake</title>{head}{''.join(items)}</channel></rss>"


class Platform:
    """Pages by path: text, or a function of the request. Counts what is asked."""

    def __init__(self):
        self.pages, self.asked, self.lock = {}, {}, threading.Lock()
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                with platform.lock:
                    platform.asked.setdefault(self.path, []).append((time.monotonic(), dict(self.headers)))
                    page = platform.pages.get(self.path.split("?")[0])
                try:
                    if callable(page):
                        page(self)
                    elif page is None:
                        self.answer(404, b"nothing here")
                    else:
                        self.page(page)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def page(self, text):
                body = text.replace("{url}", platform.url).encode()
                etag = f'"{hash(body) & 0xffffffff:x}"'
                if self.headers.get("If-None-Match") == etag:
                    self.answer(304, b"", ETag=etag)
                else:
                    self.answer(200, body, ETag=etag)

            def answer(self, status, body, **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass  # they may hang up on us

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, path):
        with self.lock:
            return len(self.asked.get(path, []))


def host(platform, *paths, **config):
    config = {"feeds": [platform.url + path for path in paths], "least_minutes": 0, "most_minutes": 0, "pause_ms": 0, **config}
    return Host([bellwether, "source", "run", "feeds"], config, {})


def titles(h):
    return sorted(post["text"].split("\n")[0] for post in h.posts.values())


def behaving():
    p = Platform()
    p.pages["/rss"] = rss(item("1", "One", "<p>Some <b>words</b></p>"), item("2", "Two"))
    p.pages["/atom"] = ("<feed xmlns='http://www.w3.org/2005/Atom'><title>Atom</title><entry><id>tag:x,2026:a</id><title>Alpha</title><updated>2026-11-24T08:00:00Z</updated>"
                        "<link href='{url}/a'/></entry></feed>")
    p.pages["/json"] = '{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":"j1","title":"Json","content_text":"x"}]}'
    p.pages["/page"] = "<!doctype html><html><head><link rel=alternate type='application/rss+xml' href='/found'></head></html>"
    p.pages["/found"] = rss(item("f", "Found"))
    p.pages["/opml"] = "<opml version='2.0'><body><outline xmlUrl='{url}/listed1'/><outline xmlUrl='{url}/listed2'/></body></opml>"
    p.pages["/listed1"] = rss(item("l1", "Listed one"))
    p.pages["/listed2"] = rss(item("l2", "Listed two"))
    h = host(p, "/rss", "/atom", "/json", "/page", "/opml").start()
    h.subscribe(mode="poll")
    everything = ["Alpha", "Found", "Json", "Listed one", "Listed two", "One", "Two"]
    h.wait(lambda: titles(h) == everything, "all feeds read")
    check("RSS, Atom, JSON Feed, a page's feed and a list's feeds are read", titles(h) == everything, titles(h))
    post = next(post for post in h.posts.values() if post["text"].startswith("One"))
    check("an item is as the feed has it", post["text"] == "One\n\nSome words" and post["created_at"] == "2026-11-24T08:00:00Z" and post["url"] == p.url + "/1" and post["kind"] == "article", post)
    h.wait_live()
    asked = p.count("/rss")
    h.wait(lambda: p.count("/rss") >= asked + 2, "asked again")
    check("a feed that did not change is asked with its ETag, and nothing comes twice", max(h.count.values()) == 1 and
          all("If-None-Match" in headers for _, headers in p.asked["/rss"][1:]), h.count)
    check("304 is seen", any("304 not modified" in line for line in h.logs), h.logs[-3:])
    p.pages["/rss"] = rss(item("3", "Three"), item("1", "One", "<p>Other words</p>"), item("2", "Two"))
    h.wait(lambda: "Three" in titles(h), "a new entry")
    h.wait(lambda: any(post["text"].endswith("Other words") for post in h.posts.values()), "an edit")
    edited = next(post for post in h.posts.values() if post["text"].endswith("Other words"))
    check("an edit comes under its id, with the time of the edit, and what did not change does not come", edited["id"] == post["id"] and edited.get("edited_at") and
          sum(h.count.values()) == len(everything) + 2, h.count)
    p.pages["/rss"] = rss(item("3", "Three"))
    p.pages["/atom"] = ("<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'><title>Atom</title>"
                        "<at:deleted-entry ref='tag:x,2026:a' when='2026-11-24T09:00:00Z'/></feed>")
    h.wait(lambda: h.deleted, "a tombstone")
    time.sleep(1)
    check("a tombstone deletes, and to fall out of a feed does not", "Two" in titles(h) and "Alpha" not in titles(h) and len(h.deleted) == 1, titles(h))
    h.wait(lambda: h.state.get("s1"), "a state")
    check("ends on shutdown", h.stop() == 0)
    before, asked = dict(h.count), p.count("/found")
    h.start().subscribe(mode="poll")
    h.wait(lambda: p.count("/found") >= asked + 2, "asked after a restart")
    check("after a restart the page is not looked up again, and nothing comes twice", h.count == before and "If-None-Match" in p.asked["/found"][-1][1], h.count)
    h.stop()


def comments():
    p = Platform()
    now = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
    p.pages["/rss"] = rss(item("1", "Post", date=now, more="<wfw:commentRss>{url}/1/comments</wfw:commentRss><slash:comments>1</slash:comments>"),
                          item("old", "Old post", date="Mon, 01 Jan 2024 00:00:00 GMT", more="<wfw:commentRss>{url}/old/comments</wfw:commentRss>"),
                          item("away", "Elsewhere", date=now, more="<wfw:commentRss>http://127.0.0.2:1/comments</wfw:commentRss>"))
    p.pages["/1/comments"] = rss(item("c1", "By: Ann", "Well said", date=now))
    h = host(p, "/rss", comments=True).start()
    h.subscribe(mode="poll")
    h.wait(lambda: any(post["text"] == "Well said" for post in h.posts.values()), "a comment")
    comment = next(post for post in h.posts.values() if post["text"] == "Well said")
    post = next(post for post in h.posts.values() if post["text"].startswith("Post"))
    check("a comment names what it is about", comment["kind"] == "comment" and comment["reply_to"] == post["id"] and comment["root"] == post["id"], comment)
    p.pages["/rss"] = p.pages["/rss"].replace("<slash:comments>1<", "<slash:comments>5<")
    h.wait(lambda: any(seen["op"] == "metrics" and seen["metrics"]["replies"] == 5 for seen in h.seen), "a new count of comments")
    check("old entries' comments are not followed, nor those of another site", p.count("/old/comments") == 0 and len(h.posts) == 4, titles(h))
    h.wait(lambda: h.state.get("s1"), "a state")
    h.kill()
    p.pages["/1/comments"] = rss(item("c2", "By: Bo", "I disagree", date=now), item("c1", "By: Ann", "Well said", date=now))
    h.start().subscribe(mode="poll")
    h.wait(lambda: any(post["text"] == "I disagree" for post in h.posts.values()), "comments go on after a kill")
    check("comments are followed on after a kill", True)
    h.stop()


def asked_for_patience():
    p = Platform()
    state = {"limited": True}

    def limited(request):
        if state["limited"]:
            state["limited"] = False
            request.answer(429, b"", Retry_After="3")
        else:
            request.page(rss(item("1", "After the wait")))

    p.pages["/limited"] = limited
    p.pages["/gone"] = lambda request: request.answer(410, b"")
    p.pages["/moved"] = lambda request: request.answer(301, b"", Location="/rss")
    p.pages["/rss"] = rss(item("m", "Moved"))
    p.pages["/aged"] = lambda request: request.answer(200, rss(item("q", "Aged")).encode(), Cache_Control="max-age=3600")
    p.pages["/ttl"] = rss(item("t", "Ttl"), head="<ttl>60</ttl>")
    h = host(p, "/limited", "/gone", "/moved", "/aged", "/ttl", "/missing").start()
    h.subscribe(mode="poll")
    h.wait(lambda: "After the wait" in titles(h), "the wait is over", 30)
    first, second = (at for at, _ in p.asked["/limited"][:2])
    limited_status = next((s for s in h.statuses if s["phase"] == "rate_limited"), None)
    check("Retry-After is waited out, and said", 2.9 <= second - first < 10 and limited_status and limited_status["until"], (second - first, h.statuses))
    time.sleep(3)
    check("410 is never asked again", p.count("/gone") == 1, p.count("/gone"))
    check("max-age and ttl are waited out", p.count("/aged") == 1 and p.count("/ttl") == 1, (p.count("/aged"), p.count("/ttl")))
    check("an address that fails is asked less and less", 1 < p.count("/missing") <= 4, p.count("/missing"))
    check("what moved for good is said", any("moved for good" in s.get("message", "") for s in h.statuses), h.statuses)
    check("what cannot be read is named", any("2 of 6 feeds cannot be read" in s.get("message", "") for s in h.statuses), h.statuses)
    h.stop()


def politeness():
    p = Platform()
    for i in range(4):
        p.pages[f"/{i}"] = rss(item(str(i), f"Entry {i}"))
    h = host(p, *(f"/{i}" for i in range(4)), pause_ms=500).start()
    h.subscribe(mode="poll")
    h.wait(lambda: len(h.posts) == 4, "all read")
    times = sorted(at for asked in p.asked.values() for at, _ in asked)[:4]
    check("one site is asked with a pause", all(b - a > 0.45 for a, b in zip(times, times[1:])), times)
    h.stop()


def paging():
    """More new entries than the feed shows, and a feed that pages (RFC 5005)."""
    p = Platform()
    entries = [item(str(i), f"Entry {i}", date=f"Tue, 24 Nov 2026 08:{i:02}:00 GMT") for i in range(50)]
    p.pages["/rss"] = rss(*reversed(entries[:5]))
    h = host(p, "/rss").start()
    h.subscribe(mode="poll")
    h.wait(lambda: len(h.posts) == 5, "the first")
    h.wait(lambda: h.state.get("s1"), "a state")

    def page(request):
        number = int(request.path.partition("page=")[2] or 0)
        shown = list(reversed(entries))[number * 10:number * 10 + 10]
        link = f"<atom:link rel='next' href='/rss?page={number + 1}'/>" if number < 4 else ""
        request.page(rss(*shown, head=link))

    p.pages["/rss"] = page
    h.wait(lambda: len(h.posts) == 50, "older pages are read down to what is known")
    check("after a burst the older pages are read down to what is known", len(h.posts) == 50 and p.count("/rss?page=4") == 1, len(h.posts))
    h.stop()
    h = host(p, "/rss").start()
    h.subscribe(mode="backfill", since="2026-11-24T08:15:00Z")
    h.wait(lambda: "idle" in h.phases(), "a fill ends")
    check("a fill reads the pages back to since, then is idle", 35 <= len(h.posts) < 50, len(h.posts))
    h.stop()
    p.pages["/rss"] = rss(*(item(f"n{i}", f"New {i}") for i in range(5)))
    h = host(p, "/rss").start()
    h.subscribe(mode="poll")
    h.wait(lambda: len(h.posts) == 5, "the first")
    p.pages["/rss"] = rss(*(item(f"m{i}", f"Newer {i}") for i in range(5)))
    h.wait(lambda: "gap" in h.phases(), "a gap")
    check("a feed that turned over between two readings is a gap, said with its times", any(s["phase"] == "gap" and s["from"] and s["until"] for s in h.statuses), h.statuses)
    h.stop()


def window():
    p = Platform()
    p.pages["/rss"] = rss(*(item(str(i), f"Entry {i}", "x" * 1000) for i in range(1900)))
    h = host(p, "/rss")
    h.held = True
    h.start()
    h.say(t="init", protocol=1)  # ignored: said once
    h.subscribe(mode="poll")
    h.wait(lambda: len(h.unacked) >= 4, "the window is full")
    time.sleep(1)
    check("without an ack no more than the window comes", len(h.unacked) == 4, len(h.unacked))
    h.held = False
    for message in h.unacked:
        h.commit(message)
    h.wait(lambda: len(h.posts) == 1900, "all of it")
    check("then all of it comes", len(h.posts) == 1900 and max(h.count.values()) == 1)
    h.stop()


def hostile():
    p = Platform()
    small = rss(item("ok", "Fine"))

    def gigabyte(request):
        request.send_response(200)
        request.send_header("Content-Length", str(1 << 30))
        request.end_headers()
        request.wfile.write(rss()[:-len("</channel></rss>")].encode())
        block = item("x", "y" * 1000).encode() * 64
        sent = 0
        while sent < 1 << 30:
            request.wfile.write(block)
            sent += len(block)
        p.sent = sent

    bomb = gzip.compress(b"<rss><channel>" + b" " * (200 * 1024 * 1024), 9)
    lol = "<!DOCTYPE r [<!ENTITY l0 'lol'>" + "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 12)) + "]>"
    p.pages["/fine"] = small
    p.pages["/gigabyte"] = gigabyte
    p.pages["/gzip"] = lambda request: request.answer(200, bomb, Content_Encoding="gzip", Content_Type="application/rss+xml")
    p.pages["/laughs"] = f"<?xml version='1.0'?>{lol}<rss version='2.0'><channel><title>&l11;</title><item><title>Laughs &l11; end</title><guid>l</guid></item></channel></rss>"
    p.pages["/many_entities"] = "<!DOCTYPE r [" + "".join(f"<!ENTITY e{i} 'x'>" for i in range(200)) + "]><rss><channel/></rss>"
    p.pages["/external"] = "<!DOCTYPE r [<!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY h SYSTEM '{url}/fetched'>]><rss><channel><item><title>External &f;&h; end</title><guid>e</guid></item></channel></rss>"
    p.pages["/round"] = lambda request: request.answer(302, b"", Location="/round")
    p.pages["/away"] = lambda request: request.answer(302, b"", Location="file:///etc/passwd")
    p.pages["/deep"] = "<rss><channel>" + "<a>" * 100000
    p.pages["/attributes"] = "<rss><channel><item " + " ".join(f"a{i}='x'" for i in range(200000)) + "/></channel></rss>"
    p.pages["/doctype"] = "<!DOCTYPE rss [" + "<!-- x -->" * 100000 + "]><rss/>"
    p.pages["/json"] = '{"version":"https://jsonfeed.org/version/1","items":[' + "[]," * 1000000 + "[]]}"
    p.pages["/json_deep"] = '{"version":"https://jsonfeed.org/version/1","items":' + "[" * 1000000
    p.pages["/clock"] = rss(item("f", "From the future", date="Fri, 01 Jan 2150 00:00:00 GMT"), item("p", "From the past", date="Thu, 01 Jan 1903 00:00:00 GMT"))
    p.pages["/script"] = rss(item("s", "Scripts &lt;img src=x onerror=alert(1)&gt;", "<script>alert('</p>')</script><p onclick='x()'>Seen<style>p{}</style> <a href='javascript:alert(1)'>link</a></p><iframe src='data:text/html,x'></iframe>"))
    p.pages["/many"] = rss(*(item(f"m{i}", "Many") for i in range(2500)))
    p.pages["/random"] = lambda request: request.answer(200, random.Random(1).randbytes(200000), Content_Type="application/rss+xml")
    p.pages["/empty"] = lambda request: request.answer(200, b"")
    paths = [path for path in p.pages if path != "/fine"]
    h = host(p, *paths, "/fine", most_minutes=60, least_minutes=60).start()
    begun = time.monotonic()
    h.subscribe(mode="poll")
    h.wait(lambda: "live" in h.phases() or "error" in h.phases(), "all of them were met", 150)
    took = time.monotonic() - begun
    usage = [line.split() for line in open(f"/proc/{h.process.pid}/status") if line.startswith("VmHWM")][0]
    peak_mib = int(usage[1]) // 1024
    check("a feed among hostile ones is read", any(post["text"].startswith("Fine") for post in h.posts.values()))
    refused = next((count for reason, count in h.refused.items() if "hostile" in reason), 0)
    check("what is refused is counted", refused >= 11, h.refused)
    check("a feed of 1 GB is left after its maximum", not hasattr(p, "sent") or p.sent < 1 << 28)
    laughs = next((post["text"] for post in h.posts.values() if "Laughs" in post["text"]), "")
    check("entities stay names", len(laughs) < 100 and "lollol" not in laughs, laughs[:100])
    external = next((post["text"] for post in h.posts.values() if "External" in post["text"]), "")
    check("nothing outside is read or fetched", "root:" not in external and p.count("/fetched") == 0 and external, external)
    future = next(post for post in h.posts.values() if "future" in post["text"])
    past = next(post for post in h.posts.values() if "past" in post["text"])
    year = time.strftime("%Y", time.gmtime())
    check("a date of another century is now, and counted", future["created_at"].startswith(year) and past["created_at"].startswith(year) and any("future" in reason for reason in h.refused), (future, h.refused))
    script = next(post for post in h.posts.values() if "Seen" in post["text"])
    check("no markup, no script, no address but http", script["text"] == "Scripts\n\nSeen link" and not script.get("links"), script)
    check("entries over the maximum are counted", sum("Many" in post["text"] for post in h.posts.values()) == 2000 and any("maximum" in reason for reason in h.refused), h.refused)
    check(f"bounded in time ({took:.0f} s) and memory ({peak_mib} MiB)", took < 120 and peak_mib < (1500 if "sanitize" in os.environ.get("BELLWETHER_KIND", "sanitize") else 300), (took, peak_mib))
    check("ends on shutdown all the same", h.stop() == 0)


def no_private_address():
    p = Platform()
    p.pages["/rss"] = rss(item("1", "Inside"))
    h = host(p, "/rss")
    h.allow_private = False
    h.start().subscribe(mode="poll")
    h.wait(lambda: "error" in h.phases(), "refused")
    check("no private address unless the settings allow it", not h.posts and p.count("/rss") == 0, h.statuses)
    h.stop()


def wrong_config():
    for config, words in (({"feeds": []}, "missing"), ({"feeds": ["ftp://x/"]}, "is no address"), ({}, "feeds")):
        h = Host([bellwether, "source", "run", "feeds"], config, {}).start()
        status = h.process.wait(10)
        time.sleep(0.2)
        check(f"a wrong config ends it: {words}", status == 2 and any(words in line for line in h.logs), (status, h.logs))
    p = Platform()
    p.pages["/rss"] = rss(item("1", "x"))
    h = host(p, "/rss").start()
    h.say(t="check")
    h.wait(lambda: h.ready, "ready")
    check("a check reads a feed and says its title", h.ready["account"]["name"] == "Fake", h.ready)
    h.stop()
    h = host(p, "/nothing").start()
    h.say(t="check")
    h.process.wait(20)
    time.sleep(0.2)
    check("a check names what cannot be read", any("/nothing: it answered 404" in line for line in h.logs), h.logs)


def killed():
    """Killed again and again while entries come and are edited; afterwards what was kept is what the feed has shown."""
    rounds = int(os.environ.get("FEEDS_KILLS", "25"))
    p, rng = Platform(), random.Random(7)
    entries = []

    def page(request):
        with p.lock:
            shown = entries[-200:][::-1]
        request.page(rss(*(item(guid, f"Entry {guid}", f"words {version}") for guid, version in shown)))

    p.pages["/rss"] = page
    h = host(p, "/rss")
    for _ in range(rounds):
        with p.lock:
            entries += [[str(len(entries) + i), 0] for i in range(rng.randrange(1, 100))]
            for entry in rng.sample(entries[-100:], min(5, len(entries))):
                entry[1] += 1
        h.start().subscribe(mode="poll")
        time.sleep(rng.uniform(0.05, 0.6))
        h.kill()
    h.start().subscribe(mode="poll")
    wanted = {f"Entry {guid}\n\nwords {version}" for guid, version in entries[-200:]}
    h.wait(lambda: wanted <= {post["text"] for post in h.posts.values()}, "all of it", 30)
    check(f"killed {rounds} times: all that was shown is there, each once, as it was last", len(h.posts) <= len(entries) and len({post["text"].split()[1] for post in h.posts.values()}) == len(h.posts), len(h.posts))
    h.stop()


for part in sys.argv[2:] or ["behaving", "comments", "asked_for_patience", "politeness", "paging", "window", "no_private_address", "wrong_config", "killed", "hostile"]:
    globals()[part]()
sys.exit(1 if failed else 0)
