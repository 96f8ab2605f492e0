"""A TCP proxy that breaks connections on command, as networks do.

    proxy.cut_answers(b"POST /api/v1/statuses", 2)   the next two such requests arrive whole; their answers never do
    proxy.cut_all()                                  every connection that is open breaks
    proxy.is_open = False                            new ones are refused
"""
import socket
import threading


class Proxy:
    def __init__(self, port):
        self.target = port
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_open, self.cutting, self.cuts, self.pairs = True, None, 0, []
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def cut_answers(self, beginning, times):
        self.cutting, self.cuts = beginning, times

    def cut_all(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            self.close(pair)

    @staticmethod
    def close(pair):
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            if not self.is_open:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            pair = (client, server)
            with self.lock:
                self.pairs.append(pair)
            state = {"is_cut": False}
            threading.Thread(target=self.up, args=(pair, state), daemon=True).start()
            threading.Thread(target=self.down, args=(pair, state), daemon=True).start()

    def up(self, pair, state):
        client, server = pair
        try:
            while data := client.recv(65536):
                if self.cuts > 0 and self.cutting and data.startswith(self.cutting):
                    self.cuts -= 1
                    state["is_cut"] = True
                # What the server is told of its own name stays true: only the port differs, and both have five digits.
                server.sendall(data.replace(b"127.0.0.1:%d" % self.port, b"127.0.0.1:%d" % self.target))
            server.shutdown(socket.SHUT_WR)
        except OSError:
            self.close(pair)

    def down(self, pair, state):
        client, server = pair
        try:
            while data := server.recv(65536):
                if state["is_cut"]:
                    break  # the server has done it, and nobody hears
                if len(str(self.port)) == len(str(self.target)):
                    data = data.replace(b"127.0.0.1:%d" % self.target, b"127.0.0.1:%d" % self.port)
                client.sendall(data)
        except OSError:
            pass
        self.close(pair)
