"""Paper: what comes out of `print` is read back by programs that know nothing of how it was made:
poppler for PDFs, zbar for QR codes, escpos.py for rolls, a real print server for queues. And what
becomes of a receipt's one original when a printer is off, empty, or dies.
"""
import re
import signal
import subprocess
import sys
import time

import escpos
from loopback import CITIZEN, Van
from printers import PrintServer, Thermal
from support import (ATTENTION, DONE, FAILED, OFFLINE, REFUSED, USAGE, Field, expect, expect_equal,
                     main, serving, wait_until)

NAME, NIF = "Ana da Conceição Cardoso Ribeiro", "228803993"
SHEETS = {"a4": (210, 297), "a5": (148, 210), "large": (210, 297)}  # mm
ROLLS = {"58": 384, "80": 576}                                      # dots
RESOLUTION = 300
HOTLINE = "300003990"
PRIVATE = [NAME, NAME.split(maxsplit=1)[0], "Ribeiro", NIF, "912201892"]


def events(language="pt", name=NAME, services=("AT-023", "AT-032"), cents=20):
    def at(minute):
        return f"2017-10-16T10:{minute:02}:00.000+01:00"
    rows = [{"kind": "session.open", "at": at(31), "session": "s1", "station": "van-07",
             "place": {"name": "Largo da Igreja", "municipality": "Tábua"},
             "mediator": "m.abrantes", "channel": "van", "language": language,
             "privacy_notice": {"version": "2018-05", "explained": True, "accepted": True}}]
    for i, service in enumerate(services):
        rows.append({"kind": "request.queue", "at": at(43), "request": f"q{i}", "session": "s1",
                     "station": "van-07", "service": service, "fields": {},
                     "citizen": {"name": name, "nif": NIF, "birth_date": "1971-04-06",
                                 "phone": "912201892", "address": "Rua das Flores, 3"}})
    lines = [{"service": service, "qty": 1, "cents": 0} for service in services]
    if cents:
        lines.append({"service": "COPIAS", "qty": 2, "cents": cents})
    rows.append({"kind": "receipt.print", "at": at(46), "receipt": "r1", "session": "s1",
                 "station": "van-07", "lines": lines, "total_cents": cents})
    return rows


class Desk(Field):
    """A station with one receipt on it."""

    def __enter__(self):
        super().__enter__()
        return self

    def fill(self, **choices):
        self.record(events(**choices))
        return self

    def print(self, *options, codes=(DONE,), environment=None):
        before = self.environment
        self.environment = before | (environment or {})
        try:
            return self.station_verb("print", "--receipt", "r1", *options, codes=codes)
        finally:
            self.environment = before

    def file(self, size, kind="pdf"):
        out = self.top / f"out.{size}"
        self.print("--format", kind, "--size", size, "--out", out)
        return out

    def nothing_left_behind(self):
        expect_equal(list(self.temporary.iterdir()), [], "temporary files")


def tool(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, timeout=60,
                          check=False)
    expect(done.returncode == 0, f"{command[0]}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def pdf_text(file):
    return tool("pdftotext", "-layout", file, "-").decode()


def flat(text):
    return re.sub(r"\s+", " ", text)


def qr_in(picture, folder):
    path = folder / "qr-picture"
    path.write_bytes(picture)
    try:
        return tool("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable",
                    path).decode().strip()
    finally:
        path.unlink()


def qr_on(file, folder):
    """It stands on the last sheet."""
    last = re.search(r"Pages:\s+(\d+)", tool("pdfinfo", file).decode())[1]
    return qr_in(tool("pdftoppm", "-r", "200", "-gray", "-png", "-f", last, "-l", last, file),
                 folder)


def expect_genuine(field, qr, **more):
    report = field.station_verb("verify", "--qr", qr).json()
    wanted = {"verdict": "valid", "number": 1, "here": True,
              "receipt": field.references()["receipt", "r1"]}
    for key, value in (wanted | more).items():
        expect_equal(report[key], value, f"verify: {key}")


def on_sheets(arguments):
    with Desk(arguments.bin) as field:
        field.fill()
        for i, (size, (width, height)) in enumerate(SHEETS.items()):
            file = field.file(size)
            text = flat(pdf_text(file))
            for part in ("Recibo", NAME, "228 803 993", "0,20 €", "PROVISÓRIO",
                         "ainda não chegaram à", "Registado", "Na central", "gratuito",
                         "16-10-2017 · 10:46"):
                expect(part in text, f"{size}: {part!r} is not on the page")
            marked = f"DUPLICADO {i} " in text
            expect(marked if i else "DUPLICADO" not in text, f"{size}: wrong mark of a copy")
            about = tool("pdfinfo", file).decode()
            got = [float(part) * 25.4 / 72 for part in
                   re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", about).groups()]
            expect(abs(got[0] - width) < 0.5 and abs(got[1] - height) < 0.5, f"{size}: {got} mm")
            for private in PRIVATE:
                expect(private not in about, f"{size}: personal data in the file's description")
            fonts = tool("pdffonts", file).decode().splitlines()[2:]
            expect(fonts and all("ClearSans" in row for row in fonts), f"{size}: another typeface")
            expect(all(row.split()[-5] == "yes" for row in fonts), f"{size}: a font lacks")
            code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
            expect(code, f"{size}: no short code in groups of four")
            qr = qr_on(file, field.top)
            expect_genuine(field, qr, total_cents=20)
        field.nothing_left_behind()


def several_sheets(arguments):
    """A summary of many requests: no sheet has the small print alone, and each says whose it is."""
    with serving(arguments) as field:
        van = Van(field)
        van.sign_in()
        van.mediator.post("/api/help", {"phone": HOTLINE, "days": "workdays", "from": "09:00",
                                        "to": "18:00"})
        session = van.session()["id"]
        for asked in range(1, 9):
            draft = van.mediator.post(f"/api/sessions/{session}/drafts",
                                      {"service": "IRN-001"})["id"]
            van.mediator.post(f"/api/drafts/{draft}",
                              {"set": {"motivo": "Perda", "nacionalidade": "Portuguesa"}})
            van.mediator.post(f"/api/drafts/{draft}/queue")
            for size in SHEETS:
                status, _, pdf = van.mediator.ask(
                    "GET", f"/api/sessions/{session}/summary.pdf?format={size}")
                expect_equal(status, 200, "a summary")
                sheets = pdf_text(field.write("summary.pdf", pdf)).split("\f")[:-1]
                expect(len(sheets) == 1 if asked <= 4 and size != "large" else len(sheets) < 4,
                       f"{size}: {len(sheets)} sheets for {asked} requests")
                last = flat(sheets[-1])
                for part in ("Dúvidas", "300 003 990", "Quem viu os seus dados"):
                    expect(part in last, f"{size}, {asked} requests: {part!r} on the last sheet")
                for number, sheet in enumerate(sheets, 1):
                    if len(sheets) == 1:
                        break
                    foot = flat(sheet).strip()
                    wanted = f"O que pediu hoje · {CITIZEN['name']} Folha {number} de {len(sheets)}"
                    expect(foot.endswith(wanted), f"{size}: the foot of sheet {number}")


def no_greys(arguments):
    """Every dot is black or white, and no line is thinner than 0.35 mm."""
    with Desk(arguments.bin) as field:
        field.fill()
        file = field.file("a5")
        raw = tool("pdftoppm", "-r", RESOLUTION, "-gray", "-aa", "no", "-aaVector", "no", file)
        header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", raw)
        width, pixels = int(header[1]), raw[header.end():]
        expect(set(pixels) <= {0, 255}, "there is grey on the page")
        # A rule is a row that is black nearly all across; count how many follow on each other.
        rows = [pixels[i:i + width] for i in range(0, len(pixels), width)]
        thick, runs = 0, []
        for row in rows + [b""]:
            if row.count(0) > width * 0.7:
                thick += 1
            elif thick:
                runs.append(thick)
                thick = 0
        expect(len(runs) >= 3, "no rules on the page")
        expect(min(runs) / RESOLUTION * 25.4 >= 0.33, f"a line of {min(runs)} dots")


def on_rolls(arguments):
    with Desk(arguments.bin) as field:
        field.fill()
        for i, (size, dots) in enumerate(ROLLS.items()):
            slip = escpos.decode(field.file(size, "escpos").read_bytes(), dots)
            text = flat(slip.text())
            for part in (NAME, "NIF 228 803 993", "0,20 €", "gratuito",
                         "Registado, ainda não na central"):
                expect(part in text, f"{size}: {part!r} is not on the roll")
            number = [part for part in slip.texts() if part.text.strip() == "1"]
            expect(number and number[0].wide == number[0].high == 2 and number[0].bold,
                   f"{size}: the number is not the big one")
            inverted = [part.text.strip() for part in slip.texts() if part.inverted]
            expect("PROVISÓRIO" in inverted, f"{size}: PROVISÓRIO is not white on black")
            marked = any(part.startswith(f"DUPLICADO {i} · ") for part in inverted)
            expect(marked if i else len(inverted) == 1, f"{size}: wrong mark of a copy")
            expect_equal(slip.cuts, [len(slip.parts)], f"{size}: where it is cut")
            pictures = [part for part in slip.pictures() if part.width and len(part.rows) > 150]
            expect_equal(len(pictures), 1, f"{size}: large pictures")
            picture = pictures[0]
            qr = qr_in(escpos.png(picture.width, picture.rows), field.top)
            expect_genuine(field, qr)
            black = [x for x in range(picture.width) if any(picture.black(x, y) for y in
                                                            range(len(picture.rows)))]
            expect((black[-1] - black[0] + 1) / 203 * 25.4 >= 30, f"{size}: QR code too small")


def languages(arguments):
    wanted = {"pt": ("Recibo", "PROVISÓRIO"), "en": ("Receipt", "PROVISIONAL"),
              "fr": ("Reçu", "PROVISOIRE"), "uk": ("Квитанція", "ПОПЕРЕДНЬО")}
    for language, words in wanted.items():
        with Desk(arguments.bin) as field:
            field.fill(language=language, name="Łukasz Żółć" if language == "fr" else NAME)
            text = pdf_text(field.file("a5"))
            for word in words:
                expect(word in text, f"{language}: {word} is not on the page")
            for size, dots in ROLLS.items():
                slip = escpos.decode(field.file(size, "escpos").read_bytes(), dots)
                # What no code page has is drawn: all of Ukrainian, one name of the French one.
                drawn = sum(len(part.rows) for part in slip.pictures() if part.width == dots)
                expect((drawn > 400) == (language == "uk"), f"{language}, {size}: drawn: {drawn}")
                expect((words[1] in slip.text()) == (language != "uk"), f"{size}: {words[1]}")
                expect(("NIF" in slip.text()) == (language != "uk"), f"{language}, {size}: NIF")
                expect("kasz" not in slip.text(), "a name in a type that lacks its letters")


def verified(arguments):
    with Desk(arguments.bin, ("van-07", "van-11")) as field:
        field.fill()
        file = field.file("a5")
        qr = qr_on(file, field.top)
        expect_genuine(field, qr)
        expect_equal(field.station_verb("verify", "--qr", qr.lower()).json()["verdict"], "valid",
                     "in small letters")
        for at in (len(qr) // 2, len(qr) - 5):
            wrong = qr[:at] + ("A" if qr[at] != "A" else "B") + qr[at + 1:]
            report = field.station_verb("verify", "--qr", wrong, codes=(REFUSED,)).json()
            expect_equal(report["verdict"], "forged", "one letter changed")
        field.station_verb("verify", "--qr", qr[:-8], codes=(FAILED, REFUSED))
        field.station_verb("verify", "--qr", "https://example.org", codes=(FAILED,))
        elsewhere = field.station_verb("verify", "--qr", qr, name="van-11", codes=(ATTENTION,))
        expect_equal(elsewhere.json()["verdict"], "unknown_device", "at another station")
        for private in PRIVATE:
            expect(private.upper() not in qr, "personal data in the QR code")


def expect_unused(field, dots=576):
    """The next print is the original: no mark of a copy."""
    with Thermal() as printer:
        report = field.print("--printer", printer.address).json()
        expect_equal((report["outcome"], report["duplicate"]), ("sent", 0), "the original")
    expect("DUPLICADO" not in escpos.decode(printer.jobs[0], dots).text(), "the original is marked")


def to_a_socket(arguments):
    with Desk(arguments.bin) as field:
        field.fill()
        for answers in (True, False):
            with Thermal(answers=answers) as printer:
                report = field.print("--printer", printer.address).json()
            expect_equal(report["outcome"], "sent", f"answers: {answers}")
            expect_equal(report["state"], "confirmed", "the receipt's state")
            text = escpos.decode(printer.jobs[0], 576).text()
            expect(("DUPLICADO 1" in text) == (not answers), "wrong mark of a copy")
        field.expect_clean()


def off_or_empty(arguments):
    with Desk(arguments.bin) as field:
        field.fill()
        with Thermal() as gone:
            address = gone.address
        began = time.monotonic()
        report = field.print("--printer", address, codes=(OFFLINE,)).json()
        expect_equal((report["outcome"], report["why"]), ("not_sent", "off"), "printer off")
        expect(time.monotonic() - began < 10, "a printer that is off is waited for too long")
        with Thermal(paper=False) as empty:
            report = field.print("--printer", empty.address, codes=(OFFLINE,)).json()
        expect_equal((report["outcome"], report["why"]), ("not_sent", "paper"), "no paper")
        expect_equal(empty.jobs, [], "sent to a printer without paper")
        expect_equal(report["state"], "reserved", "the receipt's state")
        expect_unused(field)


def dies_in_the_middle(arguments):
    with Desk(arguments.bin) as field:
        field.fill()
        with Thermal(dies_after=2000) as printer:
            report = field.print("--printer", printer.address, codes=(ATTENTION,)).json()
        expect_equal((report["outcome"], report["state"]), ("uncertain", "uncertain"), "it died")
        with Thermal() as printer:
            field.print("--printer", printer.address, codes=(FAILED,))
        expect_equal(printer.jobs, [], "printed although nobody has said what came out")


def killed_in_the_middle(arguments):
    """The laptop, this time: no second unmarked original afterwards."""
    with Desk(arguments.bin) as field:
        field.fill()
        with Thermal(answers=False, stops_after=500) as printer:
            command = field.station_command("print", "--receipt", "r1", "--printer",
                                            printer.address)
            process = subprocess.Popen(command, env=field.environment, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            wait_until(lambda: len(printer.got) >= 500, "bytes at the printer")
            process.send_signal(signal.SIGKILL)
            process.wait()
        with Thermal() as printer:
            field.print("--printer", printer.address, codes=(FAILED,))
        expect_equal(printer.jobs, [], "a second original")
        field.expect_clean()


def by_cups(arguments):
    with Desk(arguments.bin) as field, PrintServer() as server:
        field.fill()
        with Thermal(answers=False) as roll:
            server.add("rolo", roll.address)
            report = field.print("--printer", "rolo", environment=server.environment).json()
            expect_equal((report["outcome"], report["duplicate"]), ("sent", 0), "by CUPS")
            pdf = field.print("--printer", "rolo", "--format", "pdf",
                              environment=server.environment).json()
            expect_equal((pdf["outcome"], pdf["duplicate"]), ("sent", 1), "a page by CUPS")
        slip = escpos.decode(roll.jobs[0], 576)
        expect(NAME in slip.text() and "DUPLICADO" not in slip.text(), "the roll by CUPS")
        page = field.write("page.pdf", roll.jobs[1])
        expect("DUPLICADO 1" in flat(pdf_text(page)), "the page by CUPS")
        wait_until(lambda: not server.spool(), "the spool is empty")
        seen = server.jobs_seen()
        for private in PRIVATE:
            expect(private not in seen, "personal data in the print server's lists")
        field.nothing_left_behind()


def cups_in_trouble(arguments):
    with Desk(arguments.bin) as field, PrintServer() as server:
        field.fill()
        field.print("--printer", "nenhuma", codes=(FAILED,), environment=server.environment)
        with Thermal() as gone:
            address = gone.address
        server.add("rolo", address)
        report = field.print("--printer", "rolo", codes=(OFFLINE,),
                             environment=server.environment).json()
        expect_equal((report["outcome"], report["why"]), ("not_sent", "off"), "printer off")
        with Thermal(answers=False) as printer:
            server.add("rolo", printer.address)
            server.run("cupsdisable", "rolo")
            report = field.print("--printer", "rolo", codes=(OFFLINE,),
                                 environment=server.environment).json()
            expect_equal(report["outcome"], "not_sent", "queue stopped")
            server.run("cupsenable", "rolo")
            time.sleep(0.5)  # for a job that should not be there
        expect_equal(printer.jobs, [], "left in the queue")
        expect_unused(field)


def cups_dies_in_the_middle(arguments):
    with Desk(arguments.bin) as field, PrintServer() as server:
        field.fill()
        with Thermal(answers=False, stops_after=1000) as printer:
            server.add("rolo", printer.address)
            report = field.print("--printer", "rolo", codes=(ATTENTION, DONE),
                                 environment=server.environment).json()
        # What CUPS took for delivered is delivered; what it could not say is uncertain.
        expect(report["outcome"] in ("uncertain", "sent"), "a printer that stopped")


def wrong_use(arguments):
    with Desk(arguments.bin) as field:
        field.fill()
        out = field.top / "x"
        for options in (("--format", "pdf"), ("--out", out, "--printer", "x"),
                        ("--out", out, "--format", "png"), ("--out", out, "--size", "80"),
                        ("--out", out, "--format", "escpos", "--size", "a4"),
                        ("--printer", "-x y")):
            field.print(*options, codes=(USAGE,))
        field.station_verb("print", "--receipt", "none", "--out", out, codes=(FAILED,))
        field.print("--out", field.top / "missing" / "x", codes=(FAILED,))
        expect_unused(field)


if __name__ == "__main__":
    sys.exit(main([on_sheets, several_sheets, no_greys, on_rolls, languages, verified, to_a_socket,
                   off_or_empty, dies_in_the_middle, killed_in_the_middle, by_cups, cups_in_trouble,
                   cups_dies_in_the_middle, wrong_use]))
