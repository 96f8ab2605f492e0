#!/usr/bin/env python3
"""A driver of the conformance kit whose platform is a folder: files that grow, are rotated, renamed and cut back, tables and packed files that appear."""
import csv
import datetime
import gzip
import io
import json
import os
import pathlib
import random
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import kit_driver  # noqa: E402

folder = tempfile.TemporaryDirectory(prefix="bellwether-folder-")
here = pathlib.Path(folder.name)
chance = random.Random(int(os.environ.get("SEED", "1")))
posts, files = [], 0


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(number, text=None):
    return json.dumps({"id": f"harbour:{number}", "platform": "harbour", "at": now(), "author": {"handle": f"user{number % 9}"}, "text": text or f"post {number}"}) + "\n"


def put(name, data):
    (here / (name + ".tmp")).write_bytes(data)
    (here / (name + ".tmp")).rename(here / name)


def table(numbers):
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["id", "platform", "at", "author", "text"])
    rows.writerows([[n, "harbour", now(), f"user{n % 9}", f'post {n}, "quoted"\nand more'] for n in numbers])
    return out.getvalue().encode()


def post(ask):
    """Mostly lines in a file that grows; now and then it is rotated, a last line comes in two halves, or another kind of file appears."""
    global files
    numbers = list(range(len(posts) + 1, len(posts) + 1 + ask["count"]))
    posts.extend(numbers)
    what, files = chance.choice(["grow", "grow", "rotate", "halves", "table", "gzip", "array", "noise"]), files + 1
    if what == "table":
        put(f"export{files}.csv", table(numbers))
    elif what == "gzip":
        put(f"packed{files}.jsonl.gz", gzip.compress("".join(map(line, numbers)).encode()))
    elif what == "array":
        put(f"array{files}.json", ("[" + ",\n".join(line(n).strip() for n in numbers) + "]").encode())
    else:
        current = here / "current.jsonl"
        if what == "rotate" and current.exists():
            current.rename(here / f"current.{files}.jsonl")
        if what == "noise":
            put(f"notes{files}.txt", b"not a post\n\xff\xfe\n")
        with open(current, "a", encoding="utf-8") as file:
            for number in numbers:
                text = line(number)
                if what == "halves":
                    file.write(text[:20])
                    file.flush()
                    text = text[20:]
                file.write(text)
    return {"ids": [f"harbour:{n}" for n in numbers]}


def edit(ask):
    with open(here / "edits.jsonl", "a", encoding="utf-8") as file:
        file.write(line(int(ask["id"].removeprefix("harbour:")), ask["text"]))


kit_driver.serve({
    "begin": lambda ask: {"config": {"path": folder.name, "settle_s": 1, "poll_s": 1}, "mode": "poll"},
    "post": post, "edit": edit,
    "list": lambda ask: {"ids": [f"harbour:{n}" for n in posts]},
})
