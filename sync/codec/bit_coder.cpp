#include "sync/codec/bit_coder.h"

namespace spot::sync {

BitCoder BitCoder::reader(core::View coded) {
    BitCoder coder;
    coder.reading_ = true;
    coder.coded_ = coded;
    for (int i = 0; i < 4; ++i)
        coder.window_ = coder.window_ << 8 | (coder.at_ < coded.size() ? coded[coder.at_] : 0u),
        ++coder.at_;
    return coder;
}

bool BitCoder::code(bool bit, std::uint32_t one_of_65536) {
    const std::uint32_t range = high_ - low_;
    const std::uint32_t middle =
        low_ + static_cast<std::uint32_t>((std::uint64_t{range} * one_of_65536) >> 16);
    if (reading_) bit = window_ <= middle;
    if (bit)
        high_ = middle;
    else
        low_ = middle + 1;
    while (((low_ ^ high_) & 0xFF000000) == 0) {
        if (reading_) {
            window_ = window_ << 8 | (at_ < coded_.size() ? coded_[at_] : 0u);
            ++at_;
        } else {
            out_.push_back(static_cast<std::uint8_t>(high_ >> 24));
        }
        low_ <<= 8;
        high_ = high_ << 8 | 0xFF;
    }
    return bit;
}

core::Bytes BitCoder::finish() {
    // Any value from low_ to high_ will do: the one with the most zeros at its end.
    for (int kept = 0; kept <= 4; ++kept) {
        const std::uint32_t mask = kept == 0 ? 0 : ~std::uint32_t{0} << (32 - 8 * kept);
        std::uint32_t value = high_ & mask;
        if (value < low_) continue;
        for (int i = 0; i < kept; ++i, value <<= 8)
            out_.push_back(static_cast<std::uint8_t>(value >> 24));
        break;
    }
    while (!out_.empty() && out_.back() == 0) out_.pop_back();
    return std::move(out_);
}

}  // namespace spot::sync
