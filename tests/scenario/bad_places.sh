# Disks that are full, folders that may not be written, a second writer, a reader that goes away.
. "$(dirname "$0")/lib.sh"

posts=$folder/posts.jsonl
python3 "$here/make_posts.py" --posts 4000 >"$posts"
total=$(wc -l <"$posts" | tr -d ' ')

# ---- a second writer ----
mkfifo "$folder/pipe"
"$BELLWETHER" import "$folder/pipe" >"$folder/first.out" 2>"$folder/first.err" &
first=$!
exec 3>"$folder/pipe"
head -500 "$posts" >&3
i=0 # the lock names its holder
while [ $i -lt 400 ] && ! grep -qs "^$first$" "$BELLWETHER_DATA/clients/default/archive/lock"; do sleep 0.05; i=$((i + 1)); done
run import "$posts"
equal "a second writer ends with 5" "$status" 5
says "and names the first" "$err" "process $first"
run --client elsewhere import "$posts" --json
equal "another client may be written meanwhile" "$(json "$out" 'd["new"]')" "$total"
tail -n +501 "$posts" >&3
exec 3>&-
wait $first
equal "the first is not disturbed" "$?" 0
run count --json
equal "and has everything" "$(json "$out" 'd["count"]')" "$total"

# ---- a reader that goes away ----
set +e
"$BELLWETHER" posts --limit 1000000 --json 2>"$err" | head -1 >"$out"
check "head takes one line" test "$(wc -l <"$out")" -eq 1
check "and nothing is said about it" test ! -s "$err"
if [ -e /dev/full ]; then
    status=0
    "$BELLWETHER" count >/dev/full 2>"$err" || status=$?
    equal "a result that cannot be written is an error" "$status" 6
    says "that names it" "$err" "standard output"
fi

# ---- a full disk ----
if [ "$(id -u)" -eq 0 ] && mkdir "$folder/small" && mount -t tmpfs -o size=2m tmpfs "$folder/small" 2>/dev/null; then
    trap 'umount "$folder/small" 2>/dev/null; clean_up' EXIT
    python3 "$here/make_posts.py" --posts 30000 >"$folder/many.jsonl"
    run --data "$folder/small" import "$folder/many.jsonl" --json
    equal "a full disk ends with 6" "$status" 6
    says "and says so" "$err" "No space left"
    kept=$(json "$out" 'd["new"]')
    run --data "$folder/small" count --json
    equal "what was counted is there, no more and no less" "$(json "$out" 'd["count"]')" "$kept"
    mount -o remount,size=200m "$folder/small"
    run --data "$folder/small" import "$folder/many.jsonl" --json
    equal "with more room the same command finishes the job" "$(json "$out" 'd["new"] + '"$kept")" 30000
    run --data "$folder/small" count --json
    equal "and nothing is there twice" "$(json "$out" 'd["count"]')" 30000

    # ---- a read-only folder ----
    mount -o remount,ro "$folder/small"
    run --data "$folder/small" import "$posts"
    equal "a read-only folder ends with 6" "$status" 6
    says "and says so" "$err" "[Rr]ead-only"
    run --data "$folder/small" count --json
    equal "reading it goes on" "$(json "$out" 'd["count"]')" 30000
    run --data "$folder/small" delete toot:1
    equal "deleting from it does not" "$status" 6
    umount "$folder/small"
else
    skip "a small file system can be mounted only by root"
fi

# The same without root: a limit on the size of files.
if (ulimit -f 100) 2>/dev/null; then
    (trap '' XFSZ; ulimit -f 100; "$BELLWETHER" --client limited import "$posts" --json >"$out" 2>"$err")
    status=$?
    equal "a file that may not grow ends with 6" "$status" 6
    kept=$(json "$out" 'd["new"]')
    run --client limited count --json
    equal "what was counted is there" "$(json "$out" 'd["count"]')" "$kept"
    run --client limited import "$posts" --json
    equal "without the limit the same command finishes the job" "$(json "$out" 'd["new"] + '"$kept")" "$total"
fi

finish
