# What every scenario sources: the binary under test, a folder of its own, and checks that print one line each.
#
#   run WORDS...            runs bellwether; leaves $status, and the files $out and $err
#   check WORDS CONDITION...        CONDITION is a command, as in: check "it is there" test -f "$out"
#   equal WORDS GOT WANTED
#   says WORDS FILE PATTERN         a line of the file matches the extended regular expression
#   json FILE EXPRESSION            a Python expression over d, the parsed file
#   skip WORDS                      a part that cannot be done here
#   finish                          ends the scenario

: "${BELLWETHER:?the binary to test}"
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/bellwether-scenario-XXXXXX")
out=$folder/out
err=$folder/err
failed=0
status=0
export BELLWETHER_DATA="$folder/data"
export LC_ALL=C.UTF-8

clean_up() { chmod -R u+w "$folder" 2>/dev/null; rm -rf "$folder"; }
trap clean_up EXIT

run() {
    status=0
    "$BELLWETHER" "$@" >"$out" 2>"$err" || status=$?
    if grep -qE "Sanitizer|runtime error|defect at" "$err"; then
        echo "not ok - bellwether $*: $(grep -E 'Sanitizer|runtime error|defect at' "$err" | head -1)"
        cat "$err"
        failed=$((failed + 1))
    fi
}

check() {
    words=$1
    shift
    if "$@"; then
        echo "ok - $words"
    else
        echo "not ok - $words: $*"
        echo "  status $status; standard error: $(head -c 600 "$err" 2>/dev/null)"
        failed=$((failed + 1))
    fi
}

equal() {
    if [ "$2" = "$3" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1: got '$2', wanted '$3'"
        echo "  status $status; standard error: $(head -c 600 "$err" 2>/dev/null)"
        failed=$((failed + 1))
    fi
}

says() { check "$1" grep -qE -- "$3" "$2"; }

json() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2" 2>&1; }
jsonl() { python3 -c 'import json,sys; d=[json.loads(l) for l in open(sys.argv[1])]; print(eval(sys.argv[2]))' "$1" "$2" 2>&1; }

skip() { echo "skip - $1"; }

finish() { [ "$failed" -eq 0 ]; exit $?; }

# The folder of real data, or the end of the scenario where there is none.
need_shared() {
    shared=${BELLWETHER_SHARED:-${SOURCE_ROOT:-$here/../..}/../shared}
    if [ ! -f "$shared/data/$1" ]; then
        echo "skip - no real data at $shared/data"
        exit 77
    fi
}
