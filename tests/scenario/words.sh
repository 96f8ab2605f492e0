# The command line's own words: help, version, manual, mistakes.
. "$(dirname "$0")/lib.sh"

run --help
equal "--help succeeds" "$status" 0
commands=$(sed -n '/^Commands/,/^$/p' "$out" | awk 'NR>1 && NF {print $1}' | grep -E '^[a-z]+$')
check "it names the commands" test "$(echo "$commands" | wc -l)" -ge 13
for command in $commands; do
    run "$command" --help
    check "$command --help is at most 80 columns wide" awk 'length($0) > 80 {print; bad = 1} END {exit bad}' "$out"
    says "$command --help shows an example or an option" "$out" "^(Examples|Options)"
    cp "$out" "$folder/help"
    run help "$command"
    check "help $command says the same" cmp -s "$out" "$folder/help"
done
run --help
check "--help is at most 80 columns wide" awk 'length($0) > 80 {print; bad = 1} END {exit bad}' "$out"
says "the exit codes are told" "$out" "130 +cancelled"

run --version
says "--version" "$out" "^bellwether [0-9]+\.[0-9]+\.[0-9]+$"
run --man
says "the manual page is printed" "$out" "^\\.TH BELLWETHER 1"
if command -v mandoc >/dev/null; then
    check "mandoc finds nothing to warn about" sh -c "test -z \"\$(mandoc -T lint -W warning '$out')\""
else
    skip "mandoc is not installed"
fi

run
equal "no command is a mistake" "$status" 2
run improt x
equal "an unknown command ends with 2" "$status" 2
says "and is guessed" "$err" "did you mean import"
run count --quite x
says "so is an unknown option" "$err" "did you mean --quiet"
run posts --limit many x
says "a number that is none" "$err" "expected a whole number"
run posts --limit
says "a value that is missing" "$err" "needs N behind it"
run count --json=yes x
says "a switch with a value" "$err" "takes no value"
run timeline x --by sometimes
equal "a width that is none" "$status" 2
run breakdown x --by colour
says "a field that is none" "$err" "no field"
run breakdown x
says "a field that is missing" "$err" "--by FIELD is missing"
run trends --at yesterday
check "a time that is none" test "$status" -ne 0
run import
equal "an import of nothing" "$status" 2
run import "$folder/nowhere.jsonl"
equal "a file that is not there ends with 4" "$status" 4
check "and nothing was made" test ! -e "$BELLWETHER_DATA"
run import "$folder"
check "a folder is no file" test "$status" -ne 0

# Options may stand anywhere, and behind -- everything is an argument.
run --json lint ferry
says "an option before the command" "$out" '"ok":true'
run lint ferry --json
says "an option at the end" "$out" '"ok":true'
run lint --json -- ferry
says "words behind --" "$out" '"ok":true'
BELLWETHER_DATA= XDG_DATA_HOME=$folder/xdg "$BELLWETHER" stats >"$out" 2>"$err"
says "the XDG data home" "$err" "$folder/xdg/bellwether/clients/default"
BELLWETHER_DATA= XDG_DATA_HOME= HOME=$folder/home "$BELLWETHER" stats >"$out" 2>"$err"
says "the home folder" "$err" "$folder/home/.local/share/bellwether/clients/default"
run --data "$folder/else where" stats
says "--data comes first" "$err" "$folder/else where/clients/default"

finish
