# Alerts from outside: a rule, its preview, what fires, and deliveries to receivers that are not ours: a mail server and an HTTP server that
# checks signatures. Killed in the middle, a webhook comes again under the same id, and a mail never twice.
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3
"$python" -c 'import aiosmtpd' 2>/dev/null || { echo "skip - no python3-aiosmtpd here"; exit 77; }
peers=$folder/peers
mkdir "$peers"
mkfifo "$folder/hold"
"$python" -W ignore "$here/alerts_peers.py" "$peers" <"$folder/hold" 2>"$folder/peers.err" &
peers_pid=$!
exec 7>"$folder/hold"
trap '[ -z "$serve_pid" ] || kill -KILL "$serve_pid" 2>/dev/null; exec 7>&-; kill "$peers_pid" 2>/dev/null; clean_up' EXIT

wait_for() { # WORDS TRIES COMMAND...: ten tries a second
    waited=$1
    tries=$2
    shift 2
    while [ "$tries" -gt 0 ]; do
        if "$@" >/dev/null 2>&1; then echo "ok - $waited"; return 0; fi
        sleep 0.1
        tries=$((tries - 1))
    done
    echo "not ok - $waited: it did not come about"
    failed=$((failed + 1))
    return 1
}
wait_for "the receivers listen" 100 test -f "$peers/http_port"
http_base=http://127.0.0.1:$(cat "$peers/http_port")

# ---- four weeks of posts that end now, and a storm of the last minutes ----
python3 - >"$folder/posts" <<'PYTHON'
import json, random, datetime
random.seed(3)
now = datetime.datetime.now(datetime.timezone.utc)
n = 0
def say(at, author, text):
    global n
    n += 1
    print(json.dumps({"id": f"x:{n}", "platform": "x", "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "author": {"handle": author}, "text": text}))
for hour in range(2, 28 * 24):
    for _ in range(random.randint(1, 4)):
        say(now - datetime.timedelta(hours=hour, minutes=random.random() * 59), f"voice{random.randint(1, 60)}", "the ferry is on time, lovely")
for i in range(120):
    say(now - datetime.timedelta(days=9, seconds=i * 5), f"angry{i}", "ferry cancelled again, awful")
for i in range(90):
    say(now - datetime.timedelta(seconds=i * 3), f"angry{i}", "ferry cancelled again, awful <script>alert(1)</script>\r\nBcc: evil@example.org")
PYTHON
run import "$folder/posts"
run user add mara --server-admin --password-stdin <<WORDS
a long enough password
WORDS
run token new mara --role admin --json
token=$(json "$out" 'd["token"]')
export BELLWETHER_MAIL_HOST=127.0.0.1 BELLWETHER_MAIL_PORT="$(cat "$peers/smtp_port")" BELLWETHER_MAIL_TLS=none BELLWETHER_MAIL_FROM=bell@example.org
export BELLWETHER_WEBHOOKS_PRIVATE_ADDRESSES=yes BELLWETHER_SERVER_PUBLIC_URL=https://listen.example.org
serve_start
post() { call POST "$1" -H 'Content-Type: application/json' -d "$2"; }

# ---- before saving ----
post '/alerts/preview?client=default' '{"rule":{"on":"volume","query":"ferry"},"weeks":4}'
equal "the preview finds both storms" "$http $(json "$out" 'd["fired"]')" "200 2"
equal "each word tells what to expect, the sensitive ones more" \
    "$(json "$out" '[w["sensitivity"] for w in d["words"]], d["words"][0]["fired"] <= d["words"][1]["fired"] <= d["words"][2]["fired"]')" \
    "(['very_unusual', 'unusual', 'above_usual'], True)"
equal "with posts of the time" "$(json "$out" 'len(d["hits"][0]["posts"]) > 0 and sum(d["timeline"]["counts"]) > 500')" True
post '/alerts/preview?client=default' '{"rule":{"on":"volume","query":"ferry AND ("},"weeks":4}'
equal "a query that does not parse is drawn" "$http $(json "$out" '"^" in d["hint"]')" "422 True"

# ---- webhooks ----
hook() { post '/alerts/webhooks?client=default' "{\"url\":\"$1\"}"; hook_id=$(json "$out" 'd["id"]'); }
hook 'http://user:pw@127.0.0.1/'
equal "a password in an address is refused" "$http" 422
hook "$http_base/ok"
secret=$(json "$out" 'd["secret"]')
printf '%s' "$secret" >"$peers/secret"
ok_hook=$hook_id
call GET '/alerts/webhooks?client=default'
equal "the secret is shown once" "$(grep -c "$secret" "$out")" 0

# ---- a rule, and what fires ----
post '/alerts?client=default' "{\"rule\":{\"name\":\"Ferry ⛴ storm\",\"on\":\"volume\",\"query\":\"ferry\",\"mail\":[\"desk@example.org\"],\"webhooks\":[$ok_hook]}}"
equal "a rule is made" "$http $(json "$out" 'd["version"], d["state"]')" "201 (1, 'on')"
rule=$(json "$out" 'd["id"]')
post '/alerts?client=default' '{"rule":{"name":"x","on":"volume","webhooks":[77]}}'
equal "one that names a webhook which is not there is refused" "$http" 422
curl -sSN -m 120 -H "Authorization: Bearer $token" "$base/api/v1/events?client=default" >"$folder/events" 2>/dev/null &
watcher=$!
wait_for "it fires within two minutes, and the mail arrives" 1300 test -f "$peers/mail-1"
wait_for "and the webhook" 100 test -f "$peers/hook-1"
kill "$watcher" 2>/dev/null
says "the page is told" "$folder/events" '^event: alert$'
equal "the webhook is signed, fresh, and holds no secret" \
    "$(json "$peers/hook-1" 'd["signature_is_right"], d["is_fresh"], d["secret_is_sent"], d["body"]["event"], d["body"]["alert"]["name"]')" \
    "(True, True, False, 'alert.fired', 'Ferry ⛴ storm')"
"$python" - "$peers/mail-1" >"$folder/mail" <<'PYTHON'
import email, email.policy, sys
raw = open(sys.argv[1]).read().split("\n", 1)[1]
m = email.message_from_string(raw, policy=email.policy.default)
print(m["To"], "|", m["From"], "|", m["Subject"][:13], "|", m["Bcc"], "|", m["Auto-Submitted"], "|", len(m.defects))
print(m.get_content())
PYTHON
says "the mail is whole, and no text of strangers made a header of it" "$folder/mail" '^<?desk@example.org>? \| <?bell@example.org>? \| Ferry ⛴ storm \| None \| auto-generated \| 0$'
says "it says what happened" "$folder/mail" 'posts in 1 h where [0-9.]+ are usual'
says "and where to say whether it was useful" "$folder/mail" "https://listen.example.org/listen/alerts/$rule\?client=default&firing=1"
call GET '/alerts/firings?client=default'
equal "it stands in the list with its posts" "$(json "$out" 'len(d["firings"]), len(d["firings"][0]["posts"]) > 0, d["firings"][0]["outcome"]')" "(1, True, None)"
post '/alerts/firings/1/outcome?client=default' '{"outcome":"useful","note":"we told the desk"}'
equal "what it was good for is kept" "$http $(json "$out" 'd["outcome"], d["outcome_by"]')" "200 ('useful', 'mara')"
post '/alerts/firings/1/outcome?client=default' '{"outcome":"great"}'
equal "no other word is" "$http" 422
call GET "/alerts/$rule?client=default"
equal "the rule shows its record" "$(json "$out" 'd["record"]["fired"], d["record"]["useful"]')" "(1, 1)"

# ---- receivers that fail ----
for place in later gone redirect huge; do
    hook "$http_base/$place"
    eval "${place}_hook=$hook_id"
done
# shellcheck disable=SC2154
post '/alerts?client=default' "{\"rule\":{\"name\":\"trouble\",\"on\":\"author\",\"author\":\"nobody\",\"mail\":[\"refuse@example.org\",\"later@example.org\"],\"webhooks\":[$later_hook,$gone_hook,$redirect_hook,$huge_hook]}}"
trouble=$(json "$out" 'd["id"]')
before=$(find "$peers" -name 'hook-*' | wc -l)
post '/alerts/test?client=default' "{\"alert\":$trouble}"
equal "tests are queued" "$(json "$out" 'd["queued"]')" 6
settled() { call GET "/alerts/deliveries?client=default&alert=$trouble"; [ "$(json "$out" 'all(x["attempts"] == 1 and x["fate"] != "sending" for x in d["deliveries"])')" = True ]; }
wait_for "each was tried once" 300 settled
fates() { json "$out" 'sorted((x["target"].rsplit("/")[-1], x["fate"]) for x in d["deliveries"])'; }
equal "what failed waits, what was refused is dead, and says so" "$(fates)" \
    "[('gone', 'waiting'), ('huge', 'sent'), ('later', 'waiting'), ('later@example.org', 'waiting'), ('redirect', 'waiting'), ('refuse@example.org', 'dead')]"
equal "a redirect is not followed" "$(($(find "$peers" -name 'hook-*' | wc -l) - before))" 4
call GET '/alerts/deliveries?client=default&troubled=true'
equal "those with trouble can be listed" "$(json "$out" 'len(d["deliveries"])')" 5

# ---- killed in the middle ----
hook "$http_base/hang"
post '/alerts?client=default' "{\"rule\":{\"name\":\"hang\",\"on\":\"author\",\"author\":\"nobody\",\"webhooks\":[$hook_id]}}"
hang=$(json "$out" 'd["id"]')
before=$(find "$peers" -name 'hook-*' | wc -l)
post '/alerts/test?client=default' "{\"alert\":$hang}"
hook_came() { [ "$(find "$peers" -name 'hook-*' ! -name '*.tmp' | wc -l)" -ge "$1" ]; }
wait_for "a webhook is under way" 100 hook_came $((before + 1))
kill -KILL "$serve_pid"
wait "$serve_pid" 2>/dev/null
serve_start
wait_for "it comes again after the kill" 100 hook_came $((before + 2))
equal "with the same id" "$(python3 -c 'import json,sys; print(len({json.load(open(f))["id"] for f in sys.argv[1:]}))' "$peers/hook-$((before + 1))" "$peers/hook-$((before + 2))")" 1
kill -KILL "$serve_pid" # it hangs again: enough of it
wait "$serve_pid" 2>/dev/null
serve_start
call GET "/alerts/$hang?client=default"
call DELETE "/alerts/webhooks/$hook_id?client=default"
post '/alerts?client=default' '{"rule":{"name":"hang by mail","on":"author","author":"nobody","mail":["hang@example.org"]}}'
hang=$(json "$out" 'd["id"]')
mails() { find "$peers" -name 'mail-*' ! -name '*.tmp' | wc -l; }
mail_before=$(mails)
mail_came() { [ "$(mails)" -gt "$mail_before" ]; }
post '/alerts/test?client=default' "{\"alert\":$hang}"
wait_for "a mail is under way" 300 mail_came
kill -KILL "$serve_pid"
wait "$serve_pid" 2>/dev/null
serve_start
sleep 2
call GET "/alerts/deliveries?client=default&alert=$hang"
equal "nobody knows whether a mail went: it is uncertain" "$(json "$out" '[(x["fate"], x["attempts"]) for x in d["deliveries"]]')" "[('uncertain', 1)]"
equal "and it is not sent twice" "$(mails)" "$((mail_before + 1))"

# ---- the feed ----
call POST '/alerts/feeds?client=default'
feed_path=$(json "$out" 'd["path"]')
feed_id=$(json "$out" 'd["id"]')
http=$(curl -sS -o "$folder/feed.xml" -w '%{http_code} %{content_type}' "$base$feed_path")
equal "a feed reader needs no session" "$http" "200 application/atom+xml; charset=utf-8"
if command -v xmllint >/dev/null 2>&1; then
    check "it is well-formed XML" xmllint --noout "$folder/feed.xml"
else
    skip "no xmllint"
fi
"$python" - "$folder/feed.xml" >"$folder/feed" <<'PYTHON'
import sys, xml.etree.ElementTree as E
a = "{http://www.w3.org/2005/Atom}"
feed = E.parse(sys.argv[1]).getroot()
entry = feed.find(a + "entry")
print(feed.tag == a + "feed", all(feed.find(a + n) is not None for n in ("id", "title", "updated", "author")),
      all(entry.find(a + n) is not None for n in ("id", "title", "updated", "link", "summary")), entry.find(a + "title").text[:12], "(useful)" in entry.find(a + "summary").text)
PYTHON
equal "with what Atom asks for" "$(cat "$folder/feed")" "True True True Ferry ⛴ stor True"
equal "a wrong token is refused" "$(curl -sS -o /dev/null -w '%{http_code}' "$base/api/v1/alerts/feed.atom?client=default&token=bwf_no")" 401
equal "another client too" "$(curl -sS -o /dev/null -w '%{http_code}' "$base$(printf '%s' "$feed_path" | sed 's/client=default/client=other/')")" 401
call DELETE "/alerts/feeds/$feed_id?client=default"
equal "a revoked address is refused" "$(curl -sS -o /dev/null -w '%{http_code}' "$base$feed_path")" 401

# ---- changes ----
post "/alerts/$rule/state?client=default" '{"version":1,"state":"retired"}'
equal "a rule is retired" "$http $(json "$out" 'd["state"]')" "200 retired"
post "/alerts/$rule/state?client=default" '{"version":1,"state":"on"}'
equal "an old version conflicts" "$http" 409
call GET "/alerts/$rule/versions?client=default"
equal "its versions are kept" "$(json "$out" '[(v["version"], v["what"]) for v in d["versions"]]')" "[(2, 'retire'), (1, 'create')]"

serve_stop
equal "it ends well" "$status" 0
equal "no secret is in the log" "$(cat "$folder/serve.err" "$folder/serve.out" | grep -c "$secret")" 0
finish
