# WordPress: a real one, listened to, answered, killed over.
. "$(dirname "$0")/lib.sh"
status=0
python3 "$here/wordpress.py" "$BELLWETHER" || status=$?
[ "$status" = 77 ] && { skip "WordPress"; finish; }
equal "WordPress" "$status" 0
finish
