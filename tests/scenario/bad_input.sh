# Hostile and broken input is normal input: a clear reason, nothing lost, nothing half taken in.
. "$(dirname "$0")/lib.sh"

python3 - "$folder" <<'P'
import json, sys
folder = sys.argv[1]
def line(number, **more):
    return json.dumps({"id": f"toot:{number}", "platform": "toot", "at": "2026-03-01T08:00:00Z", "author": {"id": "a"}, "text": "fine ferry", **more}).encode()
bad = [
    ("cut short", line(1)[:60]),
    ("no JSON", b"this is not JSON"),
    ("a list", b"[1,2,3]"),
    ("nothing known", b"{}"),
    ("deep", b"[" * 5000 + b"]" * 5000),
    ("deep objects", b'{"a":' * 3000 + b"1" + b"}" * 3000),
    ("a megabyte of text", line(2, text="x" * 1048576)),
    ("over the line's limit", line(3, text="y" * (5 * 1024 * 1024))),
    ("a NUL in the id", line(4, id="toot:\0evil")),
    ("a control character in the id", line(5, id="toot:\x1b[2Jevil")),
    ("an empty id", line(6, id="")),
    ("a number as id", line(7, id=7)),
    ("before 1970", line(8, at="0001-01-01T00:00:00Z")),
    ("a negative time", line(9, at="-2026-03-01T08:00:00Z")),
    ("far in the future", line(10, at="9999-12-31T23:59:59Z")),
    ("no real day", line(11, at="2026-02-30T00:00:00Z")),
    ("a time in numbers", line(12, at=1772352000)),
    ("no author", b'{"id":"toot:13","platform":"toot","at":"2026-03-01T08:00:00Z","text":"x"}'),
    ("negative figures", line(14, metrics={"likes": -5})),
    ("broken UTF-8 in the id", line(15).replace(b"toot:15", b"toot:\xff\xfe")),
]
good = [
    line(100),
    line(101).replace(b"fine ferry", b"broken \xff\xfe utf-8 \xed\xa0\x80 ferry"),
    line(102, text="\x1b]0;owned\x07\x1b[31mred ferry\u202e\u009b2J\u0000 \u0008"),
    line(103, text="x" * 200000 + " ferry"),
    line(104, text=""),
    line(105, author={"handle": "'; DROP TABLE posts; -- \u202egnp.exe"}),
    line(106, surprise={"deeply": [1, 2, {"a": None}]}),
]
with open(f"{folder}/mixed.jsonl", "wb") as out:
    for number, (_, each) in enumerate(bad):
        out.write(each + (b"\r\n" if number % 2 else b"\n"))
        if number < len(good):
            out.write(good[number] + b"\n")
    out.write(line(107))  # no newline at the end
open(f"{folder}/expected", "w").write(f"{len(bad)} {len(good) + 1}")
P
read -r bad good <"$folder/expected"

run import "$folder/mixed.jsonl" --json
equal "bad lines are no error" "$status" 0
equal "each bad line is rejected, each good one is in" "$(json "$out" '(d["rejected"], d["new"], d["read"])')" "($bad, $good, $((bad + good)))"
rejected=$(json "$out" 'd["rejected_file"]')
equal "each rejected line has its number and a reason" "$(jsonl "$rejected" 'len(d), all(r["line"] > 0 and r["reason"] and r["file"].endswith("mixed.jsonl") for r in d)' | tr -d ' ')" "($bad,True)"
equal "long texts are cut in it" "$(jsonl "$rejected" 'max(len(r["text"]) for r in d) < 2100')" True
run import "$folder/mixed.jsonl" --json
equal "again: the same are rejected, nothing is new" "$(json "$out" '(d["rejected"], d["new"], d["duplicate"])')" "($bad, 0, $good)"
run posts --limit 100
check "no escape sequence reaches the terminal" sh -c "! grep -q \"\$(printf '\\033')\" '$out'"
check "nor a mark that turns text round" sh -c "! grep -q \"\$(printf '\\342\\200\\256')\" '$out'"
check "nor a C1 control" sh -c "! grep -q \"\$(printf '\\302\\233')\" '$out'"
run posts --limit 100 --json
equal "JSON keeps what was said, escaped" "$(jsonl "$out" 'len(d)')" "$good"
check "as bytes that a terminal can show" sh -c "! grep -q \"\$(printf '\\033')\" '$out'"
run import "$(printf '%s/no\033[31mwhere' "$folder")"
check "nor by way of a file's name" sh -c "! grep -q \"\$(printf '\\033')\" '$err'"

# ---- packed and cut ----
gzip -c "$folder/mixed.jsonl" >"$folder/whole.gz"
head -c "$(($(wc -c <"$folder/whole.gz") / 2))" "$folder/whole.gz" >"$folder/cut.jsonl.gz"
run --client cut import "$folder/cut.jsonl.gz" --json
equal "a packed file that is cut short ends with 7" "$status" 7
says "says so" "$err" "cut short"
equal "and keeps what came before" "$(json "$out" '(d["new"] > 0, d["complete"])')" "(True, False)"
head -c 3000 /dev/urandom >"$folder/noise"
run --client noise import "$folder/noise" --json
equal "noise is rejected line by line" "$(json "$out" 'd["new"], d["rejected"] > 0' | tr -d ' ')" "(0,True)"
printf '\037\213\010\000garbage' >"$folder/bad.gz"
run --client noise import "$folder/bad.gz"
equal "a broken packed file is an error" "$status" 7

# ---- queries ----
i=0
printf 'ferry ferry ferry' >"$folder/l0"
while [ $i -lt 12 ]; do
    printf '(list:l%d OR list:l%d OR list:l%d OR list:l%d OR list:l%d)' $i $i $i $i $i >"$folder/l$((i + 1))"
    i=$((i + 1))
done
lists=$(i=0; while [ $i -le 12 ]; do printf -- '--list l%d=%s ' $i "$folder/l$i"; i=$((i + 1)); done)
# shellcheck disable=SC2086
run count list:l12 $lists
check "nested lists that would fill the memory are refused" test "$status" -eq 3
printf 'list:a' >"$folder/a"
run count list:a --list "a=$folder/a"
check "a list that names itself is refused" test "$status" -eq 3
run count list:missing
check "a list that is not there is named" grep -q missing "$err"
python3 -c 'print("(" * 5000 + "a" + ")" * 5000)' >"$folder/deep"
run count --query-file "$folder/deep"
equal "brackets too deep are refused" "$status" 3
python3 -c 'print(" OR ".join("w%d*" % i for i in range(20000)))' >"$folder/wide"
run count --query-file "$folder/wide"
equal "a query too long is refused" "$status" 3
printf 'ferry \377\376 "' >"$folder/broken"
run count --query-file "$folder/broken"
check "broken bytes in a query do no harm" test "$status" -eq 3 -o "$status" -eq 0
run count "$(printf 'ferry \033[31m (')"
check "an error about a query shows no escape sequence" sh -c "! grep -q \"\$(printf '\\033')\" '$err'"

finish
