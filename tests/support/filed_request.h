#pragma once

// Requests with files.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/ledgers.h"

namespace spot::support {

// Bytes that nothing makes shorter, the same for the same seed.
inline core::Bytes some_bytes(std::size_t size, std::uint64_t seed = 1) {
    tests::SeededRandom random(seed);
    core::Bytes out(size);
    random.fill(out);
    return out;
}

struct Filed {
    core::RecordId request;
    std::vector<core::RequestFile> files;  // in the order given
};

// The n-th second's request, as the desk queues one with these files.
inline Filed file_request(core::Ledger& station, std::uint64_t n, const core::RecordId& session,
                          const std::vector<core::Bytes>& contents) {
    const std::string draft = "d" + std::to_string(n);
    Json intent = request_intent(n, session);
    std::vector<core::Hash> hashes;
    for (const core::Bytes& content : contents) {
        const auto hash = station.attachments().add(draft, content);
        REQUIRE(hash.has_value());
        hashes.push_back(*hash);
        intent["attachments"][core::to_hex(*hash)] = {
            {"name", "Cartão.jpg"}, {"type", "image/jpeg"}, {"bytes", content.size()}};
    }
    const auto done =
        station.journal().append(core::Kind::request_queue, draft, "m.abrantes", intent);
    REQUIRE_MESSAGE(done.has_value(), done.error().message);
    REQUIRE(station.attachments().transfer(draft, done->record, hashes).has_value());
    Filed out{done->record, {}};
    for (const core::Hash& hash : hashes) out.files.push_back({done->record, hash});
    return out;
}

}  // namespace spot::support
