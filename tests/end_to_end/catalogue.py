#!/usr/bin/env python3
"""Goal: another version of the catalogue reaches a station that was away, and breaks nothing there.

Method: real processes. Requests are queued and a draft is begun under the shipped catalogue; the hub
publishes another (a service more, a form with one field gone and one new that is required, another
fee, a service withdrawn); then they meet. What was recorded before is what it was, at both ends; what
is new keeps to the new version; the draft is flagged and holds what was typed.
"""
import datetime
import json
import pathlib
import sys

from loopback import Van
from model import expect_same_bytes
from support import (ATTENTION, DONE, FAILED, OFFLINE, Field, expect, expect_equal, main, serving,
                     wait_until)
from wires import ForgetfulRelay

SHIPPED = pathlib.Path(__file__).parents[2] / "schemas" / "catalogue" / "2026-11.json"
NEXT = "2027-01"
CHANGED, WITHDRAWN, NEW = "IRN-001", "IRN-002", "IRN-900"
GONE_FIELD, NEW_FIELD = "observacoes", "codigo_balcao"
IDLE_BYTES_MAX = 500  # an exchange with nothing new


def shipped():
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def following(version=NEXT):
    """A version after the shipped one."""
    out = shipped()
    out["version"] = version
    out["fields"][NEW_FIELD] = {
        "type": "text", "label": {"pt": "Código do balcão"}, "hint": {"pt": "Quatro algarismos"},
        "max_length": 4, "pattern": "^[0-9]{4}$", "personal": False}
    services = {one["code"]: one for one in out["services"]}
    changed = services[CHANGED]
    changed["fields"] = [{"name": NEW_FIELD, "required": True}] + [
        use for use in changed["fields"] if use["name"] != GONE_FIELD]
    changed["fee_cents"] += 350
    fresh = json.loads(json.dumps(changed))
    fresh |= {"code": NEW, "name": {"pt": "Certidão por satélite"},
              "fields": [{"name": NEW_FIELD, "required": True}]}
    del services[WITHDRAWN]
    out["services"] = list(services.values()) + [fresh]
    return out


def value_of(catalogue, name):
    field = catalogue["fields"][name]
    return field["choices"][0]["value"] if "choices" in field else "Texto"


def events(*requests, session="visit-1"):
    """A session with one request for each (reference, service, fields)."""
    at = "2026-11-23T09:15:55.891+00:00"
    rows = [{"kind": "session.open", "session": session, "at": at, "station": "van-07",
             "place": {"name": "Adro", "municipality": "Arega"}, "mediator": "m.abrantes",
             "channel": "van", "language": "pt",
             "privacy_notice": {"version": "1", "explained": True, "accepted": True}}]
    return rows + [{"kind": "request.queue", "request": reference, "session": session, "at": at,
                    "station": "van-07", "service": service, "fields": fields,
                    "citizen": {"name": "Aldina Fontes"}}
                   for reference, service, fields in requests]


def required(catalogue, code):
    service = next(one for one in catalogue["services"] if one["code"] == code)
    return {use["name"]: value_of(catalogue, use["name"])
            for use in service["fields"] if use["required"]}


def publish(field, catalogue, *options, codes=(DONE,)):
    file = field.write("catalogue.json", json.dumps(catalogue, ensure_ascii=False))
    command = field.command("spot-hub", "catalogue", field.hub_data, "--json", "--file", file,
                            *options)
    command.insert(2, "publish")
    return field.run("spot-hub catalogue publish", command, codes)


def requests_of(field, name=None):
    rows = [json.loads(line) for line in field.export_station("--refs", name=name).splitlines()]
    return {row["ref"]: row for row in rows if row["record"] == "request"}


def expect_alike(field, name=None):
    expect_same_bytes(field.export_station(name=name), field.export_hub())
    field.expect_clean(name)
    expect_equal(field.hub_status()["quarantined"], 0, "entries in quarantine")


def in_the_field(arguments):
    """Away with queued requests and a draft; then the version comes, and serve goes on with it."""
    with serving(arguments) as field:
        old = shipped()
        field.record(events(("r0", CHANGED, required(old, CHANGED))))
        expect_equal(field.sync()["state"], "ok", "state")
        # Away.
        van = Van(field)  # its slip leads nowhere
        van.sign_in()
        session = van.session()["id"]
        draft = van.mediator.post(f"/api/sessions/{session}/drafts", {"service": CHANGED})["id"]
        hits = van.mediator.get("/api/search?q=satelite")["hits"]
        expect(NEW not in [one["code"] for one in hits], "a service is found that is not there")
        typed = required(old, CHANGED) | {GONE_FIELD: "Tem pressa."}
        shown = van.mediator.post(f"/api/drafts/{draft}", {"set": typed})
        expect_equal(shown["changed_form"], False, "flagged before anything changed")
        away = [("r1", CHANGED, required(old, CHANGED) | {GONE_FIELD: "antes"}),
                ("r2", WITHDRAWN, required(old, WITHDRAWN))]
        field.record(events(*away, session="visit-2"))
        published = publish(field, following()).json()
        expect_equal((published["version"], published["base"], published["parts"],
                      published["stations"], published["repeated"]),
                     (NEXT, "2026-11", 4, 1, False), "what was published")
        expect_equal(publish(field, following()).json()["repeated"], True, "published again")

        report = field.sync()
        expect_equal((report["state"], report["quarantined"]), ("ok", []), "state, quarantined")
        expect(report["received_entries"] >= 5, "entries of the catalogue are missing")
        expect_alike(field)
        rows = requests_of(field)
        for reference in ("r0", "r1", "r2"):
            expect("catalogue" not in rows[reference], f"{reference}: not of the shipped version")

        # The draft, at a page that was open all the time.
        wait_until(lambda: van.mediator.get("/api/state")["catalogue"]["version"] == NEXT,
                   "the new catalogue at the desk")
        drafts = van.mediator.get(f"/api/sessions/{session}")["drafts"]
        shown = next(one for one in drafts if one["id"] == draft)
        expect_equal((shown["changed_form"], shown["missing"]), (True, [NEW_FIELD]),
                     "draft flagged, field missing")
        expect_equal(shown["fields"] == typed, True, "what was typed is there")
        expect_equal([one["name"] for one in shown["gone"]], [GONE_FIELD], "fields that went")
        expect_equal(van.mediator.status("POST", f"/api/drafts/{draft}/queue", {}), 400,
                     "queueing what lacks a field")
        van.mediator.post(f"/api/drafts/{draft}", {"set": {NEW_FIELD: "0417"}})
        asked = van.mediator.post(f"/api/drafts/{draft}/queue")
        expect_equal(asked["version"], NEXT, "the request's version")
        hits = van.mediator.get("/api/search?q=satelite")["hits"]
        expect(NEW in [one["code"] for one in hits], "the new service is not found")
        van.server.stop()

        # New events: the third and fourth lines are refused, by number and with the reason.
        fields = {NEW_FIELD: "0417"}
        last = events(("r3", NEW, fields), ("r4", WITHDRAWN, required(old, WITHDRAWN)),
                      ("r5", CHANGED, required(old, CHANGED)),
                      ("r6", CHANGED, required(old, CHANGED) | fields), session="visit-3")
        told = field.record(last, codes=(ATTENTION, FAILED))
        expect_equal([row["ok"] for row in told], [True, True, False, False, True], "lines taken")
        expect_equal(told[2]["line"], 3, "the line that is refused")
        expect("withdrawn" in told[2]["error"], "why a withdrawn service is refused")
        expect(NEW_FIELD in told[3]["error"], "why an old form is refused")
        # An event of before is found to be there, whatever is in force.
        again = field.record(events(*away, session="visit-2"))
        expect(all(row["ok"] for row in again), "an event of before was refused")
        expect_equal(field.sync()["state"], "ok", "state")
        rows = requests_of(field)
        expect_equal((rows["r3"]["catalogue"], rows["r6"]["catalogue"]), (NEXT, NEXT), "versions")
        expect_alike(field)
        idle = field.sync()
        expect(idle["sent_bytes"] < IDLE_BYTES_MAX and idle["received_bytes"] < IDLE_BYTES_MAX,
               f"an idle exchange takes {idle['sent_bytes']} and {idle['received_bytes']} bytes")
        print(f"  the version: {report['received_bytes']} bytes down")


def enrolled_later(arguments):
    """A station that is enrolled after two versions gets the sum of them."""
    with serving(arguments) as field:
        publish(field, following())
        third = following("2027-02")
        third["services"][5]["fee_cents"] += 100
        expect_equal(publish(field, third).json()["parts"], 1, "things other than before")
        field.enrol("van-08")
        for name in ("van-07", "van-08"):
            expect_equal(field.sync(name=name)["state"], "ok", f"{name}: state")
            field.record(events(("n", NEW, {NEW_FIELD: "0001"})), name)
            expect_equal(requests_of(field, name)["n"]["catalogue"], "2027-02", "version in force")
            expect_equal(field.sync(name=name)["state"], "ok", f"{name}: state")
            field.expect_clean(name)
        expect_equal(field.hub_status()["catalogue"]["in_force"], "2027-02",
                     "in force at the hub")
        expect_equal(field.hub_status()["quarantined"], 0, "entries in quarantine")


def at_its_moment(arguments):
    """A version that is published ahead is there, and not in force."""
    with serving(arguments) as field:
        ahead = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)
        publish(field, following(), "--in-force", ahead.isoformat(timespec="seconds"))
        expect_equal(field.sync()["state"], "ok", "state")
        old = shipped()
        rows = field.record(events(("r", WITHDRAWN, required(old, WITHDRAWN)),
                                   ("n", NEW, {NEW_FIELD: "0417"})), codes=(ATTENTION, FAILED))
        expect_equal([row["ok"] for row in rows], [True, True, False], "lines taken")
        expect_equal(field.hub_status()["catalogue"]["in_force"], "2026-11",
                     "in force at the hub")
        field.sync()
        expect_alike(field)


def refused_whole(arguments):
    """A catalogue with faults: all are told, and nothing of it is published."""
    with Field(arguments.bin) as field:
        bad = following()
        bad["services"][0]["fee_cents"] = "18,00"
        bad["services"][1]["agency"] = "XYZ"
        bad["fields"][NEW_FIELD]["pattern"] = "^[$"
        ran = publish(field, bad, codes=(FAILED,))
        faults = ran.json()["faults"]
        expect_equal(len(faults), 3, "faults told")
        for words in (f"service {bad['services'][0]['code']}: fee_cents",
                      f"service {bad['services'][1]['code']}: its agency", f"field {NEW_FIELD}: "):
            expect(any(fault.startswith(words) for fault in faults), f"no fault begins {words}")
        expect("Nothing was published" in ran.err, "what was kept")
        publish(field, following())
        other = following()
        other["services"][0]["fee_cents"] += 1
        expect("new name" in publish(field, other, codes=(FAILED,)).err, "another of that name")
        status = field.hub_status()["catalogue"]
        expect_equal([one["version"] for one in status["published"]], [NEXT], "published")


def cut_off(arguments):
    """An answer that is lost brings nothing: the old version stays in force until one comes whole."""
    with serving(arguments) as field:
        field.sync()
        everything = following()
        for service in everything["services"]:
            service["fee_cents"] += 5
        parts = publish(field, everything).json()["parts"]
        with ForgetfulRelay(field.hub.port, 100) as relay:
            field.sync(relay.address, codes=(OFFLINE,))
            expect(relay.lost > 0, "no answer was lost")
        rows = field.record(events(("r", WITHDRAWN, required(shipped(), WITHDRAWN))))
        expect(all(row["ok"] for row in rows), "the old catalogue is in force no more")
        report = field.sync()
        expect_equal(report["state"], "ok", "state")
        expect(report["received_entries"] > parts, "entries of the catalogue are missing")
        field.record(events(("n", NEW, {NEW_FIELD: "0417"}), session="visit-2"))
        field.sync()
        expect_alike(field)
        print(f"  {parts} things: {report['received_bytes']} bytes down")


if __name__ == "__main__":
    sys.exit(main([in_the_field, enrolled_later, at_its_moment, refused_whole, cut_off]))
