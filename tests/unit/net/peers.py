"""Platforms as they should not be: each path of this server on loopback is one way to misbehave. Prints its port; ends with its standard input."""
import base64
import gzip
import hashlib
import socket
import struct
import sys
import threading
import time
import zlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
counts = {}


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    head, _, body = head.partition(b"\r\n\r\n")
    return head, body


def header(head, name):
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name.lower():
            return value.strip()
    return b""


def answer(connection, body=b"", status="200 OK", headers=()):
    lines = ["HTTP/1.1 " + status, "Content-Length: %d" % len(body), *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode() + body)


def http(connection, path, head, body):
    me = header(head, b"Host").decode()
    if path == "/plain":
        answer(connection, b"hello", headers=["X-One: 1", "X-One: two", "ETag: \"e\""])
    elif path == "/echo":
        length = int(header(head, b"Content-Length") or 0)
        while len(body) < length:
            body += connection.recv(65536)
        answer(connection, head.split(b"\r\n")[0] + b"|" + header(head, b"Content-Type") + b"|" + header(head, b"Authorization") + b"|" +
               header(head, b"X-Own") + b"|" + body)
    elif path == "/missing":
        answer(connection, b"no such thing", "404 Not Found")
    elif path == "/bomb":  # 100 MB of nothing in 100 kB
        answer(connection, gzip.compress(bytes(100_000_000), 9), headers=["Content-Encoding: gzip"])
    elif path == "/bomb-in-bomb":
        answer(connection, gzip.compress(gzip.compress(bytes(100_000_000), 9)), headers=["Content-Encoding: gzip, gzip"])
    elif path == "/deflate":
        answer(connection, zlib.compress(b"x" * 1000), headers=["Content-Encoding: deflate"])
    elif path == "/broken-gzip":
        answer(connection, gzip.compress(b"x" * 1000)[:-8] + b"garbage!", headers=["Content-Encoding: gzip"])
    elif path == "/unasked":
        answer(connection, b"x", headers=["Content-Encoding: zstd"])
    elif path == "/endless":
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(bytes(65536))
    elif path == "/loop":
        answer(connection, b"", "302 Found", ["Location: http://%s/loop" % me])
    elif path.startswith("/hops/"):
        left = int(path[6:])
        answer(connection, b"there", "200 OK") if not left else answer(connection, b"", "301 Moved", ["Location: /hops/%d" % (left - 1)])
    elif path == "/to-file":
        answer(connection, b"", "302 Found", ["Location: file:///etc/passwd"])
    elif path == "/endless-redirect":  # its body is dropped, and has no end
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /plain\r\nConnection: close\r\n\r\n")
        while True:
            connection.sendall(bytes(65536))
    elif path == "/header-flood":
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Flood: " + b"x" * 1000 + b"\r\n")
    elif path == "/cut":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    elif path == "/gone":  # takes the request and says nothing
        while len(body) < int(header(head, b"Content-Length") or 0):
            body += connection.recv(65536)
    elif path == "/silent":
        time.sleep(60)
    elif path == "/drip":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)
    elif path == "/stream":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        for i in range(5):
            connection.sendall(b"data: %d\n\n" % i)
            time.sleep(0.05)
    elif path == "/stream-then-silent":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: 0\n\n")
        time.sleep(60)
    elif path == "/limited":
        answer(connection, b"", "429 Too Many Requests", ["Retry-After: 7"])
    elif path == "/connections":  # how many were opened since the start
        answer(connection, b"%d" % counts["connections"])


def frame(opcode, payload, fin=True, masked=False, length=None, rsv=0):
    length = len(payload) if length is None else length
    mask = 0x80 if masked else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if length < 126:
        head += bytes([mask | length])
    elif length < 65536:
        head += bytes([mask | 126]) + struct.pack(">H", length)
    else:
        head += bytes([mask | 127]) + struct.pack(">Q", length)
    return head + (b"\0\0\0\0" if masked else b"") + payload


def read_frame(connection):
    def exactly(n):
        data = b""
        while len(data) < n:
            piece = connection.recv(n - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data
    first, second = exactly(2)
    length = second & 127
    if length == 126:
        length = struct.unpack(">H", exactly(2))[0]
    elif length == 127:
        length = struct.unpack(">Q", exactly(8))[0]
    assert second & 0x80, "a client's frame without a mask"
    mask = exactly(4)
    return first & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(exactly(length)))


def websocket(connection, path, head):
    key = header(head, b"Sec-WebSocket-Key")
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    good = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n"
    name = path[4:]
    refusals = {
        "bad-accept": b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
        "no-accept": b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "two-accepts": good + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n",
        "extension": good + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        "unasked-subprotocol": good + b"Sec-WebSocket-Protocol: chat\r\n\r\n",
        "200": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
        "401": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        "429": b"HTTP/1.1 429 Slow Down\r\nRetry-After: 9\r\nContent-Length: 4\r\n\r\nwait",
        "garbage": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    }
    if name in refusals:
        connection.sendall(refusals[name])
        time.sleep(0.05)
        return
    if name == "silent":
        time.sleep(60)
    if name == "huge-head":
        connection.sendall(good)
        while True:
            connection.sendall(b"X-Flood: " + b"x" * 1000 + b"\r\n")
    if name == "with-head":  # the first frame in the same write as the head
        connection.sendall(good + b"\r\n" + frame(1, b"early") + frame(2, b"\0\1"))
        return read_frame(connection)
    if name == "byte-by-byte":
        for byte in good + b"\r\n" + frame(1, b"one") + frame(1, b"two", fin=False) + frame(9, b"p") + frame(0, b"-three") + frame(8, b"\x03\xe8"):
            connection.sendall(bytes([byte]))
            time.sleep(0.002)
        return
    connection.sendall(good + (b"Sec-WebSocket-Protocol: relay\r\n" if name == "subprotocol" else b"") + b"\r\n")
    if name == "subprotocol":
        connection.sendall(frame(1, b"agreed"))
    elif name == "oversize":  # declared, one byte of it comes; then the close must
        connection.sendall(frame(1, b"x", length=1 << 30))
        opcode, said = read_frame(connection)
        assert (opcode, said) == (8, struct.pack(">H", 1009)), (opcode, said)
    elif name == "oversize-by-fragments":
        connection.sendall(frame(1, b"x" * 1000, fin=False))
        while True:
            connection.sendall(frame(0, b"x" * 1000, fin=False))
    elif name == "tiny-fragments":
        connection.sendall(frame(2, b"", fin=False) + frame(0, b"x", fin=False) * 100_000 + frame(0, b"", fin=True))
    elif name == "masked":
        connection.sendall(frame(1, b"hello", masked=True))
    elif name == "rsv":
        connection.sendall(frame(1, b"hello", rsv=4))
    elif name == "bad-opcode":
        connection.sendall(frame(3, b"hello"))
    elif name == "lone-continuation":
        connection.sendall(frame(0, b"hello"))
    elif name == "nested-message":
        connection.sendall(frame(1, b"a", fin=False) + frame(1, b"b"))
    elif name == "long-ping":
        connection.sendall(frame(9, b"x" * 126))
    elif name == "fragmented-ping":
        connection.sendall(frame(9, b"x", fin=False))
    elif name == "not-utf8":
        connection.sendall(frame(1, b"fine") + frame(1, b"\xff\xfe"))
    elif name == "ping-flood":
        while True:
            connection.sendall(frame(9, b"are you there") * 100)
    elif name == "empty-flood":
        while True:
            connection.sendall(frame(1, b"") * 10_000)
    elif name == "close-4008":
        connection.sendall(frame(1, b"last") + frame(8, struct.pack(">H", 4008) + b"slow consumer"))
    elif name == "close-empty":
        connection.sendall(frame(8, b""))
    elif name == "close-bad-code":
        connection.sendall(frame(8, struct.pack(">H", 1005)))
    elif name == "half-closed":  # no more from it, but it still reads
        connection.sendall(frame(1, b"last"))
        connection.shutdown(socket.SHUT_WR)
        time.sleep(1)
    elif name == "cut":
        connection.sendall(frame(1, b"whole") + frame(1, b"x" * 100)[:50])
        return
    elif name == "mute":  # says nothing, not even to pings
        time.sleep(20)
    elif name == "drip":  # a message that never ends
        connection.sendall(frame(1, b"", length=1000))
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)
    elif name == "pings":  # silent but for its pongs
        until = time.time() + 4
        while time.time() < until:
            opcode, said = read_frame(connection)
            if opcode == 9:
                connection.sendall(frame(10, said))
    elif name == "wants-pong":
        connection.sendall(frame(9, b"token"))
        while True:
            opcode, said = read_frame(connection)
            if opcode == 10:
                connection.sendall(frame(1, b"pong:" + said))
    elif name == "echo":
        while True:
            opcode, said = read_frame(connection)
            if opcode in (1, 2):
                connection.sendall(frame(opcode, said))
            if opcode == 8:
                return connection.sendall(frame(8, said))
    elif name == "burst":
        connection.sendall(b"".join(frame(1, b"%d" % i) for i in range(100_000)))
    time.sleep(0.2)


def serve(connection):
    try:
        while True:
            head, body = read_head(connection)
            if not head:
                return
            path = head.split(b" ")[1].decode()
            if path.startswith("/ws/"):
                return websocket(connection, path, head)
            http(connection, path, head, body)
            if path not in ("/plain", "/connections", "/echo"):
                return
    except (OSError, EOFError):
        pass
    finally:
        connection.close()


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    print(listener.getsockname()[1], flush=True)
    counts["connections"] = 0

    def accept():
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            counts["connections"] += 1
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


main()
