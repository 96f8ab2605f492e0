"""The conformance kit's driver for a Nostr relay: nostr_driver.py FOLDER. Starts the real relay (nostr.sh), makes it do things with software that we did
not write (nostr_write.mjs), ends it. A relay has no edits and no rate limit of this kind."""
import json
import os
import subprocess
import sys

import kit_driver

folder = sys.argv[1]
here = os.path.dirname(os.path.abspath(__file__))
servers = os.environ.get("BELLWETHER_SERVERS") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "bellwether", "servers")
installed = os.path.join(servers, "nostr-relay-0.0.40")


class Platform:
    def begin(self, _):
        self.server = subprocess.Popen(["sh", os.path.join(here, "nostr.sh"), "run", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().split("url=")[1].strip()
        node = open(os.path.join(installed, "node")).read().strip()
        self.writer = subprocess.Popen([node, os.path.join(here, "nostr_write.mjs"), installed, self.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.made, self.count = {}, 0
        self.post({"count": 1})
        return {"config": {"relays": [self.url]}, "secrets": {"secret_key": "0" * 63 + "5"}, "bad_secrets": {"secret_key": "nsec1wrong"}, "mode": "stream"}

    def write(self, **order):
        self.writer.stdin.write(json.dumps(order) + "\n")
        self.writer.stdin.flush()
        answer = json.loads(self.writer.stdout.readline())
        if not answer["ok"]:
            raise RuntimeError(answer["said"])
        return answer["id"]

    def post(self, asked):
        ids = []
        for _ in range(asked["count"]):
            self.count += 1
            name = f"person {self.count % 5}"
            ids.append(self.write(**{"as": name}, content=f"post {self.count} for the kit"))
            self.made[ids[-1]] = name
        return {"ids": ids}

    def delete(self, asked):
        self.write(**{"as": self.made.pop(asked["id"])}, kind=5, tags=[["e", asked["id"]], ["k", "1"]])
        return {}

    def list(self, _):
        """By the relay's own answer, asked for with another client, each time in other words: it keeps its answer to the same words for a while."""
        self.lists = getattr(self, "lists", 0) + 1
        script = ("const W=require('ws');const s=new W(process.argv[1]);const ids=[];s.on('open',()=>s.send('[\"REQ\",\"a\",{\"kinds\":[1],\"limit\":1000,\"since\":'+process.argv[2]+'}]'));"
                  "s.on('message',d=>{const m=JSON.parse(d);if(m[0]==='EVENT')ids.push(m[2].id);if(m[0]==='EOSE'){console.log(JSON.stringify(ids));s.close()}})")
        node = open(os.path.join(installed, "node")).read().strip()
        return {"ids": json.loads(subprocess.run([node, "-e", script, self.url, str(self.lists)], cwd=installed, capture_output=True, text=True, check=True).stdout)}

    def end(self, _):
        for child in (self.writer, self.server):
            child.stdin.close()
            child.wait(10)
        return {}


platform = Platform()
kit_driver.serve({name: getattr(platform, name) for name in ("begin", "post", "delete", "list", "end")})
