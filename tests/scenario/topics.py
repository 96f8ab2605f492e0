#!/usr/bin/env python3
"""Two people and a topic, over the API of a running server: versions, conflicts, previews, lists, views, samples, labels, and what they
come to. Every answer is held to the schema that the server's own document gives for it.

usage: topics.py BASE ADA_TOKEN BEN_TOKEN VIEWER_TOKEN LEARNER_TOKEN

The client default holds posts about a ferry (make_posts.py) and those that topics.sh adds: "kettle" in 60 posts, 40 of them about tea and
20 about bands, "teapot" in 30 posts about tea.
"""
import json
import math
import sys
import urllib.error
import urllib.parse
import urllib.request

try:
    import jsonschema
except ImportError:
    jsonschema = None
    print("skip - no python3-jsonschema here: answers are not held to their schemas")

BASE = sys.argv[1]
TOKENS = dict(zip(("ada", "ben", "viewer", "learner"), sys.argv[2:6]))
failures = 0
document = None


def tell(is_fine, words):
    global failures
    failures += not is_fine
    print(f"{'ok' if is_fine else 'not ok'} - {words}")


def equal(words, got, wanted):
    tell(got == wanted, words if got == wanted else f"{words}: got {got!r}, wanted {wanted!r}")


def schema_of(method, path, status):
    steps = path.split("/")
    for template, operations in document["paths"].items():
        parts = template.split("/")
        if len(parts) == len(steps) and method.lower() in operations and all(
                a == b or (a == "{id}" and b.isdigit()) or a == "{name}" for a, b in zip(parts, steps)):
            if "{id}" not in parts or "{id}" in parts and steps[parts.index("{id}")].isdigit():
                answer = operations[method.lower()]["responses"].get(str(status), {})
                return answer.get("content", {}).get("application/json", {}).get("schema")
    return None


def call(who, method, path, body=None, wanted=200, **query):
    url = f"{BASE}/api/v1{path}?{urllib.parse.urlencode({**({} if path == '/openapi.json' else {'client': 'default'}), **query})}"
    headers = {"Authorization": f"Bearer {TOKENS[who]}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode(), headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    data = json.loads(raw) if raw else None
    if status != wanted:
        tell(False, f"{method} {path} as {who}: {status} instead of {wanted}: {data}")
    elif document and status < 300 and data is not None and jsonschema:
        schema = schema_of(method, path, status)
        if not schema:
            tell(False, f"{method} {path}: no schema for {status}")
        else:
            try:
                jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver("", document)).validate(data)
            except jsonschema.ValidationError as error:
                tell(False, f"{method} {path}: the answer is not what the document says: {error.message}")
    return data


def versions_and_conflicts():
    topic = call("ada", "POST", "/topics", {"name": "Tea", "purpose": "Making tea", "query": "kettle", "tags": ["tea", "Tea", "kitchen"]}, 201)
    equal("a topic is made", (topic["version"], topic["owner"]["name"], topic["tags"]), (1, "ada", ["tea", "kitchen"]))
    bare = call("ada", "POST", "/topics", {"name": "Bare", "query": "zzz"}, 201)
    equal("what is not said is empty", (bare["purpose"], bare["tags"]), ("", []))
    call("ada", "POST", f"/topics/{bare['id']}/archive", {"version": 1, "is_archived": True})
    call("ben", "POST", "/topics", {"name": " TEA ", "query": "x"}, 409)
    problem = call("ada", "POST", "/topics", {"name": "Broken", "query": "kettle AND ("}, 422)
    equal("a query that does not parse is drawn", "^" in problem["hint"], True)
    at = f"/topics/{topic['id']}"
    preview = call("viewer", "POST", at + "/preview", {"query": "kettle OR teapot"})
    equal("a preview counts", (preview["kept"], preview["won"]["count"], preview["lost"]["count"], len(preview["won"]["posts"])), (60, 30, 0, 20))
    call("viewer", "POST", at + "/preview", {"query": "(("}, 422)
    equal("a preview of a new topic", call("ada", "POST", "/topics/preview", {"query": "teapot"})["mentions"], 30)
    costly = call("ada", "POST", at + "/preview", {"query": "a* OR kettle"})
    tell(len(costly["remarks"]) > 0, "a preview has the linter's remarks")
    edited = call("ben", "PATCH", at, {"version": 1, "query": "kettle OR teapot", "note": "pots too"})
    equal("an edit is a version", (edited["version"], edited["owner"]["name"]), (2, "ada"))
    problem = call("ada", "PATCH", at, {"version": 1, "query": "samovar"}, 409)
    tell("by ben" in problem["detail"] and "kettle OR teapot" in problem["hint"], "a stale edit is told whose version is in the way")
    back = call("ada", "POST", at + "/revert", {"version": 2, "to": 1})
    equal("a version is taken back by another", (back["version"], back["query"]), (3, "kettle"))
    rows = call("viewer", "GET", at + "/versions")["versions"]
    equal("three versions, newest first", [(row["number"], row["back_to"], row["won"]["count"], row["lost"]["count"]) for row in rows],
          [(3, 1, 0, 30), (2, None, 30, 0), (1, None, 60, 0)])
    page = call("viewer", "GET", at + "/versions", limit=2)
    equal("versions come in pages", (len(page["versions"]), page["next"]), (2, 2))
    archived = call("ada", "POST", at + "/archive", {"version": 3, "is_archived": True})
    equal("archived topics are out of sight", (archived["is_archived"], call("viewer", "GET", "/topics")["topics"]), (True, []))
    call("ada", "POST", at + "/archive", {"version": 3, "is_archived": False})
    call("ben", "PATCH", at, {"version": 3, "takes_over": True, "note": "mine now"})
    row = call("viewer", "GET", "/topics", figures="true")["topics"][0]
    equal("the list has figures", (row["owner"]["name"], row["mentions"], sum(row["daily"]["counts"]), row["precision"]), ("ben", 60, 60, None))
    for method, path, body in (("POST", "/topics", {"name": "x", "query": "x"}), ("PATCH", at, {"version": 4}), ("POST", at + "/samples", {"kind": "matches"})):
        call("viewer", method, path, body, 403)
    call("ada", "GET", "/topics/99999", wanted=404)
    call("ada", "PATCH", at, {"query": "x"}, 422)
    return at


def lists_and_views(at):
    call("ada", "PUT", "/lists/vessels", {"text": "kettle\ntea pot"})
    equal("a list works in any query", call("viewer", "GET", "/count", q="list:vessels")["count"], 60)
    call("ada", "PUT", "/lists/vessels", {"text": "kettle"}, 409)
    call("ada", "PUT", "/lists/vessels", {"text": "list:vessels OR x", "version": 1}, 422)
    call("ada", "PUT", "/lists/vessels", {"text": "kettle OR (", "version": 1}, 422)
    call("ada", "PUT", "/lists/no%20name", {"text": "x"}, 422)
    topic = call("ada", "POST", "/topics", {"name": "Vessels", "query": "list:vessels"}, 201)
    problem = call("ada", "DELETE", "/lists/vessels", wanted=409)
    tell("topic Vessels" in problem["detail"], "a list that is used stays")
    equal("who uses it", call("viewer", "GET", "/lists/vessels")["used_by"], ["topic Vessels"])
    call("ada", "PATCH", f"/topics/{topic['id']}", {"version": 1, "query": "kettle"})
    call("learner", "DELETE", "/lists/vessels", wanted=403)
    call("ada", "DELETE", "/lists/vessels", wanted=204)
    equal("gone", call("viewer", "GET", "/lists")["lists"], [])
    call("ada", "POST", f"/topics/{topic['id']}/archive", {"version": 2, "is_archived": True})

    view = call("learner", "POST", "/views", {"name": "Tea by hour", "state": "q=kettle&by=1h"}, 201)
    call("learner", "POST", "/views", {"name": "Tea by hour", "state": ""}, 409)
    call("ben", "PATCH", f"/views/{view['id']}", {"version": 1, "name": "Mine"}, 403)
    view = call("learner", "PATCH", f"/views/{view['id']}", {"version": 1, "has_time": True})
    equal("a view is changed", (view["version"], view["has_time"], view["state"]), (2, True, "q=kettle&by=1h"))
    equal("everybody sees it", [row["owner"]["name"] for row in call("viewer", "GET", "/views")["views"]], ["learner"])
    call("viewer", "POST", "/views", {"name": "x", "state": ""}, 403)
    call("learner", "DELETE", f"/views/{view['id']}", wanted=204)


def samples_and_labels(at):
    first = call("ada", "POST", at + "/samples", {"kind": "matches", "size": 40}, 201)
    equal("a sample of matches", (first["population"], first["matches"]), (60, 60))
    equal("two people get the same one", call("ben", "POST", at + "/samples", {"kind": "matches"}, 201)["id"], first["id"])
    drawn = call("ada", "GET", at + "/samples/matches")
    again = call("ben", "GET", at + "/samples/matches")
    equal("in the same order, also when asked again", [post["id"] for post in drawn["posts"]], [post["id"] for post in again["posts"]])
    equal("forty different posts", len({post["id"] for post in drawn["posts"]}), 40)
    tell(not any({"metrics", "followers", "likes"} & set(post) for post in drawn["posts"]), "without figures that would sway")
    call("ada", "POST", at + "/samples", {"kind": "far"}, 422)
    call("ada", "GET", at + "/samples/far", wanted=422)
    call("ada", "PUT", at + "/labels", {"post": "toot:none", "label": "not"}, 404)
    call("ada", "PUT", at + "/labels", {"post": drawn["posts"][0]["id"], "label": "perhaps"}, 422)

    state = call("viewer", "GET", at + "/craft")
    equal("nothing is measured before", (state["precision"], state["recall"], state["people"]), (None, None, []))
    tea = [post for post in drawn["posts"] if "band" not in post["text"]]
    for post in drawn["posts"][:15]:
        call("ada", "PUT", at + "/labels", {"post": post["id"], "label": "relevant" if post in tea else "not"})
    equal("nor with fifteen labels", call("viewer", "GET", at + "/craft")["precision"], None)
    for post in drawn["posts"][15:39]:
        call("ada", "PUT", at + "/labels", {"post": post["id"], "label": "relevant" if post in tea else "not"})
    last = drawn["posts"][39]["id"]
    call("ada", "PUT", at + "/labels", {"post": last, "label": "unsure"})
    equal("Ben does not see Ada's labels", {post["label"] for post in call("ben", "GET", at + "/samples/matches")["posts"]}, {""})
    relevant = sum(post in tea for post in drawn["posts"][:39])
    state = call("viewer", "GET", at + "/craft")
    precision = state["precision"]
    equal("precision is what was labelled, unsure left out", (precision["k"], precision["n"], state["matches"]["unsure"]), (relevant, 39, 1))
    p, n, z = relevant / 39, 39, 1.959963984540054
    middle, half = (p + z * z / (2 * n)) / (1 + z * z / n), z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    tell(abs(precision["low"] - (middle - half)) < 1e-4 and abs(precision["high"] - (middle + half)) < 1e-4, "with Wilson's interval")

    for i, post in enumerate(drawn["posts"][:20]): # Ben thinks otherwise about two
        label = "relevant" if post in tea else "not"
        call("ben", "PUT", at + "/labels", {"post": post["id"], "label": {"relevant": "not", "not": "relevant"}[label] if i < 2 else label})
    state = call("viewer", "GET", at + "/craft")
    pair = state["agreement"][0]
    equal("two people are compared", (pair["both"], pair["same"], pair["raw"], state["matches"]["split"]), (20, 18, 0.9, 2))
    tell(0 < pair["kappa"] < 0.9, f"kappa is less than raw agreement: {pair['kappa']}")
    undone = call("ben", "PUT", at + "/labels", {"post": drawn["posts"][0]["id"], "label": ""})
    tell(undone["before"] in ("relevant", "not"), "a label taken back says what it was")

    near = call("ada", "POST", at + "/samples", {"kind": "near", "size": 100}, 201)
    misses = call("ada", "GET", at + "/samples/near")["posts"]
    tell(near["population"] >= 30 and all("kettle" not in post["text"].lower().split() for post in misses), f"{near['population']} near misses, none of which matches")
    tell(sum("teapot" in post["text"] for post in misses) == 30, "the teapots are among them")
    for post in misses:
        call("ada", "PUT", at + "/labels", {"post": post["id"], "label": "relevant" if "teapot" in post["text"] else "not"})
    recall = call("viewer", "GET", at + "/craft")["recall"]
    wanted = 60 * precision["value"] / (60 * precision["value"] + 30)
    tell(recall and abs(recall["value"] - wanted) < 0.05 and recall["low"] < recall["value"] < recall["high"], f"recall is {recall}, about {wanted:.2f}")

    clauses = call("viewer", "GET", at + "/clauses")
    equal("one clause has nothing to take apart", clauses["clauses"], [])
    suggested = call("viewer", "GET", at + "/suggestions")
    add, exclude = [row["term"] for row in suggested["add"]], [row["term"] for row in suggested["exclude"]]
    tell("teapot" in add and "band" in exclude, f"teapot is to be added, band to be excluded: {add[:5]}, {exclude[:5]}")
    row = next(row for row in suggested["add"] if row["term"] == "teapot")
    equal("with its evidence", (row["gains"], row["precision"]["k"], row["precision"]["n"], row["query"]), (30, 30, 30, "kettle OR teapot"))
    better = next(row for row in suggested["exclude"] if row["term"] == "band")["query"]
    equal("what is suggested can be tried", call("ada", "POST", at + "/preview", {"query": better})["lost"]["count"], 20)

    topic = call("ada", "GET", at)
    call("ada", "PATCH", at, {"version": topic["version"], "query": "(kettle OR teapot OR zzz) NOT band", "note": "by the labels"})
    clauses = {row["text"]: row for row in call("viewer", "GET", at + "/clauses")["clauses"]}
    equal("what each clause does", [(name, clauses[name]["kind"], clauses[name]["own"]) for name in ("kettle", "teapot", "zzz", "NOT band")],
          [("kettle", "adds", 40), ("teapot", "adds", 30), ("zzz", "adds", 0), ("NOT band", "excludes", 20)])
    tell(clauses["teapot"]["precision"]["value"] == 1 and clauses["NOT band"]["precision"]["value"] == 0, "and how good its own posts are")
    state = call("viewer", "GET", at + "/craft")
    equal("labels of an older version say so", (state["version"], state["matches"]["version"]), (topic["version"] + 1, topic["version"]))
    newer = call("ada", "POST", at + "/samples", {"kind": "matches"}, 201)
    equal("a new version has a sample of its own", (newer["version"], newer["population"]), (topic["version"] + 1, 70))
    drawn = call("ada", "GET", at + "/samples/matches")["posts"]
    tell(any(post["label"] for post in drawn), "labels belong to the topic: posts that were labelled need no second look")


def main():
    global document
    document = call("ada", "GET", "/openapi.json")
    at = versions_and_conflicts()
    lists_and_views(at)
    samples_and_labels(at)
    sys.exit(failures > 0)


main()
