# The example of docs/connectors.md keeps the contract, in less than sixty lines; and a program that does not is found out.
. "$(dirname "$0")/lib.sh"

example=$SOURCE_ROOT/examples/follow_json.py
check "the example is short" test "$(grep -vc '^$' "$example")" -lt 60
run source check --driver "python3 $SOURCE_ROOT/tests/servers/json_list_fake.py" --posts 12 --items 300 "$example"
equal "it keeps the contract" "$status" 0
says "killed, nothing is lost" "$out" "^ok +kill .*none missing"
says "wrong secrets" "$out" "^ok +auth +it ended with 3"
says "no check failed" "$out" ", 0 failed, 3 skipped"
check "a line fits a terminal" test "$(awk 'length > 80' "$out" | wc -l)" -eq 0

# The same with one line changed each: the kit must see it.
wrong() {
    sed "$2" "$example" >"$folder/wrong.py"
    chmod +x "$folder/wrong.py"
    check "$1: a change was made" test "$(cmp -s "$example" "$folder/wrong.py"; echo $?)" -eq 1
    run source check --driver "python3 $SOURCE_ROOT/tests/servers/json_list_fake.py" --posts 12 --wait 4 --kills 4 --only "$3" --seed 7 "$folder/wrong.py"
    equal "$1: found out" "$status" 1
    says "$1: by the right check" "$out" "^FAILED +$3"
}
wrong "a window that is not kept" 's/while sub\["waiting"\] and .*/while sub["waiting"]:/' window
wrong "a state that claims too much" 's/state={"known": sub\["known"\]}/state={"known": {i: m for i, m in sub["all"].items()}}/; s/^    sub\["waiting"\] = \[/    sub["all"] = marks\n&/' kill
wrong "deletes that are kept back" 's/^    sub\["waiting"\] += .*//' delete
wrong "edits that are not seen" 's/if sub\["known"\].get(i) != mark\]/if i not in sub["known"]]/' edit
wrong "secrets that do not matter" 's/if error.code in (401, 403): .*/pass/' auth
wrong "no word of a limit" 's/"rate_limited" if error.code == 429 else "error"/"error"/' limit
wrong "a crash at a broken line" 's/^    except (OSError, ValueError.*/    except (OSError, ValueError): os.abort()/' broken
wrong "it stays behind" 's/or sys.exit(0)/or time.sleep(100) or b""/' left
finish
