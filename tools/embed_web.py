#!/usr/bin/env python3
"""Writes the built page as one assembler file (bytes by .incbin) and one table of struct http_asset.

usage: embed_web.py DIST_FOLDER ASSETS.S ASSETS.c
name.br and name.gz beside a file are its packed forms. index.html is given in three themes, "/index.html", "/index.light.html" and
"/index.dark.html", so that the page has its reader's colours from the first byte on without a script.
"""
import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9]+$")
PACKED = re.compile(r"\.(br|gz)$")
THEMES = ("light", "dark")


def packed_by_node(data, out):
    """brotli by Node's zlib, which is here because it built the page."""
    program = ("const z=require('zlib'),c=[];process.stdin.on('data',d=>c.push(d)).on('end',()=>process.stdout.write("
               "z.brotliCompressSync(Buffer.concat(c))))")
    out.write_bytes(subprocess.run([shutil.which("node"), "-e", program], input=data, stdout=subprocess.PIPE, check=True).stdout)


def themed(folder):
    page = (folder / "index.html").read_bytes()
    plain = b'data-theme="system"'
    if page.count(plain) != 1:
        sys.exit(f'embed_web: index.html should say {plain.decode()} once')
    for theme in THEMES:
        name = folder / f"index.{theme}.html"
        name.write_bytes(page.replace(plain, f'data-theme="{theme}"'.encode()))
        pathlib.Path(f"{name}.gz").write_bytes(gzip.compress(name.read_bytes(), 9, mtime=0))
        packed_by_node(name.read_bytes(), pathlib.Path(f"{name}.br"))


def main():
    folder, assembler, table = map(pathlib.Path, sys.argv[1:])
    folder = folder.resolve()
    themed(folder)
    data, externs, rows = [], [], []
    for path in sorted(folder.rglob("*"), key=lambda each: each.relative_to(folder).as_posix().encode()):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or PACKED.search(name):
            continue
        if path.suffix not in TYPES:
            sys.exit(f"embed_web: {name}: no media type is known for '{path.suffix}'")
        etag = hashlib.sha256(path.read_bytes()).hexdigest()[:20]
        slices = []
        for coding, each in (("identity", path), ("br", pathlib.Path(f"{path}.br")), ("gz", pathlib.Path(f"{path}.gz"))):
            if not each.is_file():
                slices.append("{NULL, 0}")
                continue
            symbol = f"page_bytes_{len(data)}"
            digest = hashlib.sha256(each.read_bytes()).hexdigest()[:20]
            data.append(f'/* {name} {coding} {digest} */\n    .globl {symbol}\n    .hidden {symbol}\n{symbol}:\n    .incbin "{each}"\n')
            externs.append(f"extern const char {symbol}[] __attribute__((visibility(\"hidden\")));")
            slices.append(f"{{{symbol}, {each.stat().st_size}}}")
        is_immutable = "true" if HASHED.search(name) and name.startswith("assets/") else "false"
        rows.append(f'    {{"/{name}", "{TYPES[path.suffix]}", "\\"{etag}\\"",\n     {", ".join(slices)}, {is_immutable}}},')
    assembler.write_text("    .section .rodata\n" + "".join(data) + '    .section .note.GNU-stack,"",%progbits\n', encoding="utf-8")
    table.write_text('#include "page/page.h"\n\n' + "\n".join(externs) + "\n\nconst struct http_asset page_assets[] = {\n" + "\n".join(rows) +
                     "\n};\nconst size_t page_asset_count = sizeof page_assets / sizeof page_assets[0];\n", encoding="utf-8")


main()
