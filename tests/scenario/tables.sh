# Tables as they are exported: separators, quotes, preambles, headers, times, and what is missing.
. "$(dirname "$0")/lib.sh"

count() { "$BELLWETHER" "$@" count --json 2>/dev/null | sed 's/[^0-9]//g'; }

printf 'tweet_id,name,retweet_count,text,tweet_created\n1,ann,3,"hello, ""you""",2015-02-24 11:35:52 -0800\n2,bob,,"two\nlines",2015-02-24 11:35:53 -0800\n' >"$folder/a.csv"
run import "$folder/a.csv" --json
equal "a comma table with its platform in the headers" "$(json "$out" '(d["read"], d["new"], d["rejected"])')" "(2, 2, 0)"
run posts --order old --json
equal "its posts" "$(jsonl "$out" '[(p["id"], p["platform"], p["at"], p["author"]["handle"], p["text"], p.get("metrics", {}).get("reposts")) for p in d]')" \
    "[('twitter:1', 'twitter', '2015-02-24T19:35:52Z', 'ann', 'hello, \"you\"', 3), ('twitter:2', 'twitter', '2015-02-24T19:35:53Z', 'bob', 'two\\nlines', None)]"
run import "$folder/a.csv" --json
equal "again: nothing new" "$(json "$out" '(d["new"], d["duplicate"])')" "(0, 2)"

printf '\357\273\277Report: ferries;;\r\nFrom;1 Feb;\r\n\r\nDate;Full Text;Author\r\n24/02/2015 11:35;late again;@ann\r\n25/02/2015 09:00;"sunk; cost";bob\r\n' >"$folder/b.csv"
run --client b import "$folder/b.csv" --platform Forum --date-order dmy --json
equal "a preamble, semicolons, a byte order mark, no ids" "$(json "$out" '(d["read"], d["new"], d["rejected"])')" "(2, 2, 0)"
run --client b posts --order old --json
equal "its posts" "$(jsonl "$out" '[(p["platform"], p["at"][:16], p["author"]["handle"], p["text"]) for p in d]')" \
    "[('forum', '2015-02-24T11:35', 'ann', 'late again'), ('forum', '2015-02-25T09:00', 'bob', 'sunk; cost')]"
run --client b import "$folder/b.csv" --platform Forum --date-order dmy --json
equal "a made id is the same again" "$(json "$out" '(d["new"], d["duplicate"])')" "(0, 2)"
run --client b3 import "$folder/b.csv" --platform forum --json
equal "without --date-order a day above 12 decides" "$(json "$out" '(d["new"], d["rejected"])')" "(2, 0)"
printf 'date;text;author\n04/02/2015 11:35;late again;ann\n05/02/2015 09:00;sunk;bob\n' >"$folder/b2.csv"
run --client b2 import "$folder/b2.csv" --platform forum --json
equal "where nothing decides, the rows are rejected" "$(json "$out" '(d["new"], d["rejected"])')" "(0, 2)"
says "with the reason" "$(json "$out" 'd["rejected_file"]')" "day first or month first"

printf 'Posted On\tWords\tWho\n1424777752\thello there\tann\n1424777753000\tand again\tbob\n' >"$folder/c.tsv"
run --client c import "$folder/c.tsv" --platform chat
equal "unknown headers are an error" "$status" 3
says "that says what to do" "$err" "--map"
run --client c import "$folder/c.tsv" --platform chat --map "at=Posted On" --map text=words --map author=Who --json
equal "--map names them" "$(json "$out" '(d["new"], d["rejected"])')" "(2, 0)"
run --client c import "$folder/c.tsv" --platform chat --map "colour=Who"
equal "a field that is none" "$status" 2
run --client c import "$folder/c.tsv" --platform chat --map "at=Nowhere"
says "a column that is not there" "$err" "Nowhere"

printf 'created_utc,subreddit,title,selftext,permalink,score,num_comments,author\n1424777752,ferries,A question,Is it late?,/r/x/1,12,3,ann\n' >"$folder/d.csv"
run --client d import "$folder/d.csv" --json
run --client d posts --json
equal "a title goes before the text" "$(jsonl "$out" '(d[0]["platform"], d[0]["community"], d[0]["text"], d[0]["metrics"]["likes"], d[0]["metrics"]["replies"])')" \
    "('reddit', 'ferries', 'A question\\nIs it late?', 12, 3)"

printf 'date,text,author\n2015-02-24,"never closed,ann\n2015-02-24,fine,bob\nsoon,bad time,cat\n2015-02-24,too,many,fields\n2015-02-24,short\n' >"$folder/e.csv"
run --client e import "$folder/e.csv" --platform x --json
equal "bad rows spoil themselves alone" "$(json "$out" '(d["read"], d["new"], d["rejected"])')" "(5, 2, 3)"
rejected=$(json "$out" 'd["rejected_file"]')
equal "each with its line" "$(jsonl "$rejected" '[r["line"] for r in d]')" "[2, 4, 5]"
printf 'date,text,author\n2015-02-24,hi,ann\n' | "$BELLWETHER" --client f import - --json >"$out" 2>"$err"
equal "without a platform rows are rejected" "$(json "$out" '(d["new"], d["rejected"])')" "(0, 1)"
printf 'date,text,author,url\n2015-02-24,hi,ann,https://www.reddit.com/r/x/1\n' | "$BELLWETHER" --client f import - --json >"$out" 2>"$err"
equal "unless the address tells it" "$(json "$out" '(d["new"], d["rejected"])')" "(1, 0)"
equal "clients stay apart" "$(count --client a) $(count --client f)" " 1"

printf '[{"id":"a:1","platform":"a","at":"2015-02-24T00:00:00Z","author":{"handle":"ann"},"text":"one"},\n {"id":"a:2"}]' >"$folder/array.json"
run --client h import "$folder/array.json" --json
equal "a JSON array is read object by object" "$(json "$out" '(d["new"], d["rejected"])')" "(1, 1)"
printf 'date,text,author,platform\n2015-02-24,caf\303\251,ann,forum\n' | iconv -f UTF-8 -t UTF-16 >"$folder/utf16.csv"
run --client i import "$folder/utf16.csv" --json
equal "UTF-16 is read" "$(json "$out" 'd["new"]')" 1
: >"$folder/empty.csv"
run --client g import "$folder/empty.csv" --json
equal "an empty file is no error" "$(json "$out" 'd["read"]')" 0

finish
