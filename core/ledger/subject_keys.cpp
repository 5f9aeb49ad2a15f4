#include "core/ledger/subject_keys.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace spot::core {
namespace {

constexpr std::size_t kKeysMax = 256;  // remembered
constexpr std::uint8_t kErasuresMax = 255;
constexpr std::uint8_t kErasuresAtOnceMax = 8;  // looked up together

// Whom a request is about, as hashed into the subject's id.
std::string who_in(const nlohmann::json& intent, const RecordId& request) {
    if (intent.is_object()) {
        const auto citizen = intent.find("citizen");
        if (citizen != intent.end() && citizen->is_object()) {
            const auto nif = citizen->find("nif");
            if (nif != citizen->end() && nif->is_string())
                return "nif " + nif->get_ref<const std::string&>();
        }
    }
    return "request " + request.text();
}

Bytes associated(SubjectKeys::Place place) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(place.column));
    out.u64(static_cast<std::uint64_t>(place.key));
    return out.take();
}

}  // namespace

SubjectId SubjectKeys::id_of(std::string_view who, std::uint8_t times_erased) const {
    const Hash all = keyed_hash(secret_.bytes(), {View(&times_erased, 1), view(who)});
    SubjectId id;
    std::copy_n(all.begin(), id.size(), id.begin());
    return id;
}

void SubjectKeys::want(const nlohmann::json& intent, const RecordId& request, const Known& known,
                       Wanted& wanted) const {
    const std::string who = who_in(intent, request);
    const SubjectId first = id_of(who, 0);
    if (keys_.contains(first)) return;
    const auto found = known.subjects.find(first);
    if (found == known.subjects.end())
        wanted.subjects.push_back(first);
    else if (found->second && !found->second->key)
        for (std::uint8_t times = 1; times <= kErasuresAtOnceMax; ++times)
            wanted.subjects.push_back(id_of(who, times));
}

void SubjectKeys::want_secret(Wanted& wanted) const {
    if (!fresh_) wanted.settings.emplace_back(kFreshSubjects);
}

// An erased subject leaves its row, with no key: if the same person comes back later, the new data
// get an id and a key of their own, and the old stay unreadable.
Result<SubjectId> SubjectKeys::of_request(Rows rows, const nlohmann::json& intent,
                                          const RecordId& request, Row row) {
    const std::string who = who_in(intent, request);
    for (std::uint8_t times_erased = 0; times_erased < kErasuresMax; ++times_erased) {
        const SubjectId id = id_of(who, times_erased);
        SPOT_ASSIGN(const auto now, state(rows, id));
        if (now == State::usable) return id;
        if (now == State::erased) continue;
        SPOT_ASSIGN(const auto later, row == Row::later ? has_fresh(rows) : false);
        if (row == Row::now)
            SPOT_TRY(make(rows, id, SecretKey::random(random_)));
        else if (!later)
            SPOT_TRY(renew(rows));
        return id;
    }
    return fail(Code::limit, "a person was erased more often than the store can tell apart");
}

Result<> SubjectKeys::make(Rows rows, const SubjectId& id, const SecretKey& key) {
    return rows.add_subject(id, key);
}

Result<bool> SubjectKeys::has_fresh(Rows rows) {
    if (fresh_) return true;
    SPOT_ASSIGN(const auto found, rows.setting(kFreshSubjects));
    if (!found) return false;
    if (found->size() != SecretKey::kSize)
        return fail(Code::corrupt, "the store's secret is damaged");
    fresh_.emplace(view(*found).first<SecretKey::kSize>());
    return true;
}

Result<> SubjectKeys::renew(Rows rows) {
    fresh_ = SecretKey::random(random_);
    return rows.tx().values.set(kFreshSubjects, text(fresh_->bytes()));
}

Result<> SubjectKeys::keep(Rows rows, const SubjectId& id) {
    SPOT_ASSIGN(const auto now, state(rows, id));
    if (now != State::unknown) return {};
    SPOT_ASSIGN(const auto made, key(rows, id));
    if (!made) return fail(Code::corrupt, "the store's secret for new people is missing");
    return make(rows, id, *made);
}

Result<SubjectKeys::State> SubjectKeys::state(Rows rows, const SubjectId& id) {
    if (keys_.contains(id)) return State::usable;
    SPOT_ASSIGN(auto row, rows.subject(id));
    if (!row) return State::unknown;
    if (!row->key) return State::erased;
    if (keys_.size() >= kKeysMax) keys_.clear();
    keys_.emplace(id, std::move(*row->key));
    return State::usable;
}

Result<const SecretKey*> SubjectKeys::key(Rows rows, const SubjectId& id) {
    SPOT_ASSIGN(const auto now, state(rows, id));
    if (now == State::usable) return &keys_.at(id);
    SPOT_ASSIGN(const auto without_row, now == State::unknown ? has_fresh(rows) : false);
    if (!without_row) return nullptr;
    unkept_ = fresh_->derive(text(id));
    return &*unkept_;
}

Result<> SubjectKeys::erase(Rows rows, const SubjectId& id) {
    keys_.erase(id);
    return rows.tx().subjects.erase(id);
}

Result<Bytes> SubjectKeys::seal(Rows rows, const std::optional<SubjectId>& subject, Place place,
                                View plain) {
    if (!subject) return Bytes(plain.begin(), plain.end());
    SPOT_ASSIGN(const auto sealing, key(rows, *subject));
    if (!sealing) return fail(Code::not_found, "the person's data were erased");
    return seal_at_rest(*sealing, plain, associated(place), random_);
}

Result<std::optional<Bytes>> SubjectKeys::open(Rows rows, const std::optional<SubjectId>& subject,
                                               Place place, View sealed) {
    if (!subject) return Bytes(sealed.begin(), sealed.end());
    SPOT_ASSIGN(const auto opening, key(rows, *subject));
    if (!opening) return std::nullopt;
    SPOT_ASSIGN(auto plain, open_at_rest(*opening, sealed, associated(place)));
    return std::optional<Bytes>(std::move(plain));
}

}  // namespace spot::core
