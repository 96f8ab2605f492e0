#!/bin/sh
# usage: wordpress.sh install | run FOLDER [limits]
# WordPress from Debian's package, unpacked and not installed (so that no web server comes along or is started), with MariaDB and PHP's own web server.
#     ready url=http://127.0.0.1:PORT user=admin password=APPLICATION_PASSWORD writer=WORD reader=WORD tool=COMMAND_FILE
# writer, reader: application passwords of a member who may write and moderate (editor), and of one who may only comment (subscriber).
# tool: a script; `sh TOOL comments POST FIRST COUNT`, `sh TOOL posts FIRST COUNT`, `sh TOOL eval 'PHP;'` work on the site as WordPress itself does.
# limits: nginx in front, with limit_req: a hasty client is answered 429. (`install` and `run`: see install.sh)
set -eu
servers=${BELLWETHER_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/bellwether/servers}
folder=$servers/wordpress
here=$(cd "$(dirname "$0")" && pwd)

# usage: unpack PACKAGE: Debian's package into the current folder
unpack() {
    apt-get download "$1" >apt.log 2>&1 || { apt-get update >apt.log 2>&1 && apt-get download "$1" >apt.log 2>&1; } ||
        { echo "Debian's $1 cannot be had: $(tail -n 1 apt.log)"; exit 77; }
    dpkg -x "$1"_*.deb . && rm -f "$1"_*.deb
}

# usage: database FOLDER: starts MariaDB on FOLDER/data, reachable by FOLDER/db.sock alone; its pid in $database
database() {
    mariadbd --no-defaults --user="$(id -un)" --datadir="$1/data" --socket="$1/db.sock" --pid-file="$1/db.pid" --skip-networking --skip-grant-tables \
        --innodb-buffer-pool-size=32M --innodb-log-file-size=8M --innodb-flush-log-at-trx-commit=2 --performance-schema=OFF --skip-log-bin \
        --plugin-maturity=stable >"$1/db.log" 2>&1 &
    database=$!
    for _ in $(seq 200); do
        [ -S "$1/db.sock" ] && mariadb --no-defaults --socket="$1/db.sock" -e 'select 1' >/dev/null 2>&1 && return 0
        kill -0 "$database" 2>/dev/null || break
        sleep 0.1
    done
    echo "MariaDB did not start: $(tail -n 2 "$1/db.log")" >&2
    exit 1
}

# usage: config FOLDER URL: what WordPress reads
config() {
    cat >"$1/site/wp-config.php" <<PHP
<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:$1/db.sock');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '$2'); define('WP_SITEURL', '$2'); define('WP_ENVIRONMENT_TYPE', 'local'); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true); define('WP_DEBUG', false);
foreach (array('AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT') as \$name) define(\$name, 'only-for-tests');
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
PHP
}

install() {
    [ -f "$folder/ready" ] && exit 0
    for command in php mariadbd mariadb-install-db dpkg apt-get; do
        command -v "$command" >/dev/null || { echo "no $command here (packaging/debian-packages-servers.txt)"; exit 77; }
    done
    rm -rf "$folder.part" && mkdir -p "$folder.part/data" && cd "$folder.part"
    unpack wordpress
    command -v nginx >/dev/null || { mkdir nginx && (cd nginx && unpack nginx); }
    mv usr/share/wordpress site && rm -rf usr etc var
    find site -xtype l -delete # to packages of scripts and fonts that no test looks at
    work=$(mktemp -d) && mkdir "$work/data" && ln -s "$folder.part/site" "$work/site"
    mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$work/data" --auth-root-authentication-method=normal --skip-test-db \
        --innodb-log-file-size=8M >install.log 2>&1 || { echo "MariaDB's files cannot be made: $(tail -n 1 install.log)"; exit 77; }
    database "$work"
    mariadb --no-defaults --socket="$work/db.sock" -e 'create database wordpress character set utf8mb4'
    config "$work" http://127.0.0.1
    php "$here/wordpress.php" "$work/site" install >passwords 2>install.log || { kill "$database"; echo "WordPress cannot be set up: $(tail -n 1 install.log)"; exit 77; }
    kill "$database" && wait "$database" || true
    rm -rf data && mv "$work/data" data && rm -rf "$work"
    cd / && rm -rf "$folder" && mv "$folder.part" "$folder" && touch "$folder/ready"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# usage: in_front PORT SITE_PORT: nginx, which lets a request pass every two seconds, and five at once
in_front() {
    mkdir -p "$at/nginx"
    nginx=$(command -v nginx || echo "$folder/nginx/usr/sbin/nginx")
    cat >"$at/nginx.conf" <<CONF
daemon off; pid $at/nginx.pid; error_log $at/nginx.log; worker_processes 1;
events {}
http {
    access_log off; limit_req_zone \$binary_remote_addr zone=all:1m rate=30r/m; limit_req_status 429;
    client_body_temp_path $at/nginx/b; proxy_temp_path $at/nginx/p; fastcgi_temp_path $at/nginx/f; uwsgi_temp_path $at/nginx/u; scgi_temp_path $at/nginx/s;
    server {
        listen 127.0.0.1:$1;
        location / { limit_req zone=all burst=4 nodelay; proxy_pass http://127.0.0.1:$2; proxy_set_header Host \$http_host; proxy_set_header Authorization \$http_authorization; }
        error_page 429 @later;
        location @later { add_header Retry-After 2 always; return 429; }
    }
}
CONF
    "$nginx" -p "$at" -c "$at/nginx.conf" >/dev/null 2>&1 &
    others="$others $!"
}

run() {
    [ -f "$folder/ready" ] || { echo "not installed: run wordpress.sh install" >&2; exit 77; }
    mkdir -p "$1"
    at=$(cd "$1" && pwd)
    cp -a "$folder/data" "$at/data"
    cp -a "$folder/site" "$at/site"
    port=$(free_port)
    others=
    database=
    trap 'trap - EXIT; kill -s TERM -- $others $database 2>/dev/null || true; wait 2>/dev/null || true' EXIT
    trap 'exit 0' TERM INT HUP
    database "$at"
    others=
    site_port=$port
    [ "${2:-}" = limits ] && port=$(free_port) && in_front "$port" "$site_port"
    config "$at" "http://127.0.0.1:$port"
    # A session of its own: its workers go with it.
    PHP_CLI_SERVER_WORKERS=4 setsid php -d opcache.enable_cli=1 -d memory_limit=256M -S "127.0.0.1:$site_port" -t "$at/site" "$here/wordpress.php" >"$at/php.log" 2>&1 &
    server=$!
    others="$others -$server"
    printf 'exec php "%s/wordpress.php" "%s/site" "$@"\n' "$here" "$at" >"$at/tool.sh"
    for _ in $(seq 150); do
        curl -fsS -o /dev/null "http://127.0.0.1:$site_port/wp-json/" 2>/dev/null && break
        kill -0 "$server" 2>/dev/null || { echo "PHP's web server did not start: $(tail -n 1 "$at/php.log")" >&2; exit 1; }
        sleep 0.1
    done
    echo "ready url=http://127.0.0.1:$port $(cat "$folder/passwords") tool=$at/tool.sh"
    exec 3<&0
    cat <&3 >/dev/null & # until standard input closes; waited for, so that TERM is heard at once
    others="$others $!"
    wait $!
}

case ${1:-} in
install) install ;;
installed) [ -f "$folder/ready" ] ;;
run) run "${2:?a folder}" "${3:-}" ;;
*) echo "usage: wordpress.sh install | run FOLDER [limits]" >&2; exit 2 ;;
esac
