"""A host of one connector, as small as it goes: for tests that want to see its words. `bellwether source run NAME` on the other side."""
import json
import os
import queue
import subprocess
import threading
import time


class Connector:
    def __init__(self, name, config, secrets=None, max_items=500, max_inflight=4, acks=True, environment=None):
        self.process = subprocess.Popen([os.environ["BELLWETHER"], "source", "run", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env={**os.environ, **(environment or {})})
        self.words, self.items, self.statuses, self.results, self.secrets, self.refused = queue.Queue(), {}, [], {}, dict(secrets or {}), {}
        self.state, self.seq, self.sub, self.deleted, self.gone, self.acks, self.ready, self.batches = None, 0, "s", set(), set(), acks, None, 0
        self.changed = threading.Condition()
        self.hello = json.loads(self.process.stdout.readline())
        self.say({"t": "init", "protocol": 1, "config": config, "secrets": self.secrets, "max_inflight": max_inflight, "max_items": max_items, "allow_private": True})
        self.reader = threading.Thread(target=self.hear, daemon=True)
        self.reader.start()

    def say(self, message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError, OSError):
            pass

    def hear(self):
        for line in self.process.stdout:
            self.take(json.loads(line))
        with self.changed:
            self.changed.notify_all()

    def take(self, message):
        with self.changed:
            kind = message["t"]
            if kind == "batch":
                self.batches += 1
                for item in message["items"]:
                    self.take_item(item)
                if message.get("state"):
                    self.state = message["state"]
                if self.acks:
                    self.say({"t": "ack", "sub": message["sub"], "seq": message["seq"]})
            elif kind == "status":
                self.statuses.append(message)
            elif kind == "result":
                self.results[message["id"]] = message
            elif kind == "secrets":
                self.secrets.update(message["set"])
                self.say({"t": "stored"})
            elif kind == "ready":
                self.ready = message.get("account", {})
            elif kind == "refused":
                self.refused[message["reason"]] = self.refused.get(message["reason"], 0) + message["count"]
            elif kind == "ping":
                self.say({"t": "pong"})
            self.changed.notify_all()

    def take_item(self, item):
        item["heard"] = time.time()
        if item["op"] == "upsert":
            self.items[item["id"]] = item
        elif item["op"] == "delete":
            self.deleted.add(item["id"])
            self.items.pop(item["id"], None)
        elif item["op"] == "actor_delete":
            did = item["author"]["id"]
            self.gone.add(did)
            self.items = {at: one for at, one in self.items.items() if one["author"]["id"] != did}

    def wait(self, condition, seconds=10):
        """True once condition() holds."""
        until = time.time() + seconds
        with self.changed:
            while not condition():
                left = until - time.time()
                if left <= 0 or (self.process.poll() is not None and not self.reader.is_alive()):
                    return condition()
                self.changed.wait(min(left, 0.5))
        return True

    def subscribe(self, mode="stream", query=None, state=None, sub="s"):
        self.say({"t": "subscribe", "sub": sub, "mode": mode, "query": query or {}, "state": state})

    def command(self, key, do, deadline=None, **more):
        """Sends a command; its result, or None after 30 s."""
        name = f"c{len(self.results)}-{key}-{time.time_ns()}"[:60]
        self.say({"t": "command", "id": name, "key": key, "do": do, **more})
        self.wait(lambda: name in self.results, 30)
        return self.results.get(name)

    def check(self):
        self.say({"t": "check"})
        self.wait(lambda: self.ready is not None, 15)
        return self.ready

    def phase(self, phase):
        return [status for status in self.statuses if status["phase"] == phase]

    def stop(self):
        self.say({"t": "shutdown", "grace_s": 5})
        self.process.stdin.close()
        status = self.process.wait(15)
        self.reader.join(5)
        return status

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join(5)
