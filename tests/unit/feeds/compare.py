#!/usr/bin/env python3
"""usage: compare.py FEED_TOOL CORPUS
Reads each feed of a corpus of odd ones by our reader and by somebody else's (python3-feedparser), and names every difference that is not
explained below."""
import datetime
import json
import pathlib
import re
import subprocess
import sys

try:
    import feedparser
except ImportError:
    print("python3-feedparser is not here: skipped")
    sys.exit(77)

BASE = "https://base.example/feed"
# What we mean to read otherwise, and why.
EXPLAINED = {
    ("bomb.xml", "title"), ("bomb.xml", "id"),  # it expands entities by itself; we leave the name standing
    ("media.xml", "summary"), ("media.xml", "content"),  # it takes the description of a video for that of the entry
    ("rss091.xml", "summary"),  # it loses an &eacute; that no document type declares
    ("tombstone.xml", "link"),  # it takes an id that is no address for a link
    ("windows1251.xml", "published"),  # it does not know the zone MSK
    ("20261124T083000Z", "date"),  # it leaves out the time
}


def plain(text):
    """The words alone: it sanitises markup in another way than we do, which is not what is compared here."""
    import html
    text = re.sub(r"(?s)<[^>]*>", " ", text or "")
    return re.sub(r"\W+", " ", html.unescape(html.unescape(text))).strip()


def when(parsed):
    return datetime.datetime(*parsed[:6], tzinfo=datetime.timezone.utc).replace(microsecond=0).timestamp() if parsed else None


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(microsecond=0).timestamp() if text else None


def differences(ours, theirs):
    yield from compare_field("title", plain(ours["title"]), plain(theirs.get("title")))
    yield from compare_field("link", ours["link"], theirs.get("link", ""))
    if ours["id"] and theirs.get("id"):
        yield from compare_field("id", ours["id"], theirs["id"])
    yield from compare_field("author", ours["author"], (theirs.get("author_detail") or {}).get("name") or theirs.get("author", ""))
    yield from compare_field("summary", plain(ours["summary"]) or plain(ours["content"]), plain(theirs.get("summary")))
    if theirs.get("content"):
        yield from compare_field("content", plain(ours["content"]), plain(theirs["content"][0]["value"]))
    if theirs.get("published_parsed"):
        yield from compare_field("published", seconds(ours["published"]), when(theirs["published_parsed"]))
    if ours["updated"] and theirs.get("updated_parsed"):
        yield from compare_field("updated", seconds(ours["updated"]), when(theirs["updated_parsed"]))
    tags = [tag.get("label") or tag.get("term") for tag in theirs.get("tags", [])]
    yield from compare_field("categories", ours["categories"], tags)
    enclosures = [enclosure.get("href") for enclosure in theirs.get("enclosures", [])] + [media["url"] for media in theirs.get("media_content", [])]
    yield from compare_field("media", [], sorted(set(enclosures) - set(ours["media"])))


def compare_field(name, ours, theirs):
    if ours != theirs:
        yield name, ours, theirs


def main():
    tool, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    failures = compared = 0
    for path in sorted(corpus.glob("*.xml")):
        ours = json.loads(subprocess.run([tool, path, BASE], check=True, capture_output=True).stdout)
        if ours.get("kind") not in ("RSS", "Atom"):
            continue
        theirs = feedparser.parse(path.read_bytes(), response_headers={"content-location": BASE, "content-type": "application/xml"})
        entries = [entry for entry in ours["entries"] if not entry["is_deleted"]]
        # A half entry at the end of a feed that was cut: it keeps it, we do not.
        their_entries = theirs.entries[:len(entries)] if not ours["is_whole"] else theirs.entries
        if len(entries) != len(their_entries):
            print(f"{path.name}: {len(entries)} entries, feedparser has {len(their_entries)}")
            failures += 1
        for number, (our, their) in enumerate(zip(entries, their_entries)):
            for name, us, them in differences(our, their):
                if (path.name, name) in EXPLAINED:
                    continue
                print(f"{path.name} entry {number} {name}: ours {us!r}, feedparser's {them!r}")
                failures += 1
            compared += 1
    dates = compare_dates(tool)
    print(f"{compared} entries compared, {failures} differ; dates: {dates} differ")
    return 1 if failures or dates or compared < 20 else 0


DATES = [
    "Tue, 24 Nov 2026 08:30:00 +0100", "Tue, 24 Nov 2026 08:30:00 GMT", "24 Nov 2026 08:30:00 EST", "Tue, 24 Nov 26 08:30:00 -0500", "Tue, 24 Nov 2026 08:30 UT",
    "2026-11-24T08:30:00Z", "2026-11-24T08:30:00.123Z", "2026-11-24T08:30:00+05:30", "2026-11-24T08:30-01:00", "2026-11-24", "2026-11", "2026", "20261124",
    "20261124T083000Z", "2026-11-24 08:30:00", "Tue Nov 24 08:30:00 2026", "Tue, 24 Nov 2026 08:30:00 PDT", "Tue, 24 November 2026 08:30:00 +0000",
    "24 Nov 2026", "Tue, 1 Jan 2008 00:00:00 +0000", "Tue, 29 Feb 2028 12:00:00 GMT", "Wed, 19 Aug 2009 18:28:00 Etc/GMT",
]


def compare_dates(tool):
    """Each date in a feed of its own, through both readers."""
    import tempfile
    failures = 0
    for date in DATES:
        feed = f"<rss version='2.0'><channel><title>d</title><item><title>t</title><guid>g</guid><pubDate>{date}</pubDate></item></channel></rss>"
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(feed)
            file.flush()
            ours = json.loads(subprocess.run([tool, file.name, BASE], check=True, capture_output=True).stdout)["entries"][0]["published"]
        theirs = feedparser.parse(feed).entries[0].get("published_parsed")
        if seconds(ours) != when(theirs) and (date, "date") not in EXPLAINED:
            print(f"date {date!r}: ours {ours}, feedparser's {theirs and datetime.datetime.fromtimestamp(when(theirs), datetime.timezone.utc)}")
            failures += 1
    return failures


sys.exit(main())
