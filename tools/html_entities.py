#!/usr/bin/env python3
"""usage: html_entities.py OUT.c
Writes the named character references of the HTML standard, as Python's own library has them, as a sorted C table."""
import html.entities
import sys


def c_bytes(data):
    return '"' + "".join("\\%03o" % byte for byte in data) + '"'


def main():
    rows = sorted((name.encode(), value.encode()) for name, value in html.entities.html5.items())
    assert max(len(name) for name, _ in rows) == 32 and max(len(name) for name, _ in rows if not name.endswith(b";")) == 6
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write('#include "text/html_scan.h"\n\nconst struct html_entity html_entities[] = {\n')
        for name, value in rows:
            out.write('    {"%s", %s},\n' % (name.decode(), c_bytes(value)))
        out.write("};\nconst size_t html_entity_count = sizeof html_entities / sizeof *html_entities;\n")


main()
