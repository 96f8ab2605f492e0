#!/bin/sh
# usage: dovecot.sh install | run FOLDER
# A real IMAP server, Debian's Dovecot, with one user whose mail lies in FOLDER/mail (a Maildir: a test delivers by writing a file into INBOX's new/).
#     ready host=127.0.0.1 port=PORT user=reader password=secret maildir=FOLDER/mail
# (`install` and `run`: see install.sh; its package is in packaging/debian-packages-servers.txt)
set -eu

case ${1:-} in
install)
    [ -x /usr/sbin/dovecot ] || { echo "no Dovecot here: apt-get install dovecot-imapd"; exit 77; }
    ;;
run)
    [ -x /usr/sbin/dovecot ] || { echo "not installed" >&2; exit 77; }
    folder=$(mkdir -p "${2:?a folder}" && cd "$2" && pwd)
    # Dovecot does not run its workers as root: where this is root, it is nobody who reads the mail.
    user=$(id -un)
    [ "$user" != root ] || user=nobody
    mkdir -p "$folder/run" "$folder/state" "$folder/mail/new" "$folder/mail/cur" "$folder/mail/tmp"
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    cat >"$folder/dovecot.conf" <<END
base_dir = $folder/run
state_dir = $folder/state
protocols = imap
ssl = no
disable_plaintext_auth = no
log_path = $folder/log
default_login_user = $user
default_internal_user = $user
default_internal_group = $(id -gn "$user")
mail_location = maildir:$folder/mail
first_valid_uid = 0
first_valid_gid = 0
mail_max_userip_connections = 100
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=$user gid=$(id -gn "$user") home=$folder
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
END
    [ "$(id -un)" != root ] || { chown -R "$user" "$folder" && chmod 755 "$folder"; }
    /usr/sbin/dovecot -F -c "$folder/dovecot.conf" >/dev/null 2>>"$folder/err" &
    server=$!
    trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; exit 0' TERM INT
    tries=0
    until python3 -c "import socket; s = socket.create_connection(('127.0.0.1', $port)); assert s.recv(4) == b'* OK'" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { cat "$folder/err" "$folder/log" >&2; kill $server; exit 1; }
        sleep 0.1
    done
    echo "ready host=127.0.0.1 port=$port user=reader password=secret maildir=$folder/mail"
    exec 3<&0
    cat <&3 >/dev/null & # until the test is gone
    wait $! || true
    kill $server 2>/dev/null || true
    wait $server 2>/dev/null || true
    ;;
*) echo "usage: dovecot.sh install | run FOLDER" >&2; exit 2 ;;
esac
