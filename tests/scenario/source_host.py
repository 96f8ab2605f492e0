"""A host for one connector in a test: it speaks the contract's JSON Lines, keeps what came by id, and commits items and state together, as the real
one does."""
import json
import queue
import subprocess
import threading
import time


class Host:
    def __init__(self, argv, config, secrets, held=False, allow_private=True):
        self.argv, self.config, self.secrets, self.held, self.allow_private = argv, config, secrets, held, allow_private
        self.posts, self.deleted, self.gone, self.state = {}, set(), set(), {}  # what was committed; survives a kill
        self.seen = []  # every item, in order
        self.count = {}  # upserts by id
        self.process = None

    # ---- Life ----

    def start(self):
        self.said = queue.Queue()
        self.results, self.statuses, self.refused, self.ready, self.logs = {}, [], {}, None, []
        self.changed = threading.Condition()
        self.unacked = []
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        threading.Thread(target=self.listen, args=(self.process,), daemon=True).start()
        threading.Thread(target=self.listen_log, args=(self.process,), daemon=True).start()
        self.say(t="init", protocol=1, config=self.config, secrets=self.secrets, max_inflight=4, max_items=500, allow_private=self.allow_private)
        return self

    def say(self, **message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def listen(self, process):
        for line in process.stdout:
            if process is not self.process:
                return  # killed: what it said is not committed any more
            message = json.loads(line)
            with self.changed:
                self.hear(message)
                self.changed.notify_all()

    def listen_log(self, process):
        for line in process.stderr:
            self.logs.append(line.decode(errors="replace").rstrip())

    def hear(self, message):
        kind = message["t"]
        if kind == "batch":
            if self.held:
                self.unacked.append(message)
            else:
                self.commit(message)
        elif kind == "status":
            self.statuses.append(message)
        elif kind == "result":
            self.results.setdefault(message["id"], []).append(message)
        elif kind == "ready":
            self.ready = message
        elif kind == "secrets":
            self.secrets.update(message["set"])
            self.say(t="stored")
        elif kind == "refused":
            self.refused[message["reason"]] = self.refused.get(message["reason"], 0) + message["count"]

    def commit(self, message):
        for item in message["items"]:
            self.seen.append(item)
            if item["op"] == "upsert":
                self.posts[item["id"]] = item
                self.deleted.discard(item["id"])
                self.count[item["id"]] = self.count.get(item["id"], 0) + 1
            elif item["op"] == "delete":
                self.posts.pop(item["id"], None)
                self.deleted.add(item["id"])
            elif item["op"] == "actor_delete":
                self.gone.add(item["author"]["id"])
                self.posts = {id: post for id, post in self.posts.items() if post["author"]["id"] != item["author"]["id"]}
        if message.get("state") is not None:
            self.state[message["sub"]] = message["state"]
        self.say(t="ack", sub=message["sub"], seq=message["seq"])

    def kill(self):
        process, self.process = self.process, None
        with self.changed:  # nothing is half committed
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            try:
                pipe.close()
            except (BrokenPipeError, OSError):
                pass

    def stop(self, grace_s=10):
        self.say(t="shutdown", grace_s=grace_s)
        try:
            status = self.process.wait(grace_s + 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"did not end within {grace_s + 5} s of shutdown")
        return status

    # ---- Asking ----

    def subscribe(self, sub="s1", mode="stream", **query):
        self.say(t="subscribe", sub=sub, mode=mode, query=query, state=self.state.get(sub))

    def wait(self, condition, what, timeout=20):
        end = time.monotonic() + timeout
        with self.changed:
            while not condition():
                left = end - time.monotonic()
                if left <= 0 or not self.changed.wait(min(left, 0.5)) and self.process and self.process.poll() is not None and not condition():
                    raise AssertionError(f"{what}: not within {timeout} s (ended: {self.process and self.process.poll()}); statuses {self.statuses[-3:]}, log {self.logs[-5:]}")

    def wait_live(self, timeout=30):
        self.wait(lambda: any(s["phase"] == "live" for s in self.statuses), "live", timeout)

    def phases(self):
        return [s["phase"] for s in self.statuses]

    def command(self, do, id=None, key=None, timeout=60, **members):
        id = id or f"c{time.monotonic_ns()}"
        self.say(t="command", id=id, key=key or id, do=do, **members)
        self.wait(lambda: id in self.results, f"a result of {do}", timeout)
        return self.results[id][-1]
