#include "van-station/print/escpos.h"

#include <algorithm>

#include "van-station/print/draw/qr.h"
#include "van-station/print/draw/roll.h"
#include "van-station/print/draw/way.h"

namespace spot::print {
namespace {

using core::Result;
using Weight = RollWriter::Weight;

constexpr double kDotsPerMm = 203 / 25.4;
constexpr int kGap = 16;  // 2 mm between parts

// Puts one paper on a roll.
class RollComposer {
public:
    RollComposer(const Paper& paper, Roll roll)
        : paper_(paper), out_(dots_of(roll), paper.language == Language::uk) {}

    Result<std::string> compose() {
        SPOT_TRY(head());
        for (const Part& part : paper_.parts)
            SPOT_TRY(std::visit([this](const auto& one) { return put(one); }, part));
        if (paper_.code) SPOT_TRY(code(*paper_.code));
        if (!paper_.foot.empty()) SPOT_TRY(out_.rule());
        for (const auto& line : paper_.foot) SPOT_TRY(out_.text(line));
        std::string bytes = out_.take();
        if (bytes.size() > kRollBytesMax)
            return core::fail(core::Code::limit, "this is too long for a roll; print it on sheets");
        return bytes;
    }

private:
    Result<> head() {
        for (std::size_t i = 0; i < paper_.origin.size(); ++i)
            if (!paper_.origin[i].empty())
                SPOT_TRY(out_.text(paper_.origin[i], i == 0 ? Weight::strong : Weight::plain,
                                   Align::centre));
        if (!paper_.copy_short.empty()) {
            out_.feed(kGap);
            SPOT_TRY(out_.inverted(paper_.copy_short));
        }
        SPOT_TRY(out_.rule());
        SPOT_TRY(out_.text(paper_.title, Weight::strong, Align::centre));
        if (!paper_.number.empty()) SPOT_TRY(out_.big(paper_.number, Align::centre));
        if (!paper_.under.empty()) SPOT_TRY(out_.text(paper_.under, Weight::plain, Align::centre));
        return out_.rule();
    }

    Result<> put(const Heading& heading) {
        out_.feed(kGap);
        return out_.text(heading.text, Weight::strong);
    }
    Result<> put(const Text& text) {
        return out_.text(text.text, text.strong ? Weight::strong : Weight::plain);
    }
    Result<> put(const Big& big) { return out_.big(big.text, Align::left); }
    Result<> put(const Table& table) {
        SPOT_TRY(out_.rule());
        for (const Row& row : table.rows) {
            SPOT_TRY(out_.pair(row.what, row.amount));
            for (const auto& more : {row.whom, row.more})
                if (!more.empty()) SPOT_TRY(out_.text("  " + more));
            out_.feed(kGap / 2);
        }
        return {};
    }
    Result<> put(const Total& total) {
        SPOT_TRY(out_.rule());
        SPOT_TRY(out_.pair(total.label, total.amount, Weight::strong));
        if (!total.note.empty()) SPOT_TRY(out_.text(total.note));
        return {};
    }
    Result<> put(const Frame& frame) {
        out_.feed(kGap);
        SPOT_TRY(out_.inverted(frame.mark));
        out_.feed(kGap / 4);
        return out_.text(frame.sentence);
    }
    Result<> put(const Steps& steps) {
        for (std::size_t i = 0; i < steps.steps.size(); ++i) {
            SPOT_TRY(
                out_.text(std::to_string(i + 1) + "  " + steps.steps[i].title, Weight::strong));
            if (!steps.steps[i].text.empty()) SPOT_TRY(out_.text(steps.steps[i].text));
            out_.feed(kGap / 2);
        }
        return {};
    }
    Result<> put(const Signature& signature) {
        out_.feed(100);
        SPOT_TRY(out_.rule());
        return out_.text(signature.label);
    }

    // The shapes as a picture, the state beneath in words: four labels side by side would be too
    // small to read on 48 mm.
    Result<> put(const Way& way) {
        constexpr double kRadius = 15, kThick = 5, kHeight = 40;
        out_.feed(kGap);
        if (!way.whose.empty()) SPOT_TRY(out_.text(way.whose, Weight::strong));
        SPOT_ASSIGN(auto canvas, Canvas::picture(out_.dots(), static_cast<int>(kHeight)));
        const double step = (out_.dots() - 2 * kRadius - 4) / (kStops - 1);
        draw_way(canvas, way, 2, kHeight / 2, step, kRadius, kThick);
        SPOT_ASSIGN(const auto shapes, canvas.take_picture());
        SPOT_TRY(out_.picture(shapes));
        return out_.text(way.state);
    }

    Result<> code(const ReceiptCode& code) {
        if (!code.qr.empty()) SPOT_TRY(qr(code.qr));
        SPOT_TRY(out_.text(code.label, Weight::plain, Align::centre));
        SPOT_TRY(out_.big(code.short_code, Align::centre));
        out_.feed(kGap / 2);
        return out_.text(code.help);
    }

    // Whole dots a module, at least 30 mm, as wide as the roll allows with the quiet zone.
    Result<> qr(const std::string& text) {
        SPOT_ASSIGN(const auto modules, modules_of(text));
        const int with_quiet = modules.side + 2 * kQuietModules;
        const int wanted = static_cast<int>(34 * kDotsPerMm) / modules.side;
        const int module = std::min(std::max(wanted, 1), out_.dots() / with_quiet);
        if (module < 3)  // 0.375 mm: telephones read it; less, not for sure
            return core::fail(core::Code::limit, "the QR code does not fit on this roll");
        const int side = module * with_quiet;
        SPOT_ASSIGN(auto canvas, Canvas::picture(side, side));
        canvas.modules(modules, module * kQuietModules, module * kQuietModules,
                       module * modules.side);
        SPOT_ASSIGN(const auto made, canvas.take_picture());
        return out_.picture(made);
    }

    const Paper& paper_;
    RollWriter out_;
};

}  // namespace

std::optional<Roll> parse_roll(std::string_view format) {
    if (format == "58") return Roll::mm58;
    if (format == "80") return Roll::mm80;
    return std::nullopt;
}

Result<std::string> escpos_of(const Paper& paper, Roll roll) {
    return RollComposer(paper, roll).compose();
}

}  // namespace spot::print
