#!/usr/bin/env python3
"""Goal: what citizens hand in reaches the hub, byte for byte and once, after all records, and hardly
a byte of it goes twice however often the link is cut or either program dies.

Method: files of several MB are joined to requests at the station's own pages' API; sync, over links
that are cut after so many bytes; `spot-hub attachment get` at the other end. Made-up bytes that
nothing compresses, in the coat of a photo.
"""
import http.client
import os
import random
import stat
import subprocess
import sys
import threading
import urllib.parse

from at_rest import files_under
from loopback import Van
from support import (DONE, FAILED, OFFLINE, END_SECONDS_MAX, expect, expect_equal, main, serving,
                     wait_until)
from wires import Cut, Held, Relay

CUT_EVERY = 200_000     # bytes that cross upwards
AGAIN_SHARE_MAX = 1.1
IDLE_BYTES_MAX = 500
HELD_AFTER = 600_000    # bytes of an exchange in which a program dies
CALLS_MAX = 8           # of sync, until a link with cuts has carried all
NAME = "Cartão de Aldina.jpg"
SERVICE = "IRN-001"


def photo(size, seed):
    return b"\xff\xd8\xff\xe0" + random.Random(seed).randbytes(size - 4)


def join(page, draft, name, content):
    line = http.client.HTTPConnection("127.0.0.1", int(page.host.rsplit(":", 1)[1]), timeout=60)
    try:
        path = f"/api/drafts/{draft}/attachments?name=" + urllib.parse.quote(name)
        line.request("POST", path, content, page.headers(Content_Type="image/jpeg"))
        answer = line.getresponse()
        expect_equal((answer.status, b"hash" in answer.read()), (200, True), "a file is joined")
    finally:
        line.close()


def queue(van, contents):
    """A request with these files; returns its id and {hash: content}."""
    session = van.session()
    page = van.mediator
    draft = page.post(f"/api/sessions/{session['id']}/drafts", {"service": SERVICE})
    page.post(f"/api/drafts/{draft['id']}", {"set": {"motivo": "Perda",
                                                     "nacionalidade": "Portuguesa"}})
    for content in contents:
        join(page, draft["id"], NAME, content)
    request = page.post(f"/api/drafts/{draft['id']}/queue")
    by_size = {len(content): content for content in contents}
    return request["id"], {one["hash"]: by_size[one["bytes"]] for one in request["attachments"]}


def record_files(field, requests):
    """[[content, …], …] → {request: {hash: content}}; the station is served meanwhile, with no hub
    in reach."""
    van = Van(field)
    van.sign_in()
    filed = dict(queue(van, contents) for contents in requests)
    van.server.stop()
    return filed


def listed(field, *options):
    return field.hub_verb("attachment list", *options).lines()


def expect_there(field, filed):
    """All at the hub, as they were handed in."""
    rows = listed(field)
    expect_equal({(row["request"], row["hash"]): (row["state"], row["name"], row["type"])
                  for row in rows},
                 {(request, name): ("whole", NAME, "image/jpeg")
                  for request, files in filed.items() for name in files}, "what is listed")
    for request, files in filed.items():
        for name, content in files.items():
            out = field.top / f"{request}-{name}"
            field.hub_verb("attachment get", "--request", request, "--hash", name, "--out", out)
            expect(out.read_bytes() == content, "the hub's file is not the station's")
            expect_equal(stat.S_IMODE(os.stat(out).st_mode), 0o600, "mode of the file")
            out.unlink()


def megabytes(count, seed):
    """Requests with a file of a MB each, but for one that is as large as may be."""
    sizes = [1_000_000 + n for n in range(count - 4)] + [4 * 1024 * 1024]
    return [[photo(size, f"{seed}/{size}")] for size in sizes]


def in_one_go(arguments):
    """Records first, then files; asked for again by nobody; read by who may, and never over another
    file."""
    with serving(arguments) as field:
        filed = record_files(field, [[photo(300_000, 1), photo(1_500, 2)], [photo(2_500_000, 3)]])
        expect_equal(field.station_status()["waiting_files"], 3, "files that wait")
        report = field.sync()
        expect_equal((report["state"], report["sent_files"], report["waiting_files"]),
                     ("ok", 3, 0), "state, files sent, files waiting")
        total = sum(len(content) for files in filed.values() for content in files.values())
        print(f"  {report['sent_bytes']} bytes up for {total}, {report['round_trips']} round trips, "
              f"{report['seconds']} s")
        expect(report["sent_bytes"] < total * 1.01 + 4_000, "more than a hundredth around it")
        expect_there(field, filed)
        idle = field.sync()
        expect_equal((idle["round_trips"], idle["sent_files"]), (1, 0), "in peace")
        expect(idle["sent_bytes"] < IDLE_BYTES_MAX and idle["received_bytes"] < IDLE_BYTES_MAX,
               "an exchange with nothing new speaks of files")
        status = field.hub_status()["stations"][0]
        expect_equal((status["awaited_files"], status["given_up_files"]), (0, 0), "at the hub")

        request, files = next(iter(filed.items()))
        name = next(iter(files))
        expect_equal(len(listed(field, "--request", request)), 2, "files of one request")
        there = field.write("there", "kept")
        field.hub_verb("attachment get", "--request", request, "--hash", name, "--out", there,
                       codes=(FAILED,))
        expect_equal(there.read_text(), "kept", "the file that was there")
        for wrong in (("--request", request, "--hash", "ab" * 32),
                      ("--request", "0" * 26, "--hash", name),
                      ("--request", "nobody", "--hash", name), ("--request", request, "--hash", "x")):
            field.hub_verb("attachment get", *wrong, "--out", field.top / "none", codes=(FAILED,))
        expect(not (field.top / "none").exists(), "a file was written all the same")
        field.expect_clean()


def nothing_in_the_clear(arguments):
    """Neither a file's bytes nor its name, at either end, whole or on the way."""
    with serving(arguments) as field:
        content = photo(400_000, 4)
        filed = record_files(field, [[content]])
        with Relay(field.hub.port, cutting_after(150_000, 1)) as relay:
            field.sync(relay.address, codes=(DONE, OFFLINE))
        field.sync()
        expect_there(field, filed)
        words = (content[100:132], content[-32:], NAME.encode(), b"Aldina")
        for path in files_under(field.hub_data, field.station_data(), field.temporary) + [field.log]:
            found = path.read_bytes()
            expect(not any(word in found for word in words),
                   f"{path.relative_to(field.top)} holds a file or its name in the clear")


def cutting_after(size, times=None):
    """A watcher of a relay: the connection breaks whenever so many bytes more have gone up."""
    state = {"next": size, "left": times}

    def watch(_, piece, up, down):
        if up >= state["next"] and state["left"] != 0:
            state["next"] = up + size
            if state["left"]:
                state["left"] -= 1
            raise Cut
        return piece
    return watch


def cut_every_200_kb(arguments):
    """20 MB over a link that breaks every 200 kB: no upload starts over, and little goes twice."""
    with serving(arguments) as field:
        filed = record_files(field, megabytes(20, "cut"))
        total = sum(len(content) for files in filed.values() for content in files.values())
        counted = cutting_after(CUT_EVERY)
        sent = calls = files = 0
        with Relay(field.hub.port, counted) as relay:
            while files < len(filed):
                calls += 1
                expect(calls <= CALLS_MAX, f"{files} files after {calls - 1} calls")
                report = field.sync(relay.address, codes=(DONE, OFFLINE), seconds=600)
                sent += report["sent_bytes"]
                files += report["sent_files"]
            crossed = relay.up
        print(f"  {total} bytes in {len(filed)} files: {crossed // CUT_EVERY} cuts, {calls} calls, "
              f"{sent} bytes up, {sent / total:.3f} times; {crossed / total:.3f} with TLS")
        expect(crossed // CUT_EVERY > 90, "the link was hardly cut")
        expect(sent <= total * AGAIN_SHARE_MAX, "too much went again")
        expect(crossed <= total * AGAIN_SHARE_MAX, "too much went again, as the wire counts it")
        expect_there(field, filed)
        field.expect_clean()


def killed(arguments):
    """Either program dies in mid-sending, again and again."""
    with serving(arguments) as field:
        filed = record_files(field, megabytes(8, "kill"))
        total = sum(len(content) for files in filed.values() for content in files.values())
        for dies in ("station", "hub", "station", "hub"):
            kill_in_the_middle(field, dies)
        report = field.sync()
        expect_equal((report["state"], report["waiting_files"]), ("ok", 0), "after all that")
        expect(report["sent_bytes"] < total - 4 * 0.9 * HELD_AFTER, "what had come was sent again")
        expect_there(field, filed)
        field.expect_clean()


def bytes_at_hub(field):
    return sum(row["have"] for row in listed(field))


def kill_in_the_middle(field, dies):
    known = bytes_at_hub(field)
    with Held(field.hub.port, HELD_AFTER) as relay:
        command = field.station_command("sync", "--hub", f"https://{relay.address}")
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=field.environment) as process:
            try:
                expect(relay.held.wait(END_SECONDS_MAX), "no file is under way")
                wait_until(lambda: bytes_at_hub(field) > known + HELD_AFTER * 0.9,
                           "what came is on disk", END_SECONDS_MAX)
                expect(process.poll() is None, "the exchange is over already")
                if dies == "hub":
                    field.hub.kill()
            finally:
                process.kill()
    if dies == "hub":
        field.serve()
    expect(bytes_at_hub(field) > known + HELD_AFTER * 0.9, f"{dies} killed: what had come is gone")


def revoked(arguments):
    """A revoked station's files are not taken, and it keeps them."""
    with serving(arguments) as field:
        record_files(field, [[photo(300_000, 5)]])
        with Relay(field.hub.port, cutting_after(100_000, 1)) as relay:
            watch = relay.watch

            def once(*given):
                piece = watch(*given)
                if given[2] > 50_000 and not revoked_now.is_set():
                    revoked_now.set()
                    field.hub_verb("revoke", "--station", "van-07")
                return piece
            revoked_now = threading.Event()
            relay.watch = once
            report = field.sync(relay.address, codes=None)
        expect_equal(report["state"], "revoked", "state")
        expect_equal([row["state"] for row in listed(field)], ["awaited"], "at the hub")
        expect_equal(field.station_status()["waiting_files"], 1, "at the station")


if __name__ == "__main__":
    sys.exit(main([in_one_go, nothing_in_the_clear, cut_every_200_kb, killed, revoked]))
