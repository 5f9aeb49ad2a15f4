#!/usr/bin/env python3
"""A laptop is lost: from the moment it is revoked what it sends is held for a person, not lost and not
believed; and it is told nothing more.
"""
import json
import sys

from support import ATTENTION, FAILED, REFUSED, expect, expect_equal, main, serving

LATE = 5


def known_at_hub(field, device=None):
    stations = field.hub_status()["stations"]
    return next(s for s in stations if device in (None, s["device"]))


def held_at_hub(field, device=None):
    logs = known_at_hub(field, device)["logs"]
    return [one["code"] for log in logs for one in log["quarantined"]]


def late_uploads_are_held(arguments):
    with serving(arguments) as field:
        events = field.deployment(days=1)
        events, late = events[:-LATE], events[-LATE:]
        field.record(events)
        expect_equal(field.sync()["state"], "ok", "before")
        before = field.export_hub()

        said = field.hub_verb("revoke", "--station", "van-07").json()
        expect(said["revoked"] and not said["was_revoked"], f"said {said}")
        field.record(late)
        for turn in ("once", "again"):
            report = field.sync(codes=(REFUSED,))
            expect_equal(report["state"], "revoked", turn)
            expect_equal(held_at_hub(field), ["revoked"] * LATE, f"held, sent {turn}")
            expect_equal(report["received_entries"], 0, "told")
            # Nothing of it counts as delivered: the station keeps it as what waits.
            waiting = field.station_status()["waiting_entries"]
            expect_equal(waiting, LATE, "waiting at the station")
        expect(field.export_hub() == before, "the hub shows what a revoked station sent")
        field.expect_status(ATTENTION)
        status = known_at_hub(field)
        expect(status["revoked"], "status does not say that it is revoked")
        again = field.hub_verb("revoke", "--station", status["device"]).json()
        expect(again["was_revoked"], "revoked twice")
        field.expect_clean()
        ids = {row["ref"] for row in map(json.loads, field.export_station("--refs").splitlines())}
        wanted = {event["session"] for event in events if event["kind"] == "session.open"}
        expect(wanted <= ids, "the station lost what it had")


def one_of_two_devices(arguments):
    """The name of a lost laptop goes to the one that replaces it."""
    with serving(arguments) as field:
        field.record(field.deployment(days=1)[:20])
        expect_equal(field.sync()["state"], "ok", "the first")
        lost = known_at_hub(field)["device"]
        slip = field.top / "second.json"
        field.hub_verb("enrol", "--station", "van-07", "--out", slip)
        field.station_verb("init", "--slip", slip, name="second")
        field.record(field.deployment(days=1, seed=2)[:20], name="second")
        expect_equal(field.sync(name="second")["state"], "ok", "the second")

        ran = field.hub_verb("revoke", "--station", "van-07", codes=None)
        expect(ran.code not in (0, 5) and lost in ran.err, f"exit {ran.code}: {ran.err}")
        expect(not any(s["revoked"] for s in field.hub_status()["stations"]),
               "revoked one of two unasked")
        field.hub_verb("revoke", "--station", lost)
        expect_equal(field.sync(codes=(REFUSED,))["state"], "revoked", "the lost one")
        expect_equal(field.sync(name="second")["state"], "ok", "the one that replaces it")
        expect_equal(field.hub_verb("revoke", "--station", "van-99", codes=None).code, FAILED,
                     "an unknown name")


def slip_is_void(arguments):
    """A slip goes astray before anybody used it."""
    with serving(arguments) as field:
        field.record(field.deployment(days=1)[:20])
        field.hub_verb("revoke", "--station", "van-07")
        field.sync(codes=(REFUSED,))
        expect(not known_at_hub(field)["enrolled"], "a void slip has enrolled a station")
        expect_equal(field.export_hub(), "", "records at the hub")
        field.expect_clean()


if __name__ == "__main__":
    sys.exit(main([late_uploads_are_held, one_of_two_devices, slip_is_void]))
