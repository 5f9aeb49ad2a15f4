"""What can stand between a station and its hub in a test: relays that count, cut and forget bytes,
servers that are no hub, and a man in the middle who has the hub's own key.

All listen on loopback at a port of the system's choice, on threads of their own.
"""
import contextlib
import http.client
import socket
import ssl
import struct
import threading
import time

PIECE = 1024       # read at a time, so that cuts are that close to the byte meant
SILENT_SECONDS = 0.15
TLS_APPLICATION_DATA = 23


class Cut(Exception):
    """Raised by a watcher: both ends of the connection are reset."""


def reset(connection):
    """Closes with RST, as a link that is gone does, not with an orderly end."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)  # wakes a thread that reads it
    connection.close()


class Listener:
    """Accepts connections; `serve(connection)` runs in a thread for each. A context manager."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.open = []
        self.connections = 0
        self.closing = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closing = True
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for connection in self.open:
            reset(connection)

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            threading.Thread(target=self._guarded, args=(connection,), daemon=True).start()

    def _guarded(self, connection):
        try:
            self.serve(connection)
        except (OSError, ssl.SSLError, http.client.HTTPException):
            pass  # the other side went: that is what these tests are about
        finally:
            reset(connection) if self.closing else connection.close()

    def serve(self, connection):
        raise NotImplementedError


class Relay(Listener):
    """Passes TLS on as it is. `watch(way, piece, up, down)` sees each piece before it is passed on,
    "up" or "down", with the bytes of this relay so far; it returns what to pass on, or raises Cut.
    """

    def __init__(self, to_port, watch=None):
        self.to_port = to_port
        self.watch = watch or (lambda way, piece, up, down: piece)
        self.up = self.down = 0
        self.lock = threading.Lock()
        super().__init__()

    def serve(self, connection):
        hub = socket.create_connection(("127.0.0.1", self.to_port), timeout=10)
        hub.settimeout(None)
        for end in (connection, hub):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open.append(hub)
        back = threading.Thread(target=self._pump, args=("down", hub, connection), daemon=True)
        back.start()
        self._pump("up", connection, hub)
        back.join()
        hub.close()

    def _pump(self, way, source, sink):
        try:
            while piece := source.recv(PIECE):
                with self.lock:
                    if way == "up":
                        self.up += len(piece)
                    else:
                        self.down += len(piece)
                    piece = self.watch(way, piece, self.up, self.down)
                if piece:
                    sink.sendall(piece)
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)
        except (Cut, OSError):
            reset(source)
            reset(sink)


class Held(Relay):
    """Passes on so many bytes up, then nothing more until `go_on` is set; `held`: it came to that.
    What is held when this ends is lost: its sender may be dead, and the rest of what it sent with it.
    """

    def __init__(self, to_port, after):
        self.after = after
        self.held, self.go_on = threading.Event(), threading.Event()
        super().__init__(to_port, self._pass)

    def _pass(self, way, piece, up, _):
        if way == "up" and up > self.after:
            self.held.set()
            self.go_on.wait()
            if self.closing:
                raise Cut
        return piece

    def __exit__(self, *exception):
        self.closing = True
        self.go_on.set()
        super().__exit__(*exception)


class TlsRecords:
    """Counts the records with application data in one direction of a TLS connection."""

    def __init__(self):
        self.pending = b""
        self.count = 0

    def take(self, piece):
        self.pending += piece
        while len(self.pending) >= 5:
            size = 5 + int.from_bytes(self.pending[3:5], "big")
            if len(self.pending) < size:
                return
            self.count += self.pending[0] == TLS_APPLICATION_DATA
            self.pending = self.pending[size:]


class ForgetfulRelay(Listener):
    """Lets each request through to its end and then loses the hub's answer, `losses` times.

    Of the client's records with application data the first is the end of its handshake; all
    others are the request. From then on nothing comes back; when the hub has answered, and both
    have been silent for SILENT_SECONDS, the connection is reset.
    """

    def __init__(self, to_port, losses):
        self.to_port = to_port
        self.losses = losses
        self.lost = 0
        super().__init__()

    def serve(self, connection):
        hub = socket.create_connection(("127.0.0.1", self.to_port), timeout=10)
        self.open.append(hub)
        forgets = self.lost < self.losses
        state = {"records": TlsRecords(), "held": 0, "moved": time.monotonic()}
        threading.Thread(target=self._up, args=(connection, hub, state), daemon=True).start()
        hub.settimeout(0.02)
        while True:
            try:
                piece = hub.recv(PIECE)
            except TimeoutError:
                silent = time.monotonic() - state["moved"] > SILENT_SECONDS
                if forgets and silent and state["held"]:
                    self.lost += 1
                    reset(connection)
                    reset(hub)
                    return
                continue
            if not piece:
                return
            state["moved"] = time.monotonic()
            if forgets and state["records"].count > 1:
                state["held"] += len(piece)
            else:
                connection.sendall(piece)

    @staticmethod
    def _up(connection, hub, state):
        with contextlib.suppress(OSError):
            while piece := connection.recv(PIECE):
                state["moved"] = time.monotonic()
                state["held"] = 0  # what came before was no answer to this
                state["records"].take(piece)
                hub.sendall(piece)
            hub.shutdown(socket.SHUT_WR)


def tls_server(folder):
    """A context with the certificate and key of the hub whose data are in `folder`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "certificate-key.pem")
    return context


class Speaker(Listener):
    """No hub: `speak(connection)` does what it likes, over TLS if a folder with a key is given."""

    def __init__(self, speak, tls_of=None):
        self.speak = speak
        self.context = tls_of and tls_server(tls_of)
        super().__init__()

    def serve(self, connection):
        if not self.context:
            return self.speak(connection)
        with self.context.wrap_socket(connection, server_side=True) as tls:
            self.open.append(tls)
            return self.speak(tls)


def read_request(connection):
    """The body of one HTTP request, with a Content-Length or in chunks; its header first."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            raise OSError("no request")
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    if b"\r\ntransfer-encoding: chunked" in head.lower():
        return head, read_chunks(connection, body)
    size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:"))
    return head, read_until(connection, body, size)


def read_until(connection, data, size):
    while len(data) < size:
        piece = connection.recv(65536)
        if not piece:
            raise OSError("the request was cut")
        data += piece
    return data


def read_chunks(connection, data):
    body = b""
    while True:
        while b"\r\n" not in data:
            data = read_until(connection, data, len(data) + 1)
        size = int(data.split(b"\r\n", 1)[0], 16)
        at = data.index(b"\r\n") + 2
        data = read_until(connection, data, at + size + 2)
        body += data[at:at + size]
        data = data[at + size + 2:]
        if size == 0:
            return body


def tls_client():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the hub's is self-made, and it is on loopback
    return context


@contextlib.contextmanager
def pouring(port, size):
    """A connection to the hub on which a request with a body of that size has begun."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
        with tls_client().wrap_socket(plain) as connection:
            head = f"POST /x HTTP/1.1\r\nHost: hub\r\nContent-Length: {size}\r\n\r\n"
            connection.sendall(head.encode())
            yield connection


def post(port, body):
    """Hands a body to the hub as a station would; returns status and answer."""
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=tls_client())
    try:
        connection.request("POST", "/x", body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Meddler(Listener):
    """A man in the middle with the hub's own TLS key. `change(body)` makes of a request's body what
    goes on to the hub; nothing: the request is kept, and the station gets HTTP 500.
    """

    def __init__(self, hub_folder, to_port, change):
        self.context = tls_server(hub_folder)
        self.to_port = to_port
        self.change = change
        self.seen = []       # bodies as the station sent them
        self.answers = []    # (status, body) as the hub gave them
        super().__init__()

    def serve(self, connection):
        tls = self.context.wrap_socket(connection, server_side=True)
        self.open.append(tls)
        while True:
            _, body = read_request(tls)
            self.seen.append(body)
            status, answer = self.forward(body)
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\n\r\n"
            tls.sendall(head.encode() + answer)

    def forward(self, body):
        """The status and body that the station gets."""
        changed = self.change(body)
        if changed is None:
            return 500, b""
        self.answers.append(post(self.to_port, changed))
        return self.answers[-1]
