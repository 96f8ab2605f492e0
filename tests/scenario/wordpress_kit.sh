# The conformance kit against our connectors to WordPress and to feeds, on a real WordPress.
. "$(dirname "$0")/lib.sh"
server=$here/../servers/wordpress.sh
if ! sh "$server" installed; then
    skip "WordPress is not here (make test installs it)"
    finish
    exit "$failed"
fi
# What grows under the sanitizer is its own memory: that check is for a release build (KIT_LEAKS=yes).
for what in wordpress feeds; do
    run source check --only "hello check unknown broken schema window kill edit delete limit auth acts twice nowhere shutdown left${KIT_LEAKS:+ leaks}" \
        --driver "python3 $here/../servers/wordpress_driver.py $server $folder/kit-$what $what" -- "$BELLWETHER" source run "$what"
    cat "$out"
    check "the conformance kit finds no fault ($what)" test "$status" = 0
done
finish
