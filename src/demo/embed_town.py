#!/usr/bin/env python3
"""Writes the word lists of town/*.txt as C strings, in the order given, so that the program needs no files beside it.

usage: embed_town.py OUT.c FILE.txt...
"""
import pathlib
import sys


def quoted(line):
    out = []
    for byte in line.encode():
        out.append("\\" + chr(byte) if byte in b'"\\?' else chr(byte) if 32 <= byte < 127 else "\\%03o" % byte)
    return '"' + "".join(out) + '\\n"'


def main():
    rows = ['#include "demo/grammar.h"\n\nconst struct town_file town_files[] = {']
    for path in map(pathlib.Path, sys.argv[2:]):
        lines = path.read_text(encoding="utf-8").splitlines()
        rows.append(f'    {{"{path.name}",')
        rows += ["     " + quoted(line) for line in lines]
        rows.append("    },")
    rows.append("};\nconst size_t town_file_count = sizeof town_files / sizeof town_files[0];\n")
    pathlib.Path(sys.argv[1]).write_text("\n".join(rows), encoding="utf-8")


main()
