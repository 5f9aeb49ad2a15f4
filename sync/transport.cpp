#include "sync/transport.h"

namespace spot::sync {

core::Result<core::Bytes> whole(Body body) {
    core::Bytes all = std::move(body.first);
    while (body.more) {
        SPOT_ASSIGN(const auto piece, body.more());
        if (piece.empty()) break;
        all.insert(all.end(), piece.begin(), piece.end());
    }
    return all;
}

}  // namespace spot::sync
