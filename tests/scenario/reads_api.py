#!/usr/bin/env python3
"""Reads and reading rooms over the API: a learner reads and writes, others look, and every answer is what its schema says.

usage: reads_api.py BASE LEARNER_TOKEN REVIEWER_TOKEN CLIENT
The archive has posts about "ferry" in the hours before now.
"""
import datetime
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

try:
    import jsonschema
except ImportError:
    jsonschema = None

BASE, LEARNER, REVIEWER, CLIENT = sys.argv[1:5]
failures = 0


def tell(is_fine, words):
    global failures
    failures += not is_fine
    print(f"{'ok' if is_fine else 'not ok'} - {words}")


def ask(token, method, path, body=None):
    separator = "&" if "?" in path else "?"
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{BASE}/api/v1{path}{separator}client={CLIENT}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        status, raw = problem.code, problem.read()
    return status, json.loads(raw) if raw else None


DOCUMENT = json.load(urllib.request.urlopen(urllib.request.Request(f"{BASE}/api/v1/openapi.json", headers={"Authorization": f"Bearer {LEARNER}"})))


def held(method, pattern, status, answer, words):
    """The answer against the schema of its route."""
    if jsonschema is None:
        return
    response = DOCUMENT["paths"][pattern][method.lower()]["responses"][str(status)]
    schema = response["content"]["application/json"]["schema"]
    resolver = jsonschema.RefResolver("", DOCUMENT)
    problems = sorted(jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(answer), key=str)
    tell(not problems, f"{words} is what its schema says" + (f": {problems[0].message[:300]} at {list(problems[0].path)}" if problems else ""))


def hours_ahead(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def rooms():
    since = hours_ahead(-48)
    status, room = ask(LEARNER, "POST", "/rooms", {"q": "ferry", "size": 12, "seed": 7, "since": since})
    tell(status == 201 and len(room["items"]) == 12 and room["place"] == 1, f"a room of twelve posts: {status}")
    held("POST", "/rooms", 201, room, "a new room")
    again = ask(LEARNER, "POST", "/rooms", {"q": "ferry", "size": 12, "seed": 7, "since": since, "until": room["until"]})[1]
    tell([i["post"]["id"] for i in again["items"]] == [i["post"]["id"] for i in room["items"]], "the same seed draws the same posts")
    tell("groups" not in room and not any("group" in item for item in room["items"]), "how large groups are stays closed")
    where = f"/rooms/{room['id']}"
    tell(ask(LEARNER, "PUT", where + "/mark", {"place": 2, "marks": ["joy", "joke"], "note": "laughed"})[0] == 204, "a post is marked")
    tell(ask(LEARNER, "PUT", where + "/mark", {"place": 2, "marks": ["glee"]})[0] in (400, 422), "with marks that there are")
    tell(ask(LEARNER, "PATCH", where, {"place": 3})[0] == 200, "she moves on")
    status, kept = ask(LEARNER, "GET", where)
    held("GET", "/rooms/{id}", 200, kept, "a room")
    tell(kept["place"] == 3 and kept["items"][1]["marks"] == ["joy", "joke"] and kept["items"][1]["note"] == "laughed", "the room is as she left it")
    tell(ask(REVIEWER, "GET", where)[0] == 404, "it exists for nobody else")
    tell(ask(REVIEWER, "POST", "/reads", {"kind": "volume", "way": "up", "q": "ferry", "due_at": hours_ahead(3), "sure": 60, "room": room["id"]})[0] == 404,
         "nor is it revealed by somebody else's read")
    return room["id"]


def reads(room):
    status, read = ask(LEARNER, "POST", "/reads", {"kind": "volume", "way": "up", "q": "ferry", "due_at": hours_ahead(3), "sure": 60, "room": room,
                                                   "because": "it leaks", "feelings": "tired"})
    tell(status == 201 and 0 < read["engine"]["p"] < 1 and read["base"]["posts"] > 0, f"a read is made: {status} {read}")
    held("POST", "/reads", 201, read, "a new read")
    status, revealed = ask(LEARNER, "GET", f"/rooms/{room}")
    tell(revealed["is_revealed"] and revealed["read"] == read["id"] and revealed["groups"] >= 0 and "group_size" in revealed["items"][0],
         "then the room tells what its posts stood for")
    where = f"/reads/{read['id']}"
    for method, path, pattern in (("GET", where, "/reads/{id}"), ("GET", where + "/series", "/reads/{id}/series"), ("GET", "/reads", "/reads")):
        status, answer = ask(REVIEWER, method, path)
        tell(status == 200, f"{pattern}: {status}")
        held(method, pattern, 200, answer, pattern)
    tell(ask(REVIEWER, "POST", where + "/withdraw")[0] == 403, "nobody else takes it back")
    tell(ask(LEARNER, "POST", where + "/settle", {})[0] == 403, "a learner settles nothing")
    tell(ask(REVIEWER, "POST", where + "/settle", {})[0] == 409, "nor does a reviewer before it is due")
    tell(ask(REVIEWER, "POST", where + "/settle", {"came_true": True, "reason": "so it seems"})[0] == 409, "or by hand")
    status, taken = ask(LEARNER, "POST", where + "/withdraw")
    tell(status == 200 and taken["status"] == "withdrawn", "she takes it back herself")
    held("POST", "/reads/{id}/withdraw", 200, taken, "a withdrawn read")
    for words, body in (("nothing", {}), ("a way that is none", {"kind": "volume", "way": "sideways"}), ("a spill without a place", {"kind": "spill"}),
                        ("certainty", {"kind": "volume", "way": "up", "sure": 100}), ("a due time that has passed", {"due_at": "2020-01-01T00:00:00Z"})):
        body = {"kind": "volume", "way": "up", "q": "ferry", "due_at": hours_ahead(3), "sure": 60} | body if body else {}
        tell(ask(LEARNER, "POST", "/reads", body)[0] in (400, 422), f"{words} is refused")
    tell(ask(LEARNER, "GET", "/reads/score?member=1")[0] in (200, 403), "a score is told")


reads(rooms())
sys.exit(1 if failures else 0)
