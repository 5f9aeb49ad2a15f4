#include "van-station/print/draw/canvas.h"

#include <pango/pangocairo.h>
#include <algorithm>
#include <cmath>

#include <cairo-pdf.h>

#include "van-station/print/destroy.h"

namespace spot::print {
namespace {

using core::Code;
using core::fail;
using core::Result;

constexpr char kFamilies[] = "Clear Sans, Noto Sans, sans-serif";

using Surface = std::unique_ptr<cairo_surface_t, Destroy<cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, Destroy<cairo_destroy>>;
using TextLayout = std::unique_ptr<PangoLayout, Destroy<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Destroy<pango_font_description_free>>;
using Attributes = std::unique_ptr<PangoAttrList, Destroy<pango_attr_list_unref>>;
using FontOptions = std::unique_ptr<cairo_font_options_t, Destroy<cairo_font_options_destroy>>;

cairo_status_t append(void* out, const unsigned char* data, unsigned int size) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
}

core::Failure drawing_failed() {
    return fail(Code::io, "the page could not be drawn: cairo refused; nothing was printed");
}

void set_ink(cairo_t* cairo, Ink ink) {
    const double light = ink == Ink::white ? 1 : 0;
    cairo_set_source_rgba(cairo, light, light, light, 1);
}

}  // namespace

struct Canvas::Inside {
    std::string pdf;  // outlives the surface, which writes into it
    Surface surface;
    Context cairo;
    TextLayout layout;

    // Metrics are not rounded to dots on a PDF; a picture's letters are fitted to its dots.
    void make_layout(cairo_hint_style_t hinting) {
        layout.reset(pango_cairo_create_layout(cairo.get()));
        const FontOptions options(cairo_font_options_create());
        const bool on_dots = hinting != CAIRO_HINT_STYLE_NONE;
        cairo_font_options_set_hint_style(options.get(), hinting);
        cairo_font_options_set_hint_metrics(
            options.get(), on_dots ? CAIRO_HINT_METRICS_ON : CAIRO_HINT_METRICS_OFF);
        pango_cairo_context_set_font_options(pango_layout_get_context(layout.get()), options.get());
        pango_context_set_round_glyph_positions(pango_layout_get_context(layout.get()), on_dots);
        pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
        pango_layout_set_single_paragraph_mode(layout.get(), true);
    }

    void set(const std::string& text, const Type& type, double width) {
        const Font font(pango_font_description_new());
        pango_font_description_set_family_static(font.get(), kFamilies);
        pango_font_description_set_weight(font.get(),
                                          type.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
        pango_font_description_set_absolute_size(font.get(), type.size * PANGO_SCALE);
        pango_layout_set_font_description(layout.get(), font.get());
        const Attributes attributes(pango_attr_list_new());
        if (type.spread > 0)
            pango_attr_list_insert(attributes.get(),
                                   pango_attr_letter_spacing_new(static_cast<int>(
                                       std::lround(type.spread * type.size * PANGO_SCALE))));
        pango_layout_set_attributes(layout.get(), attributes.get());
        pango_layout_set_width(layout.get(),
                               width > 0 ? static_cast<int>(width * PANGO_SCALE) : -1);
        pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    }

    void stroke(double thick, Stroke kind, Ink ink = Ink::black) {
        const double dots[] = {0, thick * 2.2}, dashes[] = {thick * 2.4, thick * 1.8};
        set_ink(cairo.get(), ink);
        cairo_set_line_width(cairo.get(), thick);
        cairo_set_line_cap(cairo.get(),
                           kind == Stroke::dotted ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
        if (kind == Stroke::solid)
            cairo_set_dash(cairo.get(), nullptr, 0, 0);
        else
            cairo_set_dash(cairo.get(), kind == Stroke::dotted ? dots : dashes, 2, 0);
        cairo_stroke(cairo.get());
    }
};

Canvas::Canvas(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Canvas::Canvas(Canvas&&) noexcept = default;
Canvas::~Canvas() = default;

Result<Canvas> Canvas::pdf(double width, double height, const std::string& title,
                           const std::string& at) {
    auto inside = std::make_unique<Inside>();
    inside->surface.reset(cairo_pdf_surface_create_for_stream(append, &inside->pdf, width, height));
    auto* surface = inside->surface.get();
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title.c_str());
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Spot");
    if (!at.empty())
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, at.c_str());
    inside->cairo.reset(cairo_create(surface));
    if (cairo_status(inside->cairo.get()) != CAIRO_STATUS_SUCCESS) return drawing_failed();
    inside->make_layout(CAIRO_HINT_STYLE_NONE);
    return Canvas(std::move(inside));
}

Result<Canvas> Canvas::picture(int width, int height) {
    auto inside = std::make_unique<Inside>();
    inside->surface.reset(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
    inside->cairo.reset(cairo_create(inside->surface.get()));
    if (cairo_status(inside->cairo.get()) != CAIRO_STATUS_SUCCESS) return drawing_failed();
    set_ink(inside->cairo.get(), Ink::white);
    cairo_paint(inside->cairo.get());
    inside->make_layout(CAIRO_HINT_STYLE_FULL);
    return Canvas(std::move(inside));
}

double Canvas::width_of(const std::string& text, const Type& type) {
    inside_->set(text, type, 0);
    PangoRectangle extent;
    pango_layout_get_extents(inside_->layout.get(), nullptr, &extent);
    return static_cast<double>(extent.width) / PANGO_SCALE;
}

std::vector<std::string> Canvas::wrap(const std::string& text, const Type& type, double width) {
    inside_->set(text, type, width);
    std::vector<std::string> out;
    const int count = pango_layout_get_line_count(inside_->layout.get());
    for (int i = 0; i < count; ++i) {
        const auto* line = pango_layout_get_line_readonly(inside_->layout.get(), i);
        out.push_back(text.substr(static_cast<std::size_t>(line->start_index),
                                  static_cast<std::size_t>(line->length)));
        while (!out.back().empty() && out.back().back() == ' ') out.back().pop_back();
    }
    return out;
}

void Canvas::write(double x, double baseline, const std::string& text, const Type& type,
                   Align align) {
    if (align != Align::left) {
        const double width = width_of(text, type);
        x -= align == Align::right ? width : width / 2;
    }
    inside_->set(text, type, 0);
    set_ink(inside_->cairo.get(), type.ink);
    cairo_move_to(inside_->cairo.get(), x, baseline);
    pango_cairo_show_layout_line(inside_->cairo.get(),
                                 pango_layout_get_line_readonly(inside_->layout.get(), 0));
}

void Canvas::line(double x1, double y1, double x2, double y2, double thick, Stroke stroke,
                  Ink ink) {
    cairo_move_to(inside_->cairo.get(), x1, y1);
    cairo_line_to(inside_->cairo.get(), x2, y2);
    inside_->stroke(thick, stroke, ink);
}

void Canvas::box(double x, double y, double width, double height, double thick) {
    cairo_rectangle(inside_->cairo.get(), x + thick / 2, y + thick / 2, width - thick,
                    height - thick);
    inside_->stroke(thick, Stroke::solid);
}

void Canvas::area(double x, double y, double width, double height) {
    set_ink(inside_->cairo.get(), Ink::black);
    cairo_rectangle(inside_->cairo.get(), x, y, width, height);
    cairo_fill(inside_->cairo.get());
}

void Canvas::disc(double x, double y, double radius) {
    set_ink(inside_->cairo.get(), Ink::black);
    cairo_new_sub_path(inside_->cairo.get());
    cairo_arc(inside_->cairo.get(), x, y, radius, 0, 2 * M_PI);
    cairo_fill(inside_->cairo.get());
}

void Canvas::ring(double x, double y, double radius, double thick, Stroke stroke) {
    set_ink(inside_->cairo.get(), Ink::white);
    cairo_new_sub_path(inside_->cairo.get());
    cairo_arc(inside_->cairo.get(), x, y, radius, 0, 2 * M_PI);
    cairo_fill(inside_->cairo.get());
    cairo_new_sub_path(inside_->cairo.get());
    cairo_arc(inside_->cairo.get(), x, y, radius - thick / 2, 0, 2 * M_PI);
    inside_->stroke(thick, stroke);
}

// One path for all of it: neighbours drawn apart would leave hairs of white between them.
void Canvas::modules(const Modules& modules, double x, double y, double side) {
    const double module = side / modules.side;
    set_ink(inside_->cairo.get(), Ink::black);
    for (int row = 0; row < modules.side; ++row)
        for (int column = 0; column < modules.side; ++column) {
            int end = column;
            while (end < modules.side && modules.at(row, end)) ++end;
            if (end == column) continue;
            cairo_rectangle(inside_->cairo.get(), x + column * module, y + row * module,
                            (end - column) * module, module);
            column = end;
        }
    cairo_fill(inside_->cairo.get());
}

void Canvas::next_page() {
    cairo_show_page(inside_->cairo.get());
}

Result<std::string> Canvas::take_pdf() {
    cairo_show_page(inside_->cairo.get());
    cairo_surface_finish(inside_->surface.get());
    if (cairo_status(inside_->cairo.get()) != CAIRO_STATUS_SUCCESS ||
        cairo_surface_status(inside_->surface.get()) != CAIRO_STATUS_SUCCESS)
        return drawing_failed();
    return std::move(inside_->pdf);
}

Result<Picture> Canvas::take_picture() {
    auto* surface = inside_->surface.get();
    cairo_surface_flush(surface);
    if (cairo_status(inside_->cairo.get()) != CAIRO_STATUS_SUCCESS) return drawing_failed();
    Picture out;
    out.width = cairo_image_surface_get_width(surface);
    out.height = cairo_image_surface_get_height(surface);
    out.bits.assign(out.row_bytes() * static_cast<std::size_t>(out.height), 0);
    const unsigned char* data = cairo_image_surface_get_data(surface);
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface));
    constexpr unsigned char kDarkMax = 140;  // of 255: thin strokes keep their two dots
    for (std::size_t y = 0; y < static_cast<std::size_t>(out.height); ++y)
        for (std::size_t x = 0; x < static_cast<std::size_t>(out.width); ++x)
            if (data[y * stride + x * 4] < kDarkMax)  // the blue of a pixel, which is grey
                out.bits[y * out.row_bytes() + x / 8] |= static_cast<std::uint8_t>(0x80 >> x % 8);
    return out;
}

}  // namespace spot::print
