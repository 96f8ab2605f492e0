"""The conformance kit's driver for a mailbox: dovecot_driver.py FOLDER. Starts Dovecot (dovecot.sh), delivers mails into it, with an SMTP server in front as a
list has one (aiosmtpd), ends it. A mailbox has no edits
and no rate limit; what leaves it was said all the same."""
import os
import re
import socket
import subprocess
import sys
import time

from aiosmtpd.controller import Controller

import kit_driver

folder = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))


class Platform:
    async def handle_DATA(self, _server, _session, envelope):
        """As a list does: what is sent comes back to all who read it, once for each Message-ID."""
        id = re.search(rb"^Message-ID: <(.*)>", envelope.content, re.M).group(1).decode()
        if id not in self.made:
            self.deliver(id, envelope.content)
        return "250 OK"

    def deliver(self, id, data):
        name = f"{int(time.time())}.{len(self.made):06d}.kit"
        path = os.path.join(self.words["maildir"], "tmp", name)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, 0o644)
        os.rename(path, os.path.join(self.words["maildir"], "new", name))
        self.made.append(id)

    def begin(self, _):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.smtp = Controller(self, hostname="127.0.0.1", port=port)
        self.smtp.start()
        self.server = subprocess.Popen(["sh", os.path.join(here, "dovecot.sh"), "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.words = dict(word.split("=", 1) for word in self.server.stdout.readline().split()[1:])
        self.made = []
        self.post({"count": 1})
        return {"config": {"host": self.words["host"], "port": int(self.words["port"]), "tls": "none", "user": self.words["user"], "poll_s": 1, "is_public_list": True,
                           "from": "us@example.org", "smtp_port": port, "smtp_tls": "none", "smtp_login": False},
                "secrets": {"password": self.words["password"]}, "bad_secrets": {"password": "wrong"}, "mode": "poll"}

    def post(self, asked):
        ids = []
        for _ in range(asked["count"]):
            id = f"kit{len(self.made)}.{os.getpid()}@example.org"
            date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
            self.deliver(id, f"From: Kit <kit@example.org>\r\nMessage-ID: <{id}>\r\nSubject: mail {len(self.made)}\r\nDate: {date}\r\n\r\nfor the kit\r\n".encode())
            ids.append(id)
        return {"ids": ids}

    def list(self, _):
        return {"ids": self.made}

    def end(self, _):
        self.smtp.stop()
        self.server.stdin.close()
        self.server.wait(10)
        return {}


platform = Platform()
kit_driver.serve({name: getattr(platform, name) for name in ("begin", "post", "list", "end")})
