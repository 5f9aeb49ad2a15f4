#pragma once

// A station's store on a simulated disk, and what has to be found of it after a power cut.

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "core/ledger.h"
#include "tests/disk/simulated_disk.h"
#include "tests/support/chance.h"
#include "tests/support/ledgers.h"

namespace spot::disk {

constexpr char kFolder[] = "/van";
constexpr char kFile[] = "/van/station.db";

inline core::SecretKey van_key() {
    return core::SecretKey(std::array<std::uint8_t, core::SecretKey::kSize>{1, 2, 3});
}
inline std::unique_ptr<SimulatedDisk> disk_with_a_folder() {
    auto out = std::make_unique<SimulatedDisk>();
    REQUIRE(out->make_folders(kFolder).has_value());
    return out;
}
inline core::Result<core::Ledger> open_ledger(SimulatedDisk& disk, core::Random& random) {
    return core::Ledger::open(kFile, support::store_keys(van_key()),
                              {core::Party::station, &core::Catalogue::shipped(), &random}, disk);
}

// Entries' hashes and the value of a setting, which counts up: as tried, and as told to be durable.
struct Written {
    std::map<std::uint64_t, core::Hash> hashes;  // of entries that were written, by number
    std::uint64_t told = 0;                      // the last entry that is durable, …
    std::uint64_t tried = 0;  // … and the last one of which anything may be there
    std::uint64_t mark_told = 0;
    std::uint64_t mark_tried = 0;
};

// Records until something fails.
class Van {
public:
    Van(SimulatedDisk& disk, tests::SeededRandom& random, Written& written)
        : disk_(disk), random_(random), written_(written) {}

    core::Result<> open() {
        flush_ = nullptr;
        ledger_.reset();
        SPOT_ASSIGN(auto opened, open_ledger(disk_, random_));
        ledger_.emplace(std::move(opened));
        return ledger_->journal().write_to(support::kStationLog);
    }
    core::Result<> open_session() {
        SPOT_ASSIGN(session_,
                    append(core::Kind::session_open, support::session_intent(written_.tried + 1)));
        return {};
    }
    core::Result<> queue_request() {
        SPOT_ASSIGN(request_, append(core::Kind::request_queue,
                                     support::request_intent(written_.tried + 1, session_)));
        return {};
    }
    core::Result<> edit_request() {
        SPOT_TRY(append(
            core::Kind::request_edit,
            support::edit_intent(written_.tried + 1, request_,
                                 {{"fields.motivo", written_.tried % 2 ? "Furto" : "Perda"}})));
        return {};
    }
    core::Result<> print_receipt() {
        SPOT_TRY(append(core::Kind::receipt_print,
                        support::receipt_intent(written_.tried + 1, session_)));
        return {};
    }
    core::Result<> set_mark() {
        SPOT_TRY(ledger_->values().set("mark", std::to_string(++written_.mark_tried)));
        if (!flush_) written_.mark_told = written_.mark_tried;
        return {};
    }
    // As who reads records does it: brings them up.
    core::Result<> count() {
        SPOT_TRY(ledger_->records().count());
        return {};
    }
    core::Result<> count_in_another_process() {
        SPOT_ASSIGN(auto other, open_ledger(disk_, random_));
        SPOT_TRY(other.records().count());
        told();  // it has acted upon what it saw
        return {};
    }
    core::Result<> flush_later() {
        SPOT_ASSIGN(flush_, ledger_->defer_flush());
        return {};
    }
    core::Result<> flush() {
        if (!flush_) return {};
        SPOT_TRY(flush_());
        told();
        return {};
    }
    void close() {
        flush_ = nullptr;
        ledger_.reset();
    }
    core::Ledger& ledger() { return *ledger_; }
    bool has_request() const { return request_.seq != 0; }

private:
    void told() {
        written_.told = written_.tried;
        written_.mark_told = written_.mark_tried;
    }
    core::Result<core::RecordId> append(core::Kind kind, support::Json intent) {
        ++written_.tried;
        auto done = ledger_->journal().append(kind, "", "m.abrantes", std::move(intent));
        if (!done) return tl::make_unexpected(done.error());
        const core::Tip tip = ledger_->replica().tip(support::kStationLog);
        REQUIRE(tip.seq == written_.tried);
        written_.hashes[tip.seq] = tip.hash;
        if (!flush_) written_.told = written_.tried;
        return done->record;
    }

    SimulatedDisk& disk_;
    tests::SeededRandom& random_;
    Written& written_;
    std::optional<core::Ledger> ledger_;
    std::function<core::Result<>()> flush_;
    core::RecordId session_{};
    core::RecordId request_{};
};

}  // namespace spot::disk
