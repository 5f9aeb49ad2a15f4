#!/usr/bin/env python3
"""Goal: whoever takes a laptop or the hub's disk reads no citizen's data from it.

Method: after recording and synchronising, and in the middle of both, every file under either data
folder, the temporary folder and the logs is searched for the raw bytes of every name, NIF, phone,
address and text of the deployment. A wrong passphrase opens nothing and changes no byte.
"""
import hashlib
import json
import pathlib
import stat
import subprocess
import sys
import time

from support import ATTENTION, DONE, REFUSED, expect, expect_equal, main, serving

SHORTEST = 7  # shorter texts stand in random bytes by chance, or in any program


def personal_texts(events):
    """Everything that says something about a citizen, in each form it could be stored in."""
    texts = set()
    for event in events:
        texts.update(str(value) for value in event.get("citizen", {}).values())
        texts.update(str(value) for value in event.get("fields", {}).values())
        texts.update(str(value) for value in event.get("set", {}).values())
        texts.update(event.get(key, "") for key in ("text", "notes"))
    forms = set()
    for text in texts:
        if len(text) >= SHORTEST:
            forms.update((text.encode(), text.encode("utf-16-le"), text.encode("latin-1", "ignore"),
                          json.dumps(text)[1:-1].encode()))
            # A name may be stored apart: its rarest part.
            longest = max(text.split(), key=len)
            if len(longest) >= SHORTEST and any(ord(c) > 127 for c in longest):
                forms.add(longest.encode())
    return {form for form in forms if len(form) >= SHORTEST}


def files_under(*folders):
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def expect_nothing_in(field, texts, when):
    files = files_under(field.hub_data, *(field.station_data(name) for name in field.stations),
                        field.temporary)
    if field.log.exists():
        files.append(field.log)
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # a program in its work removed it
        for text in texts:
            if text in content:
                # Not the text itself: its place will do.
                expect(False, f"{when}: {path.relative_to(field.top)} holds a citizen's data in "
                              f"the clear at byte {content.index(text)}, {len(text)} bytes")
    return len(files)


def nothing_in_the_clear(arguments):
    with serving(arguments) as field:
        plan = {"seed": 61, "days": 2, "sessions_per_day": 30, "edit_rate": 0.2}
        events = field.deployment(**plan)
        late = field.deployment("--late-edits", **plan)
        at_hub = field.deployment("--hub-edits", **plan)
        texts = personal_texts(events + late + at_hub)
        expect(len(texts) > 1000, "the deployment has too few texts for a search")
        seen = expect_nothing_in(field, texts, "before")
        field.record(events)
        expect_nothing_in(field, texts, "after recording")
        field.sync()
        expect_nothing_in(field, texts, "after synchronising")
        field.record(late)
        field.apply(at_hub)
        field.sync(codes=(ATTENTION,))
        for export in (field.export_station("--refs"), field.export_hub()):
            found = sum(text.decode(errors="ignore") in export for text in texts)
            expect(found > 500, "the search is blind: the export does not hold the texts either")
        expect_nothing_in(field, texts, "after edits of both")
        field.hub.kill()
        seen = max(seen, expect_nothing_in(field, texts, "after a kill of the hub"))
        print(f"  {len(texts)} texts in {seen} files: none")


def reading_from_us(field):
    """A station that records what we give it, so that it can be looked at in between."""
    return subprocess.Popen(field.station_command("record", "--events", "-"),
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=field.environment)


def give(recording, event):
    recording.stdin.write(json.dumps(event).encode() + b"\n")
    recording.stdin.flush()
    expect(json.loads(recording.stdout.readline())["ok"], "the event was refused")


def nothing_while_working(arguments):
    """The write-ahead log and all else that is there only while a program runs or after SIGKILL."""
    with serving(arguments) as field:
        events = field.deployment(seed=62, days=2, sessions_per_day=30)
        texts = personal_texts(events)
        with reading_from_us(field) as recording:
            for event in events[:len(events) // 2]:
                give(recording, event)
            expect_nothing_in(field, texts, "while recording")
            recording.kill()
        names = [path.name for path in files_under(field.station_data())]
        expect(any(name.endswith("-wal") for name in names), "no write-ahead log was there to see")
        expect_nothing_in(field, texts, "after a kill while recording")
        field.record(events)
        sync = field.station_command("sync", "--hub", f"https://{field.hub.address}")
        with subprocess.Popen(sync, stdout=subprocess.DEVNULL, env=field.environment) as syncing:
            while syncing.poll() is None:
                expect_nothing_in(field, texts, "while synchronising")
                time.sleep(0.01)


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files_under(folder)}


def wrong_passphrase(arguments):
    with serving(arguments) as field:
        events = field.deployment(seed=63, days=1, sessions_per_day=5)
        field.record(events)
        field.sync()
        address = f"https://{field.hub.address}"
        field.hub.stop()
        wrong = field.write("wrong", "four words by the sea\n")
        empty = field.write("empty", "\n")
        file = field.write_events("events.jsonl", events)
        slip = field.top / "slip-other.json"
        folders = (field.station_data(), field.hub_data)
        before = [digests(folder) for folder in folders]
        for passphrase in (wrong, empty):
            for verb, options in (("record", ["--events", file]), ("sync", ["--hub", address]),
                                  ("export", []), ("export", ["--refs"]), ("status", []),
                                  ("check", [])):
                ran = field.station_verb(verb, *options, passphrase=passphrase, codes=None)
                expect_equal((ran.code, ran.out), (REFUSED, ""), f"spot-station {verb}: exit")
            for verb, options in (("apply", ["--events", file]), ("export", []), ("status", []),
                                  ("enrol", ["--station", "other", "--out", slip]),
                                  ("serve", ["--listen", "127.0.0.1:0"])):
                ran = field.hub_verb(verb, *options, passphrase=passphrase, codes=None)
                expect_equal((ran.code, ran.out), (REFUSED, ""), f"spot-hub {verb}: exit")
        for folder, files in zip(folders, before):
            now = digests(folder)
            faults = sorted(name for name in files.keys() | now.keys()
                            if files.get(name) != now.get(name))
            expect_equal(faults, [], f"files of {folder.name} changed by a wrong passphrase")
        expect(not slip.exists(), "a wrong passphrase wrote a slip")
        # The right one still opens.
        field.expect_clean()


def no_passphrase(arguments):
    """None given and no terminal to ask on: refused, no hanging."""
    with serving(arguments) as field:
        ran = field.run("spot-station status",
                        [str(field.bin / "spot-station"), "status", "--data",
                         str(field.station_data())], codes=None, given=b"", seconds=20)
        expect_equal(ran.code, REFUSED, "exit without a passphrase")
        field.environment["SPOT_PASSPHRASE"] = field.passphrase.read_text().strip()
        field.run("spot-station status", [str(field.bin / "spot-station"), "status", "--data",
                                          str(field.station_data())], codes=(DONE,))


def only_for_their_owner(arguments):
    with serving(arguments) as field:
        field.record(field.deployment(seed=64, days=1, sessions_per_day=3))
        field.sync()
        field.hub.kill()  # leaves its write-ahead log
        for folder in (field.hub_data, field.station_data()):
            for path in [folder, *folder.rglob("*")]:
                mode = stat.S_IMODE(path.stat().st_mode)
                wanted = 0o700 if path.is_dir() else 0o600
                name = path.relative_to(field.top)
                expect(mode == wanted, f"{name}: mode {mode:o} instead of {wanted:o}")
        mode = stat.S_IMODE((field.top / "slip-van-07.json").stat().st_mode)
        expect_equal(f"{mode:o}", "600", "mode of the slip")


def expect_no_core(process, name):
    limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii")
    row = next(row for row in limits.splitlines() if row.startswith("Max core file size"))
    expect_equal(row.split()[4:6], ["0", "0"], f"{name}: limits of core files")


def no_core_dumps(arguments):
    with serving(arguments) as field:
        expect_no_core(field.hub.process, "spot-hub serve")
        # The station waits for its input, so that it can be looked at.
        with reading_from_us(field) as recording:
            give(recording, field.deployment(days=1, sessions_per_day=1)[0])
            expect_no_core(recording, "spot-station record")
            recording.stdin.close()
            expect_equal(recording.wait(20), DONE, "exit of record")


if __name__ == "__main__":
    sys.exit(main([nothing_in_the_clear, nothing_while_working, wrong_passphrase, no_passphrase,
                   only_for_their_owner, no_core_dumps]))
