#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/intent.h"
#include "core/ledger/impl.h"

namespace spot::core {
namespace {

constexpr std::size_t kPlaces = kRecordNames.size();
constexpr std::size_t kBlockBytes = 1024 * 1024;
// What a kind may hold though others have taken all the room: few of a store's records are of the
// small kinds, whose turn would cost a reading of the table each.
constexpr std::size_t kSharesOfRoom = 16;

using UseLine = std::function<void(std::string_view)>;

// The lines of records whose turn comes later, by place. In blocks: a string that grows is there
// twice while it moves.
class HeldLines {
public:
    explicit HeldLines(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Once true, it stays so until lines are handed out.
    bool is_full(std::size_t place) const {
        return bytes_ > bytes_max_ && lines_[place].bytes > bytes_max_ / kSharesOfRoom;
    }
    void add(std::size_t place, std::string_view line) {
        Lines& to = lines_[place];
        const std::size_t more = line.size() + 1;
        if (to.blocks.empty() || to.blocks.back().capacity() - to.blocks.back().size() < more)
            to.blocks.emplace_back().reserve(std::max(more, kBlockBytes));
        to.blocks.back().append(line).push_back('\n');
        to.bytes += more;
        bytes_ += more;
    }
    void hand_out(std::size_t place, const UseLine& use) {
        bytes_ -= lines_[place].bytes;
        for (const std::string& block : std::exchange(lines_[place], {}).blocks) {
            std::string_view rest = block;
            for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
                use(rest.substr(0, end));
                rest.remove_prefix(end + 1);
            }
        }
    }

private:
    struct Lines {
        std::vector<std::string> blocks;
        std::size_t bytes = 0;
    };
    std::array<Lines, kPlaces> lines_;
    std::size_t bytes_ = 0, bytes_max_;
};

// An export lists kind after kind; the store holds records of all kinds in the order of their logs.
// In one walk over the store the lines of later kinds are held in memory. Where the memory for them
// ends, a kind's remaining records are read when its turn comes. So each record is opened once,
// however large the store is.
class Export {
public:
    Export(LedgerImpl& ledger, Tx& tx, const ExportOptions& wanted, const UseLine& line)
        : ledger_(ledger),
          tx_(tx),
          wanted_(wanted),
          line_(line),
          held_(ledger.party.held_bytes_max) {}

    Result<> run() {
        if (!wanted_.since.empty()) {
            SPOT_ASSIGN(const auto moment, parse_moment(wanted_.since));
            since_ms_ = moment.ms;
        }
        const auto only = record_place(wanted_.kind);
        if (!wanted_.kind.empty() && !only) return fail(Code::invalid, "no record is called that");
        SPOT_ASSIGN(logs_, ledger_.logs.ids(tx_));
        const auto first = static_cast<std::size_t>(only.value_or(0));
        const auto last = static_cast<std::size_t>(only.value_or(kPlaces - 1));
        for (std::size_t place = first; place <= last; ++place) {
            held_.hand_out(place, line_);
            if (next_[place].log < logs_.size()) SPOT_TRY(read_from(place, last));
        }
        return {};
    }

private:
    // A place in the order of the export.
    struct Position {
        std::size_t log = 0;  // its place in logs_; beyond the last one: everything was taken
        std::uint64_t seq = 0;
        auto operator<=>(const Position&) const = default;
    };

    // Reads on what is of kind `now`, and takes along the later kinds up to `last`.
    Result<> read_from(std::size_t now, std::size_t last) {
        const Position start = next_[now];
        now_ = now;
        // A kind that was left before `start` lacks what stands between.
        for (std::size_t place = now; place <= last; ++place)
            takes_[place] = next_[place] >= start && next_[place].log < logs_.size();
        for (std::size_t log = start.log; log < logs_.size(); ++log)
            SPOT_TRY(read_log(log, log == start.log ? start.seq : 0));
        for (std::size_t place = now; place <= last; ++place)
            if (std::exchange(takes_[place], false)) next_[place] = {logs_.size(), 0};
        return {};
    }

    Result<> read_log(std::size_t at, std::uint64_t first_seq) {
        SPOT_ASSIGN(const auto* const log, ledger_.logs.find(tx_, logs_[at]));
        RecordTable::Selection rows;
        rows.keys = {entry_key(log->number, first_seq), entry_key(log->number, kSeqMax)};
        rows.first_place = static_cast<std::int64_t>(now_);
        const auto last = std::find(takes_.rbegin(), takes_.rend(), true);
        rows.last_place = std::distance(last, takes_.rend()) - 1;
        rows.since_ms = since_ms_;
        return tx_.records.each(rows, [&](RecordRow& row) -> Result<> {
            const auto place = static_cast<std::size_t>(row.place);
            const Position here{at, seq_of(row.key)};
            if (!takes_[place] || here < next_[place]) return {};
            if (place != now_ && held_.is_full(place)) {
                takes_[place] = false;
                next_[place] = here;
                return {};
            }
            return open(*log, row);
        });
    }

    Result<> open(const LogRow& log, const RecordRow& row) {
        const auto place = static_cast<std::size_t>(row.place);
        const RecordId id{log.id, seq_of(row.key)};
        std::optional<StoredEntry> made;
        if (row.json.empty() || wanted_.references) {
            SPOT_ASSIGN(made, ledger_.entries.read(tx_, log, id.seq));
            if (!made) return fail(Code::corrupt, "a record's entry is not in the store");
        }
        SPOT_ASSIGN(const auto json, row.json.empty() ? ledger_.documents.json_as_made(*made)
                                                      : ledger_.documents.open_json(tx_, id, row));
        if (!json) return {};  // erased
        Reader reader;
        reader.held = ledger_.party.shows_what_is_held && id.seq <= log.acknowledged.seq;
        if (wanted_.references) reader.reference = made->reference;
        const std::string text = shown(kRecordNames[place], *json, reader);
        if (place == now_)
            line_(text);
        else
            held_.add(place, text);
        return {};
    }

    LedgerImpl& ledger_;
    Tx& tx_;
    const ExportOptions& wanted_;
    const UseLine& line_;
    std::int64_t since_ms_ = std::numeric_limits<std::int64_t>::min();
    std::vector<LogId> logs_;
    HeldLines held_;
    std::size_t now_ = 0;                   // the kind whose turn it is
    std::array<bool, kPlaces> takes_{};     // in this reading
    std::array<Position, kPlaces> next_{};  // what stands before it is printed or held
};

}  // namespace

Result<> LedgerImpl::export_records(Tx& tx, const ExportOptions& wanted,
                                    const std::function<void(std::string_view)>& line) {
    return Export(*this, tx, wanted, line).run();
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
