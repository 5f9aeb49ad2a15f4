// A request's files on their way: what the hub lacks and takes, and what a station knows of that.

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {

// ── At the hub.

Result<> LedgerImpl::name_files(Rows rows, const LogRow& log, const StoredEntry& line) {
    const bool may = party.asks_for_files && line.entry.kind == Kind::request_queue &&
                     (log.id.device & kHubBit) == 0 && line.subject;
    if (!may || line.entry.intent.find("\"attachments\"") == std::string::npos) return {};
    const auto intent = nlohmann::json::parse(line.entry.intent, nullptr, false);
    const auto named = intent.find("attachments");
    if (named == intent.end()) return {};
    return received_files.name(rows, entry_key(log.number, line.entry.seq), log.id.device,
                               *line.subject, *named);
}

// Of a hub that received requests before it asked for their files; once.
Result<> LedgerImpl::name_earlier_files(Tx& tx) {
    if (!party.asks_for_files) return {};
    SPOT_ASSIGN(const auto done, tx.values.setting(kFilesNamed));
    if (done) return {};
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    for (const LogId& id : ids) {
        SPOT_ASSIGN(const auto log, logs.find(tx, id));
        SPOT_TRY(entries.each(tx, *log, 1, log->tip.seq, [&](StoredEntry& line) -> Result<> {
            if (line.entry.kind != Kind::request_queue || line.erased) return {};
            SPOT_ASSIGN(const auto code, entries.quarantine_code(tx, *log, line.entry.seq));
            if (code == "form" || code == "authority") return {};
            return name_files(tx, *log, line);
        }));
    }
    return tx.values.set(kFilesNamed, "1");
}

// Who writes `log` knew of its earlier epochs what stands before the place where it left them.
Result<std::map<std::int64_t, std::uint64_t>> LedgerImpl::settled_before(Tx& tx, const LogId& id) {
    std::map<std::int64_t, std::uint64_t> last;  // by the log's number
    SPOT_ASSIGN(const auto* const reaches, logs.reaches(tx, id));
    SPOT_ASSIGN(const auto rows, tx.logs.of_device(id.device));
    auto reach = reaches->begin();
    for (const LogRow& row : rows) {
        while (reach != reaches->end() && row.id.epoch < reach->first) ++reach;
        if (reach == reaches->end()) break;
        if (row.id.epoch > reach->last) continue;
        last[row.number] =
            row.id.epoch == reach->last ? std::min(reach->seq, row.settled) : row.settled;
    }
    return last;
}

Result<RecordId> LedgerImpl::id_of(Tx& tx, std::int64_t key) {
    SPOT_ASSIGN(const auto log, tx.logs.id_of(key >> kSeqBits));
    if (!log) return fail(Code::corrupt, "an entry's log is missing");
    return RecordId{*log, seq_of(key)};
}

Result<std::optional<FileRow>> LedgerImpl::file_row(Tx& tx, const RequestFile& file) {
    SPOT_ASSIGN(const auto log, logs.find(tx, file.request.log));
    if (!log) return std::nullopt;
    return tx.files.find(entry_key(log->number, file.request.seq), file.hash);
}

Result<std::optional<Bytes>> LedgerImpl::received_file(Tx& tx, const RequestFile& file) {
    SPOT_ASSIGN(const auto row, file_row(tx, file));
    if (!row || row->state != FileState::whole) return std::nullopt;
    SPOT_ASSIGN(const auto key, subjects.key(tx, row->subject));
    if (!key) return std::nullopt;  // erased
    Bytes out;
    out.reserve(static_cast<std::size_t>(row->bytes));
    SPOT_TRY(received_files.read(tx, *row, [&](View piece) -> Result<> {
        out.insert(out.end(), piece.begin(), piece.end());
        return {};
    }));
    return out;
}

// ── At a station.

Result<> LedgerImpl::each_not_there(Tx& tx,
                                    const std::function<void(const RequestFile&, FileState)>& use) {
    return tx.attachments.each_not_whole(
        [&](std::string_view owner, const Hash& hash, FileState state) -> Result<> {
            const auto request = RecordId::parse(owner);
            if (!request) return fail(Code::corrupt, "an attachment's row is damaged");
            use({*request, hash}, state);
            return {};
        });
}

}  // namespace spot::core
