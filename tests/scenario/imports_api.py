"""Imports through the server, as the page does them: imports_api.py BASE TOKEN FOLDER DATA"""
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

base, token, folder, data = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
failed = 0


def tell(is_fine, words, more=""):
    global failed
    print(f"{'ok' if is_fine else 'not ok'} - {words}{'' if is_fine else f': {more}'}")
    failed += not is_fine


def equal(words, got, wanted):
    tell(got == wanted, words, f"got {got!r}, wanted {wanted!r}")


def ask(method, path, body=None, raw=None):
    request = urllib.request.Request(f"{base}/api/v1{path}{'&' if '?' in path else '?'}client=default", method=method,
                                     data=raw if raw is not None else json.dumps(body).encode() if body is not None else None)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/octet-stream" if raw is not None else "application/json")
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text and answer.headers["Content-Type"].split(";")[0] == "application/json" else text
    except urllib.error.HTTPError as problem:
        return problem.code, json.loads(problem.read() or b"{}")


def bring(name, raw, part=1 << 20):
    status, made = ask("POST", "/imports", {"name": name, "size_bytes": len(raw)})
    assert status == 201, made
    for at in range(0, len(raw), part):
        status, made = ask("PUT", f"/imports/{made['id']}/file?offset={at}", raw=raw[at:at + part])
        assert status == 200, made
    return made


def run(id, body=None, seconds=60):
    status, made = ask("POST", f"/imports/{id}/run", body or {})
    if status != 200:
        return status, made
    until = time.monotonic() + seconds
    while made["state"] == "running" and time.monotonic() < until:
        time.sleep(0.05)
        made = ask("GET", f"/imports/{id}")[1]
    return status, made


# ---- parts ----
raw = (folder / "brandwatch.csv").read_bytes()
status, made = ask("POST", "/imports", {"name": "brandwatch.csv", "size_bytes": len(raw)})
assert status == 201, made
equal("a file is announced", (status, made["state"], made["received_bytes"]), (201, "coming", 0))
id = made["id"]
equal("a look needs bytes", ask("POST", f"/imports/{id}/look", {})[0], 409)
equal("the first part", ask("PUT", f"/imports/{id}/file?offset=0", raw=raw[:5000])[1].get("received_bytes"), 5000)
equal("the same part again changes nothing", ask("PUT", f"/imports/{id}/file?offset=0", raw=raw[:5000])[1].get("received_bytes"), 5000)
equal("one that overlaps adds what is new", ask("PUT", f"/imports/{id}/file?offset=4000", raw=raw[4000:9000])[1].get("received_bytes"), 9000)
status, problem = ask("PUT", f"/imports/{id}/file?offset=20000", raw=raw[20000:21000])
tell(status == 409 and "9000" in problem["detail"], "one behind a hole is told where to go on", problem)
equal("more than was announced", ask("PUT", f"/imports/{id}/file?offset=9000", raw=raw[9000:] + b"x")[0], 413)
equal("a part over 8 MiB", ask("PUT", f"/imports/{id}/file?offset=0", raw=b"x" * ((8 << 20) + 1))[0], 413)
equal("it cannot run yet", ask("POST", f"/imports/{id}/run", {})[0], 409)
equal("the rest", ask("PUT", f"/imports/{id}/file?offset=9000", raw=raw[9000:])[1].get("state"), "ready")
equal("no more parts then", ask("PUT", f"/imports/{id}/file?offset=0", raw=b"x")[0], 409)
equal("a file too large", ask("POST", "/imports", {"name": "x", "size_bytes": 1 << 40})[0], 413)

# ---- a look ----
status, look = ask("POST", f"/imports/{id}/look", {})
equal("it is recognised", (status, look["is_readable"], look["kind"], look["tool"]["name"], look["query"]), (200, True, "table", "brandwatch", "Ferries"))
equal("its zone is the tool's rule", look["zone"], {"name": "UTC", "said_by": "tool"})
fields = {h["name"]: h["field"] for h in look["headers"]}
equal("columns say what they are", (fields["Full Text"], fields["Date"], fields["Author"], fields["Reach"]), ("text", "at", "author", None))
tell(look["headers"][1]["samples"] == ["Ferries"] * 3 and len(look["posts"]) == 20 and look["posts"][0]["id"].startswith("twitter:"), "with samples and posts", look["posts"][:1])
tell("real export" in look["tool"]["evidence"] and "Reach" in look["tool"]["left_out"], "it says what it rests on and what it leaves out", look["tool"])
equal("nothing was done", ask("GET", "/count?q=")[1]["count"], 0)

# ---- the run ----
status, done = run(id)
equal("it is run", (status, done["state"], done["counts"]["read"], done["counts"]["new"], done["counts"]["rejected"], done["found"]), (200, "done", 200, 200, 0, "Brandwatch"))
equal("the posts are there", ask("GET", "/count?q=")[1]["count"], 200)
tell(done["first_at"] == "2026-03-01T00:00:00Z" and done["last_at"] > done["first_at"], "it says from when to when", done["first_at"])
tell(not (data / "clients/default/intake" / str(id)).exists(), "the file is gone")
finders = ask("GET", "/finders")[1].get("finders", [])
tell(any(f["label"] == "import:brandwatch" and f["posts"] == 200 for f in finders), "its finds are noted", finders)
equal("it is not run twice", ask("POST", f"/imports/{id}/run", {})[0], 409)

# ---- a second tool ----
meltwater = bring("meltwater.csv", (folder / "meltwater.csv").read_bytes())
look = ask("POST", f"/imports/{meltwater['id']}/look", {})[1]
equal("nobody says the zone", (look["tool"]["name"], look["encoding"], look["zone"]), ("meltwater", "UTF-16", {"name": "UTC", "said_by": "nobody"}))
tell(any("zone" in d["words"] for d in look["doubts"]), "and that is told", look["doubts"])
equal("a zone that is none", ask("POST", f"/imports/{meltwater['id']}/look", {"zone": "Mars"})[0], 422)
status, done = run(meltwater["id"], {"zone": "America/New_York", "label": "Meltwater trial"})
equal("the same posts add nothing", (done["state"], done["counts"]["new"], done["counts"]["edited"]), ("done", 0, 0))

# ---- a table that nobody knows ----
odd = "Gepostet;Wörter;Wer;Wo\r\n03/04/2026 10:00;hallo;ann;https://x.com/ann/status/77\r\n04/04/2026;\"zwei\nZeilen\";bob;https://x.com/bob/status/78\r\nbald;x;y;z\r\n"
made = bring("odd.txt", odd.encode())
look = ask("POST", f"/imports/{made['id']}/look", {})[1]
equal("it is asked what its columns are", (look["is_readable"], look["kind"], look["missing"], [h["name"] for h in look["headers"]], look["separator"]),
      (False, "table", ["at", "text"], ["Gepostet", "Wörter", "Wer", "Wo"], ";"))
reading = {"maps": {"at": "Gepostet", "text": "Wörter", "author": "Wer", "url": "Wo"}, "zone": "Europe/Berlin"}
look = ask("POST", f"/imports/{made['id']}/look", reading)[1]
equal("both readings of its dates are shown", (look["is_readable"], look["dates"]),
      (True, {"example": "03/04/2026 10:00", "order": "", "said_by": "nobody", "day_first": "2026-04-03T08:00:00Z", "month_first": "2026-03-04T09:00:00Z"}))
equal("until one is chosen no row is a post", (look["read"], look["rejected"]), (3, 3))
reading["date_order"] = "dmy"
look = ask("POST", f"/imports/{made['id']}/look", reading)[1]
equal("then they are", ([p["id"] for p in look["posts"]], look["rejects"]), (["twitter:77", "twitter:78"], [{"line": 5, "reason": "at: 'bald' is not a time"}]))
equal("a field that there is not", ask("POST", f"/imports/{made['id']}/look", {"maps": {"colour": "Wer"}})[0], 422)
equal("a header that there is not", ask("POST", f"/imports/{made['id']}/look", {"maps": {"at": "Nirgends"}})[1]["is_readable"], False)
status, mapping = ask("POST", "/import-mappings", {"name": "Our forum", "import": made["id"], **reading})
equal("the mapping is kept", (status, mapping["name"], mapping["reading"]["maps"]["text"]), (201, "Our forum", "Wörter"))
status, done = run(made["id"], reading)
equal("it runs", (done["state"], done["counts"]["new"], done["counts"]["rejected"], done["has_rejects"]), ("done", 2, 1, True))
status, rejects = ask("GET", f"/imports/{made['id']}/rejects")
tell(status == 200 and json.loads(rejects)["reason"].startswith("at:"), "what was rejected can be fetched", rejects)
again = bring("again.txt", odd.replace("Gepostet;Wörter", "GEPOSTET;wörter").encode())
look = ask("POST", f"/imports/{again['id']}/look", {})[1]
equal("the next time its headers are enough", (look["mapping"]["name"], look["is_readable"], look["reading"]["date_order"]), ("Our forum", True, "dmy"))
equal("the mapping is listed", [m["name"] for m in ask("GET", "/import-mappings")[1]["mappings"]], ["Our forum"])
equal("and goes", ask("DELETE", f"/import-mappings/{mapping['id']}")[0], 204)
equal("an import is forgotten", (ask("DELETE", f"/imports/{again['id']}")[0], ask("GET", f"/imports/{again['id']}")[0]), (204, 404))
tell(not (data / "clients/default/intake" / str(again["id"])).exists(), "with its file")

# ---- kindly refused ----
book = bring("book.xlsx", b"PK\x03\x04" + b"[Content_Types].xml xl/workbook.xml" + b"\0" * 100)
look = ask("POST", f"/imports/{book['id']}/look", {})[1]
tell(not look["is_readable"] and "CSV" in look["problem"]["hint"], "a spreadsheet is told how to become a table", look["problem"])
status, done = run(book["id"])
tell(done["state"] == "failed" and "spreadsheet" in done["message"], "and fails with words where it is run all the same", done)
junk = bring("junk", bytes(range(256)) * 40)
look = ask("POST", f"/imports/{junk['id']}/look", {})[1]
tell(not look["is_readable"] or look["rejected"] == look["read"], "bytes are no posts", look)
words = ask("GET", "/import-words")[1]
tell(len(words["fields"]) >= 26 and all(f["meaning"] for f in words["fields"]) and {"brandwatch", "x-archive"} <= {t["name"] for t in words["tools"]}, "the screen's words", words)

# ---- long ones: one at a time, and stopped ----
many = bring("many.jsonl", (folder / "many.jsonl").read_bytes(), 4 << 20)
status, made = ask("POST", f"/imports/{many['id']}/run", {})
equal("a long one runs", (status, made["state"]), (200, "running"))
other = bring("tweets.js", (folder / "tweets.js").read_bytes())
status, problem = ask("POST", f"/imports/{other['id']}/run", {"author": "ann"})
for _ in range(100):  # its first word about itself comes with its first batch
    made = ask("GET", f"/imports/{many['id']}")[1]
    if made["state"] != "running" or made["progress"]["bytes_total"]:
        break
    time.sleep(0.02)
if made["state"] == "running":
    equal("no second one beside it", status, 429)
    tell(made["progress"]["bytes_total"] == many["size_bytes"], "its progress is told", made["progress"])
    equal("it cannot be forgotten while it runs", ask("DELETE", f"/imports/{many['id']}")[0], 409)
    equal("it is stopped", ask("POST", f"/imports/{many['id']}/stop")[0], 200)
    until = time.monotonic() + 30
    while made["state"] == "running" and time.monotonic() < until:
        time.sleep(0.05)
        made = ask("GET", f"/imports/{many['id']}")[1]
    tell(made["state"] in ("stopped", "done"), "and ends", made["state"])
    here = ask("GET", "/count?q=platform:toot")[1]["count"]
    equal("what it had taken in is kept", here, made["counts"]["new"])
    if made["state"] == "stopped":
        status, made = run(many["id"])
        equal("run again, it adds the rest", (made["state"], here + made["counts"]["new"]), ("done", made["counts"]["read"]))
else:
    print("ok - (the machine was too fast to stop it)")

sys.exit(failed > 0)
