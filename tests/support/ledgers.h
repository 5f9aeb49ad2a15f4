#pragma once

// Two parties with a store each, and what they hand to each other, without wire or programs.

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/ledger.h"
#include "tests/support/chance.h"
#include "tests/support/intents.h"
#include "tests/support/store_keys.h"
#include "tests/support/temporary_folder.h"

namespace spot::support {

using Json = nlohmann::json;

constexpr std::uint64_t kDevice = 7;
constexpr core::LogId kStationLog{kDevice, 1};
constexpr core::LogId kHubLog{kDevice | core::kHubBit, 1};

// A party's store in a folder of its own; open again and again, as a program would.
class Side {
public:
    Side(core::Party party, std::uint64_t seed)
        : party_(party), random_(seed), key_(core::SecretKey::random(random_)) {
        open();
    }
    // From now on as a program with another limit has it.
    void open_with(std::size_t record_bytes_max) {
        record_bytes_max_ = record_bytes_max;
        open();
    }
    void open() {
        ledger_.reset();
        auto opened = another();
        REQUIRE(opened.has_value());
        ledger_ = std::make_unique<core::Ledger>(std::move(*opened));
        REQUIRE(ledger_->journal()
                    .write_to(party_ == core::Party::hub ? kHubLog : kStationLog)
                    .has_value());
    }
    void close() { ledger_.reset(); }
    // Makes `other` hold what this one holds, as a copied folder would; chance stays its own.
    void copy_to(Side& other) {
        ledger_.reset();  // everything into the one file
        other.ledger_.reset();
        other.key_ = key_.clone();
        std::filesystem::copy_file(file(), other.file(),
                                   std::filesystem::copy_options::overwrite_existing);
        open();
        other.open();
    }
    // As a second process has it.
    core::Result<core::Ledger> another() {
        return core::Ledger::open(
            file(), store_keys(key_),
            {party_, &core::Catalogue::shipped(), &random_, record_bytes_max_});
    }
    core::Ledger& operator*() { return *ledger_; }
    core::Ledger* operator->() { return ledger_.get(); }

    std::filesystem::path file() const { return folder_.path() / "store.db"; }
    const TemporaryFolder& folder() const { return folder_; }
    const core::SecretKey& key() const { return key_; }
    tests::SeededRandom& random() { return random_; }

    std::vector<std::string> lines(const core::ExportOptions& options = {}) {
        std::vector<std::string> out;
        const auto done = ledger_->records().export_lines(
            options, [&](std::string_view line) { out.emplace_back(line); });
        REQUIRE(done.has_value());
        return out;
    }
    // The one record with this id, as export shows it.
    Json record(const core::RecordId& id) {
        for (const std::string& line : lines())
            if (Json record = Json::parse(line); record["id"] == id.text()) return record;
        return nullptr;
    }

private:
    core::Party party_;
    std::size_t record_bytes_max_ = core::kRecordBytesMax;
    TemporaryFolder folder_;
    tests::SeededRandom random_;
    core::SecretKey key_;
    std::unique_ptr<core::Ledger> ledger_;
};

// The n-th second of a day in the field.
inline std::string at(std::uint64_t n) {
    char text[40];
    std::snprintf(text, sizeof text, "2017-10-16T%02u:%02u:%02u.891+01:00",
                  static_cast<unsigned>(n / 3600 % 24), static_cast<unsigned>(n / 60 % 60),
                  static_cast<unsigned>(n % 60));
    return text;
}

inline Json session_intent(std::uint64_t n) {
    Json intent = example_intent(core::Kind::session_open);
    intent["at"] = at(n);
    return intent;
}
inline Json request_intent(std::uint64_t n, const core::RecordId& session) {
    Json intent = example_intent(core::Kind::request_queue);
    intent["at"] = at(n);
    intent["session"] = session.text();
    return intent;
}
inline Json edit_intent(std::uint64_t n, const core::RecordId& request, Json set) {
    return {{"at", at(n)}, {"request", request.text()}, {"set", std::move(set)}};
}
inline Json hub_edit_intent(std::uint64_t n, const core::RecordId& request, Json set) {
    Json intent = edit_intent(n, request, std::move(set));
    intent["operator"] = "op";
    return intent;
}
inline Json receipt_intent(std::uint64_t n, const core::RecordId& session) {
    Json intent = example_intent(core::Kind::receipt_print);
    intent.erase("series");
    intent.erase("number");
    intent["at"] = at(n);
    intent["session"] = session.text();
    return intent;
}
inline Json close_intent(std::uint64_t n, const core::RecordId& session) {
    Json intent = example_intent(core::Kind::session_close);
    intent["at"] = at(n);
    intent["session"] = session.text();
    intent["notes"] = "Entregou fotocópia.";
    return intent;
}

// Records what has to be taken; the record that it made or changed.
inline core::RecordId add(Side& side, core::Kind kind, const Json& intent) {
    const auto done = side->journal().append(kind, "", "m.abrantes", intent);
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
    return done->record;
}

// From the `first` on, counted from 0; without a `count` all that follow.
inline std::vector<core::Entry> some_of(std::span<const core::Entry> entries, std::size_t first,
                                        std::size_t count = std::dynamic_extent) {
    const auto some = entries.subspan(first, count);
    return {some.begin(), some.end()};
}

// Brings what `to` lacks of the log, executes it, and notes the acknowledgement at `from`.
inline void hand_over(Side& from, Side& to, const core::LogId& log) {
    const core::Tip have = to->replica().tip(log);
    const core::Tip all = from->replica().tip(log);
    if (have == all) return;
    const auto entries = from->replica().entries(log, have.seq + 1, all.seq);
    REQUIRE(entries.has_value());
    const auto secrets = from->replica().period_secrets(log, have.seq + 1, all.seq);
    REQUIRE(secrets.has_value());
    REQUIRE(to->replica().offer_period_secrets(log, *secrets).has_value());
    const auto tip = to->replica().receive(log, *entries);
    REQUIRE(tip.has_value());
    CHECK(*tip == all);
    REQUIRE(to->replica().finalize(log).has_value());
    for (;;) {
        const auto executed = to->executor().run(100);
        REQUIRE(executed.has_value());
        if (*executed == 0) break;
    }
    REQUIRE(from->replica().acknowledge(log, all, {}).has_value());
}

}  // namespace spot::support
