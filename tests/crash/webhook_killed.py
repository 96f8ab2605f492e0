#!/usr/bin/env python3
"""usage: webhook_killed.py BELLWETHER DATA SECRET POSTS KILLS: pushes to source 1 of client harbour while its server is killed again and again."""
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

BELLWETHER, DATA, SECRET = sys.argv[1:4]
POSTS, KILLS = int(sys.argv[4]), int(sys.argv[5])
EACH = 20
seed = int(os.environ.get("WEBHOOK_SEED", random.randrange(10**6)))
chance = random.Random(seed)
place = None  # host:port of the server that runs now
server = None
is_over = threading.Event()
acknowledged = []
answers = {}


def start():
    global place, server
    place = None
    server = subprocess.Popen([BELLWETHER, "--data", DATA, "serve", "--listen", "127.0.0.1:0", "--log-level", "error"], stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        found = re.search(r"listening on http://([0-9.:]+)", line)
        if found:
            place = found.group(1)
            threading.Thread(target=lambda s=server: [None for _ in s.stderr], daemon=True).start()
            return
    raise SystemExit("the server does not start")


def deliver(name, body):
    """Until it is taken: a delivery that was not answered may have been taken, and is sent again under its name."""
    while True:
        at = str(int(time.time()))
        sum = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        try:
            connection = http.client.HTTPConnection(place or "127.0.0.1:1", timeout=30)
            connection.request("POST", "/api/v1/hooks/harbour/1", body, {"X-Bellwether-Timestamp": at, "X-Bellwether-Signature": "v1=" + sum,
                                                                         "X-Bellwether-Id": name, "Content-Type": "application/jsonl"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            answers["cut"] = answers.get("cut", 0) + 1
            time.sleep(0.02)
            continue
        finally:
            connection.close()
        answers[answer.status] = answers.get(answer.status, 0) + 1
        if answer.status == 202:
            acknowledged.append((name, said["is_duplicate"]))
            return
        assert answer.status in (429, 503), (answer.status, said)
        time.sleep(0.02)


def push(names):
    for number in names:
        posts = [{"id": str(i), "at": "2026-11-24T18:00:00Z", "author": {"id": "7", "handle": "ada"}, "text": f"post {i} of many"}
                 for i in range(number * EACH, number * EACH + EACH)]
        deliver(f"d{number}", "\n".join(map(json.dumps, posts)).encode())


def main():
    start()
    names = list(range(POSTS // EACH))
    pushers = [threading.Thread(target=push, args=(names[i::4],)) for i in range(4)]
    for pusher in pushers:
        pusher.start()
    kills = 0
    while kills < KILLS and any(pusher.is_alive() for pusher in pushers):
        # By what was taken, so that the kills are spread over the whole.
        wanted = len(names) * (kills + chance.random()) / KILLS
        while len(acknowledged) < wanted and any(pusher.is_alive() for pusher in pushers):
            time.sleep(0.002)
        time.sleep(chance.random() * 0.02)
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        kills += 1
        start()
    for pusher in pushers:
        pusher.join()
    server.terminate()
    code = server.wait()
    duplicates = sum(1 for _, is_duplicate in acknowledged if is_duplicate)
    print(f"{POSTS} posts in {len(names)} deliveries, {kills} kills (seed {seed}); {duplicates} deliveries had been taken when their answer was cut; answers {answers}")
    if kills < KILLS:
        print(f"not ok - only {kills} kills")
    sys.exit(code or kills < KILLS)


main()
