# Mastodon's connector against a server of Mastodon's API that we did not write: listening, gaps, looks, acts; and whether that server is one.
. "$(dirname "$0")/lib.sh"

server=$here/../servers/mastodon.sh
if ! sh "$server" clients >"$folder/clients" 2>"$err"; then
    skip "the Mastodon server is not installed here ($(tail -n 1 "$err")): tests/servers/mastodon.sh install"
    finish
    exit "$failed"
fi

python3 "$here/mastodon.py" "$BELLWETHER" "$server" "$folder" accounts auto sse poll home hashtags windows gaps looks acts >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "the connector does what it should" test "$status" = 0

platform_start mastodon
url=$(platform_word url)
read -r modules node <"$folder/clients"
"$node" "$here/mastodon_clients.mjs" "$modules" "$url" token-us token-writer >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "two other client libraries take the server for Mastodon" test "$status" = 0

# A token by a code that a person copies (this server's codes are mockcode_NAME).
printf 'mockcode_us\n' | "$BELLWETHER" source login mastodon "$url" --private >"$folder/token" 2>"$err"
status=$?
check "source login ends well" test "$status" = 0
says "it names an address to open" "$err" "$url/oauth/authorize\?response_type=code&client_id=.*scope=read%20write%3Astatuses"
says "and whom it was let in as" "$err" "let in as us"
says "the token is printed as secrets are read" "$folder/token" "^token=.+"
token=$(sed -n 's/^token=//p' "$folder/token")
printf '{"instance":"%s"}' "$url" >"$folder/config.json"
printf '{"token":"%s"}' "$token" >"$folder/secrets.json"
run source check --only check --config "$folder/config.json" --secrets "$folder/secrets.json" -- "$BELLWETHER" source run mastodon
says "it is a token that works" "$out" "^ok +check"
printf 'wrong\n' | "$BELLWETHER" source login mastodon "$url" --private >"$out" 2>"$err"
status=$?
check "a wrong code is no token" test "$status" != 0 -a ! -s "$out"
printf 'mockcode_us\n' | "$BELLWETHER" source login mastodon "$url" >"$out" 2>"$err"
says "nothing is sent without TLS" "$err" "without TLS"

platform_end
finish
