"""The mail connector against Dovecot (IMAP) and aiosmtpd (SMTP). usage: mail.py BELLWETHER FOLDER MAILS"""
import email.message
import email.policy
import email.utils
import os
import random
import socket
import subprocess
import sys
import time

from aiosmtpd.controller import Controller
from source_host import Host

bellwether, folder, mails = sys.argv[1], sys.argv[2], int(sys.argv[3])
here = os.path.dirname(os.path.abspath(__file__))
failed = 0
made = 0


def check(words, condition, more=""):
    global failed
    print(("ok - " if condition else "not ok - ") + words + ("" if condition else f": {more}"), flush=True)
    failed += not condition


class Dovecot:
    def __init__(self, name):
        self.process = subprocess.Popen(["sh", os.path.join(here, "..", "servers", "dovecot.sh"), "run", os.path.join(folder, name)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.words = dict(word.split("=", 1) for word in self.process.stdout.readline().split()[1:])
        self.maildir = self.words["maildir"]

    def deliver(self, data):
        global made
        made += 1
        name = f"{int(time.time())}.{made:06d}.test"
        with open(os.path.join(self.maildir, "tmp", name), "wb") as file:
            file.write(data)
        os.chmod(os.path.join(self.maildir, "tmp", name), 0o644)
        os.rename(os.path.join(self.maildir, "tmp", name), os.path.join(self.maildir, "new", name))

    def config(self, **more):
        return {"host": self.words["host"], "port": int(self.words["port"]), "tls": "none", "user": self.words["user"], "poll_s": 1, "is_public_list": True, **more}

    def host(self, **more):
        return Host([bellwether, "source", "run", "mail"], self.config(**more), {"password": self.words["password"]})

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def letter(id, text="hello", subject="A subject", sender="Ann Bee <Ann@Example.org>", **headers):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = "list@example.org"
    message["Subject"] = subject
    message["Message-ID"] = f"<{id}>"
    message["Date"] = headers.pop("date", email.utils.format_datetime(email.utils.localtime()))
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    return message


def story():
    server = Dovecot("story")
    first = letter("one@example.org", "hello all\n\n-- \nAnn", "Größe & Maß \U0001f426", 'Jürgen "J" Müller <J@Example.org>', List_Id="The list <list.example.org>",
                   Archived_At="<https://example.org/1>")
    server.deliver(first.as_bytes())
    answer = letter("two@example.org", "On Monday Ann wrote:\n> hello all\n\nI agree.\n\n> more of it\n\nCheers", "Re: Größe & Maß", "bob@example.org",
                    In_Reply_To="<one@example.org>", References="<zero@example.org> <one@example.org>")
    server.deliver(answer.as_bytes())
    both = letter("three@example.org", "plain words")
    both.add_alternative("<p>html words</p>", subtype="html")
    both.add_attachment(b"\0\1\2", maintype="application", subtype="octet-stream", filename="x.bin")
    both.add_attachment("attached text", filename="notes.txt")
    server.deliver(both.as_bytes())
    html = letter("four@example.org", None)
    html.set_content("<html><script>bad()</script><p>only &lt;html&gt; <b>words</b></p></html>", subtype="html", charset="iso-8859-1", cte="quoted-printable")
    server.deliver(html.as_bytes())
    for charset, cte, words in (("iso-8859-1", "quoted-printable", "naïve café"), ("koi8-r", "base64", "Привет, мир"), ("shift_jis", "base64", "日本語の手紙"),
                                ("gb18030", "base64", "中文"), ("iso-2022-jp", "7bit", "日本"), ("utf-8", "8bit", "ünïcödé")):
        message = letter(f"{charset}@example.org", None)
        message.set_content(words, charset=charset, cte=cte)
        server.deliver(message.as_bytes(policy=message.policy.clone(cte_type="8bit")))
    one = server.host()
    one.start().say(t="check")
    one.wait(lambda: one.ready, "ready")
    one.subscribe(mode="backfill", since="2020-01-01T00:00:00Z")
    one.wait(lambda: "idle" in one.phases(), "idle")
    got = one.posts["one@example.org"]
    check("headers are decoded, the signature is none of it", got["text"] == "Größe & Maß \U0001f426\n\nhello all" and got["author"]["name"] == 'Jürgen "J" Müller' and
          got["author"]["id"] == "j@example.org", got)
    check("it names its list, its kind and its place in the archive", (got["community"], got["kind"], got["url"]) == ("list.example.org", "message", "https://example.org/1"), got)
    got = one.posts["two@example.org"]
    check("an answer stands in its thread and without what it quotes", (got["text"], got["reply_to"], got["root"]) == ("I agree.\n\nCheers", "one@example.org", "zero@example.org"), got)
    check("of two forms the plain one, and no attachment", one.posts["three@example.org"]["text"] == "A subject\n\nplain words", one.posts["three@example.org"])
    check("HTML alone becomes words", one.posts["four@example.org"]["text"] == "A subject\n\nonly <html> words", one.posts["four@example.org"])
    for charset, words in (("iso-8859-1", "naïve café"), ("koi8-r", "Привет, мир"), ("shift_jis", "日本語の手紙"), ("gb18030", "中文"), ("iso-2022-jp", "日本"),
                           ("utf-8", "ünïcödé")):
        check(f"{charset} is read", one.posts[f"{charset}@example.org"]["text"] == "A subject\n\n" + words, one.posts[f"{charset}@example.org"]["text"])
    check("what is read is not marked as read", not any(name.split(":2,")[-1].count("S") for name in os.listdir(os.path.join(server.maildir, "cur")) if ":2," in name))
    check("it ends when it is asked to", one.stop() == 0)

    live = server.host()
    live.start().subscribe(mode="poll")
    live.wait_live()
    check("from now on means from now on", not live.posts, live.posts)
    server.deliver(letter("live@example.org", "fresh").as_bytes())
    live.wait(lambda: "live@example.org" in live.posts, "the new mail")
    live.stop()
    secret = server.host(is_public_list=False)
    secret.start().subscribe(mode="backfill")
    secret.wait(lambda: "idle" in secret.phases(), "idle")
    check("mail that is not said to be public is private", all(p["visibility"] == "private" for p in secret.posts.values()) and secret.posts, secret.posts)
    secret.stop()
    for name in os.listdir(server.maildir):
        if name.startswith("dovecot"):
            os.remove(os.path.join(server.maildir, name))
    time.sleep(1.1)  # its numbers begin with the second they are made in
    one.start().subscribe(mode="poll")
    one.wait(lambda: "live@example.org" in one.posts, "all anew")
    check("a mailbox with new numbers is read again", one.count["one@example.org"] == 2 and any("UIDVALIDITY" in line for line in one.logs), one.logs)
    one.stop()
    bad = server.host()
    bad.secrets = {"password": "wrong"}
    bad.start().say(t="check")
    check("a wrong password ends it with 3", bad.process.wait(30) == 3)
    bad = server.host(mailbox="Nowhere")
    bad.start().say(t="check")
    check("a mailbox that is none ends it with 2", bad.process.wait(30) == 2)
    bad = server.host()
    bad.allow_private = False
    bad.start().say(t="check")
    check("a private address is not spoken to", bad.process.wait(30) not in (0, 3))
    server.end()


def hostile():
    server = Dovecot("hostile")
    nested = b"x"
    for i in range(300):
        nested = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n%s\r\n--b%d--\r\n" % (i, i, nested, i)
    head = b"From: m@example.org\r\nMessage-ID: <%s@example.org>\r\nDate: Mon, 01 Jun 2026 10:00:00 +0000\r\n"
    for name, data in (
            (b"nested", head + nested),
            (b"large", head + b"\r\n" + b"y" * 9_000_000),
            (b"parts", head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20000),
            (b"headers", head + b"X-Flood: y\r\n" * 100000 + b"\r\nbody"),
            (b"charset", head + b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe words"),
            (b"lying", head + b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xe9"),
            (b"nul", head + b"\r\na\0b\x01c"),
            (b"words", head + b"Subject: " + b"=?utf-8?q?" * 5000 + b"\r\n\r\nx"),
            (b"future", head.replace(b"2026", b"2090") + b"\r\nfrom the future"),
            (b"script", head + b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><img src=x onerror=alert(1)>safe")):
        server.deliver(data % name if b"%s" in data else data)
    server.deliver(b"")
    server.deliver(b"no headers at all")
    server.deliver(b"From: <>\r\nMessage-ID: <nobody@example.org>\r\n\r\nx")
    server.deliver(letter("last@example.org", "the end").as_bytes())
    one = server.host()
    one.start().subscribe(mode="backfill")
    one.wait(lambda: "idle" in one.phases(), "idle", 60)
    check("among broken mails the good one is read", "last@example.org" in one.posts, sorted(one.posts))
    check("mails without a sender are refused and counted", one.refused.get("a mail without a sender", 0) >= 2, one.refused)
    check("a date that cannot be is counted, and its arrival is taken", one.refused.get("a mail's date (its arrival is taken)") == 1 and
          one.posts["future@example.org"]["created_at"] < "2090", (one.refused, one.posts.get("future@example.org")))
    check("script is none of the words", one.posts["script@example.org"]["text"] == "safe", one.posts["script@example.org"])
    check("no text is over its maximum", max(len(p.get("text", "").encode()) for p in one.posts.values()) <= 256 * 1024)
    check("a text that lies about its letters is read as Windows wrote it", one.posts["lying@example.org"]["text"] == "café", one.posts["lying@example.org"])
    check("it ends in peace", one.stop() == 0)
    server.end()


def killed():
    server = Dovecot("killed")
    random.seed(7)
    one = server.host()
    wanted = set()
    for i in range(50):
        for _ in range(mails // 50):
            id = f"m{len(wanted)}@example.org"
            wanted.add(id)
            server.deliver(letter(id, f"mail {id}").as_bytes())
        one.start().subscribe(mode="poll", since="2020-01-01T00:00:00Z")
        time.sleep(random.uniform(0.05, 0.4))
        one.kill()
    one.start().subscribe(mode="poll", since="2020-01-01T00:00:00Z")
    one.wait(lambda: len(one.posts) >= len(wanted), "all of them", 60)
    check(f"killed 50 times during {len(wanted)} mails: what is here is what is there", set(one.posts) == wanted, len(wanted - set(one.posts)))
    one.stop()
    server.end()


class Inbox:
    def __init__(self):
        self.mails, self.answer = [], "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return self.answer


def replies():
    server = Dovecot("replies")
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    smtp = Controller(inbox, hostname="127.0.0.1", port=port)
    smtp.start()
    server.deliver(letter("q@example.org", "a question", "How much?", References="<r1@x.org> <r2@x.org>", In_Reply_To="<r2@x.org>").as_bytes())
    answers = {"from": "us@example.org", "smtp_port": port, "smtp_tls": "none", "smtp_login": False}
    one = server.host(**answers)
    one.start()
    order = {"target": {"id": "q@example.org", "author": "ann@example.org"}, "body": {"text": "Quite a lot.\nGrüße"}, "ordered_at": "2026-11-24T18:00:00Z"}
    done = one.command("reply", key="k1", **order)
    check("an answer is sent", done["ok"] and done["native"]["id"] == "k1.bellwether@example.org", done)
    sender, to, mail = inbox.mails[0]
    check("it goes to the author, with the subject, in the thread", (to, mail["Subject"], mail["In-Reply-To"], mail["Message-ID"]) ==
          (["ann@example.org"], "Re: How much?", "<q@example.org>", "<k1.bellwether@example.org>"), (to, mail.items()))
    check("its references are whole", mail["References"].split() == ["<r1@x.org>", "<r2@x.org>", "<q@example.org>"], mail["References"])
    check("its text is whole, and it is not marked as a machine's", mail.get_content().split() == "Quite a lot. Grüße".split() and "Auto-Submitted" not in mail, mail.items())
    gone = one.command("reply", target={"id": "none@example.org"}, body={"text": "x"})
    check("an answer to what is not there says gone", gone["error"]["kind"] == "gone", gone)
    inbox.answer = "451 later"
    check("a server that wants it later is asked later", one.command("reply", **order)["error"]["kind"] == "rate_limited")
    inbox.answer = "554 no"
    check("a server that refuses it has refused it", one.command("reply", **order)["error"]["kind"] == "invalid")
    check("mail has no likes", one.command("like", **order)["error"]["kind"] == "unsupported" and one.stop() == 0)
    inbox.answer = "250 OK"
    listed = server.host(**answers, list_address="list@example.org")
    listed.start()
    listed.command("reply", **order)
    check("to a list goes what is for the list", inbox.mails[-1][1] == ["list@example.org"], inbox.mails[-1][1])
    listed.stop()
    silent = server.host()
    silent.start()
    check("without an address nothing is sent", silent.command("reply", **order)["error"]["kind"] == "auth" and silent.stop() == 0)
    smtp.stop()
    server.end()


for part in (story, replies, hostile, killed):
    begun = time.monotonic()
    part()
    print(f"# {part.__name__}: {time.monotonic() - begun:.0f} s", flush=True)
sys.exit(failed > 0)
