#pragma once

#include "van-station/print/draw/canvas.h"
#include "van-station/print/paper.h"

namespace spot::print {

// The four stops in a row: `radius` each, the first one's left edge at `x`, `step` from one to the
// next, their middles at `y`. Lines are `thick`. What is reached is joined by a line, the rest
// dotted.
void draw_way(Canvas& canvas, const Way& way, double x, double y, double step, double radius,
              double thick);

}  // namespace spot::print
