// The spelling of a real number in a frame: what is taken is a number, and is written as it came.
#include <cstdlib>

#include "sync/codec/columns.h"
#include "sync/codec/json_codec.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr unsigned kRealTag = 5;
    if (size > sync::Values::kTextBytesMax) return 0;
    const std::string text(reinterpret_cast<const char*>(data), size);
    sync::BitCoder out = sync::BitCoder::writer();
    sync::Values writer(16);
    writer.attach(&out);
    writer.symbol(sync::kTag, kRealTag, 0);
    writer.text(sync::kGenericText, text);
    const core::Bytes coded = out.finish();

    sync::BitCoder in = sync::BitCoder::reader(coded);
    sync::Values values(16);
    values.attach(&in);
    sync::JsonCodec reader(values);
    nlohmann::json value;
    reader.generic(value);
    if (!reader.failed() && (!value.is_number_float() || value.dump() != text)) std::abort();
    return 0;
}
