"""A connector in thirty lines, for the crash tests: gives out what is appended to a file (one JSON item a line), from a byte offset on. Its
standard input and output speak docs/connectors.md."""
import json, os, select, sys

def say(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()

say(t="hello", protocol=1, name="square", version="1", network="sq", listen=["stream"], act=[], config_schema={"type": "object", "properties": {"path": {"type": "string"}}})
path, offset, sub, seq, acked, pending = None, 0, None, 0, 0, b""
while True:
    if select.select([0], [], [], 0.02)[0]:
        chunk = os.read(0, 65536)
        if not chunk:
            sys.exit(0)
        pending += chunk
    *lines, pending = pending.split(b"\n")
    for order in map(json.loads, lines):
        kind = order["t"]
        if kind == "init":
            path = order["config"]["path"]
        elif kind == "check":
            say(t="ready", account={"id": "1", "handle": "square", "name": ""})
        elif kind == "subscribe":
            sub, offset = order["sub"], int(order["state"] or 0)
            say(t="status", sub=sub, phase="live")
        elif kind == "ack":
            acked = max(acked, order["seq"])
        elif kind == "ping":
            say(t="pong")
        elif kind == "shutdown":
            sys.exit(0)
    if sub and seq - acked < 4 and os.path.exists(path) and os.path.getsize(path) > offset:
        with open(path, "rb") as happened:
            happened.seek(offset)
            whole = [line for line in happened.readlines(60000) if line.endswith(b"\n")][:100]
        if whole:
            offset += sum(map(len, whole))
            seq += 1
            say(t="batch", sub=sub, seq=seq, items=[json.loads(line) for line in whole], state=str(offset))
