#!/usr/bin/env python3
"""A station's folder is copied, or restored from a backup: both lives are kept, and nothing that was
reported as recorded is missing at the hub, or there twice.
"""
import shutil
import sys

from support import ATTENTION, DONE, expect, expect_equal, main, serving

COPY = "copy"


def copy_station(field):
    shutil.copytree(field.station_data(), field.station_data(COPY))


def own_events(events, mark):
    """The same people another time: every name of the caller's is another one."""
    names = ("session", "request", "receipt", "complaint", "assessment", "feedback")
    return [{key: f"{mark}-{value}" if key in names else value for key, value in event.items()}
            for event in events]


def made(events):
    """How many records of each name the events make."""
    names = {"session.open": "session", "request.queue": "request", "receipt.print": "receipt",
             "complaint.log": "complaint", "assessment.self": "assessment",
             "feedback.training": "feedback"}
    out = {}
    for event in events:
        if name := names.get(event["kind"]):
            out[name] = out.get(name, 0) + 1
    return out


def held(rows):
    out = {}
    for row in rows:
        out[row["record"]] = out.get(row["record"], 0) + 1
    return out


def sync_until_calm(field, name):
    """The first exchange may find out that there are two lives; the next brings what is left."""
    first = field.sync(name=name, codes=(DONE, ATTENTION))
    expect(first["state"] in ("ok", "fork"), f"{name}: {first['state']}")
    second = field.sync(name=name)
    expect_equal(second["stranded_entries"], 0, f"{name}: entries left behind")
    expect_equal(second["quarantined"], [], f"{name}: quarantined")
    return first["state"]


def check_hub(field, *all_events):
    wanted = made([event for events in all_events for event in events])
    rows = field.hub_verb("export").lines()
    expect_equal(held(rows), wanted, "records at the hub")
    expect(len({row["id"] for row in rows}) == len(rows), "an id is there twice")


def both_go_on(arguments):
    """Copied with entries that the hub has, and with some that it has not."""
    with serving(arguments) as field:
        before, after = field.deployment(days=1, seed=1), field.deployment(days=1, seed=2)
        field.record(before)
        field.sync()
        unsent, first, second = (own_events(after, mark) for mark in ("u", "a", "b"))
        field.record(unsent)
        copy_station(field)
        field.record(first)
        field.record(second, name=COPY)
        states = [sync_until_calm(field, name) for name in (field.stations[0], COPY)]
        expect_equal(states, ["ok", "fork"], "what the two were told")
        check_hub(field, before, unsent, first, second)
        for name in (field.stations[0], COPY):
            field.expect_clean(name)
        # Both go on as if nothing had been, each with receipts of its own.
        more = [own_events(after, mark) for mark in ("c", "d")]
        field.record(more[0])
        field.record(more[1], name=COPY)
        for name in (field.stations[0], COPY):
            expect_equal(field.sync(name=name)["state"], "ok", name)
        check_hub(field, before, unsent, first, second, *more)


def restored(arguments):
    """A backup of the folder comes back: the hub is ahead, and nothing new is recorded yet."""
    with serving(arguments) as field:
        before, after = field.deployment(days=1, seed=3), field.deployment(days=1, seed=4)
        field.record(before)
        field.sync()
        copy_station(field)
        lost, later = own_events(after[:80], "l"), own_events(after[:80], "n")
        field.record(lost)
        field.sync()
        shutil.rmtree(field.station_data())
        shutil.copytree(field.station_data(COPY), field.station_data())
        sync_until_calm(field, field.stations[0])
        field.record(later)
        expect_equal(field.sync()["state"], "ok", "after the restored one went on")
        check_hub(field, before, lost, later)
        field.expect_clean()


def three_copies(arguments):
    with serving(arguments) as field:
        before, after = field.deployment(days=1, seed=5), field.deployment(days=1, seed=6)
        field.record(before)
        field.sync()
        names = [field.stations[0], "copy-1", "copy-2"]
        for name in names[1:]:
            shutil.copytree(field.station_data(), field.station_data(name))
        parts = [own_events(after[:50], name) for name in names]
        for name, events in zip(names, parts):
            field.record(events, name=name)
        for name in names:
            for _ in range(3):  # the third one finds the second one's new epoch taken, too
                report = field.sync(name=name, codes=(DONE, ATTENTION))
            expect_equal((report["state"], report["stranded_entries"]), ("ok", 0), name)
        check_hub(field, before, *parts)


if __name__ == "__main__":
    sys.exit(main([both_go_on, restored, three_copies]))
