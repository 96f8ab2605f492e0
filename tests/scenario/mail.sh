# The mail connector against Dovecot (tests/servers/dovecot.sh) and aiosmtpd. Killed fifty times during MAIL_MAILS mails (1,000).
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3 # it has what Debian packaged
"$python" -c 'import aiosmtpd' 2>/dev/null || { echo "skip - no python3-aiosmtpd here"; exit 77; }
if sh "$here/../servers/dovecot.sh" install >"$out" 2>&1; then
    chmod 755 "$folder" # Dovecot reads as somebody else where this is root
    check "mail" "$python" "$here/mail.py" "$BELLWETHER" "$folder" "${MAIL_MAILS:-1000}"
else
    skip "$(cat "$out")"
fi
finish
