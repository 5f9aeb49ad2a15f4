#include "van-station/print/draw/roll.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace spot::print {
namespace {

using core::Result;

// Of Epson's reference, which nearly every maker follows.
constexpr std::string_view kReset{"\x1B@", 2}, kCodePage{"\x1Bt", 2},
    kBold{
        "\x1B"
        "E",
        2},
    kSize{"\x1D!", 2},
    kInvert{
        "\x1D"
        "B",
        2},
    kAlign{
        "\x1B"
        "a",
        2},
    kFeed{"\x1BJ", 2}, kRaster{"\x1Dv0\0", 4}, kFeedAndCut{"\x1DVB", 3};
constexpr int kWpc1252 = 16;
constexpr int kDoubleBoth = 0x11, kDoubleHigh = 0x01;
constexpr int kRowsAtOnce = 128;  // small printers have buffers of 4 kB, or little more
constexpr double kTypeDots = 25;  // 3.1 mm: as large as the printer's own letters
constexpr int kLineDots = 32;
constexpr int kRuleDots = 3;  // 0.38 mm

// U+0080 to U+009F are no letters; in their place WPC1252 has these.
constexpr std::array<char32_t, 32> kWindows{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

// The next code point of a text that is UTF-8; what is not is taken byte by byte as U+FFFD.
char32_t next(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xC0 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                                           : 4;
    if (size == 0 || text.size() < size) {
        text.remove_prefix(1);
        return 0xFFFD;
    }
    char32_t out = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) out = out << 6 | (byte(i) & 0x3FU);
    text.remove_prefix(size);
    return out;
}

bool is_blank(char32_t c) {
    return c < 0x20 || c == 0x7F || c == 0xA0 || c == 0x2009 || c == 0x202F;
}

std::optional<char> in_code_page(char32_t c) {
    if (is_blank(c)) return ' ';
    if (c == 0x2212) return '-';
    if (c < 0x80 || (c >= 0xA0 && c < 0x100)) return static_cast<char>(c);
    const auto found = std::find(kWindows.begin(), kWindows.end(), c);
    if (c == 0 || found == kWindows.end()) return std::nullopt;
    return static_cast<char>(0x80 + (found - kWindows.begin()));
}

// Into lines of at most `columns`, between words where that is possible. A code page's letter is a
// byte and a column.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
    std::vector<std::string> out;
    while (text.size() > columns) {
        auto end = text.rfind(' ', columns);
        if (end == std::string_view::npos || end == 0) end = columns;
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(end);
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
    out.emplace_back(text);
    return out;
}

}  // namespace

std::optional<std::string> in_code_page(std::string_view utf8) {
    std::string out;
    while (!utf8.empty()) {
        const auto byte = in_code_page(next(utf8));
        if (!byte) return std::nullopt;
        out += *byte;
    }
    return out;
}

RollWriter::RollWriter(int dots, bool pictures)
    : dots_(dots), columns_(dots / kColumnDots), pictures_(pictures), out_(kReset) {
    set(kCodePage, kWpc1252);
}

void RollWriter::set(std::string_view command, int value) {
    out_ += command;
    out_ += static_cast<char>(value);
}

void RollWriter::line(std::string_view page_text, int columns, Align align) {
    const int free = std::max(0, columns - static_cast<int>(page_text.size()));
    const int before = align == Align::left ? 0 : align == Align::right ? free : free / 2;
    out_.append(static_cast<std::size_t>(before), ' ');
    out_ += page_text;
    out_ += '\n';
}

void RollWriter::lines(const std::string& page_text, int columns, Align align) {
    for (const auto& one : wrapped(page_text, static_cast<std::size_t>(columns)))
        line(one, columns, align);
}

Result<> RollWriter::text(const std::string& text, Weight weight, Align align) {
    const bool strong = weight == Weight::strong;
    const auto page_text = pictures_ ? std::nullopt : in_code_page(text);
    if (!page_text) return drawn(text, {{kTypeDots, strong}, false, align});
    if (strong) set(kBold, 1);
    lines(*page_text, columns_, align);
    if (strong) set(kBold, 0);
    return {};
}

Result<> RollWriter::big(const std::string& text, Align align) {
    const auto page_text = in_code_page(text);
    if (!page_text) return drawn(text, {{kTypeDots * 1.6, true}, false, align});
    const bool wide = static_cast<int>(page_text->size()) * 2 <= columns_;
    set(kSize, wide ? kDoubleBoth : kDoubleHigh);
    set(kBold, 1);
    lines(*page_text, wide ? columns_ / 2 : columns_, align);
    set(kBold, 0);
    set(kSize, 0);
    return {};
}

Result<> RollWriter::inverted(const std::string& text) {
    const auto page_text = pictures_ ? std::nullopt : in_code_page(text);
    if (!page_text) return drawn(text, {{kTypeDots, true, .06}, true, Align::centre});
    set(kInvert, 1);
    set(kBold, 1);
    for (std::string one : wrapped(*page_text, static_cast<std::size_t>(columns_))) {
        const auto free = static_cast<std::size_t>(columns_) - one.size();
        out_.append(free / 2, ' ');
        out_ += one;
        out_.append(free - free / 2, ' ');
        out_ += '\n';
    }
    set(kBold, 0);
    set(kInvert, 0);
    return {};
}

Result<> RollWriter::pair(const std::string& left, const std::string& right, Weight weight) {
    const bool strong = weight == Weight::strong;
    const auto first = pictures_ ? std::nullopt : in_code_page(left);
    const auto second = in_code_page(right);
    if (!first || !second) return drawn_pair(left, right, {kTypeDots, strong});
    // At least half is for what stands on the left; a longer right side gets a line of its own.
    const int room = columns_ - static_cast<int>(second->size()) - (second->empty() ? 0 : 2);
    if (strong) set(kBold, 1);
    if (room < columns_ / 2) {
        lines(*first, columns_, Align::left);
        line(*second, columns_, Align::right);
    } else {
        const auto rows = wrapped(*first, static_cast<std::size_t>(room));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            std::string row = rows[i];
            if (i == 0 && !second->empty()) {
                const auto size = static_cast<std::size_t>(columns_) - second->size();
                row.append(size - row.size(), ' ');
                row += *second;
            }
            line(row, columns_, Align::left);
        }
    }
    if (strong) set(kBold, 0);
    return {};
}

Result<> RollWriter::drawn(const std::string& text, const Look& look) {
    SPOT_ASSIGN(auto measure, Canvas::picture(1, 1));
    const auto rows = measure.wrap(text, look.type, dots_);
    const int step = static_cast<int>(std::lround(look.type.size * kLineDots / kTypeDots));
    const int height = step * static_cast<int>(rows.size());
    SPOT_ASSIGN(auto canvas, Canvas::picture(dots_, height));
    Type type = look.type;
    if (look.inverted) {
        canvas.area(0, 0, dots_, height);
        type.ink = Ink::white;
    }
    const double x = look.align == Align::left ? 0 : look.align == Align::right ? dots_ : dots_ / 2;
    for (std::size_t i = 0; i < rows.size(); ++i)
        canvas.write(x, std::round(static_cast<double>(i) * step + step * .76), rows[i], type,
                     look.align);
    SPOT_ASSIGN(const auto made, canvas.take_picture());
    return picture(made);
}

Result<> RollWriter::drawn_pair(const std::string& left, const std::string& right,
                                const Type& type) {
    SPOT_ASSIGN(auto measure, Canvas::picture(1, 1));
    const double taken = right.empty() ? 0 : measure.width_of(right, type) + kColumnDots * 1.5;
    const auto rows = measure.wrap(left, type, std::max(dots_ - taken, dots_ * .4));
    SPOT_ASSIGN(auto canvas, Canvas::picture(dots_, kLineDots * static_cast<int>(rows.size())));
    for (std::size_t i = 0; i < rows.size(); ++i)
        canvas.write(0, std::round((static_cast<double>(i) + .76) * kLineDots), rows[i], type);
    if (!right.empty()) canvas.write(dots_, std::round(.76 * kLineDots), right, type, Align::right);
    SPOT_ASSIGN(const auto made, canvas.take_picture());
    return picture(made);
}

Result<> RollWriter::picture(const Picture& picture) {
    if (picture.width > dots_)
        return core::fail(core::Code::limit, "a picture wider than the roll");
    const auto bytes = static_cast<int>(picture.row_bytes());
    const int indent = (dots_ - picture.width) / 2;
    if (indent > 0) set(kAlign, 1);
    for (int row = 0; row < picture.height; row += kRowsAtOnce) {
        const int rows = std::min(kRowsAtOnce, picture.height - row);
        out_ += kRaster;
        for (const int value : {bytes & 255, bytes >> 8, rows & 255, rows >> 8})
            out_ += static_cast<char>(value);
        const auto from = picture.bits.begin() + static_cast<std::ptrdiff_t>(row) * bytes;
        out_.append(from, from + static_cast<std::ptrdiff_t>(rows) * bytes);
    }
    if (indent > 0) set(kAlign, 0);
    return {};
}

Result<> RollWriter::rule() {
    SPOT_ASSIGN(auto canvas, Canvas::picture(dots_, kRuleDots));
    canvas.area(0, 0, dots_, kRuleDots);
    SPOT_ASSIGN(const auto made, canvas.take_picture());
    feed(10);
    SPOT_TRY(picture(made));
    feed(10);
    return {};
}

void RollWriter::feed(int dots) {
    set(kFeed, std::clamp(dots, 0, 255));
}

std::string RollWriter::take() {
    out_ += kFeedAndCut;  // feeds up to the knife by itself
    out_ += '\0';
    return std::move(out_);
}

}  // namespace spot::print
