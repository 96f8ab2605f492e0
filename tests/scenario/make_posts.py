#!/usr/bin/env python3
"""A little harbour's chatter as JSON Lines, the same at every run.

usage: make_posts.py [--posts N] [--days N] [--story] [--threads]
--story plants sixty voices about a crane on pier nine on the last day but one, from 10:00 on.
--threads adds one thread of five posts.
"""
import argparse
import datetime
import json
import random

parser = argparse.ArgumentParser()
parser.add_argument("--posts", type=int, default=2000)
parser.add_argument("--days", type=int, default=14)
parser.add_argument("--story", action="store_true")
parser.add_argument("--threads", action="store_true")
options = parser.parse_args()

chance = random.Random(7)
end = datetime.datetime(2026, 3, 15, tzinfo=datetime.timezone.utc)
start = end - datetime.timedelta(days=options.days)

WHO = ["mara", "tomas", "ines", "bo", "yusuf", "greta", "olu", "hana", "piet", "sal"]
OPENERS = ["honestly", "well", "so", "anyone else", "morning all", "funny how", "still", "again", "finally", "not sure why"]
THINGS = ["the ferry", "my coffee", "the bakery queue", "the tide", "the bus", "the market", "the wind", "the library", "our dog", "the gulls"]
DOINGS = ["was late", "is lovely today", "made me smile", "needs a rest", "smells of bread", "keeps me waiting", "won again", "is too loud",
          "cheered up the quay", "never changes"]
TAILS = ["", " #harbour", " \N{SMILING FACE WITH HEART-SHAPED EYES}", " @tidewicket", " https://town.example/n/%d", "!", " ...", " #monday"]


def post(number, at, author, text, **more):
    return {"id": f"toot:{number}", "platform": "toot", "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "author": {"id": f"u-{author}", "handle": author}, "text": text, "lang": "en", "community": "harbour",
            "metrics": {"likes": number % 17, "reposts": number % 3}, **more}


posts = []
for number in range(options.posts):
    at = start + (end - start) * chance.random()
    tail = chance.choice(TAILS)
    text = f"{chance.choice(OPENERS)} {chance.choice(THINGS)} {chance.choice(DOINGS)}{tail % number if '%d' in tail else tail}"
    posts.append(post(number, at, f"{chance.choice(WHO)}{chance.randrange(400)}", text))
if options.story:
    onset = end - datetime.timedelta(days=2) + datetime.timedelta(hours=10)
    ways = ["the old crane on pier nine just tipped over", "crane down at pier nine, road is shut", "pier nine crane fell, everyone seems fine",
            "can see the crane in the water at pier nine", "what happened to the crane at pier nine?", "pier nine is closed because of the crane"]
    for number in range(60):
        at = onset + datetime.timedelta(minutes=4 * number)
        posts.append(post(900000 + number, at, f"witness{number}", f"{chance.choice(OPENERS)} {ways[number % 6]} {chance.choice(DOINGS)}"))
if options.threads:
    at = end - datetime.timedelta(hours=3)
    posts.append(post(800000, at, "mara", "Does anybody know when the late boat leaves?", thread="toot:800000"))
    for number, parent in ((800001, 800000), (800002, 800001), (800003, 800000), (800004, 800003)):
        posts.append(post(number, at + datetime.timedelta(minutes=number - 800000), f"helper{number}", "Half past ten, from the north steps.",
                          thread="toot:800000", reply_to=f"toot:{parent}"))
posts.sort(key=lambda each: (each["at"], each["id"]))
for each in posts:
    print(json.dumps(each, ensure_ascii=False))
