#!/usr/bin/env python3
"""Fails when a file includes what its layer may not know.

core <- sync <- the programs (van-station, hub); fieldkit may use them all; nobody uses fieldkit or
the tests. What lies in a folder of a module is private to what stands around that folder:
core/store/x.h is core's, van-station/print/draw/x.h is van-station/print's. Libraries that are
heavy, or that a second way of doing a thing would come in by, are named with the places they may
stand in. Tests may look inside everything.
"""
import pathlib
import re
import sys

MAY_USE = {
    "core": {"core"},
    "sync": {"sync", "core"},
    "hub": {"hub", "sync", "core"},
    "van-station": {"van-station", "sync", "core"},
    "fieldkit": {"fieldkit", "hub", "van-station", "sync", "core"},
    "tests": {"tests", "fieldkit", "hub", "van-station", "sync", "core"},
}
# In a folder, but made for those outside of it.
PUBLIC = {
    # All that sync knows of a ledger; the others have core/ledger.h.
    "core/ledger/replica.h": {"sync"},
    "core/store/sqlite/sqlite_store.h": {"core"},
    "core/store/sealed/sealed_store.h": {"core"},
    "core/ledger/files.h": {"sync"},
    "core/rim/disk.h": MAY_USE.keys() - {"sync"},
    "core/rim/workers.h": MAY_USE.keys(),
    "core/platform/system.h": MAY_USE.keys() - {"sync"},  # only programs have a clock and chance
    "core/platform/worker_threads.h": MAY_USE.keys() - {"sync"},  # nor threads
    "sync/http/address.h": {"hub"},
    "sync/http/carrier.h": {"van-station"},
    "sync/http/listener.h": {"van-station", "hub"},
    # To measure the parts, in one process.
    "van-station/app/record.h": {"fieldkit"},
    "van-station/app/station.h": {"fieldkit"},
}
# Where each library may be included; a folder stands for all in it.
LIBRARIES = {
    "boost/program_options": ["core/program/"],
    "boost/asio": ["sync/http/listener.h", "hub/server/", "van-station/web/"],
    "boost/beast": ["hub/server/", "van-station/web/"],
    "boost/": [],
    "curl/": ["sync/http/"],
    "sqlite3.h": ["core/store/sqlite/database.cpp", "fieldkit/bench/bare_store.cpp"],
    "sodium.h": ["core/", "sync/bundle.cpp"],
    "openssl/": ["hub/server/", "sync/http/"],
    "valijson/": ["core/json_schema.cpp"],
    "re2/": ["core/"],
    "cairo": ["van-station/print/draw/"],
    "pango": ["van-station/print/draw/"],
    "qrencode.h": ["van-station/print/draw/"],
    "cups/": ["van-station/print/send/"],
    "zstd.h": ["fieldkit/"],
    "libpq": ["hub/"],
    "doctest/": [],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def fault_of_own(file, path):
    """Why `file` may not include our header `path`; empty: it may."""
    module, owner = file.split("/")[0], path.split("/")[0]
    if owner not in MAY_USE:
        return "is not named from the top of the tree"
    if owner not in MAY_USE[module]:
        return f"{module} may not know {owner}"
    if module == "tests" or module in PUBLIC.get(path, ()):
        return ""
    folder = path.rsplit("/", 1)[0]
    around = folder.rsplit("/", 1)[0] if "/" in folder else ""
    if around and not file.startswith(around + "/"):
        return f"is private to {around}/"
    return ""


def fault_of_library(file, path):
    if file.startswith("tests/"):
        return ""
    for library, places in LIBRARIES.items():  # the first that fits; longer names stand in front
        if path.startswith(library):
            allowed = any(file == place or (place.endswith("/") and file.startswith(place))
                          for place in places)
            return "" if allowed else f"{library} may stand in {', '.join(places) or 'none'} only"
    return ""


def faults_in(file, text):
    for quote, path in INCLUDE.findall(text):
        why = fault_of_own(file, path) if quote == '"' else fault_of_library(file, path)
        if why:
            yield f"{file}: {path}: {why}"


def check_itself():
    """A checker that passes everything would pass the tree, too."""
    red = [("core/log.cpp", '"sync/bundle.h"'), ("sync/frames.cpp", '"hub/hub.h"'),
           ("hub/hub.cpp", '"van-station/app/station.h"'), ("hub/hub.cpp", '"fieldkit/bench.h"'),
           ("van-station/app/desk.cpp", '"hub/hub.h"'), ("sync/frames.cpp", '"core/ledger/logs.h"'),
           ("hub/hub.cpp", '"core/document/document_abi.h"'), ("core/log.cpp", '"error.h"'),
           ("van-station/cli/print.cpp", '"van-station/print/draw/qr.h"'),
           ("hub/hub.cpp", '"tests/support/chance.h"'), ("sync/frames.cpp", "<curl/curl.h>"),
           ("core/store/logs.cpp", "<sqlite3.h>"), ("hub/hub.cpp", "<boost/asio/awaitable.hpp>"),
           ("core/log.cpp", "<boost/json.hpp>"), ("hub/registry.cpp", "<openssl/ssl.h>"),
           ("sync/exchange.cpp", '"core/platform/system.h"')]
    green = [("core/ledger.cpp", '"core/ledger/impl.h"'), ("hub/hub.cpp", '"sync/exchange.h"'),
             ("core/store/sqlite/database.cpp", "<sqlite3.h>"), ("hub/cli/serve.cpp", '"hub/server/server.h"'),
             ("tests/unit/core/x.cpp", '"core/ledger/logs.h"'), ("sync/frames.cpp", "<vector>"),
             ("fieldkit/bench/hub_rate.cpp", '"van-station/app/station.h"')]
    for rows, wanted in ((red, True), (green, False)):
        for file, included in rows:
            if bool(list(faults_in(file, f"#include {included}\n"))) != wanted:
                yield f"the checker itself: {file} with {included}"


def main():
    top = pathlib.Path(__file__).resolve().parents[3]
    files = [file for module in MAY_USE for file in sorted((top / module).rglob("*"))
             if file.suffix in (".h", ".cpp") and "node_modules" not in file.parts]
    faults = list(check_itself())
    for file in files:
        faults += faults_in(str(file.relative_to(top)), file.read_text(encoding="utf-8"))
    if len(files) < 100:
        faults.append(f"only {len(files)} files were found")
    print("\n".join(faults) or f"{len(files)} files include only what they may.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
