#pragma once

// Something to draw on: a PDF, in points, or a picture, in dots. The only place that sees pango and
// cairo. Black on white (or white on black); x to the right, y downwards.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "van-station/print/draw/qr.h"

namespace spot::print {

enum class Align : std::uint8_t { left, right, centre };
enum class Ink : std::uint8_t { black, white };
struct Type {
    double size;  // of the em, in the canvas' unit
    bool bold = false;
    double spread = 0;  // letter spacing, in ems
    Ink ink = Ink::black;
};

// One bit a dot, rows filled up to whole bytes, highest bit leftmost, 1 is black.
struct Picture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> bits;
    std::size_t row_bytes() const { return static_cast<std::size_t>((width + 7) / 8); }
};

class Canvas {
public:
    // `title` stands in the file for all to read; `at`: RFC 3339, or empty.
    static core::Result<Canvas> pdf(double width, double height, const std::string& title,
                                    const std::string& at);
    static core::Result<Canvas> picture(int width, int height);
    Canvas(Canvas&&) noexcept;
    ~Canvas();

    double width_of(const std::string& text, const Type& type);
    // The lines that a text falls into: between words, or within one that is wider than `width`.
    std::vector<std::string> wrap(const std::string& text, const Type& type, double width);
    // One line; `x` is its left end, right end or middle, as `align` says.
    void write(double x, double baseline, const std::string& text, const Type& type,
               Align align = Align::left);

    enum class Stroke : std::uint8_t { solid, dotted, dashed };
    void line(double x1, double y1, double x2, double y2, double thick,
              Stroke stroke = Stroke::solid, Ink ink = Ink::black);
    void box(double x, double y, double width, double height, double thick);  // drawn inside
    void area(double x, double y, double width, double height);
    void disc(double x, double y, double radius);
    // White inside, so that a line behind it ends there.
    void ring(double x, double y, double radius, double thick, Stroke stroke = Stroke::solid);
    // `side` is that of the whole code; the quiet zone is the caller's.
    void modules(const Modules& modules, double x, double y, double side);

    void next_page();  // of a PDF
    // Either ends the canvas.
    core::Result<std::string> take_pdf();
    core::Result<Picture> take_picture();

private:
    struct Inside;
    explicit Canvas(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace spot::print
