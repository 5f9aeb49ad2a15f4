#include "van-station/print/draw/qr.h"

#include <qrencode.h>
#include <memory>

namespace spot::print {

core::Result<Modules> modules_of(const std::string& text) {
    constexpr int kSmallestThatFits = 0, kCaseSensitive = 1;
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString(text.c_str(), kSmallestThatFits, QR_ECLEVEL_M, QR_MODE_8,
                            kCaseSensitive),
        QRcode_free);
    if (!code) return core::fail(core::Code::limit, "this text does not fit into a QR code");
    Modules out;
    out.side = code->width;
    const auto count =
        static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
    out.dark.reserve(count);
    for (std::size_t i = 0; i < count; ++i) out.dark.push_back((code->data[i] & 1) != 0);
    return out;
}

}  // namespace spot::print
