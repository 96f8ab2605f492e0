#!/usr/bin/env python3
"""Checks that each file under src/ includes only its own room and the rooms below it, and that time, files and chance stay in base.

usage: check_layers.py SOURCE_ROOT
"""
import pathlib
import re
import sys

# A room may include rooms of a lower layer, and the ones named beside it.
LAYERS = [
    ({"base"}, set()),
    ({"settings", "text", "record", "net"}, set()),
    ({"post"}, set()),
    ({"query", "table"}, set()),
    ({"archive", "trend", "source"}, set()),
    ({"kit", "listen"}, set()),
    ({"alert", "capture", "chronicle", "intake", "read", "team", "tool", "topic"}, set()),
    ({"demo", "page"}, set()),
    ({"api"}, set()),
    ({"cli"}, set()),
    ({"main"}, set()),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# Calls that belong to base alone: where a test could not put a fault, a fixed clock or a seed.
BASE_ONLY = re.compile(r"\b(fopen|open|creat|rename|unlink|fsync|fdatasync|ftruncate|mmap|rand|srand|random|time|gettimeofday|clock_gettime)\s*\(")
# Each exception with its reason.
ALLOWED = {
    "net/server.c": {"unlink"},  # the path of a Unix socket
}


def strip_comments_and_strings(text):
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def main():
    root = pathlib.Path(sys.argv[1]) / "src"
    level = {room: i for i, (rooms, _) in enumerate(LAYERS) for room in rooms}
    problems, files = [], 0
    for path in sorted(root.rglob("*")):
        if path.suffix not in {".c", ".h", ".cc", ".cpp"}:
            continue
        files += 1
        name, text = path.relative_to(root), path.read_text(encoding="utf-8")
        room = name.parts[0]
        if room not in level:
            problems.append(f"{name}: the room '{room}' has no layer")
            continue
        for included in INCLUDE.findall(text):
            other = included.split("/")[0]
            if "/" not in included or other not in level:
                problems.append(f'{name}: includes "{included}", not of the form "room/file.h"')
            elif other != room and level[other] >= level[room]:
                problems.append(f"{name}: includes {included}, which is not in a lower layer")
        if room != "base":
            for call in BASE_ONLY.finditer(strip_comments_and_strings(text)):
                if call.group(1) not in ALLOWED.get(str(name), ()):
                    problems.append(f"{name}: calls {call.group(1)}(), which belongs to base")
    for problem in problems:
        print(f"not ok - {problem}")
    if not files:
        print("not ok - no source files found")
    if problems or not files:
        return 1
    print(f"ok - {files} files include only what lies below them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
