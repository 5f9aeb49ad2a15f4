// Whether a record's row is what its entries amount to.

#include <nlohmann/json.hpp>

#include "core/ledger/changes.h"

namespace spot::core {
namespace {

using Json = nlohmann::json;
using Change = CachedRecord::Change;

bool same_changes(const std::vector<Change>& one, const std::vector<Change>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const Change& a, const Change& b) { return a.hash == b.hash; });
}

}  // namespace

// What made and changed the record, in the order of execution here. Nothing: erased since.
Result<std::optional<Documents::History>> Documents::history(Rows rows, const StoredEntry& making,
                                                             const std::vector<Change>& changes) {
    History out;
    for (const Change& change : changes) {
        const RecordId id = entry_of(making.entry.id(), change);
        SPOT_ASSIGN(auto line,
                    id == making.entry.id() ? Result<StoredEntry>(making) : line_of(rows, id));
        if (line.erased) return std::nullopt;
        if (commitment(line.salt, line.entry.intent) != line.commitment)
            return fail(Code::corrupt, "an entry is not what it was committed to");
        for (std::size_t i = 0; i < out.steps.size() && out.in_sequence; ++i) {
            SPOT_ASSIGN(const auto known, knows(rows, line.entry, changes[i]));
            out.in_sequence = known;
        }
        out.steps.push_back({line.entry.kind, std::move(line.entry.intent)});
    }
    return out;
}

// Documents are executed only where people changed a record while apart: it is where a whole
// store's check would spend its time. For the others their operations are put one after the other.
Result<std::optional<std::string>> Documents::rebuilt(Rows rows, const StoredEntry& line,
                                                      std::vector<Change> changes) {
    const RecordId id = line.entry.id();
    const Kind making = line.entry.kind;
    SPOT_ASSIGN(const auto past, history(rows, line, changes));
    if (!past) return std::nullopt;
    const auto& steps = past->steps;
    if (steps.size() == 1) return project_made(making, id, here_, steps.front().intent);
    if (!has_document(making)) {
        const Json last = Json::parse(steps.back().intent, nullptr, false);
        if (!last.is_object()) return fail(Code::corrupt, "an entry's intent does not read");
        return project_made(making, id, here_, steps.front().intent, last.value("state", ""));
    }
    if (past->in_sequence) {
        SPOT_ASSIGN(auto put, project_sequence(id, here_, steps));
        return std::move(put.json);
    }

    CachedRecord anew;
    anew.id = id;
    SPOT_TRY(replay(rows, anew, changes));
    if (!same_changes(anew.changes, changes))
        return fail(Code::corrupt, "a record's changes come out otherwise");
    SPOT_ASSIGN(const auto json, anew.document.json());
    SPOT_ASSIGN(auto projection, project_document(record_of(making), id, here_, json));
    return std::move(projection.json);
}

Result<std::optional<std::vector<Change>>> Documents::changes_in(Rows rows, const RecordRow& row,
                                                                 const RecordId& id) {
    if (!row.document) return std::vector<Change>{change_of(id)};
    SPOT_ASSIGN(const auto packed,
                subjects_.open(rows, row.subject, {kDocumentColumn, row.key}, *row.document));
    if (!packed) return std::nullopt;
    View saved;
    auto changes = unpack(*packed, saved);
    if (!changes) return fail(Code::corrupt, "a record's changes are damaged");
    return changes;
}

Result<bool> Documents::is_sound(Rows rows, const StoredEntry& line) {
    SPOT_ASSIGN(const auto key, key_of(rows, line.entry.id()));
    if (!key) return false;
    SPOT_ASSIGN(const auto found, rows.record(*key));
    if (!found || found->place != record_place(record_of(line.entry.kind))) return false;
    const RecordRow& row = *found;
    if (row.json.empty() && !row.document) return true;  // it is the entry alone

    const auto compared = [&]() -> Result<bool> {
        SPOT_ASSIGN(const auto shown, open_json(rows, line.entry.id(), row));
        SPOT_ASSIGN(auto changes, changes_in(rows, row, line.entry.id()));
        if (!shown || !changes || line.erased) return true;
        // What is validated when it comes is not validated again, and a changed row may hold
        // anything.
        try {
            SPOT_ASSIGN(const auto expected, rebuilt(rows, line, std::move(*changes)));
            return !expected || *expected == *shown;
        } catch (const Json::exception&) {
            return false;
        }
    }();
    if (!compared && compared.error().code == Code::corrupt) return false;
    return compared;
}

}  // namespace spot::core
