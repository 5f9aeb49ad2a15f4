"""Reads ESC/POS as a thermal printer would, written from the commands' descriptions alone. It knows
only what a receipt may hold: any other command, and any byte that no printer would understand, is a
Fault. Standard library only.
"""
import dataclasses
import struct
import zlib

from support import Fault, expect

ESC, GS, DLE = 0x1B, 0x1D, 0x10
CODE_PAGES = {16: "cp1252"}
LINE_DOTS = 34  # a line of font A with the default spacing, at 203 dpi


@dataclasses.dataclass
class Text:
    text: str
    bold: bool
    wide: int      # times the font's width
    high: int
    inverted: bool


@dataclasses.dataclass
class Picture:
    width: int
    rows: list     # of bytes, a bit a dot, 1 is black
    centred: bool

    def black(self, x, y):
        return self.rows[y][x // 8] >> (7 - x % 8) & 1


class Slip:
    """What came out: lines of text and pictures, in order; `cuts` says after how many of them."""

    def __init__(self):
        self.parts, self.cuts = [], []

    def texts(self):
        return [part for part in self.parts if isinstance(part, Text)]

    def text(self):
        return "\n".join(part.text for part in self.texts())

    def pictures(self):
        return [part for part in self.parts if isinstance(part, Picture)]

    def length_mm(self):
        dots = sum(LINE_DOTS * part.high if isinstance(part, Text) else len(part.rows)
                   for part in self.parts)
        return dots / 203 * 25.4


class _Printer:
    def __init__(self, data, dots):
        self.data, self.at, self.dots = data, 0, dots
        self.slip, self.line = Slip(), bytearray()
        self.reset()

    def reset(self):
        self.page, self.bold, self.size, self.inverted, self.align = "cp437", False, 0, False, 0

    def take(self, count):
        expect(self.at + count <= len(self.data), "the bytes end within a command")
        self.at += count
        return self.data[self.at - count:self.at]

    def one(self):
        return self.take(1)[0]

    def end_line(self):
        text = bytes(self.line).decode(self.page)
        wide, high = (self.size >> 4) + 1, (self.size & 15) + 1
        expect(len(text) * wide * 12 <= self.dots, "a line of text is wider than the roll")
        self.slip.parts.append(Text(text, self.bold, wide, high, self.inverted))
        self.line.clear()

    def raster(self):
        expect(self.take(2) == b"0\0", "GS v: not a raster of normal size")
        row_bytes, rows = struct.unpack("<HH", self.take(4))
        expect(row_bytes * 8 <= self.dots, "a picture is wider than the roll")
        content = self.take(row_bytes * rows)
        lines = [content[i * row_bytes:(i + 1) * row_bytes] for i in range(rows)]
        last = self.slip.parts[-1] if self.slip.parts else None
        centred = self.align == 1
        # Bands of one picture follow on each other without a gap.
        if isinstance(last, Picture) and last.width == row_bytes * 8 and last.centred == centred:
            last.rows += lines
        else:
            self.slip.parts.append(Picture(row_bytes * 8, lines, centred))

    def command(self):
        lead, name = self.data[self.at - 1], self.one()
        key = (lead, chr(name))
        if key == (ESC, "@"):
            self.reset()
        elif key == (ESC, "t"):
            page = self.one()
            expect(page in CODE_PAGES, f"code page {page}")
            self.page = CODE_PAGES[page]
        elif key == (ESC, "E"):
            self.bold = bool(self.one() & 1)
        elif key == (ESC, "a"):
            expect(not self.line, "ESC a within a line")
            self.align = self.one()
        elif key == (ESC, "J"):
            self.slip.parts.append(Picture(0, [b""] * self.one(), False))
        elif key == (GS, "!"):
            self.size = self.one()
        elif key == (GS, "B"):
            self.inverted = bool(self.one() & 1)
        elif key == (GS, "v"):
            expect(not self.line, "GS v 0 within a line")
            self.raster()
        elif key == (GS, "V"):
            expect(self.take(2) == b"B\0", "GS V: not a cut after feeding")
            self.slip.cuts.append(len(self.slip.parts))
        elif key == (GS, "r"):
            self.one()
        else:
            raise Fault(f"unknown command {lead:02X} {name:02X}")

    def work(self):
        while self.at < len(self.data):
            byte = self.one()
            if byte == DLE:
                expect(self.one() == 4, "DLE: not a status request")
                self.one()
            elif byte in (ESC, GS):
                self.command()
            elif byte == 0x0A:
                self.end_line()
            else:
                expect(byte >= 0x20 and byte != 0x7F, f"control byte {byte:02X} among the text")
                self.line.append(byte)
        expect(not self.line, "the last line has no end")
        return self.slip


def decode(data, dots):
    """A Slip of a roll that is `dots` wide."""
    return _Printer(data, dots).work()


def png(width, rows):
    """Rows of bits as a PNG; black where a bit is 1."""
    row_bytes = (width + 7) // 8
    raw = b"".join(b"\0" + bytes(byte ^ 0xFF for byte in row.ljust(row_bytes, b"\0"))
                   for row in rows)

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), 1, 0,
                                                              0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
