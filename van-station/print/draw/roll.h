#pragma once

// Writes ESC/POS line by line: text where the code page has all of its letters, else a picture of
// the text. Callers say what stands on the roll, not how it gets there.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "van-station/print/draw/canvas.h"

namespace spot::print {

// A text in WPC1252, for which every blank is a space and every control character a space, too.
// Nothing: it has a letter that the code page lacks.
std::optional<std::string> in_code_page(std::string_view utf8);

class RollWriter {
public:
    // `dots`: the width; a column of the printer's type is kColumnDots. `pictures`: everything as
    // pictures, for a language that the code page lacks: a mixture of two types is hard to read.
    RollWriter(int dots, bool pictures);

    enum class Weight : std::uint8_t { plain, strong };
    core::Result<> text(const std::string& text, Weight = Weight::plain, Align = Align::left);
    // Twice as wide and high; only as high where it would be too wide.
    core::Result<> big(const std::string& text, Align);
    // White on black, all across.
    core::Result<> inverted(const std::string& text);
    // `left` wrapped, `right` at the right edge of its first line.
    core::Result<> pair(const std::string& left, const std::string& right, Weight = Weight::plain);
    core::Result<> picture(const Picture& picture);
    core::Result<> rule();
    void feed(int dots);
    // Ends with the cut.
    std::string take();

    int dots() const { return dots_; }

private:
    struct Look {
        Type type;
        bool inverted = false;
        Align align = Align::left;
    };
    core::Result<> drawn(const std::string& text, const Look& look);
    core::Result<> drawn_pair(const std::string& left, const std::string& right, const Type& type);
    void lines(const std::string& page_text, int columns, Align align);
    void line(std::string_view page_text, int columns, Align align);
    void set(std::string_view command, int value);

    int dots_, columns_;
    bool pictures_;
    std::string out_;
};
constexpr int kColumnDots = 12;

}  // namespace spot::print
