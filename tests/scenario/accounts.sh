# Members, clients and tokens by the command line.
. "$(dirname "$0")/lib.sh"

# with WORDS ...: runs bellwether with the words as its standard input.
with() {
    printf '%s\n' "$1" >"$folder/in"
    shift
    run "$@" <"$folder/in"
}

# ---- the first member ----
run user list
equal "nobody is there at first" "$status" 0
says "and it says how to begin" "$err" "user add"
with 'gulls over harbour' user add "Mara Lindholm" --server-admin --password-stdin --json
equal "a member is made" "$status $(json "$out" '(d["name"], d["is_server_admin"])')" "0 ('Mara Lindholm', True)"
check "server.db is its owner's alone" test "$(stat -c %a "$BELLWETHER_DATA/server.db")" = 600
check "and holds no password" sh -c '! cat "$BELLWETHER_DATA"/server.db* | grep -q "gulls over"'

# ---- what is refused ----
while IFS='|' read -r words wanted status_wanted arguments; do
    eval with "'gulls over harbour'" "$arguments"
    equal "$words: exit status" "$status" "$status_wanted"
    says "$words: says why" "$err" "$wanted"
done <<'TABLE'
the same name in other letters|already|5|user add "MARA lindholm" --password-stdin
no terminal to ask|--password-stdin|2|user add dee
a name with a slash|cannot stand|3|user add "d/e" --password-stdin
a name with an escape|cannot stand|3|user add "$(printf 'd\033[2Je')" --password-stdin
an empty name|1 to 64|3|user add "" --password-stdin
a name too long|1 to 64|3|user add "$(printf '%065d' 1)" --password-stdin
a word that is no subcommand|did you mean|2|user lst
a subcommand without its name|missing|2|user add
one word too many|too much|2|user disable mara lindholm
a member who is not there|no member|4|user disable nobody
the last server admin|last server admin|5|user disable "mara lindholm"
a role that is none|no role|2|user role "mara lindholm" chief
a role for a client that is not there|no client|4|user role "mara lindholm" viewer --client nowhere
a client with a path for a name|no client|3|client add ../elsewhere
a token for nobody|no member|4|token new nobody
a token for a client that is not there|no client|4|token new "mara lindholm" --client nowhere
a token that never expires|days|2|token new "mara lindholm" --days 999999
a token that may nothing|no role|2|token new "mara lindholm" --role none
a token that is not there|no token|4|token revoke 77
a token's text where its number belongs|no number|2|token revoke bw_x
TABLE
for password in short aaaaaaaaaaaaaaaa "Dee Dee Dee"; do
    with "$password" user add "Dee Dee Dee" --password-stdin
    equal "the password '$password'" "$status" 3
    check "is not told again" sh -c "! grep -q '$password:' '$err'"
done

# ---- more members, and clients ----
run client add harbour --title "Harbour Ferries"
equal "a client is made" "$status" 0
check "as a folder" test -d "$BELLWETHER_DATA/clients/harbour"
run client add harbour
equal "once" "$status" 5
mkdir -p "$BELLWETHER_DATA/clients/bakery" "$BELLWETHER_DATA/clients/Not A Client"
run client list --json
equal "a folder that is there counts too" "$(jsonl "$out" '[c["name"] for c in d], d[1]["title"]')" "(['bakery', 'harbour'], 'Harbour Ferries')"
with 'a tram to the sea' user add dee --password-stdin
run user role dee practitioner --client harbour
equal "a role is given" "$status" 0
run user role dee viewer --client bakery
run user role dee none --client bakery
run user list --json
equal "and shown" "$(jsonl "$out" '[(m["name"], m["roles"], m["is_server_admin"]) for m in d]')" \
    "[('dee', {'harbour': 'practitioner'}, False), ('Mara Lindholm', {}, True)]"
run user list
says "in words too" "$out" "dee .*practitioner of harbour"

# ---- tokens ----
run token new dee --role viewer --client harbour --name collector --days 7 --json
token=$(json "$out" 'd["token"]')
check "a token can be told by scanners" sh -c "printf %s '$token' | grep -qE '^bw_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6}\$'"
check "and is kept as a hash alone" sh -c "! cat '$BELLWETHER_DATA'/server.db* | grep -q '$token'"
run token list --json
equal "the list shows what it may" "$(jsonl "$out" '[(t["member"], t["name"], t["role"], t["client"], t["state"], t["used"]) for t in d]')" \
    "[('dee', 'collector', 'viewer', 'harbour', 'active', None)]"
check "and not its text" sh -c "! grep -q bw_ '$out'"
run token revoke 1
run token list --json
equal "revoked" "$(jsonl "$out" 'd[0]["state"]')" revoked

# ---- disabling ----
run token new dee
run user link dee --json
says "a link has its path" "$out" '"/welcome#[A-Za-z0-9_-]{43}"'
run user disable dee
run token list --json
equal "who is disabled has no token left" "$(jsonl "$out" '{t["state"] for t in d}')" "{'revoked'}"
run user link dee
equal "nor gets a link" "$status" 3
run user enable dee
run user list --json
equal "and may come back" "$(jsonl "$out" 'd[0]["is_disabled"]')" False

finish
