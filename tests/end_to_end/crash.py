#!/usr/bin/env python3
"""Goal: SIGKILL at any moment loses nothing that was reported, doubles nothing, and stops nothing.

Method: for each seed of a fixed list, a station records and synchronises while it or the hub is
killed at a moment drawn from the seed: after so many reported lines, after so many bytes on the
wire, while the hub executes, or so many milliseconds after a start. Then everything is started
again. What `record --json` reported as ok is there, once, under the same id; after the next sync
both exports are the same bytes, as given, with receipts gapless and the station's check clean.

--seeds N runs N of them instead of the quick list; --seed S runs one, with the field fresh.
"""
import json
import random
import subprocess
import sys
import threading
import time

from model import expect_as_given, expect_gapless, expect_in_step
from support import DONE, OFFLINE, Fault, expect, expect_equal, main, serving
from wires import Cut, Relay

QUICK = 14            # seeds in the quick list: each way to die twice
ROUNDS_A_FIELD = 10   # a fresh hub and station after so many, so that rounds stay short
VERB_SECONDS = 60


class Round:
    """One crash and what follows, in a field that has seen others."""

    def __init__(self, field, seed, number):
        self.field = field
        self.random = random.Random(f"crash/{seed}")
        self.events = field.deployment(seed=seed, days=1, start=f"20{20 + number}-03-02",
                                       sessions_per_day=self.random.choice([3, 8, 40, 150]))
        self.reported = {}

    def record(self, kill_after=None, kill_delay=0.0):
        """Records; kills it once so many lines are reported. Returns whether it came to its end."""
        file = self.field.write_events("round.jsonl", self.events)
        command = self.field.station_command("record", "--events", file)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.field.environment) as process:
            if kill_after == 0:
                time.sleep(kill_delay)
                process.kill()
            for number, line in enumerate(process.stdout, 1):
                if not line.endswith(b"\n"):
                    break  # it died in the middle of saying so
                self.take(json.loads(line))
                if number == kill_after:
                    time.sleep(kill_delay)
                    process.kill()
            error = process.stderr.read()
            code = process.wait(VERB_SECONDS)
        expect(code in (DONE, -9), f"record ended with {code}: {error.decode()[-300:]}")
        return code == DONE

    def take(self, row):
        expect(row["ok"], f"line {row['line']} was refused: {row.get('error')}")
        known = self.reported.setdefault(row["line"], (row["id"], row["seq"]))
        expect_equal((row["id"], row["seq"]), known, f"id and seq of line {row['line']} again")

    def expect_reported(self):
        """Before anything is given again: each reported line is in the export."""
        ids = self.field.references()
        for line in self.reported:
            event = self.events[line - 1]
            record = event["kind"].split(".")[0]
            if event["kind"] in ("session.close", "request.edit"):
                expect((record, event[record]) in ids, f"line {line} was reported, and is lost")
            else:
                expect_equal(ids.get((record, event[record])), self.reported[line][0],
                             f"id of line {line}")

    def sync_until_done(self):
        for _ in range(4):
            report = self.field.sync(codes=(DONE, OFFLINE))
            if report["exit"] == DONE:
                return report
        raise Fault("four syncs in a row were offline")

    def sync_and_kill(self, relay, victim, at_bytes, delay):
        """Kills `victim` when so many bytes crossed; returns the sync's exit code."""
        command = self.field.station_command("sync", "--hub", f"https://{relay.address}")
        fired = threading.Event()
        process = None

        def watch(_, piece, up, down):
            if up + down >= at_bytes and not fired.is_set():
                fired.set()
                time.sleep(delay)
                (process if victim == "station" else self.field.hub.process).kill()
                if victim == "station":
                    raise Cut
            return piece

        relay.watch = watch
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.field.environment)
        if victim == "hub":
            threading.Thread(target=self.restart_hub_when, args=(fired,), daemon=True).start()
        out, error = process.communicate(timeout=VERB_SECONDS)
        code = process.returncode
        expect(code in ((-9, DONE, OFFLINE) if victim == "station" else (DONE, OFFLINE)),
               f"sync ended with {code}: {out.decode()[-300:]} {error.decode()[-300:]}")
        return fired.is_set()

    def restart_hub_when(self, fired):
        """At its old port, while the station still tries."""
        if not fired.wait(VERB_SECONDS):
            return
        self.field.hub.process.wait()
        try:
            self.field.serve(self.field.hub.port)
        except Fault as fault:
            print(f"  {fault}")  # the next sync says so, too


def kill_recording(round_, field):
    """The station dies while it records, two or three times on the way."""
    for _ in range(round_.random.choice([1, 2, 3])):
        lines = round_.random.randrange(len(round_.events))
        round_.record(max(1, lines), round_.random.random() * 0.002)
        round_.expect_reported()
        field.expect_clean()


def kill_opening(round_, field):
    """The station dies while it opens its store, or with the first event."""
    round_.record(kill_after=0, kill_delay=0.12 + round_.random.random() * 0.25)
    round_.expect_reported()


def kill_with_relay(victim):
    def kill(round_, field):
        expect(round_.record(), "record was not killed and did not end")
        with Relay(field.hub.port) as relay:
            # All that crosses, both ways: handshake, heads and answer, then frames.
            size = 1_500 + 28 * len(round_.events)
            at_bytes = round_.random.randrange(size) if round_.random.random() < 0.8 else size - 300
            round_.sync_and_kill(relay, victim, at_bytes, round_.random.choice([0, 0, 0.001, 0.02]))
            if victim == "hub":
                wait_for_hub(field)
    kill.__name__ = f"kill_{victim}_in_sync"
    return kill


def kill_executing(round_, field):
    """The hub has acknowledged and dies while it executes what it received."""
    round_.record()
    round_.sync_until_done()
    time.sleep(round_.random.random() * 0.2)
    field.hub.kill()
    field.serve(field.hub.port)


def kill_reading(round_, field):
    """A verb that reads dies; and the hub while another of its verbs executes."""
    round_.record()
    round_.sync_until_done()
    field.hub.kill()
    for program, data, verb in (("spot-station", field.station_data(), "export"),
                                ("spot-hub", field.hub_data, "export"),
                                ("spot-hub", field.hub_data, "status")):
        with subprocess.Popen(field.command(program, verb, data), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env=field.environment) as process:
            time.sleep(0.1 + round_.random.random() * 0.3)
            process.kill()
    field.serve(field.hub.port)


def kill_waiting(round_, field):
    """The station dies after a random time of a sync over a good link."""
    round_.record()
    command = field.station_command("sync", "--hub", f"https://{field.hub.address}")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=field.environment) as process:
        time.sleep(0.1 + round_.random.random() * 0.4)
        process.kill()


def wait_for_hub(field):
    """The thread that restarts it may still be at it."""
    deadline = time.monotonic() + VERB_SECONDS
    while field.hub.process.poll() is not None:
        if time.monotonic() > deadline:
            raise Fault("the hub was not served again")
        time.sleep(0.02)


WAYS = [kill_recording, kill_opening, kill_with_relay("station"), kill_with_relay("hub"),
        kill_executing, kill_reading, kill_waiting]


def one_round(field, seed, number, earlier):
    round_ = Round(field, seed, number)
    way = WAYS[seed % len(WAYS)]
    try:
        way(round_, field)
        if field.hub.process.poll() is not None:  # it was not reached by its killer's bytes
            field.serve(field.hub.port)
        round_.expect_reported()
        expect(round_.record(), "record did not come to its end")
        expect_equal(len(round_.reported), len(round_.events), "lines reported in all")
        events = earlier + round_.events
        expect_gapless(field.export_station())
        round_.sync_until_done()
        expect_in_step(field, events)
        field.expect_clean()
        report = field.sync()
        expect_equal((report["sent_entries"], report["received_entries"]), (0, 0), "entries moved")
    except Fault as fault:
        where = f"seed {seed} ({way.__name__}), number {number} in its field"
        raise Fault(f"{where}: {fault}") from None
    return events


def crashes(arguments):
    seeds = [arguments.seed] if arguments.seed is not None else list(range(arguments.seeds))
    left, faults = seeds[:], 0
    while left:
        with serving(arguments) as field:
            events = []
            for number in range(min(ROUNDS_A_FIELD, len(left))):
                try:
                    events = one_round(field, left.pop(0), number, events)
                except Fault as fault:
                    print(f"  {fault}", flush=True)
                    faults += 1
                    break  # what follows needs a fresh field
    expect(not faults, f"{faults} of {len(seeds)} seeds failed")
    print(f"  {len(seeds)} crashes survived")


def crash_before_the_first_answer(arguments):
    """Enrolment itself: the hub dies while it binds the station's keys; the slip still works."""
    for at_bytes in (600, 900, 1_200, 1_500, 1_800):
        with serving(arguments) as field:
            round_ = Round(field, 1000 + at_bytes, 0)
            expect(round_.record(), "record did not come to its end")
            with Relay(field.hub.port) as relay:
                round_.sync_and_kill(relay, "hub", at_bytes, 0)
                wait_for_hub(field)
            round_.sync_until_done()
            expect_in_step(field, round_.events)


def two_at_once(arguments):
    """No crash, but the same danger: two processes record and two synchronise at the same time."""
    with serving(arguments) as field:
        events = field.deployment(seed=40, days=1, sessions_per_day=25)
        field.write_events("events.jsonl", events)
        record = field.station_command("record", "--events", field.top / "events.jsonl")
        sync = field.station_command("sync", "--hub", f"https://{field.hub.address}")
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    env=field.environment)
                   for command in (record, record, sync, sync)]
        outs = [process.communicate(timeout=VERB_SECONDS * 2) for process in running]
        for process, (_, error) in zip(running, outs):
            expect_equal(process.returncode, DONE, f"exit beside others: {error.decode()[-300:]}")
        rows = [[json.loads(line) for line in out.splitlines()] for out, _ in outs[:2]]
        expect_equal([r["id"] for r in rows[0]], [r["id"] for r in rows[1]], "ids of both")
        field.sync()
        expect_as_given(field, events)
        expect_in_step(field, events)
        field.expect_clean()


if __name__ == "__main__":
    sys.exit(main([crashes, crash_before_the_first_answer, two_at_once],
                  [("--seeds", {"type": int, "default": QUICK, "metavar": "N"}),
                   ("--seed", {"type": int, "metavar": "S"})]))
