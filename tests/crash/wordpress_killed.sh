# kill -9 of the server while comments are written on a real WordPress: afterwards the archive holds every one, once.
# WORDPRESS_COMMENTS=10000 KILL_ROUNDS=50 for the whole of it (some three minutes).
. "$(dirname "$0")/../scenario/lib.sh"
. "$(dirname "$0")/source_lib.sh"

if ! sh "$here/../servers/wordpress.sh" installed; then
    skip "WordPress is not installed here: tests/servers/wordpress.sh install"
    finish
    exit "$failed"
fi
platform_start wordpress
url=$(platform_word url)
host=${url#http://}
tool=$(platform_word tool)
sh "$tool" eval 'wp_delete_comment(1, true);' >/dev/null

cat >"$folder/write.sh" <<'P'
made=0
while [ "$made" -lt "$2" ]; do
    sh "$1" comments 1 "$made" 50 >/dev/null || exit 1
    made=$((made + 50))
done
P
source_house
source_add '{"name":"The blog","connector":"wordpress","mode":"poll","keep":"all","config":{"site":"'"$url"'","user":"admin","poll_seconds":1,"posts":false},"secrets":{"password":"'"$(platform_word password)"'"}}'
kill_while wordpress "sh $folder/write.sh $tool ${WORDPRESS_COMMENTS:-2000}" \
    "sh $tool eval 'foreach (get_comments(array(\"status\" => \"approve\", \"fields\" => \"ids\", \"number\" => 0)) as \$id) echo \"$host:comment:\$id\\n\";'"
platform_end
finish
