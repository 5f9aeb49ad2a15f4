#!/usr/bin/env python3
"""Goal: the link of the villages, slow, far, lossy and cut, only costs time.

Method: `fieldkit link` between station and hub: 64 kbit/s, a round trip of 600 ms, 2 % loss, then
with cuts. One call of `sync` completes by itself, or says offline (exit 4) and the next one does;
everything is there once, and hardly a byte was sent twice.
"""
import json
import shutil
import sys
import time

from model import expect_in_step
from support import DONE, OFFLINE, expect, expect_equal, main, serving

VILLAGE = {"rate_kbit": 64, "rtt_ms": 600, "loss": 0.02}
SECONDS_AIM = 13      # the ten-day deployment without cuts
SECONDS_MAX = 60      # above it something hangs; a busy machine is slow, and `fieldkit bench` measures
CALLS_MAX = 6         # of sync, until a link with cuts has carried all
AGAIN_SHARE_MAX = 1.1  # on the village's link
# What a cut makes go again on any link: a frame (8 KiB) that was not whole, what lay in buffers,
# and asking where the hub stands.
AGAIN_BYTES_A_CUT_MAX = 16_000


def through(field, link, calls_max=1):
    """Calls sync until it is done; returns the bytes and entries sent in all, and the calls."""
    sent = entries = 0
    for call in range(1, calls_max + 1):
        report = field.sync(link.address, codes=(DONE, OFFLINE), seconds=400)
        sent += report["sent_bytes"]
        entries += report["sent_entries"]
        if report["exit"] == DONE:
            return sent, entries, call
        expect_equal(report["state"], "offline", "state with exit 4")
    expect(False, f"not delivered in {calls_max} calls")


def plain_bytes(field):
    """What the same delivery costs on a good link: of copies of station and hub, put back after."""
    field.hub.stop()
    folders = (field.hub_data, field.station_data())
    for folder in folders:
        shutil.copytree(folder, folder.with_suffix(".kept"))
    field.serve()
    sent = field.sync()["sent_bytes"]
    field.hub.stop()
    for folder in folders:
        shutil.rmtree(folder)
        folder.with_suffix(".kept").rename(folder)
    field.serve()
    return sent


def ten_days(arguments):
    with serving(arguments) as field:
        events = field.deployment(seed=1)
        field.record(events)
        link = field.link(field.hub.address, **VILLAGE, seed=3)
        began = time.monotonic()
        report = field.sync(link.address)
        seconds = time.monotonic() - began
        counted = json.loads(link.stop()[-1])
        print(f"  {report['sent_bytes']} bytes up in {seconds:.1f} s (aim {SECONDS_AIM}); "
              f"{counted['lost_segments']} of {counted['segments']} segments lost")
        expect_equal((report["round_trips"], report["sent_entries"]), (1, len(events)),
                     "round trips, entries sent")
        expect(seconds <= SECONDS_MAX, f"{seconds:.1f} s, at most {SECONDS_MAX}")
        expect_in_step(field, events)


def under_cuts(arguments, plan, conditions, cuts_min, share_max=None):
    with serving(arguments) as field:
        events = field.deployment(**plan)
        field.record(events)
        alone = plain_bytes(field)
        link = field.link(field.hub.address, **conditions)
        began = time.monotonic()
        sent, entries, calls = through(field, link, CALLS_MAX)
        seconds = time.monotonic() - began
        counted = json.loads(link.stop()[-1])
        expect_in_step(field, events)
        field.expect_clean()
        expect_equal(entries, len(events), "entries reported as sent, over all calls")
        expect(counted["cuts"] >= cuts_min, f"only {counted['cuts']} cuts happened")
        print(f"  {len(events)} events, {counted['cuts']} cuts: {calls} calls, {seconds:.1f} s, "
              f"{sent} bytes up, {sent / alone:.3f} of the {alone} without cuts")
        most = alone + counted["cuts"] * AGAIN_BYTES_A_CUT_MAX
        if share_max:
            most = min(most, alone * share_max)
        expect(sent <= most, f"{sent} bytes up instead of {alone}, at most {most:.0f}")


def long_cuts(arguments):
    """5 s after every 20 s, on the village's link: the table in the README."""
    under_cuts(arguments, {"seed": 31, "days": 65}, VILLAGE | {"cut_every": 20, "cut_for": 5}, 1,
               AGAIN_SHARE_MAX)


def frequent_cuts(arguments):
    """1 s after every 3 s, on a link fast enough to get somewhere in between."""
    under_cuts(arguments, {"seed": 32, "days": 45},
               {"rate_kbit": 256, "rtt_ms": 120, "loss": 0.01, "cut_every": 3, "cut_for": 1}, 2)


def hub_is_away_at_first(arguments):
    """Nobody there: exit 4, all kept; then the next sync does it."""
    with serving(arguments) as field:
        events = field.deployment(seed=33, days=1)
        field.record(events)
        address, port = field.hub.address, field.hub.port
        field.hub.stop()
        report = field.sync(address, codes=(OFFLINE,))
        expect_equal((report["state"], report["durable_seq"]), ("offline", 0), "state, durable")
        field.serve(port)
        report = field.sync(address)
        expect_equal((report["sent_entries"], report["round_trips"]), (len(events), 1),
                     "entries sent, round trips")
        expect_in_step(field, events)


if __name__ == "__main__":
    sys.exit(main([ten_days, long_cuts, frequent_cuts, hub_is_away_at_first]))
