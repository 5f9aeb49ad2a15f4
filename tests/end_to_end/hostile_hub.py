#!/usr/bin/env python3
"""Goal: whatever answers in the hub's place, a sync ends in bounded time and nothing is lost.

Method: on the hub's address stands something that refuses, stays silent, talks rubbish, or has
another certificate. The sync's exit is 4 (3 for a wrong certificate or a denial); then the true hub
is there and gets everything once.

The bounds: sync tries twice. A peer that talks is left as soon as what it says is wrong; one that
connects and stays silent after 15 s (TLS) or 20 s (HTTP); one that keeps us alive with a byte now
and then after a minute. One that breaks off in the middle cannot be told from a cut link, which is
tried again for 45 s, with pauses of up to 4 s.
"""
import concurrent.futures
import contextlib
import sys
import time

from model import expect_in_step
from support import OFFLINE, REFUSED, Field, expect, expect_equal, main, serving
from wires import Speaker, read_request

PROMPT_SECONDS = 10    # for a peer that says something wrong, with both tries
BREAKING_SECONDS = 60  # for one that breaks off
SILENT_SECONDS = 50    # for one that connects and never answers
DRIPPING_SECONDS = 150  # for one that never comes to an end
DRIP_PAUSE = 0.5


def say(*pieces):
    """Answers each request with these bytes."""
    def speak(connection):
        read_request(connection)
        for piece in pieces:
            connection.sendall(piece)
    return speak


def answer(status, body=b"", more=b""):
    return say(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n" % (status, len(body), more), body)


def hold(connection):
    """Says nothing until the other side has had enough."""
    while connection.recv(4096):
        pass


def drip(first, piece):
    """Keeps a connection alive without ever coming to an end."""
    def speak(connection):
        read_request(connection)
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(DRIP_PAUSE)  # slow is the point
    return speak


def endless(first, piece):
    def speak(connection):
        read_request(connection)
        connection.sendall(first)
        while True:
            connection.sendall(piece)
    return speak


def rubbish(connection):
    connection.sendall(bytes(range(256)) * 40)
    hold(connection)


class Scene:
    """A station with work to deliver, and what it is confronted with."""

    def __init__(self, field):
        self.field = field
        self.events = field.deployment(seed=71, days=1, sessions_per_day=15)
        field.record(self.events)
        self.before = field.export_station("--refs")

    def confront(self, what, speak, bound, code=OFFLINE, tls=True):
        folder = self.field.hub_data if tls is True else tls or None
        with Speaker(speak, folder) as speaker:
            self.sync(what, speaker.address, bound, code)
            expect(speaker.connections > 0, f"{what}: nobody came")

    def sync(self, what, address, bound, code=OFFLINE):
        began = time.monotonic()
        report = self.field.sync(address, codes=None, seconds=bound + 30)
        seconds = time.monotonic() - began
        print(f"  {what}: exit {report['exit']} after {seconds:.1f} s")
        expect_equal(report["exit"], code, f"{what}: exit")
        expect(report["state"] in ("offline", "refused"), f"{what}: state {report['state']}")
        expect_equal((report["durable_seq"], report["backed_up_seq"], report["sent_entries"]),
                     (0, 0, 0), f"{what}: durable, backed up, entries sent")
        expect(report["reason"], f"{what}: no reason is given")
        expect(seconds <= bound, f"{what}: {seconds:.1f} s, at most {bound}")
        expect(self.field.export_station("--refs") == self.before, f"{what}: the export changed")

    def deliver(self):
        """The true hub, at last."""
        report = self.field.sync()
        expect_equal(report["sent_entries"], len(self.events), "entries sent")
        expect_in_step(self.field, self.events)
        self.field.expect_clean()


@contextlib.contextmanager
def scene(arguments):
    with serving(arguments) as field:
        it = Scene(field)
        yield it
        it.deliver()


def nobody(arguments):
    """A port on which nobody listens: one that was just given back."""
    with scene(arguments) as it:
        with Speaker(hold) as speaker:
            address = speaker.address
        it.sync("refuses connections", address, PROMPT_SECONDS)


def wrong_from_the_start(arguments):
    with scene(arguments) as it:
        it.confront("closes at once", lambda connection: None, PROMPT_SECONDS, tls=False)
        it.confront("rubbish instead of TLS", rubbish, PROMPT_SECONDS, tls=False)
        it.confront("HTTP without TLS", say_plain, PROMPT_SECONDS, tls=False)


def say_plain(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def wrong_answers(arguments):
    with scene(arguments) as it:
        for what, speak in (
                ("HTTP 500", answer(500)),
                ("HTTP 500 with a page", answer(500, b"<html>" * 5_000)),
                ("HTTP 503", answer(503)),
                ("HTTP 404", answer(404)),
                ("HTTP 302 elsewhere", answer(302, b"", b"Location: https://127.0.0.1:1/\r\n")),
                ("HTTP 200 with nothing", answer(200)),
                ("HTTP 200 with rubbish", answer(200, b"\x01" + bytes(range(256)) * 8)),
                ("HTTP 200 with a page", answer(200, b"<html>Sign in to the hotel's network")),
                ("a body shorter than it says",
                 say(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n\x01abc")),
                ("a negative length", say(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")),
                ("an enormous length", say(b"HTTP/1.1 200 OK\r\nContent-Length: "
                                           b"99999999999999999999\r\n\r\n")),
                ("an endless header", endless(b"HTTP/1.1 200 OK\r\n", b"X-More: more\r\n" * 64)),
                ("an endless line", endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 4096)),
                ("an endless body", endless(b"HTTP/1.1 200 OK\r\n\r\n", b"\x01" * 4096)),
                ("its own request as the answer", echo),
        ):
            it.confront(what, speak, PROMPT_SECONDS)


def echo(connection):
    _, body = read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def another_certificate(arguments):
    """Another hub, with keys of its own: refused before a byte of the bundle leaves."""
    with scene(arguments) as it, Field(arguments.bin, ()) as other:
        bodies = []

        def listen(connection):
            bodies.append(read_request(connection))

        it.confront("another certificate", listen, PROMPT_SECONDS, REFUSED, other.hub_data)
        expect_equal(bodies, [], "requests that reached the wrong hub")
        it.sync("another hub", other.serve().address, PROMPT_SECONDS, REFUSED)


def denied(arguments):
    """HTTP 403 of the hub itself."""
    with scene(arguments) as it:
        it.confront("HTTP 403", answer(403), PROMPT_SECONDS, REFUSED)


def side_by_side(arguments, *confrontations):
    """Each with a hub and station of its own, as all of them only wait."""
    def alone(confrontation):
        with scene(arguments) as it:
            it.confront(*confrontation)

    with concurrent.futures.ThreadPoolExecutor(len(confrontations)) as pool:
        for done in [pool.submit(alone, one) for one in confrontations]:
            done.result()


def breaking_off(arguments):
    side_by_side(
        arguments,
        ("closes after the handshake", lambda connection: None, BREAKING_SECONDS),
        ("closes after the request", read_request, BREAKING_SECONDS),
        ("rubbish after the handshake", say(bytes(range(1, 256)) * 40), BREAKING_SECONDS),
        ("no status", say(b"hello\r\n\r\n"), BREAKING_SECONDS))


def silent(arguments):
    side_by_side(
        arguments,
        ("silent from the start", hold, SILENT_SECONDS, OFFLINE, False),
        ("silent after the handshake", hold, SILENT_SECONDS),
        ("silent in the header", lambda c: (say(b"HTTP/1.1 200 OK\r\n")(c), hold(c)),
         SILENT_SECONDS))


def dripping(arguments):
    side_by_side(
        arguments,
        ("a header byte by byte", drip(b"HTTP/1.1 200 OK\r\nX: ", b"y"), DRIPPING_SECONDS),
        ("a body byte by byte", drip(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"\x01"),
         DRIPPING_SECONDS))


if __name__ == "__main__":
    sys.exit(main([nobody, wrong_from_the_start, wrong_answers, another_certificate, denied,
                   breaking_off, silent, dripping]))
