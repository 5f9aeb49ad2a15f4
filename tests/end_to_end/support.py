"""What the end-to-end tests have in common: a hub and stations as real processes in a folder that
is thrown away, their verbs, and a runner.

Only loopback, only ports that the system chooses, only the standard library. Every wait has a
deadline. A test is a function; what it expects and does not get is a Fault, whose text names
fields, never values.
"""
import argparse
import contextlib
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

DONE, FAILED, USAGE, REFUSED, OFFLINE, ATTENTION = range(6)
PASSPHRASE = "four words by the river"
VERB_SECONDS_MAX = 180   # a verb that takes longer hangs
START_SECONDS_MAX = 90   # a server that is not ready by then never will be
END_SECONDS_MAX = 60     # from SIGTERM to the end of a server


class Fault(Exception):
    """What was promised and did not happen."""


def expect(condition, message):
    if not condition:
        raise Fault(message)


def expect_equal(got, wanted, what):
    expect(got == wanted, f"{what}: {got!r} instead of {wanted!r}")


def wait_until(condition, what, seconds=30):
    """Asks again and again, as what is waited for happens in another process."""
    deadline = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < deadline, f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Ran:
    """What a verb left behind."""

    def __init__(self, name, code, out, err):
        self.name, self.code, self.out, self.err = name, code, out, err

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def json(self):
        rows = self.lines()
        expect(len(rows) == 1, f"{self.name}: {len(rows)} lines instead of one")
        return rows[0]


class Server:
    """A program that runs until it is told to end; its first line says where it listens."""

    def __init__(self, name, command, environment, log):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=log, env=environment, text=True)
        self.said = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            first = self.said.get(timeout=START_SECONDS_MAX)
        except queue.Empty:
            self.kill()
            raise Fault(f"{name}: said nothing for {START_SECONDS_MAX} s") from None
        if first is None:
            raise Fault(f"{name}: ended with {self.process.wait()} instead of listening")
        self.told = json.loads(first)
        self.address = self.told.get("listening") or f"127.0.0.1:{self.told['port']}"
        self.port = int(self.address.rsplit(":", 1)[1])

    def _listen(self):
        for line in self.process.stdout:
            self.said.put(line)
        self.said.put(None)

    def kill(self):
        """As when the power goes."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it as a person would; returns the lines it said after its address."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.ended()

    def ended(self):
        """Waits for the end that it was told to come to; returns what stop() does."""
        try:
            code = self.process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Fault(f"{self.name}: did not end on SIGTERM") from None
        expect(code == DONE, f"{self.name}: ended with {code}")
        lines = []
        while (line := self.said.get(timeout=END_SECONDS_MAX)) is not None:
            lines.append(line)
        return lines


class Field:
    """A hub and its stations. `with Field(bin) as field:` removes everything at the end."""

    def __init__(self, bin_folder, stations=("van-07",)):
        self.bin = pathlib.Path(bin_folder).resolve()
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="spot-end-to-end-"))
        self.temporary = self.top / "tmp"
        self.temporary.mkdir()
        self.passphrase = self.write("passphrase", PASSPHRASE + "\n")
        self.log = self.top / "stderr.txt"
        self.environment = {"PATH": os.environ["PATH"], "TMPDIR": str(self.temporary),
                            "LC_ALL": "C.UTF-8"}
        # Sanitizers take their options from there.
        self.environment |= {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
        self.hub = None
        self.servers = []
        self.stations = list(stations)

    def __enter__(self):
        try:
            # Nobody listens there: stations are told each time where the hub is.
            self.hub_verb("init", "--name", "centro", "--url", "https://127.0.0.1:1")
            for name in self.stations:
                self.enrol(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in self.servers:
            if server.process.poll() is None:
                server.kill()
        shutil.rmtree(self.top, ignore_errors=True)

    # Files.

    def write(self, name, content):
        path = self.top / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def write_events(self, name, events):
        return self.write(name, "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in events))

    @property
    def hub_data(self):
        return self.top / "hub"

    def station_data(self, name=None):
        return self.top / ("station-" + (name or self.stations[0]))

    # Programs.

    def command(self, program, verb, data, *options, passphrase=None):
        return [str(self.bin / program), *verb.split(), "--data", str(data), "--passphrase-file",
                str(passphrase or self.passphrase), *map(str, options)]

    def station_command(self, verb, *options, name=None, passphrase=None):
        return self.command("spot-station", verb, self.station_data(name), "--json", *options,
                            passphrase=passphrase)

    def run(self, name, command, codes=(DONE,), given=None, seconds=VERB_SECONDS_MAX):
        try:
            done = subprocess.run(command, input=given, capture_output=True, timeout=seconds,
                                  env=self.environment, check=False)
        except subprocess.TimeoutExpired:
            raise Fault(f"{name}: still running after {seconds} s") from None
        expect(codes is None or done.returncode in codes,
               f"{name}: exit {done.returncode} instead of {codes}: "
               f"{done.stderr.decode(errors='replace')[-600:]}")
        return Ran(name, done.returncode, done.stdout.decode(),
                   done.stderr.decode(errors="replace"))

    def hub_verb(self, verb, *options, codes=(DONE,), passphrase=None):
        command = self.command("spot-hub", verb, self.hub_data, "--json", *options,
                               passphrase=passphrase)
        return self.run(f"spot-hub {verb}", command, codes)

    def station_verb(self, verb, *options, name=None, codes=(DONE,), passphrase=None, given=None,
                     seconds=VERB_SECONDS_MAX):
        command = self.station_command(verb, *options, name=name, passphrase=passphrase)
        return self.run(f"spot-station {verb}", command, codes, given, seconds)

    # Whether or not something needs a person.
    def hub_status(self):
        return self.hub_verb("status", codes=(DONE, ATTENTION)).json()

    def station_status(self, name=None):
        return self.station_verb("status", name=name, codes=(DONE, ATTENTION)).json()

    # `code`: what both programs' status ends with.
    def expect_status(self, code):
        self.hub_verb("status", codes=(code,))
        self.station_verb("status", codes=(code,))

    def start(self, name, command):
        with open(self.log, "ab") as log:
            server = Server(name, command, self.environment, log)
        self.servers.append(server)
        return server

    # The steps of a day.

    def enrol(self, name):
        slip = self.top / f"slip-{name}.json"
        self.hub_verb("enrol", "--station", name, "--out", slip)
        self.station_verb("init", "--slip", slip, name=name)

    def serve(self, port=0):
        """`port` is one that the system chose before, when a hub comes back."""
        command = self.command("spot-hub", "serve", self.hub_data, "--json", "--listen",
                               f"127.0.0.1:{port}")
        self.hub = self.start("spot-hub serve", command)
        return self.hub

    def link(self, to, **conditions):
        options = [part for key, value in conditions.items()
                   for part in ("--" + key.replace("_", "-"), str(value))]
        command = [str(self.bin / "fieldkit"), "link", "--to", to, "--json", *options]
        return self.start("fieldkit link", command)

    def deployment(self, *options, **named):
        """Events of fieldkit's own generator; a named option as one would type it."""
        words = [part for key, value in named.items()
                 for part in ("--" + key.replace("_", "-"), str(value))]
        command = [str(self.bin / "fieldkit"), "deployment", *options, *words]
        return self.run("fieldkit deployment", command).lines()

    def record(self, events, name=None, codes=(DONE,)):
        """Returns what is reported of each line."""
        file = self.write_events("events.jsonl", events)
        rows = self.station_verb("record", "--events", file, name=name, codes=codes).lines()
        expect_equal(len(rows), len(events), "lines reported")
        return rows

    def apply(self, edits, name=None, codes=(DONE,)):
        """The hub's edits. Their references are the station's; the hub knows ids only."""
        ids = self.references(name)
        rows = [edit | {"request": ids["request", edit["request"]]} for edit in edits]
        file = self.write_events("edits.jsonl", rows)
        ran = self.hub_verb("apply", "--events", file, codes=codes)
        expect(all(row["ok"] for row in ran.lines()), "an edit of the hub was refused")

    def sync(self, address=None, name=None, codes=(DONE,), seconds=VERB_SECONDS_MAX):
        ran = self.station_verb("sync", "--hub", f"https://{address or self.hub.address}",
                                name=name, codes=codes, seconds=seconds)
        report = ran.json()
        report["exit"] = ran.code
        return report

    def export_station(self, *options, name=None):
        return self.station_verb("export", *options, name=name).out

    def export_hub(self, *options):
        return self.hub_verb("export", *options).out

    def references(self, name=None):
        """(record, reference) → id, as this station knows them."""
        rows = [json.loads(line) for line in self.export_station("--refs", name=name).splitlines()]
        return {(row["record"], row["ref"]): row["id"] for row in rows}

    def expect_clean(self, name=None):
        found = self.station_verb("check", name=name, codes=None)
        expect(found.code == DONE and found.json() == {"ok": True, "faults": []},
               f"spot-station check: exit {found.code}: {found.out.strip()} {found.err.strip()}")


def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what follows tidies up
    sys.exit(1)


def main(tests, options=None):
    """Runs them all, the ones named on the command line, or says what there is (--list)."""
    caller = sys.modules["__main__"]
    parser = argparse.ArgumentParser(description=caller.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin", help="folder with the programs")
    parser.add_argument("--list", action="store_true", help="print the tests' names")
    parser.add_argument("only", nargs="*", help="tests to run; default: all")
    for flags, settings in options or []:
        parser.add_argument(flags, **settings)
    arguments = parser.parse_args()
    known = {test.__name__: test for test in tests}
    if arguments.list:
        print("\n".join(known))
        return 0
    if unknown := [name for name in arguments.only if name not in known]:
        parser.error("no such test: " + ", ".join(unknown))
    # A test that is interrupted removes what it made, too.
    signal.signal(signal.SIGTERM, stop)
    failed = 0
    for name in arguments.only or known:
        began = time.monotonic()
        try:
            known[name](arguments)
            verdict = "ok    "
        except Fault as fault:
            verdict, failed = "FAILED", failed + 1
            print(f"  {fault}")
        except Exception:  # pylint: disable=broad-except
            verdict, failed = "FAILED", failed + 1
            traceback.print_exc(file=sys.stdout)
        print(f"{verdict} {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return 1 if failed else 0


@contextlib.contextmanager
def serving(arguments, stations=("van-07",)):
    with Field(arguments.bin, stations) as field:
        field.serve()
        yield field
