#!/usr/bin/env python3
"""The hub's folder comes back from an older copy: it forgot entries that it had acknowledged, and
edits of its own that a station holds. Nothing was purged at the stations, so what they recorded is
at the hub again, once; what only the hub had written is kept there and told, never passed over.
"""
import shutil
import subprocess
import sys

from copied import check_hub, copy_station, own_events, COPY as OTHER_LIFE
from model import expect_gapless, expect_same_bytes
from support import (ATTENTION, DONE, END_SECONDS_MAX, OFFLINE, expect, expect_equal, main, serving,
                     wait_until)
from wires import Held

COPY = "hub-copy"
HELD_AFTER = 20_000  # bytes of a bundle: several frames, of which the hub holds the last ones back
SYNCS_MAX = 4  # one that was cut off, one that finds out, one that mends, one in peace


def copy_hub(field):
    """As a backup does: while nobody serves."""
    field.hub.stop()
    shutil.copytree(field.hub_data, field.top / COPY)
    field.serve()


def restore_hub(field):
    field.hub.stop()
    shutil.rmtree(field.hub_data)
    shutil.copytree(field.top / COPY, field.hub_data)
    field.serve()


def sync_until_calm(field, name=None):
    said = []
    while len(said) < SYNCS_MAX:
        report = field.sync(name=name, codes=(DONE, OFFLINE, ATTENTION))
        said.append((report["exit"], report["state"], report["stranded_entries"]))
        if report["exit"] == DONE:
            return
    expect(False, f"{name}: not calm after {said}")


def expect_in_step(field, name=None):
    here = field.export_station(name=name)
    expect_same_bytes(here, field.export_hub())
    expect_gapless(here)
    field.expect_clean(name)


def days(field, *seeds):
    """A day of each seed, under names of its own."""
    return [own_events(field.deployment(days=1, seed=seed, sessions_per_day=10), f"s{seed}")
            for seed in seeds]


def forget(field, before, lost):
    """`before` is at the hub for good, `lost` until its older copy comes back."""
    field.record(before)
    field.sync()
    copy_hub(field)
    field.record(lost)
    expect_equal(field.sync()["state"], "ok", "before the hub was restored")
    restore_hub(field)


def idle_since(arguments):
    with serving(arguments) as field:
        before, lost = days(field, 1, 2)
        forget(field, before, lost)
        expect_equal(field.sync()["state"], "ok", "the first exchange after it")
        check_hub(field, before, lost)
        expect_in_step(field)


def recorded_more(arguments):
    with serving(arguments) as field:
        before, lost, later = days(field, 3, 4, 5)
        forget(field, before, lost)
        field.record(later)
        expect_equal(field.sync()["state"], "ok", "the first exchange after it")
        check_hub(field, before, lost, later)
        expect_in_step(field)


def with_another(arguments):
    """Two stations, each of which the hub forgot something of."""
    with serving(arguments, ("van-07", "van-08")) as field:
        parts = days(field, 6, 7, 8, 9)
        for name, known in zip(field.stations, parts):
            field.record(known, name=name)
            field.sync(name=name)
        copy_hub(field)
        for name, lost in zip(field.stations, parts[2:]):
            field.record(lost, name=name)
            field.sync(name=name)
        restore_hub(field)
        for name in field.stations:
            sync_until_calm(field, name)
        check_hub(field, *parts)
        for name in field.stations:
            expect_in_step(field, name)


def entries_at_hub(field):
    return field.hub_status()["stations"][0]["logs"][0]["seq"]


def kill_in_the_middle(field, dies):
    """Of an exchange: the hub has committed at least a frame more than before, and not all."""
    known = entries_at_hub(field)
    with Held(field.hub.port, HELD_AFTER) as relay:
        command = field.station_command("sync", "--hub", f"https://{relay.address}")
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=field.environment) as process:
            try:
                expect(relay.held.wait(END_SECONDS_MAX), "no exchange of that length is under way")
                wait_until(lambda: entries_at_hub(field) > known, "a frame is committed",
                           END_SECONDS_MAX)
                expect(process.poll() is None, "the exchange is over already")
                if dies == "hub":
                    field.hub.kill()
            finally:
                process.kill()
    if dies == "hub":
        field.serve()
    return entries_at_hub(field)


def killed_in_between(arguments):
    """Either end dies while what was forgotten is sent again."""
    with serving(arguments) as field:
        before, = days(field, 9)
        lost = own_events(field.deployment(days=10, seed=10, sessions_per_day=150), "s10")
        forget(field, before, lost)
        known = entries_at_hub(field)
        expect_equal(known, len(before), "entries that the older copy holds")
        for dies in ("station", "hub", "station"):
            now = kill_in_the_middle(field, dies)
            expect(known < now < len(before) + len(lost),
                   f"{dies} killed: {now} entries at the hub after {known}")
            known = now
        sync_until_calm(field)
        check_hub(field, before, lost)
        expect_in_step(field)


def parted_at_the_cursor(arguments):
    """Another copy of the station got at the restored hub first: other entries stand at the place
    up to which this one had been acknowledged, or the hub's log ends before it in other entries."""
    for others in (200, 10):
        with serving(arguments) as field:
            before, lost, other = days(field, 11, 12, 13)
            field.record(before)
            field.sync()
            copy_hub(field)
            copy_station(field)
            lost, other = lost[:60], other[:others]
            field.record(lost)
            field.sync()
            restore_hub(field)
            field.record(other, name=OTHER_LIFE)
            expect_equal(field.sync(name=OTHER_LIFE)["state"], "ok", "the other life")
            sync_until_calm(field)
            sync_until_calm(field, OTHER_LIFE)
            check_hub(field, before, lost, other)
            for name in (field.stations[0], OTHER_LIFE):
                field.expect_clean(name)


def edits_of_the_hub(arguments):
    """What only the hub had written can't come from a station's mouth: it stays there, is told at
    every exchange, and keeps nothing of the station's from the hub."""
    for known in (0, 3):  # edits that the older copy holds
        with serving(arguments) as field:
            before, lost, later = days(field, 14, 15, 16)
            names = [event["request"] for event in before if event["kind"] == "request.queue"]
            edits = [{"kind": "hub.edit", "request": name, "set": {"route.state": "held"},
                      "at": "2026-09-01T10:00:00Z"} for name in names[:known + 3]]
            field.record(before)
            field.sync()
            if known:
                field.apply(edits[:known])
                field.sync()
            copy_hub(field)
            field.record(lost)
            field.sync()
            field.apply(edits[known:])
            expect_equal(field.sync()["received_entries"], 3, "edits that came")
            shown = field.export_station()
            restore_hub(field)
            field.record(later)
            for _ in range(2):
                report = field.sync(codes=(ATTENTION,))
                expect_equal((report["state"], report["hub_forgot"]), ("ok", True), "told")
                expect("restored" in report["reason"], "the reason does not say why")
            check_hub(field, before, lost, later)
            expect(set(shown.splitlines()) <= set(field.export_station().splitlines()),
                   "the station forgot what the hub had told it")
            # The hub goes on in other entries under the same numbers: told as well, never mixed.
            field.apply(edits[known:known + 1])
            expect(field.sync(codes=(ATTENTION,))["hub_forgot"], "not told any more")
            field.expect_clean()


def longer_than_a_bundle(arguments):
    """A copied store that shares more unsent entries with the other life than one bundle holds."""
    with serving(arguments) as field:
        shared = field.deployment(days=10, seed=17, sessions_per_day=500)[:20_300]
        expect_equal(len(shared), 20_300, "events to share")
        first, second = (own_events(shared[:60], mark) for mark in "ab")
        field.record(shared)
        copy_station(field)
        field.record(first)
        field.record(second, name=OTHER_LIFE)
        sync_until_calm(field)
        sync_until_calm(field, OTHER_LIFE)
        check_hub(field, shared, first, second)
        for name in (field.stations[0], OTHER_LIFE):
            field.expect_clean(name)


if __name__ == "__main__":
    sys.exit(main([idle_since, recorded_more, with_another, killed_in_between,
                   parted_at_the_cursor, edits_of_the_hub, longer_than_a_bundle]))
