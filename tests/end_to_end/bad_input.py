#!/usr/bin/env python3
"""Goal: a bad line is refused alone, by its number and a reason, and nobody's data stand in it.

Method: a table of bad lines, each between good ones. The good ones are recorded, the bad ones leave
no trace in export, hub or log; the exit is 5. Reasons and logs hold none of the values given.
"""
import copy
import json
import subprocess
import sys

from model import expect_in_step
from support import ATTENTION, USAGE, Fault, expect, expect_equal, main, serving

MARK = "Zulmira-Qx7"  # in every value that a reason could quote
NIF_WRONG = "123456780"  # the check digit of 12345678 is 9


def changed(event, **fields):
    return copy.deepcopy(event) | fields


def within(event, outer, **fields):
    out = copy.deepcopy(event)
    out[outer] |= fields
    return out


def line(event):
    return json.dumps(event, ensure_ascii=False).encode()


def swapped(event, old, new):
    """The line with bytes in it that json.dumps would not write."""
    text = line(event)
    expect(old in text, "the table has a hole")
    return text.replace(old, new, 1)


class Good:
    """One good event of each kind, with references nobody has used yet."""

    def __init__(self, field, seed):
        events = field.deployment(seed=seed, days=5, sessions_per_day=40, station="van-07")
        self.of = {}
        for event in events:
            if event["kind"] in ("session.close", "request.edit"):
                continue
            self.of.setdefault(event["kind"], event)
        self.session = self.of["session.open"]
        reference = self.session["session"]
        self.request = changed(next(e for e in events if e["kind"] == "request.queue"
                                    and e["fields"].get("observacoes")), session=reference)
        self.receipt = changed(next(e for e in events if e["kind"] == "receipt.print"
                                    and e["total_cents"] > 0), session=reference)
        self.assessment = self.of["assessment.self"]
        self.edit = {"at": self.request["at"], "kind": "request.edit", "session": reference,
                     "station": "van-07", "request": self.request["request"],
                     "set": {"fields.observacoes": "Está bem."}}
        self.close = {"at": self.receipt["at"], "kind": "session.close", "session": reference,
                      "station": "van-07", "outcome": "queued", "minutes": 5, "notes": "Nada."}


def no_events(good):
    """Lines that are no event of ours, whatever stands in them."""
    request = good.request
    deep = b"[" * 100_000 + b"]" * 100_000
    return {
        "no JSON": b"{" + MARK.encode(),
        "a word": MARK.encode(),
        "half a line": line(request)[:-20],
        "two objects": line(request) + b" {}",
        "a trailing comma": line(request)[:-1] + b",}",
        "a list": line([request]),
        "a text": line(MARK),
        "null": b"null",
        "a number": b"12",
        "an empty object": b"{}",
        "no kind": line({k: v for k, v in request.items() if k != "kind"}),
        "an unknown kind": line(changed(request, kind=MARK)),
        "a kind that is a list": line(changed(request, kind=[MARK])),
        "a kind of the hub": line(changed(good.edit, kind="hub.edit", operator=MARK)),
        "only brackets": deep,
        "deep in a value": swapped(changed(request, citizen="DEEP"), b'"DEEP"', deep),
        "objects, deep": b'{"kind":' * 5000 + b"1" + b"}" * 5000,
        "invalid UTF-8": swapped(within(request, "citizen", name="MARK"), b"MARK", b"Jo\xe3o \xff"),
        "cut UTF-8": swapped(within(request, "citizen", name="MARK"), b"MARK", b"Jo\xc3"),
        "overlong UTF-8": swapped(within(request, "citizen", name="MARK"), b"MARK", b"\xc0\xaf"),
        "a lone surrogate": swapped(within(request, "citizen", name="MARK"), b"MARK", b"\\ud800"),
        "a NUL, escaped": swapped(within(request, "citizen", name="MARK"), b"MARK", b"a\\u0000b"),
        "a NUL, as it is": swapped(within(request, "citizen", name="MARK"), b"MARK", b"a\0b"),
        "a control character": swapped(within(request, "citizen", name="MARK"), b"MARK", b"a\x07b"),
        "a key twice": swapped(request, b'"kind"', b'"station":"' + MARK.encode() + b'","kind"'),
        "NaN": swapped(changed(good.receipt, total_cents="N"), b'"N"', b"NaN"),
        "2 MB in one field": line(within(request, "fields", observacoes=MARK * 200_000)),
        "2 MB outside of any": b" " * 2_000_000 + line(request) + b"x",
        "a byte order mark twice": b"\xef\xbb\xbf\xef\xbb\xbf" + line(request),
    }


def bad_values(good):
    """Events of ours with something in them that breaks a rule."""
    request, edit, receipt, close = good.request, good.edit, good.receipt, good.close
    session, assessment = good.session, good.assessment
    long = MARK * 2_000
    return {
        "a NIF's check digit": within(request, "citizen", nif=NIF_WRONG),
        "a NIF's length": within(request, "citizen", nif="12345678"),
        "a NIF that is a number": within(request, "citizen", nif=123456789),
        "an edit to a wrong NIF": changed(edit, set={"citizen.nif": NIF_WRONG}),
        "a long field": within(request, "fields", observacoes=long),
        "an edit to a long field": changed(edit, set={"fields.observacoes": long}),
        "a long name": within(request, "citizen", name=MARK * 100),
        "an empty name": within(request, "citizen", name=""),
        "long notes": changed(close, notes=long),
        "a date in the year 9999": changed(request, at="9999-12-31T23:59:59.000+00:00"),
        "a birthday in 9999": within(request, "citizen", birth_date="9999-01-01"),
        "the 30th of February": within(request, "citizen", birth_date="1950-02-30"),
        "a time without offset": changed(request, at="2018-08-13T10:00:00.000"),
        "a time that is a number": changed(request, at=1534154400),
        "a time of nonsense": changed(request, at=MARK + "T10:00:00.000+01:00"),
        "an hour 25": changed(request, at="2018-08-13T25:00:00.000+01:00"),
        "an unknown service": changed(request, service="XXX-999"),
        "a service that is a list": changed(request, service=[MARK]),
        "an unknown service on a receipt": changed(receipt, lines=[{"service": MARK, "cents": 1}]),
        "an edit of an unknown request": changed(edit, request=MARK),
        "a close of an unknown session": changed(close, session=MARK),
        "a request of an unknown session": changed(request, session=MARK),
        "an edit under another session": changed(edit, session=MARK),
        "an edit of a session as a request": changed(edit, request=session["session"]),
        "an edit of the hub's field": changed(edit, set={"status": MARK}),
        "an edit of the service": changed(edit, set={"service": "AMA-001"}),
        "an edit of a route": changed(edit, set={"route.state": "accepted"}),
        "an edit of an unknown path": changed(edit, set={f"citizen.{MARK}": MARK}),
        "an edit of the whole citizen": changed(edit, set={"citizen": {"name": MARK}}),
        "an edit that sets nothing": changed(edit, set={}),
        "a set that is a list": changed(edit, set=[MARK]),
        "a set to an object": changed(edit, set={"fields.observacoes": {"a": MARK}}),
        "a citizen that is a list": changed(request, citizen=[MARK]),
        "fields that are a text": changed(request, fields=MARK),
        "no citizen": {k: v for k, v in request.items() if k != "citizen"},
        "no time": {k: v for k, v in request.items() if k != "at"},
        "no reference": {k: v for k, v in request.items() if k != "request"},
        "an empty reference": changed(request, request=""),
        "a long reference": changed(request, request=MARK * 50),
        "a reference that is a number": changed(request, request=7),
        "a field nobody knows": changed(request, **{"extra": MARK}),
        "a citizen's field nobody knows": within(request, "citizen", shoe_size=MARK),
        "a number as a text": changed(receipt, total_cents="250"),
        "half a cent": changed(receipt, total_cents=1.5),
        "a negative sum": changed(receipt, total_cents=-1),
        "a sum out of range": changed(receipt, total_cents=10**30),
        "lines that are a text": changed(receipt, lines=MARK),
        "minutes that are a text": changed(close, minutes="5"),
        "an unknown outcome": changed(close, outcome=MARK),
        "an unknown channel": changed(session, session="new", channel=MARK),
        "a place that is a text": changed(session, session="new", place=MARK),
        "a score of 99": changed(assessment, assessment="new", scores={"courtesy": 99}),
        "the same session, other content": changed(session, language="fr", mediator="another"),
        "the same request, other content": within(request, "citizen", name=MARK),
        "the same receipt, other content": changed(receipt, total_cents=receipt["total_cents"] + 1),
    }


def fresh(event, number):
    """Under a reference of its own, so that the fault is the only reason to refuse it."""
    key = event.get("kind", "").split(".")[0] if isinstance(event.get("kind"), str) else ""
    own = {"request.queue": "request", "receipt.print": "receipt"}.get(event.get("kind"))
    if own and isinstance(event.get(own), str) and 0 < len(event[own]) < 100 and key:
        return changed(event, **{own: f"bad-{number}"})
    return event


def table(good):
    """(what is wrong, line) of all."""
    rows = list(no_events(good).items())
    for number, (what, event) in enumerate(bad_values(good).items()):
        rows.append((what, line(event if what.startswith("the same ") else fresh(event, number))))
    return rows


def strings_of(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from strings_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_of(item)
    elif isinstance(value, str):
        yield value


def personal(good):
    """What a reason may not quote: all texts of the good request and of the marks."""
    texts = set(strings_of(good.request["citizen"])) | set(strings_of(good.request["fields"]))
    return {text for text in texts if len(text) > 3} | {MARK, NIF_WRONG}


def expect_silent_about(values, text, where):
    for value in values:
        expect(value not in text, f"{where} quotes a value that was given")


def refused_alone(arguments):
    with serving(arguments) as field:
        good = Good(field, 51)
        basis = [good.session, good.request, good.receipt]
        rows = table(good)
        between = [changed(good.edit, set={"fields.observacoes": f"Vez {i}."})
                   for i in range(len(rows))]
        lines = [line(event) for event in basis]
        wrong = {}
        for (what, bad), edit in zip(rows, between):
            lines.append(bad)
            wrong[len(lines)] = what
            lines.append(line(edit))
        lines.append(line(good.close))
        file = field.write("events.jsonl", b"\n".join(lines))
        ran = field.station_verb("record", "--events", file, codes=(ATTENTION,))
        expect_answers(ran, lines, wrong, personal(good))
        expect_equal(ran.err, "", "stderr beside --json")

        report = field.sync()
        expect_equal((report["sent_entries"], report["quarantined"]),
                     (len(lines) - len(rows), []), "entries sent, quarantined")
        expect_in_step(field, [*basis, *between, good.close])
        field.expect_clean()
        expect_silent_about(personal(good), field.log.read_text(errors="replace"), "the hub's log")
        print(f"  {len(rows)} kinds of bad lines")


def expect_answers(ran, lines, wrong, values):
    answers = {row["line"]: row for row in ran.lines()}
    expect_equal(len(answers), len(lines), "lines answered")
    faults = []
    for number in range(1, len(lines) + 1):
        answer = answers[number]
        if number not in wrong:
            if not answer["ok"]:
                faults.append(f"good line {number} refused: {answer['error']}")
            continue
        what = wrong[number]
        if answer["ok"]:
            faults.append(f"{what}: was taken")
        elif set(answer) != {"line", "ok", "error"} or len(answer["error"]) < 5:
            faults.append(f"{what}: no reason")
        elif any(value in answer["error"] for value in values):
            faults.append(f"{what}: the reason quotes a value")
        elif len(answer["error"]) > 300:
            faults.append(f"{what}: a reason of {len(answer['error'])} characters")
    if faults:
        raise Fault("\n    ".join([f"{len(faults)} faults:"] + faults))


def for_people(arguments):
    """Without --json the line numbers and reasons are on stderr, with no values either."""
    with serving(arguments) as field:
        good = Good(field, 52)
        rows = table(good)
        lines = [line(good.session), line(good.request), line(good.receipt)]
        file = field.write("events.jsonl", b"\n".join(lines + [bad for _, bad in rows]))
        command = field.command("spot-station", "record", field.station_data(), "--events", file)
        ran = field.run("spot-station record", command, (ATTENTION,))
        for number in range(4, 4 + len(rows)):
            expect(f"line {number}:" in ran.err, f"line {number} is not named")
        expect_silent_about(personal(good), ran.err + ran.out, "the report for people")


def at_the_hub(arguments):
    """The hub's own edits are held to the same rules."""
    with serving(arguments) as field:
        good = Good(field, 53)
        field.record([good.session, good.request])
        field.sync()
        request = field.references()["request", good.request["request"]]
        edit = {"at": good.request["at"], "kind": "hub.edit", "request": request,
                "station": "van-07", "operator": "op", "set": {"status": "Em análise"}}
        bad = {
            "an unknown request": changed(edit, request=MARK),
            "the station's reference": changed(edit, request=good.request["request"]),
            "a request.edit": changed(good.edit, request=request),
            "a session.open": good.session,
            "a wrong NIF": changed(edit, set={"citizen.nif": NIF_WRONG}),
            "a long note": changed(edit, set={"note": MARK * 2_000}),
            "a status that is a number": changed(edit, set={"status": 7}),
            "the year 9999": changed(edit, at="9999-12-31T23:59:59.000+00:00"),
            "an unknown path": changed(edit, set={MARK: MARK}),
        }
        lines = [part for event in bad.values() for part in (line(event), line(edit))]
        file = field.write("edits.jsonl", b"\n".join(lines))
        ran = field.hub_verb("apply", "--events", file, codes=(ATTENTION,))
        expect_answers(ran, lines, {2 * i + 1: what for i, what in enumerate(bad)}, personal(good))
        report = field.sync()
        expect_equal(report["received_entries"], 1, "entries received: the good edit, once")
        expect_in_step(field, [good.session, good.request,
                               changed(edit, request=good.request["request"])])


def nothing_but_rubbish(arguments):
    """Files that are no events at all, and none."""
    with serving(arguments) as field:
        for what, content in (("zeros", b"\0" * 100_000), ("no newline", b"x" * 5_000_000),
                              ("newlines and \\r", b"\r\n\n \r\n" * 1000), ("nothing", b"")):
            file = field.write("events.jsonl", content)
            ran = field.station_verb("record", "--events", file, codes=(0, ATTENTION))
            expect(not any(row["ok"] for row in ran.lines()), f"{what}: something was taken")
        missing = field.station_verb("record", "--events", field.top / "none.jsonl", codes=None)
        expect(missing.code in (1, 2), f"a file that is not there: exit {missing.code}")
        expect_equal(field.export_station(), "", "records")


def no_hubs_address(arguments):
    """An address by which no station could reach a hub makes no hub."""
    with serving(arguments) as field:
        nowhere = field.top / "nowhere"
        for url in ("", "hub.example.org", "http://hub.example.org", "https://", "https://a b",
                    "https://hub:99999", "https://me:secret@hub", "https://hub?x=1",
                    "https://hub#x"):
            ran = field.run(f"init --url {url}", field.command(
                "spot-hub", "init", nowhere, "--name", "centro", "--url", url), (USAGE,))
            expect("--url" in ran.err and "secret" not in ran.err,
                   f"{url} is answered with {ran.err!r}")
            expect(not nowhere.exists(), f"{url}: something was made")


def output_goes_nowhere(arguments):
    """Who is not told what was done must not take the exit code for an answer."""
    with serving(arguments) as field:
        events = field.deployment(seed=53, days=1)
        file = field.write("events.jsonl", b"".join(line(event) + b"\n" for event in events))
        for verb in (("record", "--events", file), ("export",), ("status",)):
            command = field.station_command(*verb)
            with open("/dev/full", "wb") as full:
                ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE,
                                     env=field.environment, timeout=60)
            expect_equal(ran.returncode, 1, f"exit code of {verb[0]}")
            expect(b"could not all be written" in ran.stderr, f"{verb[0]} says {ran.stderr!r}")
        expect_equal(field.sync()["sent_entries"], len(events), "entries sent")
        expect_in_step(field, events)


if __name__ == "__main__":
    sys.exit(main([refused_alone, for_people, at_the_hub, nothing_but_rubbish,
                   no_hubs_address, output_goes_nowhere]))
