# Settings by the command line: what holds, where it came from, and what is wrong, with its place.
. "$(dirname "$0")/lib.sh"

conf=$folder/bellwether.conf
mkdir "$folder/conf.d"
printf '[server]\nlisten = 127.0.0.1:0\nworkers = 3\n[mail]\npassword_file = %s/secret\n' "$folder" >"$conf"
printf 'hunter2\n' >"$folder/secret"
printf '[server]\nworkers = 5\n' >"$folder/conf.d/10-more.conf"

run check-config --config "$conf"
equal "settings that hold" "$status $(grep -c holds "$out")" "0 2"
BELLWETHER_LOG_LEVEL=debug run print-config --config "$conf" --log-format json --json
equal "each layer over the one before" "$(json "$out" '[(s["value"], s["from"].rsplit("/", 1)[-1]) for s in d["settings"] if (s["section"], s["key"]) in
    [("server", "listen"), ("server", "workers"), ("log", "level"), ("log", "format"), ("limits", "idle_s")]]')" \
    "[('127.0.0.1:0', 'bellwether.conf:2'), ('5', '10-more.conf:2'), ('30', 'built-in'), ('json', '--log-format'), ('debug', 'BELLWETHER_LOG_LEVEL')]"
check "a secret is not printed" sh -c "! grep -q hunter2 '$out'"
equal "but that there is one" "$(json "$out" '[s["value"] for s in d["settings"] if s["key"] == "password"]')" "['(set)']"

# What print-config prints is a file that means the same.
run print-config --config "$conf"
grep -v password "$out" >"$folder/again.conf"
mkdir "$folder/elsewhere" && mv "$folder/again.conf" "$folder/elsewhere/"
run print-config --config "$folder/elsewhere/again.conf" --json
equal "its output is a file of settings" "$(json "$out" '[s["value"] for s in d["settings"] if s["key"] in ("listen", "workers")]')" "['127.0.0.1:0', '5']"
run print-config --explain --config "$folder/elsewhere/again.conf"
cp "$out" "$folder/elsewhere/explained.conf"
run check-config --config "$folder/elsewhere/explained.conf"
equal "with its explanations, too" "$status" 0

# ---- mistakes ----
n=0
while IFS='|' read -r words wanted line; do
    n=$((n + 1))
    printf '[server]\nlisten = 127.0.0.1:0\n%b\n' "$line" >"$folder/elsewhere/bad.conf"
    run check-config --config "$folder/elsewhere/bad.conf"
    equal "$words: exit status" "$status" 3
    says "$words: says where and what" "$err" "$wanted"
    run serve --config "$folder/elsewhere/bad.conf"
    equal "$words: serve does not start" "$status" 3
done <<'TABLE'
a name with a slip|bad.conf:3: there is no setting worker in|worker = 3
a section that is none|bad.conf:4: there is no setting x in \[servre\]|[servre]\nx = 1
a number that is none|bad.conf:3: server.workers: 'many'|workers = many
a value twice|given twice|listen = 127.0.0.1:1
a proxy that is no address|trusted proxies: proxy is no address|trusted_proxies = proxy
mail without a sender|mail.from is no address|[mail]\nhost = mail.example.org
a password in the clear|mail.tls is none|[mail]\nhost = localhost\nfrom = a@example.org\ntls = none\npassword = x
TABLE
equal "a slip is answered with what was meant" "$n" 7
run check-config --config "$folder/nowhere.conf"
equal "a file that is not there" "$status" 4
BELLWETHER_SERVER_LISTN=x run check-config --config "$conf"
equal "a slip in the environment" "$status" 3
BELLWETHER_MAIL_PASSWORD=x BELLWETHER_MAIL_PASSWORD_FILE=$folder/secret run check-config --config "$conf"
equal "a value and its file together" "$status" 3
check "and neither is told" sh -c "! grep -q hunter2 '$err'"

# ---- the service manager hears of it ----
printf '[server]\nlisten = 127.0.0.1:0\n' >"$folder/elsewhere/good.conf"
python3 - "$BELLWETHER" "$folder/elsewhere/good.conf" "$folder/notify" >"$out" 2>"$err" <<'PYTHON'
import os, signal, socket, subprocess, sys
program, conf, name = sys.argv[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    manager.bind(name)
    manager.settimeout(30)
    server = subprocess.Popen([program, "serve", "--config", conf], env={**os.environ, "NOTIFY_SOCKET": name}, stderr=subprocess.DEVNULL)
    heard = [manager.recv(100).decode()]
    server.send_signal(signal.SIGHUP)
    heard += [manager.recv(100).decode(), manager.recv(100).decode()]
    server.send_signal(signal.SIGTERM)
    heard.append(manager.recv(100).decode())
    print(*heard, server.wait(60))
PYTHON
equal "ready, reloading, ready, stopping, and an end of 0" "$(cat "$out")" "READY=1 RELOADING=1 READY=1 STOPPING=1 0"
finish
