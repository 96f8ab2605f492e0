"""The conformance kit's driver for a server of Mastodon's API: mastodon_driver.py SERVER_SCRIPT FOLDER [MODE]. Starts the server, makes it do things,
ends it."""
import json
import os
import subprocess
import sys
import urllib.request

script, folder = sys.argv[1:3]
mode = sys.argv[3] if len(sys.argv) > 3 else "stream"


class Platform:
    def begin(self, _):
        os.makedirs(folder, exist_ok=True)
        self.server = subprocess.Popen(["sh", script, "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.words = dict(word.split("=", 1) for word in self.server.stdout.readline().decode().split()[1:])
        self.host = self.words["url"].removeprefix("http://")
        self.call("POST", "/api/v1/statuses", {"status": "the server is there", "visibility": "public"})
        return {"config": {"instance": self.words["url"], "poll_s": 5}, "secrets": {"token": self.words["token"]}, "bad_secrets": {"token": "no-such-token"}, "mode": mode}

    def call(self, method, path, body=None, who="writer"):
        request = urllib.request.Request(self.words["url"] + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": f"Bearer {self.words[who]}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def local(self, asked):
        return asked["id"].split("/")[1]

    def post(self, asked):
        return {"ids": [f"{self.host}/{self.call('POST', '/api/v1/statuses', {'status': f'post {i} for the kit', 'visibility': 'public'})['id']}" for i in range(asked["count"])]}

    def edit(self, asked):
        self.call("PUT", f"/api/v1/statuses/{self.local(asked)}", {"status": asked["text"]})
        return {}

    def delete(self, asked):
        self.call("DELETE", f"/api/v1/statuses/{self.local(asked)}")
        return {}

    def limit(self, asked):
        """429 to the next timeline that is read; nobody but the connector reads one meanwhile."""
        if mode == "stream":
            raise RuntimeError("a stream that stands asks for nothing")
        self.call("POST", "/api/v1/_mock/faults", {"match": {"methods": ["GET"], "path": "/api/v1/timelines/public"}, "effect": {
            "type": "ratelimit", "status": 429, "headers": {"Retry-After": str(asked["seconds"])}}, "count": 1})
        return {}

    def pages(self, path, who="writer"):
        """All statuses of a timeline, the newest first."""
        below = ""
        while page := self.call("GET", f"{path}?limit=40{below}", who=who):
            yield from page
            below = f"&max_id={page[-1]['id']}"

    def list(self, _):
        """What anybody sees, and what we said: a server may show that to fewer people."""
        me = self.call("GET", "/api/v1/accounts/verify_credentials", who="token")["id"]
        seen = [*self.pages("/api/v1/timelines/public"), *self.pages(f"/api/v1/accounts/{me}/statuses", "token")]
        return {"ids": sorted({f"{self.host}/{status['id']}" for status in seen})}

    def end(self, _):
        self.server.stdin.close()
        self.server.wait(10)
        return {}


platform = Platform()
for line in sys.stdin:
    asked = json.loads(line)
    try:
        print(json.dumps({"ok": True, **getattr(platform, asked["do"])(asked)}), flush=True)
    except Exception as error:  # whatever it is, the kit is told
        print(json.dumps({"ok": False, "why": f"{asked['do']}: {error}"}), flush=True)
