#!/usr/bin/env python3
"""Goal: what a station records reaches the hub whole, once, and cheaply.

Method: deployments of several seeds and sizes are recorded, synchronised and exported at both ends;
the exports have to be the same bytes and equal a naive model of the events. Then everything is
repeated, which may change nothing and cost next to nothing. The bytes are counted on the wire, too.

If SPOT_FIELDDAY names another generator with the flags of `fieldkit deployment`, its deployments
take the same way.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

from model import expect_in_step, expect_as_given
from support import ATTENTION, Field, expect, expect_equal, main, serving

IDLE_BYTES_MAX = 500          # each way
ONE_REQUEST_BYTES_MAX = 600   # up
ZSTD_SHARE_MAX = 0.70         # of what zstd -19 makes of the events
FIELDDAY_BYTES_MAX = 69_000   # the ten-day deployment of the other generator
# TLS takes a handshake, and 22 bytes for each record of at most 16 KiB.
HANDSHAKE_BYTES_MAX = 3_000
RECORD_SHARE_MAX = 0.01


def other_generator(*options):
    """Events of SPOT_FIELDDAY, or nothing where there is none."""
    path = os.environ.get("SPOT_FIELDDAY", "")
    if not path or not pathlib.Path(path).exists():
        return None
    made = subprocess.run([sys.executable, path, *options], capture_output=True, check=True,
                          timeout=120)
    return [json.loads(line) for line in made.stdout.splitlines()]


def deliver(field, events, name=None):
    """Records and synchronises; returns the sync's report."""
    rows = field.record(events, name)
    expect(all(row["ok"] for row in rows), "a good line was refused")
    expect_equal([row["line"] for row in rows], list(range(1, len(rows) + 1)), "line numbers")
    expect_as_given(field, events, name, held=False)
    report = field.sync(name=name)
    expect_equal(report["state"], "ok", "state")
    expect_equal(report["sent_entries"], len(events), "entries sent")
    expect_equal(report["durable_seq"], len(events), "entries that the hub has on disk")
    expect_equal(report["round_trips"], 1, "round trips")
    expect_equal(report["quarantined"], [], "quarantined")
    return report


def expect_idle(field, name=None):
    report = field.sync(name=name)
    expect_equal((report["sent_entries"], report["received_entries"]), (0, 0), "entries moved")
    expect_equal(report["round_trips"], 1, "round trips")
    for way in ("sent_bytes", "received_bytes"):
        expect(report[way] <= IDLE_BYTES_MAX, f"nothing new: {report[way]} {way}")
    return report


def expect_repeated(field, events, name=None):
    """The same file again: every line is ok, with the ids it had, and nothing is doubled."""
    before = field.export_station("--refs", name=name)
    known = field.references(name)
    for row in field.record(events, name):
        expect(row["ok"], f"line {row['line']} was refused when given again")
        record = row["kind"].split(".")[0]
        if (record, row["ref"]) in known:
            expect_equal(row["id"], known[record, row["ref"]], f"id of line {row['line']}")
    expect_equal(field.export_station("--refs", name=name) == before, True, "export unchanged")


def zstd_bytes(events):
    """What zstd -19 makes of them as the generator prints them; nothing without the program."""
    if not shutil.which("zstd"):
        return None
    text = "".join(json.dumps(e, ensure_ascii=False, separators=(",", ":")) + "\n" for e in events)
    done = subprocess.run(["zstd", "-19", "-c"], input=text.encode(), capture_output=True,
                          check=True, timeout=120)
    return len(done.stdout)


def whole_way(arguments, events, bytes_max=None):
    with serving(arguments) as field:
        report = deliver(field, events)
        expect_in_step(field, events)
        idle = expect_idle(field)
        expect_repeated(field, events)
        expect_idle(field)
        expect_in_step(field, events)
        field.expect_clean()
        print(f"  {len(events)} events: {report['sent_bytes']} bytes up, "
              f"{report['received_bytes']} down; nothing new: {idle['sent_bytes']} up, "
              f"{idle['received_bytes']} down")
        if bytes_max:
            expect(report["sent_bytes"] <= bytes_max,
                   f"{report['sent_bytes']} bytes up, at most {bytes_max} were promised")


def small_deployments(arguments):
    with Field(arguments.bin, ()) as field:
        plans = [field.deployment(seed=seed, days=1, sessions_per_day=sessions, station=station)
                 for seed, sessions, station in ((1, 1, "van-07"), (2, 12, "van-07"),
                                                 (3, 30, "carrinha nº 9 – Côa"))]
        plans.append(field.deployment(seed="avó", days=2, sessions_per_day=8, care_home=1))
        plans.append(field.deployment(seed=5, days=3, sessions_per_day=6, surge=2,
                                      start="2018-10-26"))  # the clocks change on the Sunday
    for events in plans:
        whole_way(arguments, events)


def ten_days(arguments):
    with Field(arguments.bin, ()) as field:
        events = field.deployment(seed=1)
    floor = zstd_bytes(events)
    whole_way(arguments, events, floor and int(floor * ZSTD_SHARE_MAX))


def other_deployments(arguments):
    if other_generator("--days", "1") is None:
        print("  (no SPOT_FIELDDAY: left out)")
        return
    for options in (["--days", "1", "--sessions-per-day", "3", "--seed", "11"],
                    ["--days", "2", "--seed", "12", "--station", "van-31", "--start",
                     "2017-10-27"]):
        whole_way(arguments, other_generator(*options))
    whole_way(arguments, other_generator(), FIELDDAY_BYTES_MAX)


def one_more_request(arguments):
    """It costs little, however much is there already."""
    with serving(arguments) as field:
        events = field.deployment(seed=6, days=4)
        *most, last = [i for i, event in enumerate(events) if event["kind"] == "request.queue"]
        single = events[last]
        rest = [event for event in events
                if event is not single and event.get("request") != single["request"]]
        deliver(field, rest)
        expect(field.record([single])[0]["ok"], "a good line was refused")
        report = field.sync()
        expect_equal(report["sent_entries"], 1, "entries sent")
        expect_equal(report["round_trips"], 1, "round trips")
        print(f"  one request after {len(most)}: {report['sent_bytes']} bytes up")
        expect(report["sent_bytes"] <= ONE_REQUEST_BYTES_MAX,
               f"one request: {report['sent_bytes']} bytes up")
        expect_in_step(field, rest + [single])


def counted_on_the_wire(arguments):
    """The programs' own figures are what crosses the link, but for TLS's share."""
    with serving(arguments) as field:
        events = field.deployment(seed=7, days=3)
        field.record(events)
        for what in ("deployment", "nothing new"):
            link = field.link(field.hub.address)
            report = field.sync(link.address)
            counted = json.loads(link.stop()[-1])
            for said, key in (("sent_bytes", "bytes_up"), ("received_bytes", "bytes_down")):
                most = report[said] * (1 + RECORD_SHARE_MAX) + HANDSHAKE_BYTES_MAX
                expect(report[said] < counted[key] <= most,
                       f"{what}: {said} is {report[said]}, but {counted[key]} crossed the link")
            expect_equal(counted["connections"], 1, f"{what}: connections")


def several_stations(arguments):
    """Each holds its own records, the hub all of them, each with numbers of its own."""
    names = ("van-07", "van-08", "desk-01")
    with serving(arguments, names) as field:
        plans = {name: field.deployment(seed=8 + i, days=1, sessions_per_day=10, station=name)
                 for i, name in enumerate(names)}
        for name, events in plans.items():
            deliver(field, events, name)
        # By now each is told the keys of those that came after it, once.
        for later, name in enumerate(reversed(names)):
            expect_equal(field.sync(name=name)["received_entries"], later, f"{name}: keys")
        total = 0
        for name, events in plans.items():
            expect_in_step(field, events, name)
            total += len(field.export_station(name=name).splitlines())
            expect_idle(field, name)
        expect_equal(len(field.export_hub().splitlines()), total, "records at the hub")
        status = field.hub_status()
        expect_equal(sorted(s["station"] for s in status["stations"]), sorted(names), "stations")
        expect_equal((status["conflicts"], status["quarantined"], status["unexecuted"]), (0, 0, 0),
                     "conflicts, quarantined, unexecuted")


def in_many_steps(arguments):
    """Recording and synchronising in turns ends as one of each does; edits meet older requests."""
    with serving(arguments) as field:
        events = field.deployment(seed=15, days=2, sessions_per_day=15)
        for at in range(0, len(events), 40):
            part = events[at:at + 40]
            field.record(part)
            expect_equal(field.sync()["sent_entries"], len(part), "entries sent")
        expect_in_step(field, events)
        # By the ids that the station gave, as by the references of the caller.
        ids = field.references()
        edit = next(dict(e) for e in reversed(events) if e["kind"] == "request.edit")
        edit["set"] = {"fields.observacoes": "Pelo número do registo."}
        by_id = edit | {"request": ids["request", edit["request"]],
                        "session": ids["session", edit["session"]]}
        expect(field.record([by_id])[0]["ok"], "an edit by the record's id was refused")
        field.sync()
        expect_in_step(field, events + [edit])


def quiet_when_piped(arguments):
    with serving(arguments) as field:
        file = field.write_events("one.jsonl", field.deployment(days=1, sessions_per_day=2))
        for verb, options in (("record", ["--events", file]),
                              ("sync", ["--hub", f"https://{field.hub.address}"])):
            ran = field.station_verb(verb, *options)
            expect_equal(ran.err, "", f"{verb} on stderr")
        # From a pipe, and without a newline after the last line.
        piped = field.station_verb("record", "--events", "-", given=file.read_bytes().rstrip())
        expect(all(row["ok"] for row in piped.lines()), "a line from a pipe was refused")


def nothing_recorded_yet(arguments):
    """A new station may say hello before its first citizen comes."""
    with serving(arguments) as field:
        for _ in range(2):
            expect_idle(field)
        expect_equal((field.export_station("--refs"), field.export_hub()), ("", ""), "exports")
        field.expect_clean()
        expect(field.hub_status()["stations"][0]["enrolled"], "it is not enrolled")
        events = field.deployment(seed=16, days=1, sessions_per_day=3)
        deliver(field, events)
        expect_in_step(field, events)


def made_only_once(arguments):
    """init and enrol don't overwrite, and a slip works once."""
    with serving(arguments) as field:
        field.record(field.deployment(days=1, sessions_per_day=2))
        before = field.export_station("--refs")
        slip = field.top / "slip-van-07.json"
        for run, options in ((field.station_verb, ["--slip", slip]),
                             (field.hub_verb, ["--url", "https://127.0.0.1:1"])):
            ran = run("init", *options, codes=None)
            expect(ran.code not in (0, ATTENTION), "init over a store that is there: exit 0")
        expect_equal(field.export_station("--refs") == before, True, "export unchanged")
        field.sync()
        field.stations.append("thief")
        field.station_verb("init", "--slip", slip, name="thief", codes=None)
        if (field.station_data("thief") / "keys.json").exists():
            report = field.sync(name="thief", codes=None)
            expect_equal(report["exit"], 3, "exit of a sync with a slip that was used before")


if __name__ == "__main__":
    sys.exit(main([small_deployments, ten_days, other_deployments, one_more_request,
                   counted_on_the_wire, several_stations, in_many_steps, quiet_when_piped,
                   nothing_recorded_yet, made_only_once]))
