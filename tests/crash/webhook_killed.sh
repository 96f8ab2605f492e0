# kill -9 of a server while another program pushes to its webhook and tries again what was not answered: afterwards the archive holds what was sent, once.
# WEBHOOK_POSTS and WEBHOOK_KILLS for more.
. "$(dirname "$0")/../scenario/lib.sh"

run client add harbour
run --client harbour source add webhook from=forum --name Forum --json
secret=$(json "$out" 'd["made_secret"]')
python3 "$here/webhook_killed.py" "$BELLWETHER" "$BELLWETHER_DATA" "$secret" "${WEBHOOK_POSTS:-10000}" "${WEBHOOK_KILLS:-50}" >"$folder/said" 2>&1
status=$?
cat "$folder/said"
check "the archive holds what was sent" test "$status" = 0
run --client harbour count '' --json
equal "each post once" "$(json "$out" 'd["count"]')" "${WEBHOOK_POSTS:-10000}"
finish
