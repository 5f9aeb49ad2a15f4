// A request's files on their way: what the hub lacks and takes, and what a station knows of that.

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {

// ── At the hub.

Result<> Ledger::Inside::name_files(Tx& tx, const Logs::Log& log, const Line& line) {
    const bool may = options.party == Party::hub && line.entry.kind == Kind::request_queue &&
                     (log.id.device & kHubBit) == 0 && line.subject;
    if (!may || line.entry.intent.find("\"attachments\"") == std::string::npos) return {};
    const auto intent = nlohmann::json::parse(line.entry.intent, nullptr, false);
    const auto named = intent.find("attachments");
    if (named == intent.end()) return {};
    return files.name(tx, entry_key(log.number, line.entry.seq), log.id.device, *line.subject, *named);
}

// Of a hub that received requests before it asked for their files; once.
Result<> Ledger::Inside::name_earlier_files(Tx& tx) {
    if (options.party != Party::hub) return {};
    const auto done =
        database.integer("SELECT count(tx, *) FROM setting WHERE name = 'ledger.files_named'");
    if (!done) return tl::make_unexpected(done.error());
    if (*done > 0) return {};
    return transact([&](Tx& tx) -> Result<> {
        auto rows = database.prepare(
            "SELECT key FROM entry WHERE kind = ?1 AND NOT EXISTS (SELECT 1 FROM quarantine"
            " WHERE entry = key AND code IN ('form', 'authority'))");
        rows.with(static_cast<int>(Kind::request_queue));
        for (;;) {
            SPOT_ASSIGN(const auto row, rows.step());
            if (!row) break;
            SPOT_ASSIGN(const auto id, id_of(tx, rows.integer(0)));
            SPOT_ASSIGN(const auto log, logs.find(tx, id.log));
            SPOT_ASSIGN(const auto line, entries.read(tx, *log, id.seq));
            if (line && !line->erased) SPOT_TRY(name_files(tx, *log, *line));
        }
        return database
            .prepare(
                "INSERT OR REPLACE INTO setting (name, value)"
                " VALUES ('ledger.files_named', x'31')")
            .run();
    });
}

// Who writes `log` knew of its earlier epochs what stands before the place where it left them.
Result<std::map<std::int64_t, std::uint64_t>> Ledger::Inside::settled_before(Tx& tx, const LogId& id) {
    std::map<std::int64_t, std::uint64_t> last;  // by the log's number
    SPOT_ASSIGN(const auto* const reaches, logs.reaches(tx, id));
    auto rows = database.prepare(
        "SELECT number, epoch, settled FROM log WHERE device = ?1 AND epoch <= ?2"
        " ORDER BY epoch DESC");
    rows.with(id.device, id.epoch);
    for (auto reach = reaches->begin(); reach != reaches->end();) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) break;
        const auto epoch = static_cast<std::uint32_t>(rows.integer(1));
        while (reach != reaches->end() && epoch < reach->first) ++reach;
        if (reach == reaches->end() || epoch > reach->last) continue;
        last[rows.integer(0)] =
            epoch == reach->last ? std::min(reach->seq, rows.number(2)) : rows.number(2);
    }
    return last;
}

Result<RecordId> Ledger::Inside::id_of(Tx& tx, std::int64_t key) {
    auto log = database.prepare("SELECT device, epoch FROM log WHERE number = ?1");
    SPOT_ASSIGN(const auto found, log.with(key >> kSeqBits).step());
    if (!found) return fail(Code::corrupt, "an entry's log is missing");
    return RecordId{{log.number(0), static_cast<std::uint32_t>(log.integer(1))}, seq_of(key)};
}

Result<std::optional<Files::Row>> Ledger::Inside::file_row(Tx& tx, const File& file) {
    SPOT_ASSIGN(const auto log, logs.find(tx, file.request.log));
    if (!log) return std::nullopt;
    return files.find(tx, entry_key(log->number, file.request.seq), file.hash);
}

Result<std::vector<Ledger::Awaited>> Ledger::awaited(const LogId& log, std::size_t count) {
    std::vector<Awaited> out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto settled, inside_->settled_before(tx, log));
        std::vector<std::int64_t> seen;  // files: several requests may name one
        return inside_->files.each_awaited(tx, 
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
        std::int64_t entry = 0;
        if (request) {
            SPOT_ASSIGN(const auto log, inside_->logs.find(tx, request->log));
            if (!log || request->seq == 0) return {};
            entry = entry_key(log->number, request->seq);
        }
        return inside_->files.each(tx, entry, [&](std::int64_t at, const Files::Row& row) -> Result<> {
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
    SPOT_TRY(inside_->each_not_there(tx, [&](const File& file, FileState told) {
        const bool is_there = file.request.seq <= acknowledged(file.request.log).seq;
        if (told == FileState::awaited && is_there) out.push_back(file);
    }));
    std::sort(out.begin(), out.end());
    if (out.size() > count) out.resize(count);
    return out;
}

Result<std::vector<Ledger::File>> Ledger::refused_files(std::size_t count) {
    std::vector<File> refused;
    SPOT_TRY(inside_->each_not_there(tx, [&](const File& file, FileState told) {
        if (told != FileState::awaited) refused.push_back(file);
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

Result<> Ledger::Inside::each_not_there(Tx& tx, const std::function<void(const File&, FileState)>& use) {
    return read(Of::log, [&](Tx& tx) -> Result<> {
        auto rows = database.prepare(
            "SELECT attached.owner, attached.hash, attached.told"
            " FROM attached INDEXED BY attached_untold"
            " JOIN subject ON subject.id = attached.subject"
            " WHERE attached.subject IS NOT NULL AND attached.told <> 1"
            " AND length(subject.key) > 0");
        for (;;) {
            SPOT_ASSIGN(const auto row, rows.step());
            if (!row) return {};
            const auto request = RecordId::parse(rows.text(0));
            const auto hash = hash_in(rows.blob(1));
            if (!request || !hash) return fail(Code::corrupt, "an attachment's row is damaged");
            use({*request, *hash}, static_cast<FileState>(rows.integer(2)));
        }
    });
}

Result<bool> Ledger::note_told(const File& file, FileState state) {
    bool changed = false;
    const std::string owner = file.request.text();
    SPOT_TRY(inside_->transact([&](Tx& tx) -> Result<> {
        auto row = inside_->database.prepare(
            "UPDATE attached SET told = ?3 WHERE owner = ?1 AND hash = ?2"
            " AND subject IS NOT NULL AND told <> ?3 RETURNING told");
        const auto found =
            row.with(std::string_view(owner), file.hash, static_cast<int>(state)).step();
        if (!found) return tl::make_unexpected(found.error());
        changed = *found;
        return row.run();
    }));
    return changed;
}

Result<std::map<Hash, Ledger::FileState>> Ledger::told_of(const RecordId& request) {
    std::map<Hash, FileState> out;
    const std::string owner = request.text();
    auto rows = inside_->database.prepare(
        "SELECT hash, told FROM attached WHERE owner = ?1 AND subject IS NOT NULL");
    rows.with(std::string_view(owner));
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) return out;
        const auto hash = hash_in(rows.blob(0));
        if (!hash) return fail(Code::corrupt, "an attachment's row is damaged");
        out[*hash] = static_cast<FileState>(rows.integer(1));
    }
}

// ── At either.

Result<Ledger::FileCounts> Ledger::file_counts(std::uint64_t device) {
    if (inside_->options.party == Party::hub)
        return inside_->look(Inside::Of::log, [&](Tx& tx) { return inside_->files.count(tx, device); });
    FileCounts out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        auto row = inside_->database.prepare(
            "SELECT count(*) FILTER (WHERE told = 0), count(*) FILTER (WHERE told > 1)"
            " FROM attached INDEXED BY attached_untold"
            " JOIN subject ON subject.id = attached.subject"
            " WHERE attached.subject IS NOT NULL AND attached.told <> 1"
            " AND length(subject.key) > 0");
        SPOT_TRY(row.step());
        out = {row.number(0), row.number(1)};
        return {};
    }));
    if (out.given_up == 0) return out;  // as nearly always: no record is opened
    SPOT_ASSIGN(const auto refused, refused_files(out.given_up));
    out.given_up = refused.size();
    return out;
}

}  // namespace spot::core
