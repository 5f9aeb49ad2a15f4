"""What an export has to hold after a list of events, worked out naively, apart from the programs.

A record's references to others are kept as the caller wrote them; canonical() brings an export of
the programs (with --refs) into the same form. Differences name fields, never values.
"""
import copy
import json

from support import Fault, expect

RECORD_OF = {"session.open": ("session", "session"), "request.queue": ("request", "request"),
             "receipt.print": ("receipt", "receipt"), "complaint.log": ("complaint", "complaint"),
             "assessment.self": ("assessment", "assessment"),
             "feedback.training": ("feedback", "feedback")}
DIFFERENCES_SHOWN = 12


def model(events, route="held"):
    """(record, reference) → what it has to be. Edits of a request apply in the order given."""
    records = {}
    receipts = 0
    for event in events:
        event = copy.deepcopy(event)
        kind = event.pop("kind")
        if kind in RECORD_OF:
            record, key = RECORD_OF[kind]
            made = {"record": record, **event}
            reference = made.pop(key)
            if record == "session":
                made["opened_at"] = made.pop("at")
            elif record == "request":
                made["queued_at"] = made.pop("at")
                made["route"] = {"state": route}
            elif record == "receipt":
                receipts += 1
                made |= {"number": receipts, "state": "reserved"}
            # An event given again is the same record.
            expect((record, reference) not in records, "the model was given an event twice")
            records[record, reference] = made
        elif kind == "session.close":
            records["session", event["session"]] |= {
                "closed_at": event["at"], "outcome": event["outcome"],
                "minutes": event["minutes"], "notes": event["notes"]}
        elif kind in ("request.edit", "hub.edit"):
            for path, value in event["set"].items():
                put(records["request", event["request"]], path, value)
        else:
            raise Fault(f"the model does not know the kind {kind}")
    return records


def put(record, path, value):
    *outer, last = path.split(".")
    for step in outer:
        record = record.setdefault(step, {})
    record[last] = value


def rows_of(export):
    return [json.loads(line) for line in export.splitlines()]


def canonical(export):
    """An export with --refs in the model's form; demands the order that all exports have."""
    rows = rows_of(export)
    keys = [(row["record"], row["id"]) for row in rows]
    expect(keys == sorted(keys), "the export is not sorted by record, then id")
    expect(len(set(keys)) == len(keys), "the export shows a record twice")
    reference_of = {row["id"]: row.get("ref") for row in rows}
    expect(len(reference_of) == len(rows), "two records have the same id")
    series = {row["series"] for row in rows if row["record"] == "receipt"}
    expect(len(series) <= 1, f"{len(series)} receipt series instead of one")
    out = {}
    for row in rows:
        expect(len(row["id"]) == 26, "an id is not 26 characters long")
        expect("ref" in row, f"a {row['record']} has no ref in an export with --refs")
        key = (row["record"], row.pop("ref"))
        expect(key not in out, f"two records of kind {key[0]} have the same reference")
        del row["id"]
        row.pop("series", None)
        if "session" in row:
            row["session"] = reference_of.get(row["session"])
        out[key] = row
    return out


def paths_that_differ(got, wanted, at=""):
    if isinstance(got, dict) and isinstance(wanted, dict):
        for key in sorted(got.keys() | wanted.keys()):
            here = f"{at}.{key}" if at else key
            if key not in got:
                yield f"{here} lacks"
            elif key not in wanted:
                yield f"{here} is too many"
            else:
                yield from paths_that_differ(got[key], wanted[key], here)
    elif type(got) is not type(wanted) or got != wanted:
        yield f"{at} differs"


def expect_records(got, wanted, where):
    """Compares two sets of records; says which kinds and fields differ."""
    faults = []
    for name, keys in (("lacks", wanted.keys() - got.keys()),
                       ("too many", got.keys() - wanted.keys())):
        counts = {}
        for record, _ in keys:
            counts[record] = counts.get(record, 0) + 1
        faults += [f"{count} {record}: {name}" for record, count in sorted(counts.items())]
    for key in sorted(got.keys() & wanted.keys()):
        faults += [f"{key[0]}: {path}" for path in paths_that_differ(got[key], wanted[key])]
    if faults:
        shown = "\n    ".join(faults[:DIFFERENCES_SHOWN])
        raise Fault(f"{where}: {len(faults)} differences from what was given:\n    {shown}")


def expect_as_given(field, events, name=None, held=True):
    """The station shows exactly these events' records, each as given and once."""
    wanted = model(events, "held" if held else "recorded")
    expect_records(canonical(field.export_station("--refs", name=name)), wanted, "station's export")


def expect_gapless(export):
    """Numbers from 1 without a hole, in order of time; time stands in each receipt."""
    rows = [row for row in rows_of(export) if row["record"] == "receipt"]
    numbers = [row["number"] for row in sorted(rows, key=lambda row: row["number"])]
    expect(numbers == list(range(1, len(rows) + 1)), "receipt numbers have a hole or a double")


def expect_same_bytes(station_export, hub_export):
    """What the station holds, the hub shows in the same bytes; it may hold more of others."""
    if station_export == hub_export:
        return
    here, there = station_export.splitlines(), hub_export.splitlines()
    ids_here = {row["id"] for row in rows_of(station_export)}
    of_this_station = [line for line in there if json.loads(line)["id"] in ids_here]
    if here == of_this_station:
        return
    fields = []
    rows_there = {row["id"]: row for row in rows_of(hub_export)}
    for row in rows_of(station_export):
        other = rows_there.get(row["id"])
        if other is None:
            fields.append(f"{row['record']}: not at the hub")
        else:
            fields += [f"{row['record']}: {path}" for path in paths_that_differ(row, other)]
    shown = "\n    ".join(fields[:DIFFERENCES_SHOWN]) or "the same records in other bytes"
    raise Fault(f"the exports of station and hub differ:\n    {shown}")


def expect_in_step(field, events, name=None):
    """Both sides hold exactly what was given, once, and print the same bytes."""
    expect_as_given(field, events, name)
    here, there = field.export_station(name=name), field.export_hub()
    if len(field.stations) == 1:
        expect(len(here.splitlines()) == len(there.splitlines()),
               "the hub holds another number of records than its only station")
    expect_same_bytes(here, there)
    expect_gapless(here)
