#!/usr/bin/env python3
"""Holds the shape that the code was given: where SQL stands, how wide a class may be, how much of
the ledger sync knows, and that clang-format decides the layout.
"""
import pathlib
import re
import shutil
import subprocess
import sys

MODULES = ("core", "sync", "hub", "van-station", "fieldkit")
PUBLIC_METHODS_MAX = 20
# Cut with the station's use cases.
WIDE_CLASSES = {("van-station/app/desk.h", "Desk")}
# What classes are made of: only files beside these headers include them.
PRIVATE_HEADERS = {"core/ledger/impl.h", "core/ledger/documents.h", "core/ledger/rows.h", "sync/codec/inside.h",
                   "van-station/app/desk/inside.h"}
SYNC_KNOWS = {"core/ledger/replica.h", "core/ledger/files.h"}

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\b(class|struct)\s+(?:\[\[\w+\]\]\s+)?(\w+(?:::\w+)*)[^;{}()=]*\{")
ACCESS = re.compile(r"^\s*(public|protected|private)\s*:\s*$")
METHOD = re.compile(r"(?:^|[\s*&~>])(~?\w+|operator\S+)\s*\([^;]*$", re.DOTALL)


def end_of_block(text, start):
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)


def public_methods(body, is_struct):
    """How many member functions a class's body declares as public; nested types count for themselves."""
    count, public, statement, at = 0, is_struct, "", 0
    while at < len(body):
        letter = body[at]
        if letter == "{":
            at = end_of_block(body, at)
            ends = body[at + 1:at + 2] != ";"  # of a function; a type's has its own semicolon
            if CLASS.search(statement + "{") or "enum" in statement:
                statement = ""
            elif ends:
                letter = ";"
        if letter == ";":
            head = statement.split("=")[0] if "operator" not in statement else statement
            skipped = ("using ", "friend ", "static_assert", "typedef ", "template class")
            if public and METHOD.search(head) and not head.strip().startswith(skipped):
                count += "= delete" not in statement
            statement = ""
        elif letter == "\n" and ACCESS.match(body[body.rfind("\n", 0, at) + 1:at]):
            public = "public" in body[body.rfind("\n", 0, at) + 1:at]
            statement = ""
        elif letter != "{":
            statement += letter
        at += 1
    return count


def wide_classes(file, text):
    text = COMMENT.sub("", text)
    for found in CLASS.finditer(text):
        body = text[found.end():end_of_block(text, found.end() - 1)]
        methods = public_methods(body, found.group(1) == "struct")
        if methods > PUBLIC_METHODS_MAX and (file, found.group(2)) not in WIDE_CLASSES:
            yield f"{file}: {found.group(2)} has {methods} public methods"


def faults_in(file, text):
    if file.endswith(".h") and file not in PRIVATE_HEADERS:
        yield from wide_classes(file, text)
    code = COMMENT.sub("", text)
    if re.search(r"(?<!buffer_\.)\bprepare\(", code) and not file.startswith(("core/store/sqlite/", "fieldkit/")):
        yield f"{file}: SQL stands in core/store/sqlite/ only"
    if re.search(r"options_?(\.|->)party\s*[=!]=", code):
        yield f"{file}: what parties do otherwise is decided in core/ledger/party_rules.h"
    if file.startswith("sync/"):
        for path in re.findall(r'#\s*include "(core/ledger[^"]*)"', code):
            if path not in SYNC_KNOWS:
                yield f"{file}: of the ledger sync knows {', '.join(sorted(SYNC_KNOWS))} only, not {path}"


def check_itself():
    """A checker that passes everything would pass the tree, too."""
    twenty = "".join(f"    int f{i}();\n" for i in range(20))
    rows = [
        ("core/x.h", f"class X {{\npublic:\n{twenty}}};\n", False),
        ("core/x.h", f"class X {{\npublic:\n{twenty}    int g() {{ return 1; }}\n}};\n", True),
        ("core/x.h", f"class X {{\npublic:\n{twenty}private:\n    int g();\n}};\n", False),
        ("core/x.h", f"struct X {{\n{twenty}    Result<std::vector<int>> g(int a,\n int b) const;\n}};\n", True),
        ("core/x.h", f"struct X {{\n{twenty}    struct Y {{\n int a = f(1); int b();\n }};\n    int c = 3;\n}};\n",
         False),
        ("core/ledger/x.cpp", "auto row = database.prepare(sql);", True),
        ("core/store/sqlite/x.cpp", "auto row = database.prepare(sql);", False),
        ("core/ledger/x.cpp", "if (options.party == Party::hub) return;", True),
        ("sync/x.cpp", '#include "core/ledger/journal.h"\n', True),
        ("sync/x.cpp", '#include "core/ledger/replica.h"\n', False),
    ]
    for number, (file, text, red) in enumerate(rows):
        if bool(list(faults_in(file, text))) != red:
            yield f"the checker itself: row {number}"


def format_faults(top, files):
    tool = shutil.which("clang-format-14") or shutil.which("clang-format")
    if not tool:
        return ["clang-format is missing:  apt-get install clang-format-14"]
    told = subprocess.run([tool, "--dry-run", "--Werror", "--ferror-limit=1", *map(str, files)],
                          cwd=top, capture_output=True, text=True, check=False)
    return sorted({line.split(":")[0] + ": its layout is not clang-format's"
                   for line in told.stderr.splitlines() if ": error:" in line})


def main():
    top = pathlib.Path(__file__).resolve().parents[3]
    files = [file for module in (*MODULES, "tests") for file in sorted((top / module).rglob("*"))
             if file.suffix in (".h", ".cpp") and "node_modules" not in file.parts]
    faults = list(check_itself())
    for file in files:
        name = str(file.relative_to(top))
        if not name.startswith("tests/"):
            faults += faults_in(name, file.read_text(encoding="utf-8"))
    faults += format_faults(top, files)
    if len(files) < 100:
        faults.append(f"only {len(files)} files were found")
    print("\n".join(faults) or f"{len(files)} files have the shape that they should.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
