# A watched folder by the conformance kit; SOURCE_KILLS for more than twelve kills.
. "$(dirname "$0")/lib.sh"

for seed in 1 2; do
    run source check --driver "env SEED=$seed python3 $SOURCE_ROOT/tests/servers/folder_driver.py" --kills "${SOURCE_KILLS:-12}" --posts 12 --items 300 --memory 600 --seed "$seed" \
        -- "$BELLWETHER" source run folder
    equal "it keeps the contract (seed $seed)" "$status" 0
    says "killed, nothing is lost" "$out" "^ok +kill "
    sed 's/^/# /' "$out"
done

# Without leave to speak to this machine it reads none of its folders.
printf '%s\n' '{"t":"init","protocol":1,"config":{"path":"/tmp"}}' | "$BELLWETHER" source run folder >"$out" 2>"$err"
equal "a folder needs the leave of who runs the server" "$?" 2
says "with the setting's name" "$err" "sources.private_addresses"
finish
