// What anyone can post to the hub, and a head's bytes, which are read before they are verified.
#include "core/crypto.h"
#include "sync/bundle.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const core::SecretKey key = [] {
        core::start_crypto();
        return core::SecretKey();
    }();
    const core::View bytes(data, size);
    sync::BundleReader reader(key);
    for (std::size_t at = 0; at < size; at += 97) {
        reader.feed(bytes.subspan(at, std::min<std::size_t>(97, size - at)));
        while (true) {
            const auto message = reader.take();
            if (!message) break;
            if (!*message) break;
        }
    }
    (void)sync::signer_of(bytes);
    (void)sync::parse_head(bytes);
    return 0;
}
