"""Writers on a Mastodon server, and what it holds in the end.

usage: mastodon_writers.py write|list PORT [POSTS]"""
import http.client
import json
import random
import sys
import threading

WRITERS = 4


class Writer(threading.Thread):
    """Posts; now and then changes or takes away one of its newest."""

    def __init__(self, port, number, count):
        super().__init__(daemon=True)
        self.port, self.number, self.count, self.done, self.edits, self.deletes = port, number, count, 0, 0, 0
        self.chance = random.Random(number)

    def call(self, method, path, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body), {"Authorization": "Bearer token-writer", "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        assert answer.status == 200, (answer.status, answer.read())
        return json.loads(answer.read())

    def run(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        mine = []
        for i in range(self.count):
            mine.append(self.call("POST", "/api/v1/statuses", {"status": f"post {i} of writer {self.number}"})["id"])
            del mine[:-20]
            dice = self.chance.random()
            if dice < 0.02:
                self.call("DELETE", f"/api/v1/statuses/{mine.pop(self.chance.randrange(len(mine)))}")
                self.deletes += 1
            elif dice < 0.04:
                self.call("PUT", f"/api/v1/statuses/{self.chance.choice(mine)}", {"status": f"edited at {i} by {self.number}"})
                self.edits += 1
            self.done = i + 1


def platform(port):
    """All posts of the public timeline: {id: text}."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    posts, below = {}, ""
    while True:
        connection.request("GET", "/api/v1/timelines/public?limit=40" + below, headers={"Authorization": "Bearer token-us"})
        page = json.loads(connection.getresponse().read())
        if not page:
            return posts
        posts.update({f"127.0.0.1:{port}/{status['id']}": status["content"].removeprefix("<p>").removesuffix("</p>") for status in page})
        below = f"&max_id={page[-1]['id']}"


def write(port, posts):
    writers = [Writer(port, i, posts // WRITERS) for i in range(WRITERS)]
    for writer in writers:
        writer.start()
    return writers


if __name__ == "__main__":
    if sys.argv[1] == "write":
        writing = write(int(sys.argv[2]), int(sys.argv[3]))
        for one in writing:
            one.join()
        sys.exit(0 if all(one.done == one.count for one in writing) else 1)
    print("\n".join(platform(int(sys.argv[2]))))
