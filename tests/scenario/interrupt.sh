# Stopped by a signal: what was counted is kept, and the same command again adds the rest.
. "$(dirname "$0")/lib.sh"

posts=$folder/posts.jsonl
python3 "$here/make_posts.py" --posts 6000 >"$posts"
total=$(wc -l <"$posts" | tr -d ' ')

for signal in INT TERM; do
    mkfifo "$folder/pipe"
    # A shell gives its background jobs an ignored SIGINT; python3 gives it back.
    python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$BELLWETHER" --client "$(echo $signal | tr A-Z a-z)" import "$folder/pipe" --json >"$out" 2>"$err" &
    import=$!
    exec 3>"$folder/pipe"
    head -2500 "$posts" >&3
    sleep 0.5 # head has ended, so all but the last pipe's worth was read
    kill -s $signal $import
    status=0
    wait $import || status=$?
    exec 3>&-
    equal "SIG$signal ends an import that waits for more with 130" "$status" 130
    says "it says how far it came" "$err" "stopped at line"
    kept=$(json "$out" 'd["new"]')
    check "what it had read is kept ($kept)" test "$kept" -gt 0 -a "$kept" -le 2500
    equal "as JSON says" "$(json "$out" 'd["complete"]')" False
    run --client "$(echo $signal | tr A-Z a-z)" count --json
    equal "and is there" "$(json "$out" 'd["count"]')" "$kept"
    run --client "$(echo $signal | tr A-Z a-z)" import "$posts" --json
    equal "a second run finishes the job" "$(json "$out" '(d["new"] + d["duplicate"], d["duplicate"])')" "($total, $kept)"
    rm "$folder/pipe"
done

finish
