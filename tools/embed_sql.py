#!/usr/bin/env python3
"""Writes <domain>.sql as C: a `const struct record_domain <domain>_domain` of record/record.h.

usage: embed_sql.py OUT.c DOMAIN.sql
The file holds blocks. Each begins with a line that names it, goes on with at least one line of comment, and then holds SQL:
    -- migration 1            numbered from 1 without gaps; may be several SQL statements
    -- statement topic_by_id  one SQL statement; its name begins with the domain's
What breaks these rules stops the build with the line.
"""
import pathlib
import re
import sys

HEAD = re.compile(r"^-- (migration|statement)\s+(\S+)\s*$")


def fail(path, line, words):
    sys.exit(f"{path}:{line}: {words}")


def without_comments(sql):
    return "\n".join(re.sub(r"\s*--.*$", "", line) if "'" not in line else line for line in sql.splitlines())


def read_blocks(path):
    blocks = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        head = HEAD.match(line)
        if head:
            blocks.append({"kind": head[1], "name": head[2], "line": number, "comment": [], "sql": []})
        elif re.match(r"^-- (migration|statement)\b", line):
            fail(path, number, "expected '-- migration NUMBER' or '-- statement NAME'")
        elif blocks and line.startswith("--") and not blocks[-1]["sql"]:
            blocks[-1]["comment"].append(line)
        elif blocks and (line.strip() or blocks[-1]["sql"]):
            blocks[-1]["sql"].append(line)
        elif not blocks and line.strip() and not line.startswith("--"):
            fail(path, number, "SQL before the first block")
    return blocks


def check(path, domain, blocks):
    seen, migrations = set(), 0
    for block in blocks:
        name, line = block["name"], block["line"]
        block["sql"] = without_comments("\n".join(block["sql"])).strip()
        if not block["comment"]:
            fail(path, line, f"{name} has no comment that says what it is for")
        if not block["sql"]:
            fail(path, line, f"{name} holds no SQL")
        if block["kind"] == "migration":
            migrations += 1
            if name != str(migrations):
                fail(path, line, f"migration {name} should be {migrations}")
            continue
        block["sql"] = block["sql"].rstrip("; \n")
        if not name.startswith(domain + "_"):
            fail(path, line, f"{name} does not begin with {domain}_")
        if name in seen:
            fail(path, line, f"{name} is there twice")
        seen.add(name)
    if not migrations:
        fail(path, 1, "no migration")


def quoted(line):
    out = [("\\" + chr(b)) if b in b'"\\?' else chr(b) if 32 <= b < 127 else "\\%03o" % b for b in line.encode()]
    return '"' + "".join(out) + '\\n"'


def table(blocks, kind):
    rows = [f"static const struct record_text {kind}s[] = {{"]
    for block in (b for b in blocks if b["kind"] == kind):
        rows.append(f'    {{"{block["name"]}",')
        rows += ["     " + quoted(line) for line in block["sql"].splitlines()]
        rows.append("    },")
    return rows + ["    {0},", "};"]


def main():
    out, path = map(pathlib.Path, sys.argv[1:])
    domain, blocks = path.stem, read_blocks(path)
    check(path, domain, blocks)
    rows = ['#include "record/record.h"', f"extern const struct record_domain {domain}_domain;", *table(blocks, "migration"),
            *table(blocks, "statement"), f'const struct record_domain {domain}_domain = {{"{domain}", migrations,']
    rows += [f"    sizeof migrations / sizeof migrations[0] - 1, statements, sizeof statements / sizeof statements[0] - 1}};", ""]
    out.write_text("\n".join(rows), encoding="utf-8")


main()
