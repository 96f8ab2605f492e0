# What every scenario sources: the binary under test, a folder of its own, and checks that print one line each.
#
#   run WORDS...            runs bellwether; leaves $status, and the files $out and $err
#   check WORDS CONDITION...        CONDITION is a command, as in: check "it is there" test -f "$out"
#   equal WORDS GOT WANTED
#   says WORDS FILE PATTERN         a line of the file matches the extended regular expression
#   json FILE EXPRESSION            a Python expression over d, the parsed file
#   skip WORDS                      a part that cannot be done here
#   platform_start NAME WORDS...    runs tests/servers/NAME.sh, WORDS behind its folder; platform_word KEY: what its ready line says; platform_end
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

# ---- A server of its own ----
#
#   serve_start WORDS...   starts `bellwether serve WORDS` on a free port; sets $base, and $serve_pid to be ended by its number
#   serve_stop             asks it to stop; $status is how it ended
#   call METHOD PATH WORDS...   curl on $base/api/v1PATH with $token; the answer in $out, its HTTP status in $http

serve_pid=
platform_start() { # NAME WORDS...
    platform_name=$1
    shift
    mkdir "$folder/platform"
    mkfifo "$folder/hold"
    sh "$here/../servers/$platform_name.sh" run "$folder/platform" "$@" <"$folder/hold" >"$folder/ready" 2>"$folder/platform.err" &
    platform_pid=$!
    exec 8>"$folder/hold"
    tries=0
    until grep -q ready "$folder/ready" || [ "$tries" -ge 300 ] || ! kill -0 "$platform_pid" 2>/dev/null; do
        sleep 0.2
        tries=$((tries + 1))
    done
}

platform_word() { tr ' ' '\n' <"$folder/ready" | sed -n "s/^$1=//p"; }

platform_end() {
    exec 8>&-
    wait "$platform_pid"
}

serve_start() {
    "$BELLWETHER" serve --listen 127.0.0.1:0 "$@" >"$folder/serve.out" 2>"$folder/serve.err" &
    serve_pid=$!
    base=
    tries=0
    while [ -z "$base" ] && [ "$tries" -lt 300 ] && kill -0 "$serve_pid" 2>/dev/null; do
        base=$(sed -n 's/.*listening on \(http:[^ ]*\).*/\1/p' "$folder/serve.err" | head -1)
        [ -n "$base" ] || sleep 0.1
        tries=$((tries + 1))
    done
    [ -n "$base" ] || { echo "not ok - the server starts"; cat "$folder/serve.err"; exit 1; }
}

serve_stop() {
    status=0
    kill -TERM "$serve_pid" 2>/dev/null
    wait "$serve_pid" || status=$?
    serve_pid=
    if grep -qE "Sanitizer|runtime error|defect at" "$folder/serve.err"; then
        echo "not ok - the server ran clean: $(grep -E 'Sanitizer|runtime error|defect at' "$folder/serve.err" | head -1)"
        cat "$folder/serve.err"
        failed=$((failed + 1))
    fi
}

call() {
    method=$1
    path=$2
    shift 2
    http=$(curl -sS -o "$out" -w '%{http_code}' -X "$method" -H "Authorization: Bearer $token" "$@" "$base/api/v1$path" 2>"$err")
}

trap '[ -z "$serve_pid" ] || kill -KILL "$serve_pid" 2>/dev/null; clean_up' EXIT
