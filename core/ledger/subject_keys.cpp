#include "core/ledger/subject_keys.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace spot::core {
namespace {

constexpr std::size_t kKeysMax = 256;  // remembered
constexpr std::uint8_t kErasuresMax = 255;
constexpr std::string_view kFresh = "ledger.fresh_subjects";

Bytes associated(SubjectKeys::Place place) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(place.column));
    out.u64(static_cast<std::uint64_t>(place.key));
    return out.take();
}

}  // namespace

// An erased subject leaves its row, with no key: if the same person comes back later, the new data
// get an id and a key of their own, and the old stay unreadable.
Result<SubjectId> SubjectKeys::of_request(Tx& tx, const nlohmann::json& intent,
                                          const RecordId& request, Row row) {
    const auto& citizen = intent.at("citizen");
    const auto nif = citizen.find("nif");
    const std::string who = nif != citizen.end() ? "nif " + nif->get_ref<const std::string&>()
                                                 : "request " + request.text();
    for (std::uint8_t times_erased = 0; times_erased < kErasuresMax; ++times_erased) {
        const Hash all = keyed_hash(secret_.bytes(), {View(&times_erased, 1), view(who)});
        SubjectId id;
        std::copy_n(all.begin(), id.size(), id.begin());
        SPOT_ASSIGN(const auto now, state(tx, id));
        if (now == State::usable) return id;
        if (now == State::erased) continue;
        SPOT_ASSIGN(const auto later, row == Row::later ? has_fresh(tx) : false);
        if (row == Row::now)
            SPOT_TRY(make(tx, id, SecretKey::random(random_)));
        else if (!later)
            SPOT_TRY(renew(tx));
        return id;
    }
    return fail(Code::limit, "a person was erased more often than the store can tell apart");
}

Result<> SubjectKeys::make(Tx& tx, const SubjectId& id, const SecretKey& key) {
    return tx.subjects.add(id, key);
}

Result<bool> SubjectKeys::has_fresh(Tx& tx) {
    if (fresh_) return true;
    SPOT_ASSIGN(const auto found, tx.values.setting(kFresh));
    if (!found) return false;
    if (found->size() != SecretKey::kSize)
        return fail(Code::corrupt, "the store's secret is damaged");
    fresh_.emplace(view(*found).first<SecretKey::kSize>());
    return true;
}

Result<> SubjectKeys::renew(Tx& tx) {
    fresh_ = SecretKey::random(random_);
    return tx.values.set(kFresh, text(fresh_->bytes()));
}

Result<> SubjectKeys::keep(Tx& tx, const SubjectId& id) {
    SPOT_ASSIGN(const auto now, state(tx, id));
    if (now != State::unknown) return {};
    SPOT_ASSIGN(const auto made, key(tx, id));
    if (!made) return fail(Code::corrupt, "the store's secret for new people is missing");
    return make(tx, id, *made);
}

Result<SubjectKeys::State> SubjectKeys::state(Tx& tx, const SubjectId& id) {
    if (keys_.contains(id)) return State::usable;
    SPOT_ASSIGN(auto rows, tx.subjects.read({&id, 1}));
    if (rows.empty()) return State::unknown;
    if (!rows.front().key) return State::erased;
    if (keys_.size() >= kKeysMax) keys_.clear();
    keys_.emplace(id, std::move(*rows.front().key));
    return State::usable;
}

Result<const SecretKey*> SubjectKeys::key(Tx& tx, const SubjectId& id) {
    SPOT_ASSIGN(const auto now, state(tx, id));
    if (now == State::usable) return &keys_.at(id);
    SPOT_ASSIGN(const auto without_row, now == State::unknown ? has_fresh(tx) : false);
    if (!without_row) return nullptr;
    unkept_ = fresh_->derive(text(id));
    return &*unkept_;
}

Result<> SubjectKeys::erase(Tx& tx, const SubjectId& id) {
    keys_.erase(id);
    return tx.subjects.erase(id);
}

Result<Bytes> SubjectKeys::seal(Tx& tx, const std::optional<SubjectId>& subject, Place place,
                                View plain) {
    if (!subject) return Bytes(plain.begin(), plain.end());
    SPOT_ASSIGN(const auto sealing, key(tx, *subject));
    if (!sealing) return fail(Code::not_found, "the person's data were erased");
    return seal_at_rest(*sealing, plain, associated(place), random_);
}

Result<std::optional<Bytes>> SubjectKeys::open(Tx& tx, const std::optional<SubjectId>& subject,
                                               Place place, View sealed) {
    if (!subject) return Bytes(sealed.begin(), sealed.end());
    SPOT_ASSIGN(const auto opening, key(tx, *subject));
    if (!opening) return std::nullopt;
    SPOT_ASSIGN(auto plain, open_at_rest(*opening, sealed, associated(place)));
    return std::optional<Bytes>(std::move(plain));
}

}  // namespace spot::core
