#!/usr/bin/env python3
"""Goal: folders that older programs wrote are opened, shown and brought in step by these programs
as if they were their own.

Method: tests/fixtures/before_cut holds the folders of a hub and its stations at an awkward moment,
and what the older programs printed about each. They are unpacked and opened: the exports are the
same bytes, and nothing is found wrong. Then the hub serves, and each station synchronises.
"""
import collections
import hashlib
import json
import pathlib
import sys
import tarfile

from loopback import Page, Van
from model import expect_same_bytes, rows_of
from support import ATTENTION, DONE, REFUSED, Field, expect, expect_equal, main

ARCHIVE = pathlib.Path(__file__).parents[1] / "fixtures" / "before_cut" / "folders.tar.xz"
PASSPHRASE = "four words by the river"  # that the folders were made with
AWAY, FORKED, COPY, LATE_COPY = "van-07", "van-08", "van-08-copy", "van-08-late"
REVOKED, AHEAD = "van-09", "van-10"
STATIONS = (AWAY, FORKED, COPY, LATE_COPY, REVOKED, AHEAD)
VERSION = "2026-12"  # of the catalogue, that the hub published
SYNCS_MAX = 4  # a third copy finds the second one's epoch taken, too; then what is left; then calm
NEW_FIELD = {"codigo_balcao": "0417"}  # that the version asks for which the station has not got yet


class Older(Field):
    """The folders as the older programs left them, for one test."""

    def __init__(self, bin_folder):
        super().__init__(bin_folder, STATIONS)
        self.passphrase = self.write("passphrase", PASSPHRASE + "\n")

    def __enter__(self):
        try:
            with tarfile.open(ARCHIVE) as archive:
                archive.extractall(self.top)
        except BaseException:
            self.__exit__()
            raise
        return self

    def before(self, name):
        """What the older programs printed."""
        return (self.top / "expected" / name).read_text(encoding="utf-8")

    def told(self, name):
        """What was noted of the folders when they were made."""
        return json.loads(self.before(name + ".json"))

    def rows_before(self, name):
        return rows_of(self.before(f"{name}/export-refs"))

    def status(self, name):
        return self.station_status(name)

    def logs_of(self, name):
        """The hub's account of a station's logs."""
        stations = self.hub_status()["stations"]
        return next(one["logs"] for one in stations if one["station"] == name)


def expect_kept(now, before, what):
    """All that was there is there, and the same; there may be more of it."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key, value in before.items():
            expect(key in now, f"{what}.{key} is not told any more")
            expect_kept(now[key], value, f"{what}.{key}")
    elif isinstance(before, list) and isinstance(now, list):
        expect_equal(len(now), len(before), f"{what}: number")
        for i, (one, other) in enumerate(zip(now, before)):
            expect_kept(one, other, f"{what}[{i}]")
    else:
        expect(now == before, f"{what} is not what it was")


def expect_lines(now, before, what):
    """The same bytes; a fault names the records that differ, not what is in them."""
    if now == before:
        return
    changed = set(now.splitlines()) ^ set(before.splitlines())
    rows = sorted({f"{row['record']} {row['id']}" for row in map(json.loads, changed)})
    expect(False, f"{what} differs from what it was in {len(rows)} records: "
                  f"{', '.join(rows[:6]) or 'only in their order or at the end'}")


def expect_as_before(field):
    for name in STATIONS:
        expect_lines(field.export_station(name=name), field.before(f"{name}/export"),
                     f"{name}: export")
        expect_lines(field.export_station("--refs", name=name),
                     field.before(f"{name}/export-refs"), f"{name}: export --refs")
        expect_kept(field.status(name), field.told(f"{name}/status"), f"{name}: status")
        found = field.station_verb("check", name=name, codes=None)
        expect_equal((found.code, found.json()), (DONE, field.told(f"{name}/check")),
                     f"{name}: check")
    expect_lines(field.export_hub(), field.before("hub/export"), "hub: export")
    expect_lines(field.export_hub("--refs"), field.before("hub/export-refs"), "hub: export --refs")
    expect_kept(field.hub_status(), field.told("hub/status"), "hub: status")
    expect_kept(field.hub_verb("attachment list").lines(), rows_of(field.before("hub/attachments")),
                "hub: attachment list")


def open_as_before(arguments):
    """Twice, as the first opening may change how a store is laid out. One station's folder and the
    hub's come from a process that was killed: the newest entries stand beside the store only."""
    with Older(arguments.bin) as field:
        for folder in ("hub/hub.db", f"station-{AWAY}/station.db"):
            log = field.top / (folder + "-wal")
            expect(log.exists() and log.stat().st_size > 0, f"{log.name} holds nothing")
        expect_as_before(field)
        expect_as_before(field)


def receipts_are_genuine(arguments):
    """Paper that the older programs printed, held up to these: the same verdict."""
    with Older(arguments.bin) as field:
        codes = field.told("codes")
        expect(len(codes) >= 4, "there are no receipts to ask for")
        for one in codes:
            at_hub = field.hub_verb("verify", "--qr", one["qr"], codes=None)
            expect_equal(at_hub.code, one["exit"], "the hub's exit")
            expect_kept(at_hub.json(), one["at_hub"], "the hub's verdict")
            at_station = field.station_verb("verify", "--code", one["code"], name=AWAY, codes=None)
            expect_equal((at_station.json()["verdict"], at_station.json()["receipt"]),
                         ("known", one["receipt"]), "the station's verdict by the short code")


def sync_until_quiet(field, name):
    """Returns the reports; the last one moved nothing."""
    reports = []
    while len(reports) < SYNCS_MAX:
        report = field.sync(name=name, codes=(DONE, ATTENTION))
        reports.append(report)
        expect(report["state"] in ("ok", "fork"), f"{name}: {report['state']}")
        quiet = not report["sent_entries"] + report["received_entries"] + report["sent_files"]
        if quiet and report["state"] == "ok":
            break
    moved = [report[what] for what in ("sent_entries", "received_entries", "sent_files")]
    expect_equal(moved, [0, 0, 0], f"{name}: entries sent, received and files in the last sync")
    return reports


def expect_delivered(field, name):
    status = field.status(name)
    expect_equal([status[what] for what in ("waiting_entries", "stranded_entries", "waiting_files",
                                            "refused_files", "unexecuted")], [0] * 5,
                 f"{name}: entries waiting, stranded, files waiting, refused, entries unexecuted")
    field.expect_clean(name)


def expect_in_step(field, name, left_out=()):
    """The interface's promise: the same command at hub and station prints the same bytes for the
    records both hold; and a station that is in step holds nothing that the hub has not."""
    expect_delivered(field, name)
    expect_same_bytes(*(without(export, left_out)
                        for export in (field.export_station(name=name), field.export_hub())))


def without(export, ids):
    return "".join(line + "\n" for line in export.splitlines() if json.loads(line)["id"] not in ids)


def changed_elsewhere(field, name):
    """Requests that another copy of the station's folder edited: no copy is told of what another
    one did, so the hub alone shows both."""
    others = {FORKED, COPY, LATE_COPY} - {name} if name in (FORKED, COPY, LATE_COPY) else set()
    edited = {edit["request"] for edit in field.told("edits")
              if edit["by"] == "station" and edit["station"] in others}
    return {row["id"] for row in field.rows_before(name) if row.get("ref") in edited}


def read(row, path):
    for step in path.split("."):
        row = row.get(step, {})
    return row


def expect_edits(field, name, edits):
    """What both sides changed before they met: either merged, or shown as two values."""
    rows = {row.get("ref"): row for row in rows_of(field.export_station("--refs", name=name))}
    values = collections.defaultdict(dict)
    for edit in edits:
        for path, value in edit["set"].items():
            values[edit["request"], path][edit["by"]] = value
    conflicts = 0
    for (request, path), by in values.items():
        wanted = sorted(set(by.values()))
        found = rows[request].get("conflicts", {}).get(path, [read(rows[request], path)])
        expect(sorted(found) == wanted, f"{name}: {path} of a request shows other values")
        conflicts += len(wanted) > 1
    return conflicts, sum("hub" in by for by in values.values())


def expect_files(field, files):
    """Whole at the hub, byte for byte. Written again after a fork a request has another id."""
    listed = {row["hash"]: row for row in field.hub_verb("attachment list").lines()}
    for one in files:
        expect(one["hash"] in listed, "the hub does not know of a file")
        row = listed[one["hash"]]
        expect_equal((row["state"], row["bytes"]), ("whole", one["bytes"]), "state and length")
        out = field.top / one["hash"]
        field.hub_verb("attachment get", "--request", row["request"], "--hash", one["hash"],
                       "--out", out)
        expect_equal(hashlib.sha256(out.read_bytes()).hexdigest(), one["sha256"], "a file's bytes")


def undelivered_arrives(arguments):
    """Entries and files of a station that the hub has not yet, or in part; and edits of the hub and
    a version of the catalogue that the station has not yet."""
    with Older(arguments.bin) as field:
        files = [one for one in field.told("files") if one["station"] == AWAY]
        expect_equal(sorted({one["before"] for one in files}), ["hub", "part", "station"],
                     "where the files were")
        states = {row["hash"]: row for row in rows_of(field.before("hub/attachments"))}
        for one in files:
            was = states.get(one["hash"], {"state": "unknown", "have": 0})
            expect_equal((was["state"], 0 < was["have"] < one["bytes"]),
                         {"hub": ("whole", False), "part": ("awaited", True),
                          "station": ("unknown", False)}[one["before"]], "a file's state before")
        waiting = field.status(AWAY)["waiting_entries"]
        expect(waiting > 0, "nothing waits")
        field.serve()
        first, *_ = sync_until_quiet(field, AWAY)
        edits = [one for one in field.told("edits") if one["station"] == AWAY]
        conflicts, of_hub = expect_edits(field, AWAY, edits)
        expect(conflicts > 0 and first["received_entries"] > of_hub, "the hub's edits did not come")
        expect_equal((first["exit"], first["quarantined"]), (ATTENTION, []), "exit, quarantined")
        expect_files(field, files)
        ids = {row["id"] for row in rows_of(field.export_hub())}
        expect({row["id"] for row in field.rows_before(AWAY)} <= ids, "a record is not at the hub")
        expect_in_step(field, AWAY)
        print(f"  {waiting} entries waited; {first['sent_entries']} sent, "
              f"{first['received_entries']} received, {conflicts} conflicts")


def lost_answer(arguments):
    """The hub has entries of a station that was never told so: nothing is there twice."""
    with Older(arguments.bin) as field:
        status = field.status(COPY)
        at_hub = next(log["seq"] for log in field.logs_of(FORKED)
                      if (log["by"], log["epoch"]) == ("station", status["epoch"]))
        expect(status["durable_seq"] < at_hub < status["entries"],
               "the hub holds nothing that the station was not told of, or everything")
        field.serve()
        first, *_ = sync_until_quiet(field, COPY)
        expect_equal((first["exit"], first["quarantined"]), (DONE, []), "exit, quarantined")
        expect_equal(next(log["seq"] for log in field.logs_of(FORKED)
                          if (log["by"], log["epoch"]) == ("station", status["epoch"])),
                     status["entries"], "entries at the hub")
        expect_in_step(field, COPY)


def content(row):
    """A record apart from where it stands and how far it came: what stays when it is written again
    in another log."""
    places = ("id", "ref", "session", "series", "number", "route")
    return json.dumps({key: value for key, value in row.items() if key not in places},
                      sort_keys=True)


def name_of(row):
    """One of all copies' lives: the caller's name or, for what the pages made, the id."""
    return row["record"], row.get("ref") or row["id"]


def every_copy_counts(arguments):
    """Two copies of a folder have met at the hub; the third finds out now. Nothing that any of them
    recorded is missing at the hub, or there twice."""
    with Older(arguments.bin) as field:
        copies = (FORKED, COPY, LATE_COPY)
        before = {name: field.rows_before(name) for name in copies}
        expect_equal([field.status(name)["epoch"] for name in copies], [1, 2, 1], "epochs")
        field.serve()
        # The second copy comes before the third, as the hub of commit 31b2ed2 takes nothing from
        # the second any more once the third has tried the same epoch: every later bundle of the
        # second with new entries is answered by HTTP 400.
        expect_equal(sync_until_quiet(field, COPY)[0]["state"], "ok", COPY)
        states = [report["state"] for report in sync_until_quiet(field, LATE_COPY)]
        expect_equal((states[0], states[-1]), ("fork", "ok"), "what the third copy is told")
        for name in (FORKED, COPY):
            expect_equal(sync_until_quiet(field, name)[0]["state"], "ok", name)
        expect_equal([field.status(name)["epoch"] for name in copies], [1, 2, 3], "epochs")

        device = before[FORKED][0]["id"][:12]
        there = [row for row in rows_of(field.export_hub()) if row["id"][:12] == device]
        wanted = {name_of(row): row for rows in before.values() for row in rows}
        expect_equal(collections.Counter(row["record"] for row in there),
                     collections.Counter(record for record, _ in wanted), "records at the hub")
        edited = {(edit["station"], edit["request"]) for edit in field.told("edits")}
        changed = {request for name, request in edited if name in copies}
        missing = (collections.Counter(content(row) for (_, name), row in wanted.items()
                                       if name not in changed)
                   - collections.Counter(map(content, there)))
        expect(not missing, f"{missing.total()} records are other than they were")
        held = {row["id"] for name in copies for row in rows_of(field.export_station(name=name))}
        expect_equal(held == {row["id"] for row in there}, True,
                     "the hub holds what the copies hold together")
        for name in copies:
            expect_in_step(field, name, changed_elsewhere(field, name))
        edits = [edit for edit in field.told("edits") if edit["station"] in copies]
        conflicts, of_hub = expect_edits(field, LATE_COPY, edits)
        expect(conflicts > 0 and of_hub > conflicts, "edits of the hub and the copy that met late")
        expect_files(field, [one for one in field.told("files") if one["station"] in copies])


def quarantine_stays(arguments):
    """What is held for a person stays held, for the same reason, and is not taken twice."""
    with Older(arguments.bin) as field:
        held = {name: [one for log in field.logs_of(name) for one in log["quarantined"]]
                for name in (REVOKED, AHEAD)}
        expect_equal({one["code"] for one in held[REVOKED]}, {"revoked"}, REVOKED)
        expect({one["code"] for one in held[AHEAD]} >= {"form", "unknown_record"}, AHEAD)
        field.serve()
        for _ in range(2):
            report = field.sync(name=AHEAD, codes=(ATTENTION,))
            expect_equal((report["state"], report["hub_forgot"], report["quarantined"]),
                         ("ok", True, held[AHEAD]), "what the station is told")
        expect_equal((report["sent_entries"], report["received_entries"]), (0, 0), "sent again")
        # The hub published the version again, so what was recorded under it later is taken.
        ids = {row["id"] for row in rows_of(field.export_hub())}
        here = field.export_station(name=AHEAD)
        versions = [row.get("catalogue") for row in rows_of(here) if row["id"] not in ids]
        expect_equal(versions, [VERSION] * 2, "records in quarantine")
        versions = [row.get("catalogue") for row in rows_of(here) if row["id"] in ids]
        expect_equal(versions.count(VERSION), 3, "records of that version at the hub")
        held_back = {row["id"] for row in rows_of(here)} - ids
        expect_same_bytes(without(here, held_back), field.export_hub())
        field.expect_clean(AHEAD)

        waiting = field.status(REVOKED)["waiting_entries"]
        expect(waiting > len(held[REVOKED]), "the revoked station has nothing new to send")
        for _ in range(2):
            report = field.sync(name=REVOKED, codes=(REFUSED,))
            expect_equal((report["state"], report["received_entries"]), ("revoked", 0), REVOKED)
            now = [one for log in field.logs_of(REVOKED) for one in log["quarantined"]]
            expect_equal((now[:len(held[REVOKED])], {one["code"] for one in now}, len(now)),
                         (held[REVOKED], {"revoked"}, waiting), "held at the hub")
        expect_equal([one for log in field.logs_of(AHEAD) for one in log["quarantined"]],
                     held[AHEAD], "still in quarantine")
        expect_lines(field.export_station(name=REVOKED), field.before(f"{REVOKED}/export"), REVOKED)
        field.expect_clean(REVOKED)


def drafts_are_there(arguments):
    """What lay at the desk: the person's PIN, drafts with what was typed, a file that was joined.
    They are finished under the version of the catalogue that came in between."""
    with Older(arguments.bin) as field:
        told = field.told("drafts")
        expect_equal((told["station"], len(told["drafts"])), (AWAY, 2), "what was noted")
        van = Van(field)
        page: Page = van.mediator
        person = page.get("/api/state")["people"][0]["id"]
        page.post("/api/sign-in", {"person": person, "pin": told["pin"]})
        address = f"/api/sessions/{told['session']}"
        expect_kept(page.get(address)["drafts"], told["drafts"], "the drafts")
        van.server.stop()

        field.serve()
        sync_until_quiet(field, AWAY)
        van = Van(field)
        page = van.mediator
        page.post("/api/sign-in", {"person": person, "pin": told["pin"]})
        draft = next(one for one in page.get(address)["drafts"] if one["attachments"])
        was = next(one for one in told["drafts"] if one["id"] == draft["id"])
        expect_equal(draft["fields"] == was["fields"], True, "what was typed is there")
        expect_equal((draft["changed_form"], draft["missing"]), (True, list(NEW_FIELD)),
                     "flagged, field missing")
        page.post(f"/api/drafts/{draft['id']}", {"set": NEW_FIELD})
        request = page.post(f"/api/drafts/{draft['id']}/queue")
        van.server.stop()
        sync_until_quiet(field, AWAY)
        listed = field.hub_verb("attachment list", "--request", request["id"]).lines()
        expect_equal([(one["hash"], one["state"]) for one in listed],
                     [(one["hash"], "whole") for one in was["attachments"]], "the draft's file")
        expect_in_step(field, AWAY)


def all_meet(arguments):
    """One after the other, and once more: the hub holds what each holds, and nothing more moves."""
    with Older(arguments.bin) as field:
        field.serve()
        calm = [name for name in STATIONS if name not in (REVOKED, AHEAD)]
        for name in calm + [AHEAD]:
            field.sync(name=name, codes=(DONE, ATTENTION))
        field.sync(name=REVOKED, codes=(REFUSED,))
        for name in calm:
            sync_until_quiet(field, name)
        shown = [field.export_hub(), *(field.export_station(name=name) for name in calm)]
        for name in calm:
            report = field.sync(name=name, codes=(DONE, ATTENTION))
            expect_equal((report["sent_entries"], report["received_entries"], report["sent_files"]),
                         (0, 0, 0), f"{name}: moved once more")
            expect_in_step(field, name, changed_elsewhere(field, name))
        expect([field.export_hub(), *(field.export_station(name=name) for name in calm)] == shown,
               "a sync with nothing new changed an export")


if __name__ == "__main__":
    sys.exit(main([open_as_before, receipts_are_genuine, undelivered_arrives, lost_answer,
                   every_copy_counts, quarantine_stays, drafts_are_there, all_meet]))
