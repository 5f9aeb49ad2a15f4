"""Printers for tests: one that listens on a socket as thermal printers do, and a print server of
the test's own (Debian's cups) on loopback. Nothing of the machine's own printing is touched.
"""
import contextlib
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

from support import expect, wait_until

STATUS = {b"\x10\x04\x01": 0x12, b"\x10\x04\x02": 0x12, b"\x10\x04\x04": 0x12, b"\x1dr\x01": 0x00}


class Thermal:
    """Takes one connection after another; `jobs` has what was printed over each. One that
    `stops_after` so many bytes takes the rest when it is told to go on."""

    def __init__(self, answers=True, paper=True, dies_after=None, stops_after=None):
        self.answers, self.dies_after, self.stops_after = answers, dies_after, stops_after
        self.status = dict(STATUS)
        if not paper:
            self.status[b"\x10\x04\x04"] = 0x72
        self.jobs, self.over, self.go_on = [], False, False
        self.got = b""  # of the connection that is open
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.settimeout(0.1)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.listening.getsockname()[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        self.listening.close()

    def _serve(self):
        while not self.over:
            try:
                connection, _ = self.listening.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(0.1)
                self._work(connection)

    def _work(self, connection):
        self.got = b""
        while not self.over:
            if (self.stops_after is not None and len(self.got) >= self.stops_after
                    and not self.go_on):
                time.sleep(0.02)
                continue
            try:
                piece = connection.recv(2048)
            except TimeoutError:
                continue
            except ConnectionError:
                break
            if not piece:
                break
            self.got += piece
            for request, answer in self.status.items():
                while request in self.got:
                    self.got = self.got.replace(request, b"", 1)
                    if self.answers:
                        connection.sendall(bytes([answer]))
            if self.dies_after is not None and len(self.got) >= self.dies_after:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                break
        if self.got:
            self.jobs.append(self.got)


class PrintServer:
    """A cupsd with its own configuration, spool and port."""

    def __init__(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="spot-cups-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        for folder in ("spool", "spool/tmp", "cache", "state", "log", "etc", "etc/ppd", "etc/ssl"):
            (self.top / folder).mkdir()
        self.top.chmod(0o755)
        (self.top / "etc/cupsd.conf").write_text(f"""
Listen 127.0.0.1:{self.port}
Browsing Off
DefaultAuthType None
WebInterface No
PreserveJobFiles No
PreserveJobHistory Yes
LogLevel warn
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  <Limit All>
    Order allow,deny
    Allow from 127.0.0.1
  </Limit>
</Policy>
""")
        user = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
        run_as = "User lp\nGroup lp\n" if user == "root" else ""
        (self.top / "etc/cups-files.conf").write_text(f"""
{run_as}SystemGroup root
FileDevice Yes
ServerRoot {self.top}/etc
ServerBin /usr/lib/cups
DataDir /usr/share/cups
RequestRoot {self.top}/spool
TempDir {self.top}/spool/tmp
CacheDir {self.top}/cache
StateDir {self.top}/state
ErrorLog {self.top}/log/error_log
AccessLog {self.top}/log/access_log
PageLog {self.top}/log/page_log
""")
        self.environment = {"CUPS_SERVER": f"127.0.0.1:{self.port}"}
        self.process = subprocess.Popen(
            ["/usr/sbin/cupsd", "-f", "-c", str(self.top / "etc/cupsd.conf"), "-s",
             str(self.top / "etc/cups-files.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        wait_until(self._answers, "the print server listens")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.top, ignore_errors=True)

    def _answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def run(self, *command):
        done = subprocess.run(command, capture_output=True, timeout=30, check=False, text=True,
                              env={"PATH": os.environ["PATH"], **self.environment})
        expect(done.returncode == 0, f"{command[0]}: {done.stderr.strip()[-300:]}")
        return done.stdout

    def add(self, name, address, model="raw"):
        """A queue that hands bytes on as they are."""
        self.run("lpadmin", "-p", name, "-E", "-v", f"socket://{address}", "-m", model,
                 "-o", "printer-error-policy=stop-printer")

    def jobs_seen(self):
        """What anybody may read about jobs, also when they are over."""
        return self.run("lpstat", "-W", "completed", "-o") + "".join(
            path.read_text(errors="replace") for path in (self.top / "log").iterdir())

    def spool(self):
        return [path.name for path in (self.top / "spool").iterdir()
                if re.match(r"d\d", path.name)]
