#!/usr/bin/env python3
"""Goal: an answer that is lost on its way back doubles nothing and costs little.

Method: a relay lets each request through to the hub, waits until the hub has answered, and resets
the connection instead of passing the answer on, several times; then everything is there once. The
station asks where the hub stands instead of sending again, so the bytes stay low.
"""
import sys

from model import expect_in_step
from support import DONE, OFFLINE, expect, expect_equal, main, serving
from wires import ForgetfulRelay

CALLS_MAX = 8
PROBE_BYTES_MAX = 500      # asking is an exchange with nothing new
CHANCE_BYTES = 60          # by which two stations' bundles of the same events differ
RESEND_BELOW_BYTES = 2_300  # a bundle this small is sent again instead, which costs much the same


def until_done(field, relay):
    """Calls sync until it is done. Bytes up, entries, calls."""
    sent = entries = 0
    for call in range(1, CALLS_MAX + 1):
        report = field.sync(relay.address, codes=(DONE, OFFLINE))
        sent += report["sent_bytes"]
        entries += report["sent_entries"]
        if report["exit"] == DONE:
            return sent, entries, call
    expect(False, f"not done in {CALLS_MAX} calls")


def plain_bytes(field, events):
    """What it costs where nothing is lost, from a station of its own."""
    field.enrol("measure")
    field.record(events, "measure")
    return field.sync(name="measure")["sent_bytes"]


def one_deployment(arguments, losses, **plan):
    with serving(arguments) as field:
        events = field.deployment(**plan)
        field.record(events)
        with ForgetfulRelay(field.hub.port, losses) as relay:
            sent, entries, calls = until_done(field, relay)
            expect_equal(relay.lost, losses, "answers lost")
            expect_equal(relay.connections, losses + 1, "connections, each with one request")
        expect_in_step(field, events)
        field.expect_clean()
        expect_equal(entries, len(events), "entries reported as sent, over all calls")
        alone = plain_bytes(field, events)
        again = PROBE_BYTES_MAX if alone > RESEND_BELOW_BYTES else alone + CHANCE_BYTES
        print(f"  {len(events)} events, {losses} answers lost: {calls} calls, {sent} bytes up "
              f"instead of {alone}")
        expect(sent <= alone + losses * again, f"{sent} bytes up instead of {alone}")


def first_answer(arguments):
    """The one that tells the station that it is enrolled."""
    one_deployment(arguments, 1, seed=41, days=2, sessions_per_day=20)


def several(arguments):
    one_deployment(arguments, 5, seed=42, days=3, sessions_per_day=20)


def small_ones(arguments):
    """So small that it is sent again rather than asked about."""
    one_deployment(arguments, 3, seed=43, days=1, sessions_per_day=1)


def in_the_middle_of_a_season(arguments):
    """Lost answers between syncs that went well, each with edits of the hub on their way down."""
    with serving(arguments) as field:
        events = field.deployment(seed=44, days=2, sessions_per_day=12)
        with ForgetfulRelay(field.hub.port, 0) as relay:
            for at in range(0, len(events), 60):
                part = events[at:at + 60]
                field.record(part)
                ids = field.references()
                request = next(e["request"] for e in events if e["kind"] == "request.queue")
                edit = {"at": part[-1]["at"], "kind": "hub.edit", "station": "van-07",
                        "operator": "op", "request": ids["request", request],
                        "set": {"note": f"Passagem {at}."}}
                # The hub can note only what it has.
                if at:
                    field.hub_verb("apply", "--events", field.write_events("edit.jsonl", [edit]))
                    events_hub = [edit | {"request": request}]
                relay.losses = relay.lost + 2
                _, entries, _ = until_done(field, relay)
                expect_equal(entries, len(part), "entries sent")
        expect_in_step(field, events + events_hub)
        report = field.sync()
        expect_equal((report["sent_entries"], report["received_entries"]), (0, 0), "entries moved")


if __name__ == "__main__":
    sys.exit(main([first_answer, several, small_ones, in_the_middle_of_a_season]))
