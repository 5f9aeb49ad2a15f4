#!/usr/bin/env python3
"""Goal: when station and hub change the same requests while apart, nothing is settled silently.

Method: a deployment is in step; then the station records --late-edits and the hub applies
--hub-edits. After one sync different fields have merged, the same field shows both values as a
conflict in both exports, and the exit is 5. A second sync moves nothing. A conflict ends when a
person sets the field in the knowledge of both values.
"""
import sys

from model import (canonical, expect_gapless, expect_records, expect_same_bytes, model, put,
                   rows_of)
from support import ATTENTION, DONE, expect, expect_equal, main, serving


class Apart:
    """Both sides' edits of the same requests, and what has to come of them."""

    def __init__(self, field, name=None, **plan):
        self.field, self.name = field, name
        self.events = field.deployment(**plan)
        self.late = field.deployment("--late-edits", **plan)
        self.at_hub = field.deployment("--hub-edits", **plan)
        expect(self.late and self.at_hub, "no edits were made apart: a larger plan is needed")

    def part(self):
        """In step first, then each side on its own."""
        expect(all(row["ok"] for row in self.field.record(self.events, self.name)), "line refused")
        expect_equal(self.field.sync(name=self.name)["state"], "ok", "state")
        self.change(self.late, self.at_hub)

    def change(self, late, at_hub):
        if late:
            rows = self.field.record(late, self.name)
            expect(all(row["ok"] for row in rows), "a late edit was refused")
        if at_hub:
            self.field.apply(at_hub, self.name)

    def wanted(self):
        """Records after both sides' edits, and the conflicts: (reference, path) → two values."""
        records = model(self.events)
        by_station, by_hub = ({(e["request"], path): value for e in edits
                               for path, value in e["set"].items()}
                              for edits in (self.late, self.at_hub))
        conflicts = {key: [by_station[key], by_hub[key]]
                     for key in by_station.keys() & by_hub.keys() if by_station[key] != by_hub[key]}
        for (request, path), value in (by_station | by_hub).items():
            put(records["request", request], path, value)
        return records, conflicts

    def expect_merged(self):
        records, conflicts = self.wanted()
        got = canonical(self.field.export_station("--refs", name=self.name))
        shown = take_conflicts(got)
        expect_equal(sorted(shown), sorted(conflicts), "requests and fields with a conflict")
        for (request, path), values in conflicts.items():
            expect_equal(sorted(shown[request, path]) == sorted(values), True,
                         f"both values of {path} shown")
            # One of the two stands in the field until a person decides.
            value = read(got["request", request], path)
            expect(value in values, f"{path} holds neither of the two values")
            put(records["request", request], path, value)
        expect_records(got, records, "station's export")
        here = self.field.export_station(name=self.name)
        expect_same_bytes(here, self.field.export_hub())
        expect_gapless(here)
        return conflicts


def read(record, path):
    for step in path.split("."):
        record = record[step]
    return record


def take_conflicts(records):
    """(reference, path) → values, taken out of the records."""
    out = {}
    for (record, reference), row in records.items():
        for path, values in row.pop("conflicts", {}).items():
            expect(record == "request", f"a {record} has a conflict")
            expect(len(values) == 2 and values[0] != values[1], f"{path}: no two different values")
            out[reference, path] = values
    return out


def meet(field, name=None):
    report = field.sync(name=name, codes=(ATTENTION,))
    expect_equal((report["state"], report["round_trips"], report["quarantined"]), ("ok", 1, []),
                 "state, round trips, quarantined")
    return report


def expect_quiet(field, name=None):
    """A second sync has nothing to say to either side, and changes nothing."""
    before = (field.export_station(name=name), field.export_hub())
    report = field.sync(name=name, codes=(DONE, ATTENTION))
    expect_equal((report["sent_entries"], report["received_entries"]), (0, 0), "entries moved")
    expect((field.export_station(name=name), field.export_hub()) == before,
           "a sync with nothing new changed an export")


def both_sides(arguments):
    for plan in ({"seed": 21, "days": 2, "sessions_per_day": 20, "edit_rate": 0.3},
                 {"seed": 22, "days": 1, "sessions_per_day": 5, "edit_rate": 1}):
        with serving(arguments) as field:
            apart = Apart(field, **plan)
            apart.part()
            report = meet(field)
            expect_equal(report["sent_entries"], len(apart.late), "entries sent")
            expect_equal(report["received_entries"], len(apart.at_hub), "entries received")
            conflicts = apart.expect_merged()
            expect(conflicts, "the plan made no conflict")
            expect(len(conflicts) < len(apart.late), "the plan merged nothing")
            expect_quiet(field)
            apart.expect_merged()
            field.expect_clean()
            print(f"  {len(apart.late)} requests changed by both: {len(conflicts)} conflicts")


def apart_twice(arguments):
    """Apart twice: what was changed and met once does not disturb the second time."""
    with serving(arguments) as field:
        apart = Apart(field, seed=23, days=1, sessions_per_day=20, edit_rate=0.4)
        half = len(apart.late) // 2
        expect(all(row["ok"] for row in field.record(apart.events)), "line refused")
        field.sync()
        refs = {edit["request"] for edit in apart.late[:half]}
        first, second = ([e for e in apart.at_hub if (e["request"] in refs) is inside]
                         for inside in (True, False))
        apart.change(apart.late[:half], first)
        meet_any(field)
        apart.change(apart.late[half:], second)
        meet(field)
        apart.expect_merged()
        expect_quiet(field)


def meet_any(field):
    """Conflicts may or may not be among these."""
    expect_equal(field.sync(codes=(DONE, ATTENTION))["state"], "ok", "state")


def settled_by_a_person(arguments):
    """An edit in the knowledge of both values ends the conflict, at whichever side it is made."""
    with serving(arguments) as field:
        apart = Apart(field, seed=24, days=1, sessions_per_day=20, edit_rate=0.5)
        apart.part()
        meet(field)
        conflicts = sorted(apart.expect_merged())
        expect(len(conflicts) >= 2, "two conflicts are needed")
        field.expect_status(ATTENTION)
        half = len(conflicts) // 2
        late = {edit["request"]: edit for edit in apart.late}
        at_hub = {edit["request"]: edit for edit in apart.at_hub}
        chosen = {key: "912 345 678" if key[1] == "citizen.phone" else "Escolhido por uma pessoa."
                  for key in conflicts}
        here = [late[request] | {"set": {path: chosen[request, path]}}
                for request, path in conflicts[:half]]
        there = [at_hub[request] | {"set": {path: chosen[request, path]}}
                 for request, path in conflicts[half:]]
        apart.change(here, there)
        report = field.sync()  # exit 0: nothing needs a person any more
        field.expect_status(DONE)
        expect_equal(report["conflicts"], 0, "conflicts")
        records, _ = apart.wanted()
        for (request, path), value in chosen.items():
            put(records["request", request], path, value)
        expect_records(canonical(field.export_station("--refs")), records, "station's export")
        expect_same_bytes(field.export_station(), field.export_hub())
        expect_equal(field.sync()["received_entries"], 0, "entries received")


def same_value(arguments):
    """Both sides set the same value: there is nothing to decide, so exit 0 and no conflict."""
    with serving(arguments) as field:
        apart = Apart(field, seed=25, days=1, sessions_per_day=20, edit_rate=0.5)
        expect(all(row["ok"] for row in field.record(apart.events)), "line refused")
        field.sync()
        for edits in (apart.late, apart.at_hub):
            for edit in edits:
                edit["set"] = {"fields.observacoes": "O mesmo dos dois lados."}
        apart.change(apart.late, apart.at_hub)
        report = field.sync()
        expect_equal(report["conflicts"], 0, "conflicts")
        expect_equal(apart.expect_merged(), {}, "conflicts expected")
        expect_quiet(field)


def each_with_its_own(arguments):
    """Two stations and the hub: an edit of one station's request does not reach the other."""
    names = ("van-07", "van-08")
    with serving(arguments, names) as field:
        both = [Apart(field, name, seed=26 + i, days=1, sessions_per_day=10, edit_rate=0.6,
                      station=name) for i, name in enumerate(names)]
        for apart in both:
            apart.part()
        for apart, keys in zip(both, (1, 0)):  # the first one is told of the second
            report = meet(field, apart.name)
            expect_equal(report["received_entries"], len(apart.at_hub) + keys, "entries received")
        for apart in both:
            expect(apart.expect_merged(), "the plan made no conflict")
            expect_quiet(field, apart.name)
        devices = [{row["id"][:12] for row in rows_of(field.export_station(name=name))}
                   for name in names]
        expect(not devices[0] & devices[1], "a station holds another's records")


def hub_edits_again(arguments):
    """The same file applied twice is taken once."""
    with serving(arguments) as field:
        apart = Apart(field, seed=28, days=1, sessions_per_day=10, edit_rate=0.5)
        apart.part()
        field.apply(apart.at_hub)
        report = meet(field)
        expect_equal(report["received_entries"], len(apart.at_hub), "entries received")
        field.apply(apart.at_hub, codes=(DONE, ATTENTION))
        expect_quiet(field)
        apart.expect_merged()


if __name__ == "__main__":
    sys.exit(main([both_sides, apart_twice, settled_by_a_person, same_value, each_with_its_own,
                   hub_edits_again]))
