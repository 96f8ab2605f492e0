#!/bin/sh
# usage: install_packages.sh [LIST]
# Installs the Debian packages of a list (packaging/debian-packages.txt) that are missing. Says what and why first; changes nothing when all are there.
set -eu
list=${1:-$(dirname "$0")/../packaging/debian-packages.txt}
command -v dpkg-query >/dev/null 2>&1 || { echo "This is not a Debian system: install by hand what $list names."; exit 0; }

missing=
while read -r package purpose; do
    case $package in
        ''|'#'*) continue ;;
        nodejs) command -v node >/dev/null 2>&1 && continue ;; # often here by other means, and newer than Debian's
        npm) command -v npm >/dev/null 2>&1 && continue ;;
    esac
    if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
        [ -n "$missing" ] || echo "These Debian packages are missing and will be installed:"
        printf '  %-18s %s\n' "$package" "$purpose"
        missing="$missing $package"
    fi
done < "$list"
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Installing needs root, and there is no sudo. As root: apt-get install$missing" >&2; exit 1; }
    as_root=sudo
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Asking Debian for them (a minute or two) ..."
# shellcheck disable=SC2086  # a list of words
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install:$missing" >&2
    exit 1
fi
echo "Installed."
