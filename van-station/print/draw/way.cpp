#include "van-station/print/draw/way.h"

namespace spot::print {
namespace {

struct Pen {
    Canvas& canvas;
    double x, y, radius, thick;

    void stroke(double x1, double y1, double x2, double y2, Ink ink = Ink::black) const {
        canvas.line(x + x1 * radius, y + y1 * radius, x + x2 * radius, y + y2 * radius, thick,
                    Canvas::Stroke::solid, ink);
    }
    void ring() const { canvas.ring(x, y, radius, thick); }
};

// Each state has a shape of its own, which a photocopy keeps.
void draw_stop(const Pen& pen, Stop stop) {
    switch (stop) {
        case Stop::ahead:
            return pen.ring();
        case Stop::reached:
            return pen.canvas.disc(pen.x, pen.y, pen.radius);
        case Stop::unconfirmed:
            return pen.canvas.ring(pen.x, pen.y, pen.radius, pen.thick, Canvas::Stroke::dashed);
        case Stop::answered:
            pen.canvas.disc(pen.x, pen.y, pen.radius);
            pen.stroke(-.5, .02, -.12, .4, Ink::white);
            return pen.stroke(-.16, .4, .5, -.36, Ink::white);
        case Stop::refused:
            pen.ring();
            pen.stroke(-.4, -.4, .4, .4);
            return pen.stroke(-.4, .4, .4, -.4);
        case Stop::halted: {
            const double half = pen.radius * .95;
            pen.canvas.area(pen.x - half, pen.y - half, 2 * half, 2 * half);
            pen.stroke(-.3, -.45, -.3, .45, Ink::white);
            return pen.stroke(.3, -.45, .3, .45, Ink::white);
        }
        case Stop::differs:
            pen.ring();
            pen.stroke(-.45, -.2, .45, -.2);
            pen.stroke(-.45, .2, .45, .2);
            return pen.stroke(-.3, .5, .3, -.5);
        case Stop::withdrawn:
            pen.ring();
            return pen.stroke(-.95, .95, .95, -.95);
    }
}

bool is_solid(Stop next) {
    return next != Stop::ahead && next != Stop::unconfirmed;
}

}  // namespace

void draw_way(Canvas& canvas, const Way& way, double x, double y, double step, double radius,
              double thick) {
    const double first = x + radius;
    for (std::size_t i = 0; i + 1 < kStops; ++i) {
        const double from = first + static_cast<double>(i) * step;
        canvas.line(
            from + radius + thick, y, from + step - radius - thick, y, thick,
            is_solid(way.stops[i + 1].stop) ? Canvas::Stroke::solid : Canvas::Stroke::dotted);
    }
    for (std::size_t i = 0; i < kStops; ++i)
        draw_stop({canvas, first + static_cast<double>(i) * step, y, radius, thick},
                  way.stops[i].stop);
}

}  // namespace spot::print
