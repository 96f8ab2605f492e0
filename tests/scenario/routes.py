#!/usr/bin/env python3
"""Walks every route of a running server, as the document at /openapi.json lists them, in the name of everybody: who may, who may not,
what a browser of another site may not, and what one client sees of another. A new route is walked because it is in the document, which is
printed from the table that the server answers from.

usage: routes.py BASE PASSWORD MARKER

Members, made before: chief (server admin); viewer, learner, practitioner, reviewer, admin of the client harbour; neighbour, admin of the
client bakery. MARKER is a word that stands in posts of harbour alone.
"""
import http.client
import json
import sys
import time
import urllib.parse

BASE, PASSWORD, MARKER = sys.argv[1:4]
HOST = urllib.parse.urlsplit(BASE).netloc
ROLES = ["none", "viewer", "learner", "practitioner", "reviewer", "admin"]
UNSAFE = {"post", "put", "patch", "delete"}
# Routes of a client that are open to strangers because the address holds a key of its own. Each is named here, and tried below.
KEYED = {"GET /alerts/feed.atom"}
connection = http.client.HTTPConnection(HOST, timeout=60)
failures = checks = 0


def tell(is_fine, words):
    global failures, checks
    checks += 1
    if not is_fine:
        failures += 1
        print(f"not ok - {words}")


def section(words, before):
    made = checks - before[0]
    if failures == before[1]:
        print(f"ok - {words} ({made} checks)")
    tell(made > 0, f"{words}: nothing was checked")
    return checks, failures


def ask(method, path, query=(), body=None, headers=None):
    """(status, headers, body) of one request with these headers and no others."""
    global connection
    target = f"/api/v1{path}?{urllib.parse.urlencode(query)}"
    for attempt in range(50):
        try:
            connection.request(method.upper(), target, body=body, headers=headers or {})
            answer = connection.getresponse()
            raw = answer.read()
        except (http.client.HTTPException, OSError):
            connection = http.client.HTTPConnection(HOST, timeout=60)
            if attempt == 49:
                raise
            continue
        if answer.status == 429 and b"to sign in" not in raw: # our own haste
            time.sleep(0.2)
            continue
        return answer.status, answer.headers, raw
    raise SystemExit("not ok - the server is busy for good")


OURS = {"Origin": BASE, "X-Bellwether": "1"}


def sign_in(name):
    status, headers, raw = ask("post", "/session", body=json.dumps({"name": name, "password": PASSWORD}),
                               headers={**OURS, "Content-Type": "application/json"})
    if status != 200:
        raise SystemExit(f"not ok - {name} signs in: {status} {raw!r}")
    cookie = headers["Set-Cookie"]
    for part in ("__Host-bellwether=", "; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Lax"):
        tell(part in cookie and "Domain" not in cookie, f"the cookie has {part}: {cookie}")
    return {**OURS, "Cookie": cookie.split(";")[0]}


def send(who, method, path, query=(), body=None):
    headers = dict(who)
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body)
    return ask(method, path, query, body, headers)


class Route:
    def __init__(self, path, method, operation):
        self.path, self.method, self.operation = path, method, operation
        self.words = f"{method.upper()} {path}"
        self.least = operation.get("x-least-role")
        names_client = any(p["name"] == "client" and p["in"] == "query" for p in operation["parameters"])
        self.is_of_client = names_client and self.words not in KEYED
        self.is_signed = operation.get("x-proof") == "signature" # programs of strangers: cookies and tokens are not looked at

    def at(self, place="1"):
        return self.path.replace("{id}", str(place)).replace("{name}", str(place))

    def probe(self, who, client="harbour", headers=None):
        """Asks with a parameter that no route has: whoever is let in is told so (400), before anything is done."""
        query = [("client", client)] if self.is_of_client else []
        headers = who if headers is None else headers
        return ask(self.method, self.at(), query + [("no_such", "1")], None, headers)


def verdict(answer):
    status, _, raw = answer
    if status == 400 and b"no_such" in raw:
        return "in"
    if status == 404:
        return "no client" if b"there is no client" in raw else f"404 {raw[:120]!r}"
    return {401: "who?", 403: "no"}.get(status, f"{status} {raw[:120]!r}")


def allowed(route, role, is_chief):
    if route.least == "server-admin":
        return is_chief
    return is_chief or (role in ROLES and ROLES.index(role) >= ROLES.index(route.least)) or (not route.is_of_client and route.least == "viewer")


def sample(schema, name=""):
    """A value that a schema takes, as far as it can be told; texts are the marker."""
    kind = schema.get("type")
    kind = next((k for k in kind if k != "null"), "null") if isinstance(kind, list) else kind
    if "enum" in schema:
        return schema["enum"][-1]
    if kind == "object":
        return {key: sample(schema["properties"].get(key, {}), key) for key in schema.get("properties", {}) if key != "version"} | (
            {"version": 1} if "version" in schema.get("properties", {}) else {})
    if kind == "array":
        return [sample(schema.get("items", {}))]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), min(1, schema.get("maximum", 1)))
    if kind == "boolean":
        return True
    return TEXTS.get(name, MARKER)


def hours_from_now(hours):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + hours * 3600))


# Texts that are not free, and bodies whose members hang together; every other body is made from its schema alone.
TEXTS = {"since": "2026-03-01", "from": "2026-03-01", "until": "2026-03-05", "due_at": hours_from_now(48), "url": "https://hooks.example/" + MARKER, "zone": "UTC"}
BODIES = {
    "POST /reads": {"kind": "volume", "way": "up", "q": MARKER, "due_at": hours_from_now(48), "sure": 70, "because": MARKER},
    "POST /sources": {"name": MARKER, "connector": "webhook", "config": {"from": MARKER}},
    "POST /sources/check": {"name": MARKER, "connector": "webhook", "config": {"from": MARKER}, "secrets": {"secret": MARKER}},
    "POST /sources/{id}/check": {},
    "POST /sources/{id}/look": {"mode": "search", "query": {"any": [MARKER]}},
    "POST /sources/{id}/coverage": {"from": hours_from_now(-2), "until": hours_from_now(-1), "reason": MARKER},
    "POST /rooms": {"q": MARKER, "since": "2026-03-01", "size": 2},
    "POST /alerts": {"rule": {"name": MARKER, "on": "volume", "query": MARKER}, "looked": True},
    "POST /topics/{id}/samples": {"kind": "matches", "size": 10},
}


def body_of(route):
    content = route.operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    body = BODIES.get(route.words) or sample(content["application/json"]["schema"])
    known = content["application/json"]["schema"].get("properties", {})
    return {key: value for key, value in body.items() if key in known}


def query_of(route, client):
    query = [("client", client)]
    for parameter in route.operation["parameters"]:
        if parameter["in"] == "query" and parameter["required"] and parameter["name"] != "client":
            schema = parameter["schema"]
            query.append((parameter["name"], schema["enum"][0] if "enum" in schema else MARKER))
    return query


def all_of(routes, who, client, places):
    """Every answer of every GET route of a client that an answer can be kept of."""
    answers = {}
    for route in routes:
        if route.method != "get" or not route.is_of_client or route.path == "/events":
            continue
        for place in places if "{" in route.path else [1]:
            status, _, raw = send(who, "get", route.at(place), query_of(route, client))
            answers[f"{route.at(place)}"] = (status, raw)
    return answers


def main():
    document = json.loads(ask("get", "/openapi.json")[2])
    routes = [Route(path, method, operation) for path, operations in document["paths"].items() for method, operation in operations.items()]
    for route in routes:
        tell(route.least in ROLES + ["server-admin"], f"{route.words} says who may")
        tell(route.least != "none" or not route.is_of_client, f"{route.words} lets strangers at a client")
    people = {name: sign_in(name) for name in ROLES[1:]}
    chief, neighbour = sign_in("chief"), sign_in("neighbour")
    at = section(f"{len(routes)} routes, each with a least role; cookies are strict", (0, 0))

    # ---- who may ----
    for route in routes:
        for name, who in people.items():
            wanted = "in" if allowed(route, name, False) else "no"
            tell(verdict(route.probe(who)) == wanted, f"{route.words} as {name}: wanted {wanted}, got {verdict(route.probe(who))}")
        tell(verdict(route.probe(chief)) == "in", f"{route.words} as server admin: {verdict(route.probe(chief))}")
        stranger = verdict(route.probe(None, headers=OURS))
        tell(stranger == ("in" if route.least == "none" else "who?"), f"{route.words} as a stranger: {stranger}")
        if route.is_of_client:
            for client in ("harbour", "no-such-client", "../harbour", "harbour/", "HARBOUR"):
                got = verdict(route.probe(neighbour, client))
                tell(got == "no client", f"{route.words} of {client} as a member of bakery: {got}")
            other = route.probe(neighbour, "harbour")[2].replace(b"harbour", b"*"), route.probe(neighbour, "no-such-client")[2].replace(b"no-such-client", b"*")
            told = [json.loads(raw) | {"request": ""} for raw in other]
            tell(told[0] == told[1], f"{route.words}: a client of others looks like none: {told}")
            tell(verdict(route.probe(neighbour, "bakery")) == "in", f"{route.words} of bakery as its admin")
    at = section("every route lets in whom its row says, and nobody else", at)

    # ---- tokens ----
    def token(who, **body):
        status, _, raw = send(who, "post", "/tokens", body=body)
        tell(status == 201, f"a token: {status} {raw[:200]!r}")
        return {"Authorization": "Bearer " + json.loads(raw)["token"]}

    weak, narrow, full = token(chief, name="weak", role="viewer"), token(chief, name="narrow", role="admin", client="bakery"), token(people["admin"], name="full", role="admin")
    for route in routes:
        got = verdict(route.probe(weak))
        tell(got == ("in" if allowed(route, "viewer", False) or route.least == "none" else "no"), f"{route.words} with a viewer's token: {got}")
        got = verdict(route.probe(narrow))
        if route.is_of_client:
            wanted = "no client"
        elif route.is_signed:
            wanted = "in"
        else:
            wanted = "no" if route.least == "server-admin" else "in"
        tell(got == wanted, f"{route.words} with a token of another client: {got}")
        got = verdict(route.probe(full))
        tell(got == ("in" if allowed(route, "admin", False) or route.least == "none" else "no"), f"{route.words} with an admin's token: {got}")
        got = verdict(route.probe({"Authorization": "Bearer bw_" + "x" * 49}))
        tell(got == ("in" if route.is_signed else "who?"), f"{route.words} with a token that is none: {got}")
    for method, path, body in (("post", "/tokens", {"name": "more", "role": "admin"}), ("delete", "/tokens/1", None), ("patch", "/session", {"theme": "dark"}),
                               ("delete", "/session", None), ("post", "/session/password", {"current": PASSWORD, "password": "another good one"})):
        for name, who in (("weak", weak), ("full", full)):
            status, _, raw = send(who, method, path, body=body)
            tell(status == 403, f"{method.upper()} {path} with the {name} token: {status} {raw[:120]!r}")
    at = section("tokens may no more than they say, and nothing about their member", at)

    # ---- requests that other sites make a browser send ----
    admin = people["admin"]
    cookie = {"Cookie": admin["Cookie"]}
    forged = {
        "no header of ours": cookie | {"Origin": BASE},
        "no origin": cookie | {"X-Bellwether": "1"},
        "another origin": cookie | {"Origin": "http://elsewhere.example", "X-Bellwether": "1"},
        "another port": cookie | {"Origin": "http://127.0.0.1:1", "X-Bellwether": "1"},
        "an origin that ends like ours": cookie | {"Origin": "http://x" + HOST, "X-Bellwether": "1"},
        "a null origin": cookie | {"Origin": "null", "X-Bellwether": "1"},
        "a browser that says cross-site": cookie | {"Origin": BASE, "Sec-Fetch-Site": "cross-site", "X-Bellwether": "1"},
        "a browser that says same-site": cookie | {"Origin": BASE, "Sec-Fetch-Site": "same-site", "X-Bellwether": "1"},
        "a form": cookie | {"Origin": "http://elsewhere.example", "Content-Type": "application/x-www-form-urlencoded"},
        "a form as text": cookie | {"Origin": "http://elsewhere.example", "Content-Type": "text/plain"},
    }
    for route in routes:
        if route.method not in UNSAFE or route.is_signed:
            continue
        for words, headers in forged.items():
            got = verdict(route.probe(None, headers=headers))
            tell(got == "no", f"{route.words} with {words}: {got}")
        if route.operation.get("requestBody"):
            # In their own name and to a place that is not there: the type of the body alone is wrong.
            who = chief | {"Content-Type": "application/x-www-form-urlencoded"}
            status, _, raw = ask(route.method, route.at(999999), [("client", "harbour")] if route.is_of_client else [], "name=x", who)
            tell(status in (400, 415), f"{route.words} with the body of a form: {status} {raw[:120]!r}")
    at = section("what another site can make a browser send is refused", at)

    # ---- one client and its neighbour ----
    made = 0
    for route in routes:
        if route.method == "post" and route.is_of_client and route.path not in ("/posts",) and body_of(route) is not None:
            status, _, _ = send(people["admin"], "post", route.at(1), query_of(route, "harbour"), body_of(route))
            made += status in (200, 201)
    for name in ("views", "topics"):
        body = {"name": MARKER, "state": "q=" + MARKER} if name == "views" else {"name": MARKER, "query": MARKER, "purpose": MARKER}
        made += send(people["admin"], "post", "/" + name, [("client", "harbour")], body)[0] == 201
    tell(made >= 12, f"harbour holds something: {made} things were made")
    places = [1, 2, MARKER]
    before = all_of(routes, people["admin"], "harbour", places)
    holding = [path for path, (status, raw) in before.items() if status == 200 and MARKER.encode() in raw]
    tell(len(holding) >= 10, f"the marker is seen in harbour: {holding}")
    posts = json.loads(send(people["admin"], "get", "/posts", [("client", "harbour"), ("q", MARKER)])[2])["posts"]
    places += [posts[0]["id"]]
    for path, (status, raw) in all_of(routes, neighbour, "bakery", places).items():
        # An error may repeat the question, which holds the marker; an answer may repeat it where it says what it was asked.
        found = [line for line in raw.decode("utf-8", "replace").splitlines() if MARKER in line] if status == 200 else []
        leaks = [post["text"] for post in posts if post["text"].encode() in raw] or [line for line in found if '"' + MARKER + " is for harbour" in line]
        tell(not leaks, f"GET {path} of bakery tells of harbour: {leaks[:1]}")
        if "{" not in path and status == 200 and path in ("/topics", "/views", "/lists"):
            tell(not found, f"GET {path} of bakery tells of harbour: {found[:1]}")
    for route in routes:
        if route.method in UNSAFE and route.is_of_client and route.path != "/posts":
            for place in places if "{" in route.path else [1]:
                for client in ("harbour", "bakery"):
                    status, _, raw = send(neighbour, route.method, route.at(place), query_of(route, client), body_of(route))
                    tell(status < 500, f"{route.words} as a neighbour: {status} {raw[:200]!r}")
                    tell(client == "bakery" or status == 404, f"{route.words} of harbour as a neighbour: {status}")
    after = all_of(routes, people["admin"], "harbour", [1, 2, MARKER])
    for path, (status, raw) in before.items():
        now = after[path]
        is_same = now == (status, raw) or (status >= 400 and now[0] == status) or path.startswith(("/stats", "/trends", "/audit", "/sources"))
        tell(is_same, f"GET {path} of harbour is as it was: {raw[:160]!r} then {now[1][:160]!r}")
    at = section(f"what harbour holds ({made} things, {len(holding)} answers) its neighbour neither sees nor changes", at)

    # ---- what the rows cannot say ----
    status, _, raw = send(people["admin"], "put", "/members/1/role", [("client", "harbour")], {"role": "viewer"})
    tell(status == 404, f"an admin of a client cannot leaf through all members: {status} {raw[:120]!r}")
    status, _, raw = send(people["viewer"], "post", "/tokens", body={"name": "x", "role": "admin", "client": "bakery"})
    tell(status == 404 and b"there is no client" in raw, f"a token for a client of others: {status} {raw[:120]!r}")
    climbing = token(people["viewer"], name="climbing", role="admin")
    status, _, _ = send(climbing, "get", "/audit", [("client", "harbour")])
    tell(status == 403, f"a viewer's token for an admin is a viewer's: {status}")
    mine = json.loads(send(people["viewer"], "get", "/tokens")[2])["tokens"]
    theirs = json.loads(send(people["admin"], "get", "/tokens")[2])["tokens"]
    tell({t["id"] for t in mine}.isdisjoint({t["id"] for t in theirs}) and mine and theirs, "tokens are seen by their own members")
    status, _, _ = send(people["viewer"], "delete", f"/tokens/{theirs[0]['id']}")
    tell(status == 404, f"and ended by them alone: {status}")
    status, _, raw = send(chief, "patch", "/members/1", body={"is_disabled": True})
    tell(status == 409, f"the last server admin stays: {status} {raw[:120]!r}")
    at = section("nobody climbs", at)

    # ---- keys in addresses ----
    status, _, raw = send(people["admin"], "post", "/alerts/feeds", [("client", "harbour")])
    path = json.loads(raw)["path"].split("/api/v1")[1]
    feed, key = path.split("?")[0], dict(urllib.parse.parse_qsl(path.split("?")[1]))["token"]
    answers = {words: ask("get", feed, query) for words, query in (
        ("its key", [("client", "harbour"), ("token", key)]), ("no key", [("client", "harbour"), ("token", "")]),
        ("a key cut short", [("client", "harbour"), ("token", key[:-1])]), ("the key of another client", [("client", "bakery"), ("token", key)]),
        ("a key for no client", [("client", "no-such-client"), ("token", key)]))}
    for words, (status, _, raw) in answers.items():
        tell(status == (200 if words == "its key" else 401), f"GET {feed} with {words}: {status} {raw[:120]!r}")
    details = {json.loads(raw)["detail"] for status, _, raw in answers.values() if status == 401}
    tell(len(details) == 1, f"a wrong key tells nothing about the client: {details}")
    at = section("an address with a key of its own opens with it alone", at)

    # ---- sessions end ----
    second = sign_in("learner")
    status, headers, _ = send(people["learner"], "post", "/session/password", body={"current": "not the password", "password": "another good one"})
    tell(status == 422, f"a wrong current password: {status}")
    status, headers, _ = send(people["learner"], "post", "/session/password", body={"current": PASSWORD, "password": "another good one"})
    tell(status == 200, f"a new password: {status}")
    third = {**OURS, "Cookie": (headers["Set-Cookie"] or "").split(";")[0]}
    for words, who, wanted in (("old", people["learner"], 401), ("other", second, 401), ("new", third, 200)):
        got = send(who, "get", "/session")[0]
        tell(got == wanted, f"the {words} session after a new password: {got}")
    status, headers, _ = send(third, "delete", "/session")
    tell(status == 204 and "Max-Age=0" in headers["Set-Cookie"], f"signing out: {status}")
    tell(send(third, "get", "/session")[0] == 401, "a session that was signed out")
    id_of = {m["name"]: m["id"] for m in json.loads(send(chief, "get", "/members")[2])["members"]}
    status, _, raw = send(chief, "post", f"/members/{id_of['learner']}/link")
    link = json.loads(raw)["path"].split("#")[1]
    tell(send(OURS, "post", "/session/link/look", body={"link": link})[0] == 200, "a link is looked at")
    tell(send(OURS, "post", "/session/link/look", body={"link": link})[0] == 200, "and again")
    status, headers, raw = send(OURS, "post", "/session/link", body={"link": link})
    tell(status == 200 and json.loads(raw)["member"]["name"] == "learner", f"and used: {status}")
    linked = {**OURS, "Cookie": headers["Set-Cookie"].split(";")[0]}
    tell(send(OURS, "post", "/session/link", body={"link": link})[0] == 401, "once")
    tell(send(linked, "get", "/session")[0] == 200, "its session")
    tell(send(chief, "patch", f"/members/{id_of['learner']}", body={"is_disabled": True})[0] == 200, "a member is disabled")
    tell(send(linked, "get", "/session")[0] == 401, "and is out at once")
    statuses = [send(OURS, "post", "/session", body={"name": "viewer", "password": f"wrong guess {i}"})[0] for i in range(9)]
    tell(statuses[:5] == [401] * 5 and set(statuses[5:]) == {429}, f"guessing is slowed down: {statuses}")
    tell(send(OURS, "post", "/session", body={"name": "viewer", "password": PASSWORD})[0] == 429, "a right guess does not help then")
    tell(send(people["viewer"], "get", "/session")[0] == 200, "who is in stays in")
    at = section("sessions and links end when they should", at)

    print(f"{checks} checks over {len(routes)} routes, {failures} failed")
    sys.exit(1 if failures else 0)


main()
