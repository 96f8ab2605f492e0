"""The same posts in the form of each tool, written by us after the field lists of docs/imports.md: exports.py FOLDER [COUNT]

Odd in the ways that real exports are: preambles, byte order marks, UTF-16, semicolons, quoted newlines, CR LF, thousands with dots, columns in another order.
"""
import csv
import datetime
import io
import json
import pathlib
import random
import sys
import zoneinfo

folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200
chance = random.Random(4)
WORDS = "the ferry is late again and nobody at the harbour says why, so we wait; \"really\" late\tonce more".split(" ")
CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def code(length):
    return "".join(chance.choice(CODE) for _ in range(length))


def make(i):
    at = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=97 * i)  # into the hour that spring leaves out in New York
    text = " ".join(chance.choice(WORDS) for _ in range(12)) + f" {i} \u00e9\u4e2d\U0001f602"
    if i % 11 == 0:
        text = text.replace(" ", "\n", 1)
    author, title = f"author{i % 23}", ""
    kind = ["twitter", "bluesky", "reddit", "instagram", "youtube", "mastodon", "tiktok", "web"][i % 8]
    status = str(1_900_000_000_000_000_001 + i * 1_234_567)
    url = {
        "twitter": f"http://twitter.com/{author}/statuses/{status}",
        "bluesky": f"https://bsky.app/profile/did:plc:{author}/post/3k{i:04d}",
        "reddit": f"https://www.reddit.com/r/ferries/comments/v{i:05x}/some_words/",
        "instagram": f"https://www.instagram.com/reel/{code(11)}/",
        "youtube": f"https://youtu.be/{code(11)}?t=3",
        "mastodon": f"https://toot.example/@{author}/{status[:18]}",
        "tiktok": f"https://www.tiktok.com/@{author}/video/{status}",
        "web": f"https://www.news.example/2026/{i}/?utm_source=tool",
    }[kind]
    if kind == "web":
        title = f"A headline, number {i}"
    return {"at": at, "text": text, "author": author, "title": title, "platform": kind, "url": url, "likes": (i * 37) % 4321, "reposts": i % 17, "status": status}


posts = [make(i) for i in range(count)]


def table(name, header, rows, separator=",", preamble="", encoding="utf-8", end="\r\n", quote=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quote)
    writer.writerow(header)
    writer.writerows(rows)
    (folder / name).write_bytes((preamble + out.getvalue()).encode(encoding))


def stamp(at, form):
    return at.strftime(form)


def dotted(number):
    return f"{number:,}".replace(",", ".")


table("brandwatch.csv", ["Query Id", "Query Name", "Date", "Title", "Snippet", "Full Text", "Url", "Domain", "Sentiment", "Page Type", "Thread Entry Type",
                         "Language", "Country Code", "Account Type", "Added", "Assignment", "Author", "Reach", "X Likes", "Likes"],
      [[7, "Ferries", stamp(p["at"], "%Y-%m-%d %H:%M:%S.0"), p["title"], p["text"][:20], p["text"], p["url"], p["url"].split("/")[2], "neutral",
        {"twitter": "X", "web": "News"}.get(p["platform"], p["platform"].title()), "post", "en", "GB", "individual",
        stamp(p["at"] + datetime.timedelta(minutes=3), "%Y-%m-%d %H:%M:%S.0"), "", p["author"], 1234, p["likes"] if p["platform"] == "twitter" else "",
        "" if p["platform"] == "twitter" else f"{p['likes']:,}"] for p in posts],
      preamble="\ufeff\"Report:\",\"Weekly\"\r\n\"Brand:\",\"Ferries\"\r\n\"From:\",\"Sun Mar 01 00:00:00 UTC 2026\"\r\n\r\n", quote=csv.QUOTE_ALL)

table("talkwalker.csv", ["extra_author_attributes.short_name", "reach", "url", "published", "title", "content", "lang", "source_type", "domain_url", "sentiment",
                         "engagement", "indexed", "article_extended_attributes.twitter_likes", "article_extended_attributes.facebook_likes"],
      [["@" + p["author"], dotted(99999), p["url"].replace("http://twitter.com", "https://x.com"), stamp(p["at"], "%d/%m/%Y %H:%M:%S"), p["title"], p["text"], "en",
        "ONLINENEWS,ONLINENEWS_MAGAZINE" if p["platform"] == "web" else f"SOCIALMEDIA,SOCIALMEDIA_{p['platform'].upper()}", p["url"].split("/")[2], "0,5", "1,5",
        stamp(p["at"] + datetime.timedelta(minutes=9), "%d/%m/%Y %H:%M:%S"), dotted(p["likes"]), ""] for p in posts], separator=";", end="\n")

york = zoneinfo.ZoneInfo("America/New_York")
table("meltwater.csv", ["Date", "Time", "Headline", "URL", "Opening Text", "Hit Sentence", "Source", "Influencer", "Country", "Language", "Reach", "Desktop Reach",
                        "AVE", "Sentiment", "Key Phrases", "Input Name", "Keywords", "Likes"],
      [[stamp(p["at"].astimezone(york), "%d-%b-%Y"), stamp(p["at"].astimezone(york), "%I:%M:%S %p"), p["title"], p["url"].replace("?utm_source=tool", ""), p["text"],
        p["text"], "The News" if p["platform"] == "web" else p["platform"].title(), p["author"] if p["platform"] == "web" else "@" + p["author"], "UK", "English",
        1234567, 1, "12.50", "Neutral", "ferry", "Ferries", "late", f"{p['likes']:,}"] for p in posts], separator="\t", encoding="utf-16", end="\r\n")

table("4cat.csv", ["id", "thread_id", "author", "body", "timestamp", "unix_timestamp", "subject", "url", "hashtags", "likes"],
      [[p["url"].rstrip("/").split("?")[0].split("/")[-1] if p["platform"] in ("twitter", "tiktok", "instagram", "youtube") else "", "", p["author"], p["text"],
        stamp(p["at"] + datetime.timedelta(hours=1), "%Y-%m-%d %H:%M:%S"), int(p["at"].timestamp()), p["title"], p["url"], "", p["likes"]] for p in posts], end="\n")

with (folder / "zeeschuimer.ndjson").open("w", encoding="utf-8") as out:
    for p in posts:
        head = {"id": 1, "nav_index": "1:1:0", "item_id": p["status"], "timestamp_collected": int(p["at"].timestamp() * 1000) + 60000, "last_updated": 0,
                "source_platform_url": "https://x.com/search", "source_url": "https://x.com/i/api", "user_agent": "Mozilla"}
        if p["platform"] == "twitter":
            data = {"id": int(p["status"]), "rest_id": p["status"], "core": {"user_results": {"result": {"legacy": {"screen_name": p["author"], "name": "N"}}}},
                    "legacy": {"created_at": stamp(p["at"], "%a %b %d %H:%M:%S +0000 %Y"), "full_text": p["text"], "user_id_str": "7", "lang": "en",
                               "conversation_id_str": p["status"], "favorite_count": p["likes"], "entities": {"urls": []}}}
            out.write(json.dumps({**head, "source_platform": "twitter.com", "data": data}) + "\n")
        elif p["platform"] == "tiktok":
            data = {"id": p["status"], "createTime": int(p["at"].timestamp()), "desc": p["text"], "author": {"uniqueId": p["author"], "id": "7", "nickname": "N"},
                    "stats": {"diggCount": p["likes"], "shareCount": 1, "commentCount": 1, "playCount": 9}}
            out.write(json.dumps({**head, "source_platform": "tiktok.com", "data": data}) + "\n")
        elif p["platform"] == "instagram":
            data = {"code": p["url"].rstrip("/").split("/")[-1], "pk": "1", "taken_at": int(p["at"].timestamp()), "caption": {"text": p["text"]},
                    "user": {"username": p["author"], "pk": "7"}, "like_count": p["likes"]}
            out.write(json.dumps({**head, "source_platform": "instagram.com", "data": data}) + "\n")

with (folder / "tweets.js").open("w", encoding="utf-8") as out:
    tweets = [{"tweet": {"id_str": p["status"], "full_text": p["text"], "created_at": stamp(p["at"], "%a %b %d %H:%M:%S +0000 %Y"), "lang": "en",
                         "favorite_count": str(p["likes"]), "entities": {"urls": []}}} for p in posts if p["platform"] == "twitter"]
    out.write("window.YTD.tweets.part0 = " + json.dumps(tweets, indent=2))

with (folder / "truth.json").open("w", encoding="utf-8") as out:
    json.dump([{k: (v.isoformat() if k == "at" else v) for k, v in p.items()} for p in posts], out)
