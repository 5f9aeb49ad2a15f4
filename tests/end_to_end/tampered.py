#!/usr/bin/env python3
"""Goal: a bundle that was changed on its way is refused whole, even by one who has the TLS key.

Method: a man in the middle with the hub's own certificate keeps a station's bundle and hands the
hub variants of it: single bits flipped at places spread over it, cut short, lengthened, with parts
swapped, repeated or left out, old ones replayed. After each the hub's export and status are what
they were. The unchanged bundle is taken then, which shows that it was good.
"""
import random
import sys

from model import expect_in_step
from support import DONE, FAILED, OFFLINE, expect, expect_equal, main, serving
from wires import Meddler, post, pouring

FLIPS = 40
FLIPS_IN_HEAD = 12  # of them in the first 300 bytes: version, key, size, head
HEAD_BYTES = 300
REFUSED_BY_HTTP = (400, 403)


def hub_state(field):
    """What may not change: records, and what status knows but the time of the last contact. A log
    without an entry counts as none."""
    status = field.hub_status()
    for station in status["stations"]:
        station.pop("last_contact")
        station.pop("backlog")
        station["logs"] = [log for log in station["logs"] if log["seq"] > 0]
    return field.export_hub(), status


def messages(body):
    """The bundle's parts as schemas/wire/README.md has them: its front, then each sealed message
    with its size in front."""
    at, parts = 33, [body[:33]]
    while at < len(body):
        begin, size, shift = at, 0, 0
        while True:
            size |= (body[at] & 127) << shift
            shift += 7
            at += 1
            if body[at - 1] < 128:
                break
        at += size >> 1
        parts.append(body[begin:at])
    expect(at == len(body), "the bundle is not what the wire text says")
    return parts


def enrol_with(field, events):
    """The one-time code is used, so that nothing but the bundle in question can change the hub."""
    field.record(events)
    field.sync()


def keep_bundle(field, name=None):
    """The body of the station's next sync, which does not reach the hub."""
    with Meddler(field.hub_data, field.hub.port, lambda body: None) as meddler:
        report = field.sync(meddler.address, name=name, codes=(OFFLINE,))
        expect_equal((report["state"], report["sent_entries"]), ("offline", 0), "state, entries")
        return max(meddler.seen, key=len)


def flipped(body, bit):
    out = bytearray(body)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


def variants(body):
    chance = random.Random("tampered")
    size = len(body)
    for i in range(FLIPS):
        low, high = (0, HEAD_BYTES) if i < FLIPS_IN_HEAD else (HEAD_BYTES, size)
        steps = FLIPS_IN_HEAD if i < FLIPS_IN_HEAD else FLIPS - FLIPS_IN_HEAD
        place = low + (high - low) * (i if i < FLIPS_IN_HEAD else i - FLIPS_IN_HEAD) // steps
        yield f"bit flipped in byte {place}", flipped(body, 8 * place + chance.randrange(8))
    yield "last bit flipped", flipped(body, 8 * size - 1)
    for place in (0, 1, 33, 60, size // 3, size // 2, size - 20, size - 1):
        yield f"cut to {place} bytes", body[:place]
    yield "a byte more", body + b"\0"
    yield "twice in a row", body + body
    first, *sealed = messages(body)
    expect(len(sealed) > 3, "a bundle of several frames is needed")
    yield "frames swapped", b"".join([first, sealed[0], sealed[2], sealed[1], *sealed[3:]])
    yield "last two swapped", b"".join([first, *sealed[:-2], sealed[-1], sealed[-2]])
    yield "a frame left out", b"".join([first, *sealed[:1], *sealed[2:]])
    yield "the last frame left out", b"".join([first, *sealed[:-1]])
    yield "a frame twice", b"".join([first, *sealed[:2], sealed[1], *sealed[2:]])
    yield "no head", b"".join([first, *sealed[1:]])
    yield "only the head", b"".join([first, sealed[0]])
    half = size // 2
    yield "halves swapped", body[half:] + body[:half]
    yield "rubbish", chance.randbytes(size)


def refused_whole(arguments):
    with serving(arguments) as field:
        events = field.deployment(seed=81, days=6)
        enrol_with(field, events[:1])
        field.record(events)
        body = keep_bundle(field)
        before = hub_state(field)
        count = 0
        for what, changed in variants(body):
            status, answer = post(field.hub.port, changed)
            expect(status in REFUSED_BY_HTTP, f"{what}: HTTP {status}")
            expect_equal(answer, b"", f"{what}: body of the refusal")
            expect(hub_state(field) == before, f"{what}: the hub's export or status changed")
            count += 1
        status, _ = post(field.hub.port, body)
        expect_equal(status, 200, "HTTP status of the unchanged bundle")
        print(f"  {count} variants of {len(body)} bytes refused")
        # Its answer went elsewhere: for the station that is a lost reply.
        report = field.sync()
        expect_equal(report["state"], "ok", "state")
        expect_in_step(field, events)
        field.expect_clean()


def refused_in_mid_season(arguments):
    """The same on top of what the hub holds already: none of that is taken back."""
    with serving(arguments) as field:
        events = field.deployment(seed=82, days=5)
        half = len(events) // 3
        field.record(events[:half])
        field.sync()
        field.record(events[half:])
        body = keep_bundle(field)
        before = hub_state(field)
        expect(before[0], "the hub holds nothing yet")
        last = len(body) - 1
        for what, changed in (("last byte", flipped(body, 8 * last)),
                              ("middle", flipped(body, 4 * last)),
                              ("cut", body[:-1]), ("head", flipped(body, 8 * 100))):
            expect(post(field.hub.port, changed)[0] in REFUSED_BY_HTTP, f"{what}: taken")
            expect(hub_state(field) == before, f"{what}: the hub's export or status changed")
        field.sync()
        expect_in_step(field, events)


def hanging_beside_another(arguments):
    """Half a bundle hangs in a connection while the station delivers through another; then the rest
    comes, changed. What was acknowledged meanwhile may not be taken back with it."""
    with serving(arguments) as field:
        events = field.deployment(seed=87, days=6)
        enrol_with(field, events[:1])
        field.record(events)
        body = keep_bundle(field)
        with pouring(field.hub.port, len(body)) as connection:
            connection.sendall(body[:len(body) // 2])
            report = field.sync()
            expect_equal(report["durable_seq"], len(events), "durable")
            expect_in_step(field, events)
            connection.sendall(flipped(body, 8 * (len(body) - 9))[len(body) // 2:])
            expect(connection.recv(100).startswith(b"HTTP/1.1 400"), "the hub took the rest")
        expect_in_step(field, events)
        expect_equal(field.sync()["sent_entries"], 0, "entries sent")
        field.expect_clean()


def what_the_station_sees(arguments):
    """Its bundles are changed on their way: not delivered, nothing lost; then it works."""
    with serving(arguments) as field:
        events = field.deployment(seed=83, days=3)
        enrol_with(field, events[:1])
        field.record(events)
        before = hub_state(field)
        for what, change in (("flipped", lambda body: flipped(body, 4 * len(body))),
                             ("cut", lambda body: body[:len(body) // 2]),
                             ("head flipped", lambda body: flipped(body, 800))):
            with Meddler(field.hub_data, field.hub.port, change) as meddler:
                report = field.sync(meddler.address, codes=(OFFLINE, FAILED))
                expect(meddler.answers, f"{what}: nothing reached the hub")
                expect(all(status in REFUSED_BY_HTTP for status, _ in meddler.answers),
                       f"{what}: the hub took it")
            expect_equal((report["durable_seq"], report["sent_entries"]), (1, 0),
                         f"{what}: durable, entries sent")
            expect(hub_state(field) == before, f"{what}: the hub's export or status changed")
        expect_equal(field.sync()["sent_entries"], len(events) - 1, "entries sent")
        expect_in_step(field, events)


def changed_answers(arguments):
    """The way down: an answer that was changed, or belongs to another request, is not believed."""
    with serving(arguments) as field:
        events = field.deployment(seed=84, days=1, sessions_per_day=20)
        first, second = events[:len(events) // 2], events[len(events) // 2:]
        field.record(first)
        with Meddler(field.hub_data, field.hub.port, lambda body: body) as meddler:
            field.sync(meddler.address)
            old = meddler.answers[-1][1]
        field.record(second)
        for what, change in (("flipped", lambda answer: flipped(answer, 4 * len(answer))),
                             ("cut", lambda answer: answer[:-1]),
                             ("longer", lambda answer: answer + b"\0"),
                             ("replayed", lambda answer: old)):
            with AnswerMeddler(field, change) as meddler:
                report = field.sync(meddler.address, codes=(OFFLINE, FAILED))
            expect(meddler.answers, f"{what}: nothing reached the hub")
            expect_equal(report["durable_seq"], len(first), f"{what}: what is believed safe")
        field.sync()
        expect_in_step(field, events)
        field.expect_clean()


class AnswerMeddler(Meddler):
    """Passes requests on as they are and changes the hub's answers."""

    def __init__(self, field, change_answer):
        self.change_answer = change_answer
        super().__init__(field.hub_data, field.hub.port, lambda body: body)

    def forward(self, body):
        status, answer = super().forward(body)
        return status, self.change_answer(answer)


def replayed(arguments):
    """Whole old bundles again, in any order, also after a newer one: nothing changes."""
    with serving(arguments, ("van-07", "van-08")) as field:
        events = field.deployment(seed=85, days=2, sessions_per_day=20)
        third = len(events) // 3
        bodies = []
        for part in (events[:third], events[third:2 * third], events[2 * third:]):
            field.record(part)
            with Meddler(field.hub_data, field.hub.port, lambda body: body) as meddler:
                field.sync(meddler.address)
                bodies += meddler.seen
        other = field.deployment(seed=86, days=1, sessions_per_day=5, station="van-08")
        field.record(other, "van-08")
        field.sync(name="van-08")
        before = hub_state(field)
        for order in (bodies, bodies[::-1], bodies[:1] * 3):
            for body in order:
                status, _ = post(field.hub.port, body)
                expect(status in (200, *REFUSED_BY_HTTP), f"replayed: HTTP {status}")
                expect(hub_state(field) == before, "a replayed bundle changed the hub")
        for name, keys in zip(field.stations, (1, 0)):  # the first one is told of the second
            report = field.sync(name=name)
            expect_equal((report["exit"], report["sent_entries"], report["received_entries"]),
                         (DONE, 0, keys), "exit, entries moved after replays")
        expect_in_step(field, events, "van-07")
        expect_in_step(field, other, "van-08")


if __name__ == "__main__":
    sys.exit(main([refused_whole, refused_in_mid_season, hanging_beside_another,
                   what_the_station_sees, changed_answers, replayed]))
