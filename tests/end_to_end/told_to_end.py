#!/usr/bin/env python3
"""Goal: a program that is told to end (SIGTERM) in the middle of something finishes what it can
finish soon and breaks off the rest; nothing is lost, and the exit code is 0.

Method: a printer that stops in the middle of a receipt, and a relay that holds a bundle back in the
middle of its way. Each is let go after the word to end, or never.
"""
import contextlib
import signal
import socket
import sys
import threading

import escpos
from loopback import Van
from model import expect_in_step
from paper import events as receipt_events
from printers import Thermal
from support import (DONE, END_SECONDS_MAX, OFFLINE, Field, expect, expect_equal, main, serving,
                     wait_until)
from wires import Held

PRINTER_STOPS_AFTER = 500  # bytes of a receipt
HELD_AFTER = 20_000        # bytes of a bundle: several frames
DAY = {"days": 3, "seed": 41, "sessions_per_day": 150}


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 10):
        return True
    return False


def tell_to_end(server):
    """From when it takes nobody in any more, it is ending."""
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not listens(server.port), "the port is closed", END_SECONDS_MAX)


@contextlib.contextmanager
def printing(arguments):
    """A station in the middle of a receipt, its printer, and the receipt's address."""
    with Field(arguments.bin) as field, Thermal(stops_after=PRINTER_STOPS_AFTER) as printer:
        field.record(receipt_events())
        van = Van(field)
        van.sign_in()
        path = "/api/receipts/" + field.references()["receipt", "r1"]
        van.mediator.post(path + "/print", {"printer": printer.address, "format": "80"})
        wait_until(lambda: len(printer.got) >= PRINTER_STOPS_AFTER, "bytes at the printer")
        yield field, van, printer, path


def state_afterwards(field, path):
    van = Van(field)
    van.sign_in()
    state = van.mediator.get(path)["state"]
    van.server.stop()
    return state


def paper_comes_out(arguments):
    with printing(arguments) as (field, van, printer, path):
        tell_to_end(van.server)
        printer.go_on = True
        van.server.ended()
        wait_until(lambda: printer.jobs, "the job's end at the printer")
        expect("PROVISÓRIO" in escpos.decode(printer.jobs[0], 576).text(), "the receipt's text")
        expect_equal(state_afterwards(field, path), "confirmed", "the receipt's state")
        field.expect_clean()


def printer_never_goes_on(arguments):
    with printing(arguments) as (field, van, _, path):
        tell_to_end(van.server)
        van.server.ended()
        expect_equal(state_afterwards(field, path), "uncertain", "the receipt's state")
        field.expect_clean()


def station_breaks_off(arguments):
    """The hub keeps what it has of it, and the next exchange brings the rest."""
    with serving(arguments) as field, Held(field.hub.port, HELD_AFTER) as relay:
        events = field.deployment(**DAY)
        field.record(events)
        van = Van(field, "--hub", f"https://{relay.address}")
        van.sign_in()
        van.mediator.post("/api/sync")
        expect(relay.held.wait(END_SECONDS_MAX), "an exchange under way")
        van.server.stop()
        expect_equal(relay.connections, 1, "connections: no other try was begun")
        relay.go_on.set()
        expect_equal(field.sync()["state"], "ok", "the next exchange")
        expect_in_step(field, events)


class Exchange:
    """One that is under way, in a thread of its own."""

    def __init__(self, field, relay):
        self.report = None
        self.thread = threading.Thread(target=self._run, args=(field, relay), daemon=True)
        self.thread.start()
        expect(relay.held.wait(END_SECONDS_MAX), "an exchange under way")

    def _run(self, field, relay):
        self.report = field.sync(relay.address, codes=(DONE, OFFLINE))

    def state(self):
        self.thread.join()
        return self.report["state"]


def hub_finishes_its_answer(arguments):
    with serving(arguments) as field, Held(field.hub.port, HELD_AFTER) as relay:
        events = field.deployment(**DAY)
        field.record(events)
        exchange = Exchange(field, relay)
        tell_to_end(field.hub)
        relay.go_on.set()
        field.hub.ended()
        expect_equal(exchange.state(), "ok", "the exchange")
        expect_equal(relay.connections, 1, "connections")
        expect_in_step(field, events)


def hub_waits_for_nobody_for_ever(arguments):
    with serving(arguments) as field, Held(field.hub.port, HELD_AFTER) as relay:
        events = field.deployment(**DAY)
        field.record(events)
        exchange = Exchange(field, relay)
        tell_to_end(field.hub)
        field.hub.ended()
        kept = field.hub_status()["stations"][0]["logs"][0]["seq"]
        expect(0 < kept < len(events), f"whole frames stay: {kept} of {len(events)}")
        field.serve(field.hub.port)  # a restart: the station still tries
        relay.go_on.set()
        expect_equal(exchange.state(), "ok", "the exchange")
        expect_in_step(field, events)


if __name__ == "__main__":
    sys.exit(main([paper_comes_out, station_breaks_off, hub_finishes_its_answer,
                   printer_never_goes_on, hub_waits_for_nobody_for_ever]))
