#include <array>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

// A station may take 80 MB, and opening the store takes most of it for a moment.
constexpr std::size_t kHeldBytesMax = 16 * 1024 * 1024;

using UseLine = std::function<void(std::string_view)>;

// The lines of records whose turn comes later, by place: what lies side by side in the table is
// exported kind by kind. Where they are too many, the longest are given up and read again in turn.
class Held {
public:
    bool has(std::size_t place) const { return lines_[place].has_value(); }
    // From here on those after `place` are kept.
    void collect_after(std::size_t place) {
        for (std::size_t i = place + 1; i < lines_.size(); ++i) {
            given_up_[i] = has(i);  // whole already
            if (!has(i)) lines_[i].emplace();
        }
    }
    void add(std::size_t place, const std::string& line) {
        if (given_up_[place]) return;
        lines_[place]->append(line).push_back('\n');
        bytes_ += line.size() + 1;
        if (bytes_ > kHeldBytesMax) give_up_longest();
    }
    void hand_out(std::size_t place, const UseLine& use) {
        std::string_view rest = *lines_[place];
        for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
            use(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        drop(place);
    }

private:
    void give_up_longest() {
        std::size_t longest = 0;
        for (std::size_t i = 1; i < lines_.size(); ++i)
            if (size(i) > size(longest)) longest = i;
        given_up_[longest] = true;
        drop(longest);
    }
    void drop(std::size_t place) {
        bytes_ -= size(place);
        lines_[place].reset();
    }
    std::size_t size(std::size_t place) const { return has(place) ? lines_[place]->size() : 0; }

    std::array<std::optional<std::string>, kRecordNames.size()> lines_;
    std::array<bool, kRecordNames.size()> given_up_{};  // not added to, in this reading
    std::size_t bytes_ = 0;
};

}  // namespace

Result<> LedgerImpl::export_log(Tx& tx, const LogRow& log, const ExportRange& range,
                                const std::function<void(std::size_t, const std::string&)>& use) {
    RecordTable::Selection wanted;
    wanted.keys = {entry_key(log.number, 0), entry_key(log.number, kSeqMax)};
    wanted.first_place = range.first_place;
    wanted.last_place = range.last_place;
    wanted.since_ms = range.since_ms;
    return tx.records.each(wanted, [&](RecordRow& row) -> Result<> {
        const auto place = static_cast<std::size_t>(row.place);
        const RecordId id{log.id, seq_of(row.key)};
        SPOT_ASSIGN(const auto json, documents.open_json(tx, id, row));
        if (!json) return {};  // erased
        Reader reader;
        reader.held = party.shows_what_is_held && id.seq <= log.acknowledged.seq;
        if (range.references) reader.reference = row.reference;
        use(place, shown(kRecordNames[place], *json, reader));
        return {};
    });
}

Result<> LedgerImpl::export_records(Tx& tx, const ExportOptions& wanted,
                                    const std::function<void(std::string_view)>& line) {
    ExportRange range;
    range.references = wanted.references;
    if (!wanted.since.empty()) {
        SPOT_ASSIGN(const auto moment, parse_moment(wanted.since));
        range.since_ms = moment.ms;
    }
    const auto only = record_place(wanted.kind);
    if (!wanted.kind.empty() && !only) return fail(Code::invalid, "no record is called that");
    range.first_place = only.value_or(0);
    range.last_place = only.value_or(kRecordNames.size() - 1);
    SPOT_ASSIGN(const auto ids, logs.ids(tx));

    Held held;
    for (; range.first_place <= range.last_place; ++range.first_place) {
        const auto now = static_cast<std::size_t>(range.first_place);
        if (held.has(now)) {  // read with an earlier one
            held.hand_out(now, line);
            continue;
        }
        held.collect_after(now);
        for (const LogId& id : ids) {
            SPOT_ASSIGN(const auto log, logs.find(tx, id));
            SPOT_TRY(export_log(tx, *log, range, [&](std::size_t place, const std::string& text) {
                if (place == now)
                    line(text);
                else
                    held.add(place, text);
            }));
        }
    }
    return {};
}

Result<RecordCounts> LedgerImpl::count(Tx& tx) {
    RecordCounts out;
    for (const std::string_view name : kRecordNames) out.records[std::string(name)] = 0;
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    for (const LogId& id : ids) {
        SPOT_ASSIGN(const auto found, logs.find(tx, id));
        LogRow log = *found;  // its row was written some entries ago: they are counted on
        SPOT_TRY(documents.tally(tx, log, log.tip.seq));
        for (std::size_t i = 0; i < kRecordNames.size(); ++i)
            out.records[std::string(kRecordNames[i])] += log.tally[i];
        if (!is_own(id)) out.unexecuted += log.tip.seq - log.executed;
    }
    SPOT_ASSIGN(out.conflicts, tx.records.count_conflicts());
    SPOT_ASSIGN(out.quarantined,
                tx.entries.count_quarantined({0, std::numeric_limits<std::int64_t>::max()}));
    return out;
}

}  // namespace spot::core
