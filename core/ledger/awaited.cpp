// A request's files on their way: what the hub lacks and takes, and what a station knows of that.

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {

// ── At the hub.

Result<> Ledger::Inside::name_files(Tx& tx, const Logs::Log& log, const Line& line) {
    const bool may = party.asks_for_files && line.entry.kind == Kind::request_queue &&
                     (log.id.device & kHubBit) == 0 && line.subject;
    if (!may || line.entry.intent.find("\"attachments\"") == std::string::npos) return {};
    const auto intent = nlohmann::json::parse(line.entry.intent, nullptr, false);
    const auto named = intent.find("attachments");
    if (named == intent.end()) return {};
    return files.name(tx, entry_key(log.number, line.entry.seq), log.id.device, *line.subject,
                      *named);
}

// Of a hub that received requests before it asked for their files; once.
Result<> Ledger::Inside::name_earlier_files(Tx& tx) {
    if (!party.asks_for_files) return {};
    SPOT_ASSIGN(const auto done, tx.values.setting(kFilesNamed));
    if (done) return {};
    SPOT_ASSIGN(const auto ids, logs.ids(tx));
    for (const LogId& id : ids) {
        SPOT_ASSIGN(const auto log, logs.find(tx, id));
        SPOT_TRY(entries.each(tx, *log, 1, log->tip.seq, [&](Line& line) -> Result<> {
            if (line.entry.kind != Kind::request_queue || line.erased) return {};
            SPOT_ASSIGN(const auto code, entries.quarantine_code(tx, *log, line.entry.seq));
            if (code == "form" || code == "authority") return {};
            return name_files(tx, *log, line);
        }));
    }
    return tx.values.set(kFilesNamed, "1");
}

// Who writes `log` knew of its earlier epochs what stands before the place where it left them.
Result<std::map<std::int64_t, std::uint64_t>> Ledger::Inside::settled_before(Tx& tx,
                                                                             const LogId& id) {
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

Result<RecordId> Ledger::Inside::id_of(Tx& tx, std::int64_t key) {
    SPOT_ASSIGN(const auto log, tx.logs.id_of(key >> kSeqBits));
    if (!log) return fail(Code::corrupt, "an entry's log is missing");
    return RecordId{*log, seq_of(key)};
}

Result<std::optional<Files::Row>> Ledger::Inside::file_row(Tx& tx, const File& file) {
    SPOT_ASSIGN(const auto log, logs.find(tx, file.request.log));
    if (!log) return std::nullopt;
    return tx.files.find(entry_key(log->number, file.request.seq), file.hash);
}

Result<std::vector<Ledger::Awaited>> Ledger::awaited(const LogId& log, std::size_t count) {
    std::vector<Awaited> out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto settled, inside_->settled_before(tx, log));
        std::vector<std::int64_t> seen;  // files: several requests may name one
        return tx.files.each_awaited(
            log.device, [&](std::int64_t entry, const Files::Row& row) -> Result<bool> {
                const auto last = settled.find(entry >> kSeqBits);
                if (last == settled.end() || seq_of(entry) > last->second ||
                    std::find(seen.begin(), seen.end(), row.number) != seen.end())
                    return true;
                SPOT_ASSIGN(const auto id, inside_->id_of(tx, entry));
                seen.push_back(row.number);
                out.push_back({{id, row.hash}, row.have, row.bytes});
                return out.size() < count;
            });
    }));
    return out;
}

Result<> Ledger::take_piece(const File& file, std::uint64_t offset, View bytes) {
    return inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(auto row, inside_->file_row(tx, file));
        if (!row) return fail(Code::not_found, "no request names that file");
        if (row->state != FileState::awaited || offset > row->have) return {};
        const std::uint64_t known = row->have - offset;
        return known >= bytes.size()
                   ? Result<>()
                   : inside_->files.add(tx, *row, bytes.subspan(static_cast<std::size_t>(known)));
    });
}

Result<> Ledger::give_up(const File& file) {
    return inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(auto row, inside_->file_row(tx, file));
        if (!row || row->state != FileState::awaited) return {};
        return inside_->files.give_up(tx, *row);
    });
}

Result<Ledger::FileState> Ledger::file_state(const File& file) {
    FileState out = FileState::unknown;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto head, inside_->made(tx, Kind::request_queue, file.request));
        if (!head) return {};  // none, or in quarantine
        SPOT_ASSIGN(const auto row, inside_->file_row(tx, file));
        if (!row) return {};
        SPOT_ASSIGN(const auto key, inside_->subjects.key(tx, row->subject));
        if (key) out = row->state;
        return {};
    }));
    return out;
}

Result<> Ledger::each_file(const std::optional<RecordId>& request,
                           const std::function<Result<>(const Received&)>& use) {
    return inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        KeyRange range{0, std::numeric_limits<std::int64_t>::max()};
        if (request) {
            SPOT_ASSIGN(const auto log, inside_->logs.find(tx, request->log));
            if (!log || request->seq == 0) return {};
            range.first = range.last = entry_key(log->number, request->seq);
        }
        return tx.files.each(range, [&](std::int64_t at, const Files::Row& row) -> Result<> {
            SPOT_ASSIGN(const auto id, inside_->id_of(tx, at));
            return use({{id, row.hash}, row.have, row.bytes, row.state});
        });
    });
}

Result<std::optional<Bytes>> Ledger::Inside::received_file(Tx& tx, const File& file) {
    SPOT_ASSIGN(const auto row, file_row(tx, file));
    if (!row || row->state != FileState::whole) return std::nullopt;
    SPOT_ASSIGN(const auto key, subjects.key(tx, row->subject));
    if (!key) return std::nullopt;  // erased
    Bytes out;
    out.reserve(static_cast<std::size_t>(row->bytes));
    SPOT_TRY(files.read(tx, *row, [&](View piece) -> Result<> {
        out.insert(out.end(), piece.begin(), piece.end());
        return {};
    }));
    return out;
}

// ── At a station.

Result<std::vector<Ledger::File>> Ledger::untold_files(std::size_t count) {
    std::vector<File> out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) {
        return inside_->each_not_there(tx, [&](const File& file, FileState told) {
            const bool is_there = file.request.seq <= acknowledged(file.request.log).seq;
            if (told == FileState::awaited && is_there) out.push_back(file);
        });
    }));
    std::sort(out.begin(), out.end());
    if (out.size() > count) out.resize(count);
    return out;
}

Result<std::vector<Ledger::File>> Ledger::refused_files(std::size_t count) {
    std::vector<File> refused;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) {
        return inside_->each_not_there(tx, [&](const File& file, FileState told) {
            if (told != FileState::awaited) refused.push_back(file);
        });
    }));
    std::sort(refused.begin(), refused.end());
    std::vector<File> out;
    for (const File& file : refused) {
        if (out.size() == count) break;
        SPOT_ASSIGN(const auto shown, record("request", file.request));
        if (shown && !nlohmann::json::parse(shown->json, nullptr, false).contains("withdrawn"))
            out.push_back(file);
    }
    return out;
}

Result<> Ledger::Inside::each_not_there(Tx& tx,
                                        const std::function<void(const File&, FileState)>& use) {
    return tx.attachments.each_not_whole(
        [&](std::string_view owner, const Hash& hash, FileState state) -> Result<> {
            const auto request = RecordId::parse(owner);
            if (!request) return fail(Code::corrupt, "an attachment's row is damaged");
            use({*request, hash}, state);
            return {};
        });
}

Result<bool> Ledger::note_told(const File& file, FileState state) {
    bool changed = false;
    SPOT_TRY(inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(changed, tx.attachments.set_remote(file.request.text(), file.hash, state));
        return {};
    }));
    return changed;
}

Result<std::map<Hash, Ledger::FileState>> Ledger::told_of(const RecordId& request) {
    return inside_->look(Inside::Of::log, [&](Tx& tx) -> Result<std::map<Hash, FileState>> {
        SPOT_ASSIGN(const auto rows, tx.attachments.of_owner(request.text()));
        std::map<Hash, FileState> out;
        for (const AttachedRow& row : rows)
            if (row.subject) out[row.hash] = row.remote;
        return out;
    });
}

// ── At either.

Result<Ledger::FileCounts> Ledger::file_counts(std::uint64_t device) {
    FileCounts out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        if (inside_->party.asks_for_files) {
            SPOT_ASSIGN(out.awaited, inside_->files.count_awaited(tx, device));
            SPOT_ASSIGN(out.given_up, tx.files.count_given_up(device));
            return {};
        }
        return inside_->each_not_there(tx, [&](const File&, FileState state) {
            ++(state == FileState::awaited ? out.awaited : out.given_up);
        });
    }));
    // As nearly always at a station: no record is opened.
    if (inside_->party.asks_for_files || out.given_up == 0) return out;
    SPOT_ASSIGN(const auto refused, refused_files(out.given_up));
    out.given_up = refused.size();
    return out;
}

}  // namespace spot::core
