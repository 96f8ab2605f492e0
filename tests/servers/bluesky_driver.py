"""The conformance kit's driver for Bluesky: bluesky_driver.py WIRE FOLDER. Starts the real PDS (and, for v1 and v2, the real Jetstream behind it), makes
it do things, ends both."""
import json
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
from pds_client import PASSWORD, POST, Pds, now  # noqa: E402


class NotHere(RuntimeError):
    """A server that was not installed: its tests are skipped."""


class Platform:
    """Also for other tests: .pds, .words (of pds.sh), .host (where the connector listens), .config, .secrets."""

    def __init__(self, wire, folder, *limits, has_past=False):
        os.makedirs(f"{folder}/pds", exist_ok=True)
        self.servers = []
        self.words = self.run("pds.sh", f"{folder}/pds", *limits)
        self.pds, self.wire = Pds(self.words["url"], self.words["admin"]), wire
        self.writer, self.brand = self.pds.account("writer"), self.pds.account("brand")
        self.host = self.words["url"]
        if has_past:
            self.pds.post(self.writer, "before anybody listened")
        if wire != "firehose":
            self.host = self.run("jetstream.sh", f"{folder}/{wire}", wire, self.words["url" if wire == "v1" else "relay"])["url"]
        self.config = {"wire": wire, "hosts": [self.host], "service": self.words["url"], "directory": self.words["plc"], "appview": "", "identifier": "brand.test"}
        self.secrets = {"app_password": PASSWORD}

    def run(self, script, folder, *words):
        server = subprocess.Popen(["sh", f"{here}/{script}", "run", folder, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.servers.append(server)
        line = server.stdout.readline().decode().split()
        if not line:
            self.stop()
            raise (NotHere if server.returncode == 77 else RuntimeError)(f"{script} did not start: status {server.returncode}")
        return dict(word.split("=", 1) for word in line[1:])

    def stop(self):
        for server in reversed(self.servers):
            server.stdin.close()
        for server in self.servers:
            server.wait(10)


class Driver:
    def begin(self, _):
        self.platform = Platform(sys.argv[1], sys.argv[2])
        self.pds, self.writer = self.platform.pds, self.platform.writer
        target = self.pds.post(self.writer, "the ferry was late again: who knows why?")
        return {"config": self.platform.config, "secrets": self.platform.secrets, "bad_secrets": {"app_password": "wrong"}, "mode": "stream",
                "target": {"id": target["uri"], "author": self.writer["did"]}}

    def post(self, asked):
        return {"ids": self.pds.posts(self.writer, [f"post {number} for the kit" for number in range(asked["count"])])}

    def edit(self, asked):
        record = {"$type": POST, "text": asked["text"], "createdAt": now()}
        self.pds.call("com.atproto.repo.putRecord", {"repo": self.writer["did"], "collection": POST, "rkey": asked["id"].rsplit("/", 1)[1], "record": record},
                      self.writer["accessJwt"])
        return {}

    def delete(self, asked):
        self.pds.delete(self.writer, asked["id"].rsplit("/", 1)[1])
        return {}

    def limit(self, _):
        raise RuntimeError("a stream that stands asks for nothing; the rate limit of the account's server has a test of its own")

    def list(self, _):
        return {"ids": [record["uri"] for account in (self.writer, self.platform.brand) for record in self.pds.records(account["did"])]}

    def end(self, _):
        self.platform.stop()
        return {}


def main():
    driver = Driver()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"ok": True, **getattr(driver, asked["do"])(asked)}
        except (RuntimeError, OSError) as why:
            answer = {"ok": False, "why": str(why)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
