#!/usr/bin/env python3
"""Goal: only this launch's own pages get anything from `spot-station serve`, and at once.

Method: the real program on loopback, and everybody who might try: another page, a name that DNS
leads here, another user's process, a token that is guessed or is the citizen's, a client that is
slow or many. Then the same station with a person at it: locked and hidden it shows nothing, events
come in time, and what is recorded reaches the hub by itself.
"""
import gzip
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

from support import (DONE, FAILED, USAGE, Fault, Field, expect, expect_equal, main, serving,
                     wait_until)

PUSH_SECONDS_MAX = 60  # 0.2 are promised; a busy machine must not turn this red
PATIENCE_SECONDS = 60      # for a sync that the station begins by itself
MEMORY_KB_MAX = 20_000     # that strangers may cost
PIN = "271828"
PLACE = {"name": "Adro", "municipality": "Arega"}
CITIZEN = {"name": "Aldina Fontes Prazeres", "phone": "912 000 417"}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
          "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
          "form-action 'none'")


class Page:
    """A browser's page: its address, its token, its manners."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.token = parts.netloc, parts.fragment

    def headers(self, **other):
        """The headers of an own page; `other` changes them, None takes one away."""
        out = {"Host": self.host, "Origin": f"http://{self.host}", "Sec-Fetch-Site": "same-origin",
               "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        out |= {name.replace("_", "-"): value for name, value in other.items()}
        return {name: value for name, value in out.items() if value is not None}

    def ask(self, method, path, body=None, **headers):
        """(status, headers, body as bytes)"""
        line = http.client.HTTPConnection("127.0.0.1", int(self.host.rsplit(":", 1)[1]), timeout=30)
        try:
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            content = b"" if body is None else json.dumps(body).encode()
            for name, value in self.headers(**headers).items():
                line.putheader(name, value)
            if method == "POST":
                line.putheader("Content-Length", str(len(content)))
            line.endheaders(content)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            line.close()

    def status(self, method, path, body=None, **headers):
        return self.ask(method, path, body, **headers)[0]

    def get(self, path):
        status, _, body = self.ask("GET", path)
        expect_equal(status, 200, f"GET {path}")
        return json.loads(body)

    def post(self, path, body=None):
        status, _, answer = self.ask("POST", path, body or {})
        expect_equal(status, 200, f"POST {path}: {answer[:200]!r}")
        return json.loads(answer)


class Events:
    """A page that listens."""

    def __init__(self, page, path):
        self.line = socket.create_connection(("127.0.0.1", int(page.host.rsplit(":", 1)[1])), 30)
        head = "".join(f"{name}: {value}\r\n" for name, value in page.headers(Origin=None).items())
        self.line.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.file = self.line.makefile("rb")
        expect(b" 200 " in self.file.readline(), "a stream of events begins")
        while self.file.readline().strip():
            pass

    def next(self, name):
        """The next event of this name."""
        while True:
            kind = self.file.readline()
            expect(kind, "the stream ended")
            if not kind.startswith(b"event: "):
                continue
            data = self.file.readline()
            if kind.strip() == b"event: " + name.encode():
                return json.loads(data.removeprefix(b"data: "))

    def until(self, name, wanted):
        while not wanted(event := self.next(name)):
            pass
        return event

    def close(self):
        self.line.close()


class Van:
    """A station that is served, and its two pages."""

    def __init__(self, field, *options):
        self.field = field
        self.server = field.start("spot-station serve", field.station_command("serve", *options))
        self.mediator = Page(self.server.told["url"])
        self.citizen = Page(self.server.told["citizen_url"])

    def sign_in(self):
        people = self.mediator.get("/api/state")["people"]
        person = people[0]["id"] if people else self.mediator.post(
            "/api/people", {"name": "Marta Abrantes", "pin": PIN})["id"]
        self.mediator.post("/api/sign-in", {"person": person, "pin": PIN})

    def session(self):
        """A session with a citizen in it."""
        opened = self.mediator.post("/api/sessions",
                                    {"place": PLACE, "channel": "van", "language": "pt"})
        session = self.mediator.post(f"/api/sessions/{opened['id']}/privacy", {"accepted": True})
        return self.mediator.post(f"/api/sessions/{session['id']}/citizen", {"set": CITIZEN})

    def memory_kb(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        for line in status.splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise Fault("no VmRSS")


def addresses(arguments):
    """Loopback only, two tokens that are new at each start, and nowhere else to be read."""
    with Field(arguments.bin) as field:
        seen = set()
        for address in ("127.0.0.1", "[::1]", "127.0.0.1"):
            van = Van(field, "--listen", f"{address}:0")
            expect_equal(sorted(van.server.told), ["citizen_url", "port", "url"], "what it prints")
            expect(van.server.told["url"].startswith(
                f"http://{address}:{van.server.port}/#"), "url")
            expect(van.server.told["citizen_url"].startswith(
                f"http://{address}:{van.server.port}/citizen#"), "citizen_url")
            for page in (van.mediator, van.citizen):
                expect(len(page.token) >= 32, "a token of at least 128 bits in hex")
                seen.add(page.token)
            process = pathlib.Path(f"/proc/{van.server.process.pid}")
            for place in ("cmdline", "environ"):
                text = (process / place).read_bytes()
                expect(van.mediator.token.encode() not in text, f"no token in {place}")
            limits = (process / "limits").read_text()
            core = next(line for line in limits.splitlines() if line.startswith("Max core file"))
            expect_equal(core.split()[4:6], ["0", "0"], "core dumps")
            listening = [line.split()[1] for table in ("tcp", "tcp6")
                         for line in (process / "net" / table).read_text().splitlines()[1:]
                         if line.split()[3] == "0A"
                         and int(line.split()[1].split(":")[1], 16) == van.server.port]
            own = "0100007F" if address == "127.0.0.1" else "00000000000000000000000001000000"
            expect_equal([one.split(":")[0] for one in listening], [own], "where it listens")
            expect_equal(van.server.stop(), [], "what it said after its addresses")
        expect_equal(len(seen), 6, "tokens")
        expect(not any(token in field.log.read_text() for token in seen), "no token on stderr")
        for address in ("0.0.0.0:0", "[::]:0", "192.168.1.1:0", "localhost:0", "127.0.0.1", "x"):
            field.station_verb("serve", "--listen", address, codes=(USAGE,))


def who_is_heard(arguments):
    """Whoever is not an own page gets nothing, not even an answer that a page could read."""
    with Field(arguments.bin) as field:
        van = Van(field)
        van.sign_in()
        page, port = van.mediator, van.server.port
        before = page.get("/api/state")["people"]
        person = {"name": "Mallory", "pin": "111111", "code": "0"}
        for wanted, what in (
                (421, {"Host": f"evil.example:{port}"}),      # DNS rebinding
                (421, {"Host": f"127.0.0.1:{port + 1}"}),
                (421, {"Host": "127.0.0.1"}),
                (421, {"Host": None}),
                (403, {"Origin": "http://evil.example"}),
                (403, {"Origin": f"http://127.0.0.1:{port + 1}"}),
                (403, {"Origin": "null"}),
                (403, {"Sec-Fetch-Site": "cross-site"}),
                (403, {"Sec-Fetch-Site": "same-site"}),
                (401, {"Authorization": None}),
                (401, {"Authorization": f"Bearer {'0' * len(page.token)}"}),
                (401, {"Authorization": f"Bearer {page.token[:-1]}"}),
                (401, {"Authorization": page.token}),
                (401, {"Authorization": None, "Cookie": f"token={page.token}"})):
            for method, path in (("GET", "/api/state"), ("POST", "/api/people"),
                                 ("GET", "/api/citizen"), ("GET", "/api/events")):
                status, headers, body = page.ask(
                    method, path, person if method == "POST" else None, **what)
                expect_equal(status, wanted, f"{method} {path} with {what}")
                expect(not [name for name in headers if name.lower().startswith("access-control")],
                       "no CORS header")
                expect(b"Marta" not in body and page.token.encode() not in body, "it says no more")
        expect_equal(page.status("POST", "/api/people", person, Origin=None), 403, "no origin")
        expect_equal(page.status("OPTIONS", "/api/people", Origin="http://evil.example",
                                 Access_Control_Request_Method="POST"), 405, "a preflight")
        expect_equal(page.status("GET", f"/api/state?token={page.token}", Authorization=None), 401,
                     "a token in the address")
        expect_equal(page.status("POST", "/api/people", person, Content_Type="text/plain"), 415,
                     "what a form could send")
        for method in ("PUT", "DELETE", "HEAD", "PATCH"):
            expect_equal(page.status(method, "/api/state"), 405, method)
        expect_equal(page.status("GET", "/api/lock"), 405, "a GET that would change something")
        # The citizen's token: two addresses to look at.
        expect_equal(van.citizen.status("GET", "/api/citizen"), 200, "the citizen's screen")
        for method, path in (("GET", "/api/state"), ("GET", "/api/events"), ("GET", "/api/day"),
                             ("POST", "/api/citizen"), ("POST", "/api/citizen/focus"),
                             ("POST", "/api/hide"), ("GET", "/api/nothing")):
            expect_equal(van.citizen.status(method, path), 403, f"the citizen's {method} {path}")
        expect_equal(page.get("/api/state")["people"], before, "people")


CONNECT_AS = """
import encodings.idna, os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[3]))
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
try:
    line.sendall(b"GET / HTTP/1.1\\r\\nHost: 127.0.0.1:" + sys.argv[1].encode() + b"\\r\\n"
                 b"Authorization: Bearer " + sys.argv[2].encode() + b"\\r\\n\\r\\n")
    got = line.recv(100)
except OSError:
    got = b""
sys.exit(0 if not got else 1)
"""


def another_user(arguments):
    """Not even with the right token, nor for the pages that are the same for all."""
    if os.geteuid() != 0:
        print("  left out: only root can be two users")
        return
    with Field(arguments.bin) as field:
        van = Van(field)
        for user, answered in ((65534, 0), (os.geteuid(), 1)):
            ran = subprocess.run([sys.executable, "-c", CONNECT_AS, str(van.server.port),
                                  van.mediator.token, str(user)], timeout=30, check=False)
            expect_equal(ran.returncode, answered, f"does user {user} get an answer")


def pages(arguments):
    """The pages: strict, small, the same for everybody, and nobody's data in them."""
    with Field(arguments.bin) as field:
        van = Van(field)
        van.sign_in()
        van.session()
        for path in ("/", "/citizen"):
            status, headers, plain = van.mediator.ask("GET", path, Authorization=None, Origin=None,
                                                      **{"Sec-Fetch-Site": "none"})
            expect_equal(status, 200, path)
            for name, value in (("Content-Security-Policy", POLICY),
                                ("X-Content-Type-Options", "nosniff"),
                                ("Referrer-Policy", "no-referrer"),
                                ("Cross-Origin-Opener-Policy", "same-origin"),
                                ("Cross-Origin-Resource-Policy", "same-origin"),
                                ("Content-Type", "text/html; charset=utf-8")):
                expect_equal(headers[name], value, f"{path}: {name}")
            expect(headers["Permissions-Policy"].startswith("camera=(self)"), "the camera")
            for secret in (van.mediator.token, van.citizen.token, CITIZEN["name"], "Abrantes"):
                expect(secret.encode() not in plain, f"{path}: no data, no token")
            _, packed, small = van.mediator.ask("GET", path, Accept_Encoding="gzip")
            expect_equal(packed["Content-Encoding"], "gzip", path)
            expect_equal(gzip.decompress(small), plain, f"{path}, unpacked")
            expect(packed["ETag"] != headers["ETag"], "a tag names the bytes")
            again = van.mediator.ask("GET", path, If_None_Match=headers["ETag"])
            expect_equal((again[0], again[2]), (304, b""), f"{path}, again")
        _, headers, _ = van.mediator.ask("GET", "/api/state")
        expect_equal(headers["Cache-Control"], "no-store", "the state in caches")
        for path in ("/../etc/passwd", "/%2e%2e/keys.json", "/keys.json", "/index.html/"):
            expect_equal(van.mediator.status("GET", path), 404, path)


def locked_and_hidden(arguments):
    """Nothing of anybody is shown, and what was begun is there afterwards."""
    with Field(arguments.bin) as field:
        van = Van(field)
        shown = ["/api/day", "/api/tell", "/api/conflicts", "/api/visit", "/api/printers",
                 "/api/session-defaults", "/api/day/closing.pdf"]
        for path in shown:
            expect_equal(van.mediator.status("GET", path), 423, f"{path}, nobody signed in")
        van.sign_in()
        session = van.session()
        own = [f"/api/sessions/{session['id']}", f"/api/sessions/{session['id']}/summary.pdf"]
        for path in shown + own:
            expect_equal(van.mediator.status("GET", path), 200, path)
        for shut, opened in (("lock", "unlock"), ("hide", "show")):
            van.mediator.post(f"/api/{shut}")
            for path in shown + own:
                status, _, body = van.mediator.ask("GET", path)
                expect_equal(status, 423, f"{path} after {shut}")
                expect(b"Aldina" not in body, "a refusal names nobody")
            for path in ("/api/state", "/api/citizen"):
                text = json.dumps(van.mediator.get(path))
                expect("Aldina" not in text and "912" not in text, f"{path} after {shut}")
            expect_equal(van.mediator.status("POST", f"/api/{opened}", {"pin": "314159"}), 403,
                         f"{opened} with a wrong PIN")
            wait = json.loads(van.mediator.ask("POST", f"/api/{opened}", {"pin": "314159"})[2])
            time.sleep(wait["error"].get("wait_seconds", 0))  # the wait is the point
            van.mediator.post(f"/api/{opened}", {"pin": PIN})
            there = van.mediator.get(own[0])
            expect_equal(there["citizen"]["name"], CITIZEN["name"], "the session")


def events_in_time(arguments):
    """The citizen's screen is at most 200 ms behind, and blank at once, whatever else goes on."""
    with serving(arguments) as field:
        field.record(field.deployment(seed=5, days=2))
        van = Van(field, "--hub", f"https://{field.hub.address}")
        van.sign_in()
        state = Events(van.mediator, "/api/events")
        screen = Events(van.citizen, "/api/citizen/events")
        state.next("state")
        screen.next("citizen")
        session = van.session()
        worst = 0.0
        for digit in range(10):  # while the station synchronises
            began = time.monotonic()
            name = f"Aldina {digit}"
            van.mediator.post(f"/api/sessions/{session['id']}/citizen", {"set": {"name": name}})
            van.mediator.post("/api/citizen/focus", {"screen": "citizen", "field": "name"})
            screen.until("citizen", lambda view, name=name: name in json.dumps(view))
            worst = max(worst, time.monotonic() - began)
        expect(worst < PUSH_SECONDS_MAX, f"the citizen's screen was {worst:.3f} s behind")
        began = time.monotonic()
        van.mediator.post("/api/hide")
        view = screen.until("citizen", lambda one: one["hidden"])
        took = time.monotonic() - began
        expect("Aldina" not in json.dumps(view), "a hidden screen names nobody")
        expect(took < PUSH_SECONDS_MAX, f"hiding took {took:.3f} s")
        state.until("state", lambda one: one["hidden"])
        van.mediator.post("/api/show", {"pin": PIN})
        screen.until("citizen", lambda one: not one["hidden"])
        for stream in (state, screen):
            stream.close()


def synchronises_by_itself(arguments):
    """After the start, and soon after something was recorded; the state says how it went."""
    with serving(arguments) as field:
        van = Van(field, "--hub", f"https://{field.hub.address}")
        van.sign_in()
        van.session()
        wait_until(lambda: '"record":"session"' in field.export_hub().replace(" ", ""),
                   "a session at the hub", PATIENCE_SECONDS)
        wait_until(lambda: van.mediator.get("/api/state")["link"]["state"] == "idle", "quiet")
        expect_equal(van.mediator.get("/api/state")["link"]["waiting"], 0, "entries that wait")
        field.hub.stop()
        van.mediator.post("/api/complaints", {"text": "A fila era longa."})
        van.mediator.post("/api/sync")
        wait_until(lambda: van.mediator.get("/api/state")["link"]["state"] == "offline",
                   "the hub is away", PATIENCE_SECONDS)
        expect_equal(van.mediator.get("/api/state")["link"]["waiting"], 1, "entries that wait")
        field.serve(field.hub.port)
        van.mediator.post("/api/sync")
        wait_until(lambda: van.mediator.get("/api/state")["link"]["waiting"] == 0, "in step again",
                   PATIENCE_SECONDS)
        van.server.stop()
        field.expect_clean()


def crowds(arguments):
    """Many connections, slow ones and rubbish cost bounded memory and hold nobody up."""
    with Field(arguments.bin) as field:
        van = Van(field)
        van.sign_in()
        before = van.memory_kb()
        lines = []
        for number in range(300):
            line = socket.create_connection(("127.0.0.1", van.server.port), 10)
            line.settimeout(0.01)
            if number % 3 == 1:
                line.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 4000)
            elif number % 3 == 2:
                line.sendall(os.urandom(3000))
            lines.append(line)
            if number % 25 == 0:
                began = time.monotonic()
                expect_equal(van.mediator.status("GET", "/api/state"), 200, "in the crowd")
                expect(time.monotonic() - began < PUSH_SECONDS_MAX, "an answer at once")
        grown = van.memory_kb() - before
        expect(grown < MEMORY_KB_MAX, f"strangers cost {grown} kB")
        for line in lines:
            line.close()
        expect_equal(van.mediator.status("GET", "/api/state"), 200, "afterwards")


def begins_and_ends(arguments):
    """One process serves; SIGINT and SIGTERM end it with everything on disk."""
    with Field(arguments.bin) as field:
        for number in (signal.SIGTERM, signal.SIGINT):
            van = Van(field)
            van.sign_in()
            session = van.session()
            second = field.station_verb("serve", codes=(FAILED, 4))
            expect(second.err.strip(), "a second one is told why")
            Events(van.mediator, "/api/events")  # a page that is still open
            van.server.process.send_signal(number)
            expect_equal(van.server.process.wait(15), DONE, f"the end by {number.name}")
            again = Van(field)
            again.sign_in()
            there = again.mediator.get(f"/api/sessions/{session['id']}")
            expect_equal(there["citizen"]["name"], CITIZEN["name"], "what was typed")
            expect(again.mediator.token != van.mediator.token, "another token")
            expect_equal(again.mediator.status("GET", "/api/state",
                                               Authorization=f"Bearer {van.mediator.token}"), 401,
                         "the token of the launch before")
            again.server.stop()
        field.expect_clean()


if __name__ == "__main__":
    sys.exit(main([addresses, who_is_heard, another_user, pages, locked_and_hidden, events_in_time,
                   synchronises_by_itself, crowds, begins_and_ends]))
