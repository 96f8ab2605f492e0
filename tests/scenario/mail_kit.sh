# The conformance kit against the mail connector on Dovecot. SOURCE_KILLS for more than five kills.
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3 # it has what Debian packaged
"$python" -c 'import aiosmtpd' 2>/dev/null || { echo "skip - no python3-aiosmtpd here"; exit 77; }
if sh "$here/../servers/dovecot.sh" install >"$out" 2>&1; then
    chmod 755 "$folder" # Dovecot reads as somebody else where this is root
    run source check --driver "$python $here/../servers/dovecot_driver.py $folder/dovecot" --kills "${SOURCE_KILLS:-5}" -- "$BELLWETHER" source run mail
    sed "s/^/# /" "$out"
    check "the conformance kit finds no fault" test "$status" = 0
else
    skip "$(cat "$out")"
fi
finish
