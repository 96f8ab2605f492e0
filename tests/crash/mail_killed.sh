# kill -9 of the server while mail is delivered to a real Dovecot: afterwards the archive holds every mail, once.
# MAILS=10000 KILL_ROUNDS=50 for the whole of it (some two minutes).
. "$(dirname "$0")/../scenario/lib.sh"
. "$(dirname "$0")/source_lib.sh"

chmod 755 "$folder" # Dovecot gives root's rights up, and must come by
platform_start dovecot
if ! grep -q ready "$folder/ready"; then
    skip "Dovecot is not installed here ($(tail -n 1 "$folder/platform.err")): it comes with \`make test\`"
    finish
    exit "$failed"
fi

# Mail arrives as a delivery agent puts it into a Maildir: written in tmp, renamed into new.
cat >"$folder/deliver.py" <<'P'
import email.message, email.policy, email.utils, os, sys, time
maildir, count = sys.argv[1], int(sys.argv[2])
for i in range(count):
    letter = email.message.EmailMessage(policy=email.policy.SMTP)
    letter["From"], letter["To"], letter["Subject"] = f"Ann <ann{i % 20}@example.org>", "list@example.org", f"Mail {i}"
    letter["Message-ID"], letter["Date"] = f"<m{i}@example.org>", email.utils.format_datetime(email.utils.localtime())
    letter.set_content(f"The gulls are back, number {i}.")
    name = f"{int(time.time())}.{i:06d}.test"
    with open(os.path.join(maildir, "tmp", name), "wb") as file:
        file.write(letter.as_bytes())
    os.chmod(file.name, 0o644)
    os.rename(file.name, os.path.join(maildir, "new", name))
    time.sleep(0.007)
P
cat >"$folder/list.py" <<'P'
import email, os, sys
for place in ("new", "cur"):
    for name in os.listdir(os.path.join(sys.argv[1], place)):
        with open(os.path.join(sys.argv[1], place, name), "rb") as file:
            print(email.message_from_binary_file(file)["Message-ID"].strip("<>"))
P
maildir=$(platform_word maildir)
source_house
source_add '{"name":"The list","connector":"mail","mode":"poll","keep":"all","config":{"host":"127.0.0.1","port":'"$(platform_word port)"',"tls":"none","user":"reader","poll_s":1,"is_public_list":true},"secrets":{"password":"secret"}}'
kill_while mail "python3 $folder/deliver.py $maildir ${MAILS:-1500}" "python3 $folder/list.py $maildir"
platform_end
finish
