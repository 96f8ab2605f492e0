# Exports of other tools: the same posts in each tool's form are the same posts, and stay one when all of them are imported.
. "$(dirname "$0")/lib.sh"

python3 "$here/exports.py" "$folder" 200

# What the archive of a client holds, as tuples; only of some platforms where they are named.
posts_of() {
    client=$1
    shift
    "$BELLWETHER" --client "$client" posts --order old --limit 10000 --json 2>/dev/null | python3 -c '
import json, sys
wanted = set(sys.argv[1].split(",")) if len(sys.argv) > 1 and sys.argv[1] else None
for line in sorted(sys.stdin):
    p = json.loads(line)
    if wanted and p["platform"] not in wanted: continue
    print(p["id"], p["platform"], p["at"], "?" if len(sys.argv) > 2 else p["author"].get("handle"), repr(p["text"]), sep="|")
' "$@"
}

run --client bw import "$folder/brandwatch.csv" --json
equal "Brandwatch: all are posts" "$(json "$out" '(d["read"], d["new"], d["rejected"], d["tool"], d["query"], d["zone"])')" "(200, 200, 0, 'brandwatch', 'Ferries', 'UTC')"
says "it says what it recognised" "$err" "Brandwatch export, times in UTC, query 'Ferries'"
run --client tw import "$folder/talkwalker.csv" --json
equal "Talkwalker: all are posts" "$(json "$out" '(d["read"], d["new"], d["rejected"], d["tool"], d["zone"])')" "(200, 200, 0, 'talkwalker', None)"
says "and says what it cannot know" "$err" "times that name no zone are taken as UTC"
says "and how it reads the dates" "$err" "day first, as its own dates decide"
run --client mw import "$folder/meltwater.csv" --zone America/New_York --label "Meltwater trial" --json
equal "Meltwater, in UTF-16: all are posts" "$(json "$out" '(d["read"], d["new"], d["rejected"], d["tool"], d["query"])')" "(200, 200, 0, 'meltwater', 'Ferries')"
run --client fc import "$folder/4cat.csv" --json
equal "4CAT: all are posts but the pages, whose platform it does not say" "$(json "$out" '(d["read"], d["new"], d["rejected"], d["tool"])')" "(200, 175, 25, '4cat')"

posts_of bw >"$folder/bw.posts"
posts_of tw >"$folder/tw.posts"
posts_of mw >"$folder/mw.posts"
equal "two hundred of them" "$(wc -l <"$folder/bw.posts" | tr -d ' ')" 200
check "Talkwalker's are Brandwatch's" cmp -s "$folder/bw.posts" "$folder/tw.posts"
check "Meltwater's are Brandwatch's" cmp -s "$folder/bw.posts" "$folder/mw.posts"
posts_of fc >"$folder/fc.posts"
grep -v '|web|' "$folder/bw.posts" >"$folder/bw.social"
check "4CAT's are Brandwatch's" cmp -s "$folder/bw.social" "$folder/fc.posts"

run --client zs import "$folder/zeeschuimer.ndjson" --json
equal "Zeeschuimer: all are posts" "$(json "$out" '(d["new"], d["rejected"], d["tool"])')" "(75, 0, 'zeeschuimer')"
posts_of zs >"$folder/zs.posts"
posts_of bw twitter,tiktok,instagram >"$folder/bw.three"
check "Zeeschuimer's are Brandwatch's" cmp -s "$folder/bw.three" "$folder/zs.posts"
run --client xa import "$folder/tweets.js"
says "X's archive does not say whose it is" "$err" "does not say whose it is"
run --client xa import "$folder/tweets.js" --author author0 --json
equal "X's archive" "$(json "$out" '(d["new"], d["rejected"], d["tool"])')" "(25, 0, 'x-archive')"
posts_of xa twitter without-author >"$folder/xa.posts"
posts_of bw twitter without-author >"$folder/bw.x"
check "X's are Brandwatch's, but for who wrote them" cmp -s "$folder/bw.x" "$folder/xa.posts"

# All into one: one post each, and it says what the first said.
run --client all import "$folder/brandwatch.csv" --json
posts_of all >"$folder/all.before"
run --client all import "$folder/meltwater.csv" --zone America/New_York --json
equal "the second tool adds nothing and edits nothing" "$(json "$out" '(d["new"], d["edited"], d["duplicate"] + d["refreshed"])')" "(0, 0, 200)"
run --client all import "$folder/talkwalker.csv" "$folder/4cat.csv" "$folder/zeeschuimer.ndjson" --json
equal "nor do the others" "$(json "$out" '(d["new"], d["edited"], d["rejected"])')" "(0, 0, 25)"
posts_of all >"$folder/all.after"
check "the archive is what it was" cmp -s "$folder/all.before" "$folder/all.after"
equal "each tool's finds are noted" "$(python3 - "$folder/data/clients/all/sightings.db" <<'PY'
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT f.label, f.knows_when, count(*) FROM sighting_finder f JOIN sighting s ON s.finder = f.id GROUP BY f.id ORDER BY 1").fetchall())
PY
)" "[('import:4cat', 0, 175), ('import:brandwatch', 1, 200), ('import:meltwater', 0, 200), ('import:talkwalker', 1, 200), ('import:zeeschuimer', 1, 75)]"

# A table that nobody knows, mapped once.
printf 'Gepostet;W\303\266rter;Wer;Wo\r\n03/04/2026 10:00;hallo;ann;https://x.com/ann/status/77\r\n' >"$folder/odd.csv"
run --client odd import "$folder/odd.csv"
equal "unknown headers are an error" "$status" 3
run --client odd import "$folder/odd.csv" --map at=Gepostet --map "text=W$(printf '\303\266')rter" --map author=Wer --map url=Wo --date-order dmy --zone Europe/Berlin --save-mapping "Our forum" --json
equal "--map names them" "$(json "$out" '(d["new"], d["rejected"], d["zone"])')" "(1, 0, 'Europe/Berlin')"
run --client odd posts --json
equal "in their zone" "$(jsonl "$out" '[(p["id"], p["at"]) for p in d]')" "[('twitter:77', '2026-04-03T08:00:00Z')]"
run --client odd import "$folder/odd.csv" --mapping "Our forum" --json
equal "the next time its name is enough" "$(json "$out" '(d["new"], d["duplicate"])')" "(0, 1)"
run --client odd import "$folder/odd.csv" --mapping "Nobody's"
says "a mapping that is not there" "$err" "there is no mapping"
run --client odd import "$folder/odd.csv" --tool sprout
says "a tool that is not there" "$err" "there is none called 'sprout'"
run --client odd import "$folder/odd.csv" --zone Mars
says "a zone that is not there" "$err" "no time zone 'Mars'"

# Kindly refused, and hostile.
python3 - "$folder" <<'PY'
import sys, zipfile
folder = sys.argv[1]
with zipfile.ZipFile(folder + "/book.xlsx", "w") as z:
    z.writestr("[Content_Types].xml", "<Types/>"); z.writestr("xl/workbook.xml", "<workbook/>")
with zipfile.ZipFile(folder + "/archive.zip", "w") as z:
    z.writestr("data/tweets.js", "window.YTD.tweets.part0 = []")
open(folder + "/wide.csv", "w").write(",".join(f"c{i}" for i in range(100000)) + "\ndate,text\n" + "1," * 100000 + "\n")
open(folder + "/formula.csv", "w").write('date,text,author,platform\n2026-03-04T10:00:00Z,"=HYPERLINK(""http://evil.example"",""x"")",=cmd|calc,forum\n')
PY
run --client bad import "$folder/book.xlsx"
says "a spreadsheet is told how to become a table" "$err" "save it as CSV"
run --client bad import "$folder/archive.zip"
says "a package is told to be unpacked" "$err" "unpack it"
run --client bad import "$folder/wide.csv"
check "a hundred thousand columns are refused" [ "$status" -ne 0 ]
run --client bad import "$folder/formula.csv" --json
run --client bad posts --json
equal "a formula is words" "$(jsonl "$out" '[(p["author"]["handle"], p["text"][:10]) for p in d]')" "[('=cmd|calc', '=HYPERLINK')]"
# A bomb: a line of 1 GB in 1 MB of gzip. It is passed over in bounded memory.
head -c 1073741824 /dev/zero | tr '\0' 'a' | gzip -1 >"$folder/bomb.gz"
(ulimit -v 4194304 2>/dev/null; [ -n "${ASAN_OPTIONS:-}" ] || true; "$BELLWETHER" --client bad import "$folder/bomb.gz" --json >"$out" 2>"$err")
status=$?
case "$(cat "$err")" in *Sanitizer*|*"failed to allocate"*) "$BELLWETHER" --client bad import "$folder/bomb.gz" --json >"$out" 2>"$err" ;; esac
equal "a line of a gigabyte is one rejected line" "$(json "$out" '(d["read"], d["rejected"])')" "(1, 1)"

finish
