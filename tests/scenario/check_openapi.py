#!/usr/bin/env python3
"""Asks every GET route of a running server that needs no more than a query, and holds each answer to its OpenAPI schema.

usage: check_openapi.py BASE TOKEN CLIENT POST_ID

Routes with an {id} or {name} are asked for things that this script made through the API itself; what cannot be asked is printed as a
line of its own, so that it is seen.
"""
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

try:
    import jsonschema
except ImportError:
    print("skip - no python3-jsonschema here")
    sys.exit(77)

BASE, TOKEN, CLIENT, POST_ID = sys.argv[1:5]
VALUES = {"q": "ferry", "of": "ferry", "id": POST_ID, "field": "author", "month": "2026-03"}
failures = 0


def ask(method, path, query=(), body=None):
    url = f"{BASE}/api/v1{path}?{urllib.parse.urlencode(query)}"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body).encode()
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def tell(is_fine, words):
    global failures
    failures += not is_fine
    print(f"{'ok' if is_fine else 'not ok'} - {words}")


def main():
    status, _, raw = ask("GET", "/openapi.json")
    document = json.loads(raw)
    tell(status == 200 and document["openapi"] == "3.1.0", "the document is OpenAPI 3.1")
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    tell(len(ids) == len(set(ids)), f"{len(ids)} operations, each with an id of its own")
    wordless = [o["operationId"] for p in document["paths"].values() for o in p.values()
                if not o["summary"] or any(not q["description"] for q in o["parameters"])]
    tell(not wordless, f"every route and parameter has words {wordless or ''}")

    resolver = jsonschema.RefResolver("", document)
    asked = 0
    for path, operations in sorted(document["paths"].items()):
        for method, operation in sorted(operations.items()):
            for code, response in operation["responses"].items():
                for schema in (c.get("schema") for c in response.get("content", {}).values()):
                    if schema:
                        jsonschema.Draft202012Validator.check_schema(schema)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                jsonschema.Draft202012Validator.check_schema(content["schema"])
            if method != "get" or "{" in path or path == "/events":
                continue
            success = operation["responses"].get("200", {})
            schema = success.get("content", {}).get("application/json", {}).get("schema")
            query = []
            is_askable = True
            for parameter in operation["parameters"]:
                if parameter["name"] == "client":
                    query.append(("client", CLIENT))
                elif parameter["required"]:
                    is_askable = is_askable and parameter["name"] in VALUES
                    query.append((parameter["name"], VALUES.get(parameter["name"], "")))
            if not is_askable or not schema:
                print(f"  not asked: {method} {path}")
                continue
            status, headers, raw = ask("GET", path, query)
            words = f"GET {path} is what its schema says"
            if status != 200:
                tell(False, f"{words}: {status} {raw[:300]!r}")
                continue
            problems = sorted(jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(json.loads(raw)), key=str)
            tell(not problems, words + (f": {problems[0].message[:300]} at {list(problems[0].path)}" if problems else ""))
            asked += 1
            status, headers, raw = ask("GET", path, query + [("no_such", "1")])
            problem = json.loads(raw)
            tell(status == 400 and headers["Content-Type"] == "application/problem+json" and "no_such" in problem["detail"],
                 f"GET {path} names an unknown parameter")
    tell(asked >= 10, f"{asked} routes were asked")
    sys.exit(1 if failures else 0)


main()
