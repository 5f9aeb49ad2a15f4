#include "van-station/print/pdf.h"

#include <algorithm>

#include "van-station/print/draw/canvas.h"
#include "van-station/print/draw/qr.h"
#include "van-station/print/draw/way.h"
#include "van-station/print/paper/format.h"
#include "van-station/print/paper/words.h"

namespace spot::print {
namespace {

using core::Result;

constexpr double mm(double millimetres) {
    return millimetres * 72 / 25.4;
}

// Lines are never thinner than what a worn printer and a photocopier keep.
constexpr double kLine = mm(.4), kFrame = mm(.7);
constexpr double kQrSide = mm(31);
constexpr int kRoundsMax = 4;      // of laying a paper out; three are needed
constexpr double kLeading = 1.36;  // of the type's size, from line to line

// Sizes of one sheet, in points.
struct Style {
    double width, height, margin_x, margin_y;
    double text, small, title, number;
    double gap;   // between parts
    double stop;  // radius of the way's stops
    bool roomy;   // large type: one column
};
constexpr Style kA5{mm(148), mm(210), mm(11), mm(10), 10, 8.5, 14, 28, mm(3.3), mm(2), false};
constexpr Style kA4{mm(210), mm(297), mm(20), mm(18), 11, 9.5, 17, 36, mm(5.5), mm(2.4), false};
constexpr Style kLarge{mm(210), mm(297), mm(16), mm(15), 19, 14, 30, 46, mm(7), mm(3.4), true};

const Style& style_of(Sheet sheet) {
    switch (sheet) {
        case Sheet::a5:
            return kA5;
        case Sheet::large:
            return kLarge;
        case Sheet::a4:
            break;
    }
    return kA4;
}

// How a paper goes on its sheets: what one round finds out for the next.
struct SheetLayout {
    int pages = 1;
    std::size_t last_sheet_from = SIZE_MAX;  // this part begins a sheet; SIZE_MAX: none has to
    bool operator==(const SheetLayout&) const = default;
};

// Puts one paper on pages, from top to bottom. A line of text is the smallest thing that a page's
// end may part; frames, ways and the code stay whole.
class SheetComposer {
public:
    SheetComposer(Canvas& canvas, const Style& style, const Paper& paper, const SheetLayout& layout)
        : canvas_(canvas), style_(style), paper_(paper), layout_(layout), y_(style.margin_y) {}

    Result<SheetLayout> compose() {
        head();
        for (std::size_t i = 0; i < paper_.parts.size(); ++i) {
            if (i == layout_.last_sheet_from) next_page();
            std::visit([this](const auto& one) { put(one); }, paper_.parts[i]);
        }
        const int before_foot = page_;
        SPOT_TRY(foot());
        number_page();
        SheetLayout found{page_, layout_.last_sheet_from};
        // A foot alone on a sheet looks like a mistake: it takes the last heading's part along.
        if (page_ > before_foot && found.last_sheet_from == SIZE_MAX)
            for (std::size_t i = 1; i < paper_.parts.size(); ++i)
                if (std::holds_alternative<Heading>(paper_.parts[i])) found.last_sheet_from = i;
        return found;
    }

private:
    double left() const { return style_.margin_x; }
    double right() const { return style_.width - style_.margin_x; }
    double width() const { return right() - left(); }
    // Page numbers stand below it, whether there are any or not: the first round can't know.
    double bottom() const { return style_.height - style_.margin_y - style_.small * 2; }
    Type text(bool bold = false) const { return {style_.text, bold}; }
    Type small(bool bold = false) const { return {style_.small, bold}; }

    void number_page() {
        if (layout_.pages < 2) return;
        const double baseline = style_.height - style_.margin_y;
        const std::string page =
            fill(words(paper_.language).page,
                 {{"n", std::to_string(page_)}, {"all", std::to_string(layout_.pages)}});
        canvas_.write(right(), baseline, page, small(), Align::right);
        // Each sheet has to do alone: it says whose it is, and a copy's second one is marked, too.
        std::string whose = paper_.file_title;
        for (const std::string& more : {paper_.whose, paper_.copy})
            if (!more.empty()) whose += " · " + more;
        const double room = width() - canvas_.width_of(page, small()) - style_.text;
        canvas_.write(left(), baseline, canvas_.wrap(whose, small(), room).front(), small());
    }

    void ensure(double height) {
        if (y_ + height > bottom() && y_ > style_.margin_y) next_page();
    }

    void next_page() {
        number_page();
        canvas_.next_page();
        ++page_;
        y_ = style_.margin_y;
    }

    static double baseline(double top, const Type& type) { return top + type.size * 1.06; }

    double height_of(std::size_t lines, const Type& type) const {
        return static_cast<double>(lines) * type.size * kLeading;
    }

    // Lines at y_ and below; goes on the next page where this one ends.
    void flow(const std::string& what, const Type& type, double x, double wide) {
        for (const auto& line : canvas_.wrap(what, type, wide)) {
            ensure(height_of(1, type));
            canvas_.write(x, baseline(y_, type), line, type);
            y_ += height_of(1, type);
        }
    }

    // Lines from `top`, wherever y_ is; returns where they end.
    double block(const std::string& what, const Type& type, double x, double wide, double top) {
        if (what.empty()) return top;
        for (const auto& line : canvas_.wrap(what, type, wide)) {
            canvas_.write(x, baseline(top, type), line, type);
            top += height_of(1, type);
        }
        return top;
    }

    double block_height(const std::string& what, const Type& type, double wide) {
        return what.empty() ? 0 : height_of(canvas_.wrap(what, type, wide).size(), type);
    }

    // As large as wanted, or as `wide` allows: a number is not broken in two.
    Type fitting(const std::string& what, double size, double wide) {
        const double needed = canvas_.width_of(what, {size, true});
        return {needed > wide ? size * wide / needed : size, true};
    }

    void rule() {
        canvas_.line(left(), y_ + kLine / 2, right(), y_ + kLine / 2, kLine);
        y_ += kLine + style_.gap * .55;
    }

    // Left: what it is and its number. Right: where and when it was made.
    void head() {
        if (style_.roomy) return roomy_head();
        const double top = y_, half = width() * .5;
        double y = block(paper_.title, {style_.title, true}, left(), half, top);
        if (!paper_.number.empty()) {
            const Type big = fitting(paper_.number, style_.number, half);
            y = block(paper_.number, big, left(), half, y - style_.title * .2);
        }
        y = block(paper_.under, small(), left(), half, y);
        double other = top;
        const double column = width() * .46;
        for (std::size_t i = 0; i < paper_.origin.size(); ++i) {
            const Type type = text(i == 0);
            if (paper_.origin[i].empty()) continue;
            for (const auto& line : canvas_.wrap(paper_.origin[i], type, column)) {
                canvas_.write(right(), baseline(other, type), line, type, Align::right);
                other += height_of(1, type);
            }
        }
        y_ = std::max(y, other) + style_.gap * .5;
        stamp();
        rule();
    }

    void roomy_head() {
        for (std::size_t i = 0; i < paper_.origin.size(); ++i)
            if (!paper_.origin[i].empty()) flow(paper_.origin[i], text(i == 0), left(), width());
        y_ += style_.gap * .4;
        stamp();
        if (paper_.number.empty()) {
            flow(paper_.title, {style_.title, true}, left(), width());
        } else {  // on one line, as what is large has little room
            const Type title{style_.title, true};
            const double x = left() + canvas_.width_of(paper_.title, title) + style_.title * .35;
            const Type big = fitting(paper_.number, style_.number, right() - x);
            const double line = baseline(y_, {style_.number, true});
            canvas_.write(left(), line, paper_.title, title);
            canvas_.write(x, line, paper_.number, big);
            y_ += height_of(1, {style_.number, true});
        }
        if (!paper_.under.empty()) flow(paper_.under, small(), left(), width());
        y_ += style_.gap * .3;
        rule();
    }

    void stamp() {
        if (paper_.copy.empty()) return;
        const Type type{style_.text, true, .06};
        const double pad = style_.text * .7, wide = width() - 2 * pad;
        const auto lines = canvas_.wrap(paper_.copy, type, wide);
        double longest = 0;
        for (const auto& line : lines) longest = std::max(longest, canvas_.width_of(line, type));
        const double height = height_of(lines.size(), type) + pad * .7;
        canvas_.box(left(), y_, longest + 2 * pad, height, kFrame);
        block(paper_.copy, type, left() + pad, wide, y_ + pad * .35);
        y_ += height + style_.gap * .6;
    }

    void put(const Heading& heading) {
        const Type type{style_.roomy ? style_.text * 1.1 : style_.text * 1.15, true};
        y_ += style_.gap * .7;
        ensure(height_of(3, type));  // with what it is the heading of
        flow(heading.text, type, left(), width());
        y_ += style_.gap * .15;
    }

    void put(const Text& one) { flow(one.text, text(one.strong), left(), width()); }

    void put(const Big& one) {
        const Type type{style_.title, true};
        ensure(height_of(1, type));
        flow(one.text, type, left(), width());
    }

    // ── Tables.

    struct Columns {
        double what, whom_at, whom, amount;  // widths, and where `whom` begins
    };
    Columns columns_of(const Table& table) {
        Columns out{};
        for (const Row& row : table.rows)
            out.amount = std::max(out.amount, canvas_.width_of(row.amount, text()));
        out.amount = std::max(out.amount, canvas_.width_of(table.amount, text(true)));
        out.amount = std::min(out.amount, width() * .4);
        const double between = style_.text;
        const double rest = width() - out.amount - between;
        const bool has_whom =
            !style_.roomy && std::any_of(table.rows.begin(), table.rows.end(),
                                         [](const Row& row) { return !row.whom.empty(); });
        // What is short leaves its room to the other; else they share as names and agencies do.
        double widest = canvas_.width_of(table.what, text(true));
        for (const Row& row : table.rows)
            widest = std::max(widest, canvas_.width_of(row.what, text()));
        out.what = has_whom ? std::min(widest, rest * .64 - between) : rest;
        out.whom = has_whom ? rest - out.what - between : 0;
        out.whom_at = left() + out.what + between;
        return out;
    }

    void put(const Table& table) {
        y_ += style_.gap * .5;
        const Columns columns = columns_of(table);
        if (!table.what.empty()) {
            ensure(height_of(3, text()));
            block(table.what, text(true), left(), columns.what, y_);
            if (columns.whom > 0) block(table.whom, text(true), columns.whom_at, columns.whom, y_);
            canvas_.write(right(), baseline(y_, text(true)), table.amount, text(true),
                          Align::right);
            y_ += height_of(1, text()) + style_.gap * .2;
            canvas_.line(left(), y_, right(), y_, kLine);
            y_ += style_.gap * .3;
        }
        for (const Row& row : table.rows) put_row(row, columns);
    }

    void put_row(const Row& row, const Columns& columns) {
        const bool under = columns.whom == 0;  // for whom it is stands beneath, not beside
        const std::string beneath = under && !row.whom.empty() ? row.whom : "";
        const double left_height = block_height(row.what, text(style_.roomy), columns.what) +
                                   block_height(beneath, small(), columns.what) +
                                   block_height(row.more, small(), columns.what);
        const double whom_height = under ? 0 : block_height(row.whom, text(), columns.whom);
        const double height = std::max({left_height, whom_height, height_of(1, text())});
        ensure(height);
        double y = block(row.what, text(style_.roomy), left(), columns.what, y_);
        y = block(beneath, small(), left(), columns.what, y);
        block(row.more, small(), left(), columns.what, y);
        if (!under) block(row.whom, text(), columns.whom_at, columns.whom, y_);
        canvas_.write(right(), baseline(y_, text()), row.amount, text(), Align::right);
        y_ += height + style_.gap * .28;
    }

    void put(const Total& total) {
        const Type type{style_.text * 1.35, true};
        const double room = width() - canvas_.width_of(total.amount, type) - style_.text;
        ensure(height_of(1, type) + block_height(total.note, small(), width()) + style_.gap);
        y_ += style_.gap * .1;
        canvas_.line(left(), y_, right(), y_, kLine);
        y_ += style_.gap * .25;
        canvas_.write(right(), baseline(y_, type), total.amount, type, Align::right);
        const double end =
            block(total.label, text(true), left(), room, y_ + (type.size - style_.text) * 1.06);
        y_ = std::max(end, y_ + height_of(1, type));
        if (!total.note.empty()) flow(total.note, small(), left(), width());
        y_ += style_.gap * .5;
    }

    // ── Marks.

    void put(const Frame& frame) {
        const Type mark{style_.text * 1.1, true, .08};
        const double pad = style_.text * .7, wide = width() - 2 * pad;
        const double height =
            height_of(1, mark) + block_height(frame.sentence, text(), wide) + 1.6 * pad;
        y_ += style_.gap * .35;
        ensure(height);
        canvas_.box(left(), y_, width(), height, kFrame);
        double y = block(frame.mark, mark, left() + pad, wide, y_ + pad * .7);
        block(frame.sentence, text(), left() + pad, wide, y);
        y_ += height + style_.gap;
    }

    void put(const Way& way) {
        const Type label = style_.roomy ? Type{style_.small * 1.1, true} : text(true);
        const double step = width() / kStops, wide = step - style_.text * .5;
        double labels = 0, notes = 0;
        for (const auto& at : way.stops) {
            labels = std::max(labels, block_height(at.label, label, wide));
            notes = std::max(notes, block_height(at.note, small(), wide));
        }
        const double head = block_height(way.whose, text(true), width());
        const double shapes = 2 * style_.stop + style_.gap * .4;
        ensure(head + shapes + labels + notes);
        y_ = block(way.whose, text(true), left(), width(), y_);
        if (head > 0) y_ += style_.gap * .2;
        draw_way(canvas_, way, left(), y_ + style_.stop, step, style_.stop, mm(.7));
        y_ += shapes;
        for (std::size_t i = 0; i < kStops; ++i) {
            const double x = left() + static_cast<double>(i) * step;
            const double y = block(way.stops[i].label, label, x, wide, y_);
            block(way.stops[i].note, small(), x, wide, y);
        }
        y_ += labels + notes + style_.gap * .8;
    }

    void put(const Steps& steps) {
        const double indent = style_.text * 1.7;
        for (std::size_t i = 0; i < steps.steps.size(); ++i) {
            const auto& [title, more] = steps.steps[i];
            const double wide = width() - indent;
            const double whole =
                block_height(title, text(true), wide) + block_height(more, text(), wide);
            ensure(std::min(whole, height_of(6, text())));
            canvas_.write(left(), baseline(y_, text(true)), std::to_string(i + 1), text(true));
            if (!title.empty()) flow(title, text(true), left() + indent, wide);
            if (!more.empty()) flow(more, text(), left() + indent, wide);
            y_ += style_.gap * .5;
        }
    }

    void put(const Signature& signature) {
        const double room = mm(16);
        ensure(room + height_of(1, small()));
        y_ += room;
        canvas_.line(left(), y_, left() + width() * .6, y_, kLine);
        y_ += style_.gap * .2;
        flow(signature.label, small(), left(), width());
    }

    // ── At the foot of a sheet; on a further one right after what stands there.
    double foot_at(double height) const {
        const double after = y_ + style_.gap * .5;
        return page_ == 1 ? std::max(after, bottom() - height) : after;
    }

    Result<> foot() {
        const Type fine = small();
        double fine_height = 0;
        for (const auto& line : paper_.foot) fine_height += block_height(line, fine, width());
        if (paper_.code) SPOT_TRY(put_code(*paper_.code, fine_height));
        if (fine_height == 0) return {};
        ensure(fine_height + style_.gap * 1.2);
        y_ = foot_at(fine_height + style_.gap * .6 + kLine);
        rule();
        for (const auto& line : paper_.foot) flow(line, fine, left(), width());
        return {};
    }

    Result<> put_code(const ReceiptCode& code, double beneath) {
        Modules modules;
        if (!code.qr.empty()) {
            SPOT_ASSIGN(auto made, modules_of(code.qr));
            modules = std::move(made);
        }
        const Type big{style_.text * 1.35, true, .04};
        const double quiet = modules.side == 0 ? 0 : kQrSide / modules.side * kQuietModules;
        const double x = modules.side == 0 ? left() : left() + kQrSide + std::max(quiet, mm(5));
        const double wide = right() - x;
        const double words_height = block_height(code.label, small(), wide) +
                                    block_height(code.short_code, big, wide) +
                                    block_height(code.help, text(), wide) + style_.gap * .3;
        const double height = std::max(words_height, modules.side == 0 ? 0 : kQrSide);
        ensure(quiet + style_.gap * .5 + height + beneath);
        y_ = std::max(y_ + quiet, foot_at(height + beneath));
        if (modules.side != 0) canvas_.modules(modules, left(), y_, kQrSide);
        double y = block(code.label, small(), x, wide, y_);
        y = block(code.short_code, big, x, wide, y);
        block(code.help, text(), x, wide, y + style_.gap * .3);
        y_ += height;
        return {};
    }

    Canvas& canvas_;
    const Style& style_;
    const Paper& paper_;
    SheetLayout layout_;
    int page_ = 1;
    double y_;
};

Result<Canvas> canvas_for(const Paper& paper, const Style& style) {
    return Canvas::pdf(style.width, style.height, paper.file_title, paper.at);
}

}  // namespace

std::optional<Sheet> parse_sheet(std::string_view format) {
    if (format == "a4") return Sheet::a4;
    if (format == "a5") return Sheet::a5;
    if (format == "large") return Sheet::large;
    return std::nullopt;
}

Result<std::string> pdf_of(const Paper& paper, Sheet sheet) {
    const Style& style = style_of(sheet);
    // Again until nothing changes: each sheet says how many there are, which the first round finds
    // out. The numbers stand where no text does and move nothing; the last sheet's part moves once.
    SheetLayout layout;
    for (int round = 0; round < kRoundsMax; ++round) {
        SPOT_ASSIGN(auto canvas, canvas_for(paper, style));
        SPOT_ASSIGN(const auto found, SheetComposer(canvas, style, paper, layout).compose());
        if (found.pages > kPagesMax)
            return core::fail(core::Code::limit, "this would be more pages than are ever printed");
        if (found == layout) return canvas.take_pdf();
        layout = found;
    }
    return core::fail(core::Code::limit, "this does not settle on sheets");
}

}  // namespace spot::print
