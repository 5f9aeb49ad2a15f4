#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"

namespace spot::core {

Result<std::vector<AwaitedFile>> LedgerFiles::awaited(const LogId& log, std::size_t count) {
    std::vector<AwaitedFile> out;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto settled, impl_.settled_before(tx, log));
        std::vector<std::int64_t> seen;  // files: several requests may name one
        return tx.files.each_awaited(
            log.device, [&](std::int64_t entry, const FileRow& row) -> Result<bool> {
                const auto last = settled.find(entry >> kSeqBits);
                if (last == settled.end() || seq_of(entry) > last->second ||
                    std::find(seen.begin(), seen.end(), row.number) != seen.end())
                    return true;
                SPOT_ASSIGN(const auto id, impl_.id_of(tx, entry));
                seen.push_back(row.number);
                out.push_back({{id, row.hash}, row.have, row.bytes});
                return out.size() < count;
            });
    }));
    return out;
}

Result<> LedgerFiles::add_chunk(const RequestFile& file, std::uint64_t offset, View bytes) {
    return impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(auto row, impl_.file_row(tx, file));
        if (!row) return fail(Code::not_found, "no request names that file");
        if (row->state != FileState::awaited || offset > row->have) return {};
        const std::uint64_t known = row->have - offset;
        return known >= bytes.size()
                   ? Result<>()
                   : impl_.received_files.add(tx, *row,
                                              bytes.subspan(static_cast<std::size_t>(known)));
    });
}

Result<> LedgerFiles::mark_failed(const RequestFile& file) {
    return impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(auto row, impl_.file_row(tx, file));
        if (!row || row->state != FileState::awaited) return {};
        return impl_.received_files.give_up(tx, *row);
    });
}

Result<FileState> LedgerFiles::state(const RequestFile& file) {
    FileState out = FileState::unknown;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto head, impl_.made(tx, Kind::request_queue, file.request));
        if (!head) return {};  // none, or in quarantine
        SPOT_ASSIGN(const auto row, impl_.file_row(tx, file));
        if (!row) return {};
        SPOT_ASSIGN(const auto key, impl_.subjects.key(tx, row->subject));
        if (key) out = row->state;
        return {};
    }));
    return out;
}

Result<> LedgerFiles::each(const std::optional<RecordId>& request,
                           const std::function<Result<>(const ReceivedFile&)>& use) {
    return impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        KeyRange range{0, std::numeric_limits<std::int64_t>::max()};
        if (request) {
            SPOT_ASSIGN(const auto log, impl_.logs.find(tx, request->log));
            if (!log || request->seq == 0) return {};
            range.first = range.last = entry_key(log->number, request->seq);
        }
        return tx.files.each(range, [&](std::int64_t at, const FileRow& row) -> Result<> {
            SPOT_ASSIGN(const auto id, impl_.id_of(tx, at));
            return use({{id, row.hash}, row.have, row.bytes, row.state});
        });
    });
}

Result<std::vector<RequestFile>> LedgerFiles::unconfirmed(std::size_t count) {
    std::vector<RequestFile> out;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) {
        return impl_.each_not_there(tx, [&](const RequestFile& file, FileState told) {
            const bool is_there = file.request.seq <= impl_.log(file.request.log).acknowledged.seq;
            if (told == FileState::awaited && is_there) out.push_back(file);
        });
    }));
    std::sort(out.begin(), out.end());
    if (out.size() > count) out.resize(count);
    return out;
}

Result<std::vector<RequestFile>> LedgerFiles::refused(std::size_t count) {
    std::vector<RequestFile> refused;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) {
        return impl_.each_not_there(tx, [&](const RequestFile& file, FileState told) {
            if (told != FileState::awaited) refused.push_back(file);
        });
    }));
    std::sort(refused.begin(), refused.end());
    std::vector<RequestFile> out;
    for (const RequestFile& file : refused) {
        if (out.size() == count) break;
        SPOT_ASSIGN(const auto shown, impl_.faces.records.view("request", file.request));
        if (shown && !nlohmann::json::parse(shown->json, nullptr, false).contains("withdrawn"))
            out.push_back(file);
    }
    return out;
}

Result<bool> LedgerFiles::set_remote_state(const RequestFile& file, FileState state) {
    bool changed = false;
    SPOT_TRY(impl_.transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(changed, tx.attachments.set_remote(file.request.text(), file.hash, state));
        return {};
    }));
    return changed;
}

Result<std::map<Hash, FileState>> LedgerFiles::remote_states(const RecordId& request) {
    return impl_.look(LedgerImpl::Of::log, [&](Tx& tx) -> Result<std::map<Hash, FileState>> {
        SPOT_ASSIGN(const auto rows, tx.attachments.of_owner(request.text()));
        std::map<Hash, FileState> out;
        for (const AttachedRow& row : rows)
            if (row.subject) out[row.hash] = row.remote;
        return out;
    });
}

Result<FileCounts> LedgerFiles::counts(std::uint64_t device) {
    FileCounts out;
    SPOT_TRY(impl_.read(LedgerImpl::Of::log, [&](Tx& tx) -> Result<> {
        if (impl_.party.asks_for_files) {
            SPOT_ASSIGN(out.awaited, impl_.received_files.count_awaited(tx, device));
            SPOT_ASSIGN(out.given_up, tx.files.count_given_up(device));
            return {};
        }
        return impl_.each_not_there(tx, [&](const RequestFile&, FileState state) {
            ++(state == FileState::awaited ? out.awaited : out.given_up);
        });
    }));
    // As nearly always at a station: no record is opened.
    if (impl_.party.asks_for_files || out.given_up == 0) return out;
    SPOT_ASSIGN(const auto refused, refused(out.given_up));
    out.given_up = refused.size();
    return out;
}

Result<std::optional<Bytes>> LedgerFiles::content(const RequestFile& file) {
    return impl_.faces.attachments.find(file.request.text(), file.hash);
}

}  // namespace spot::core
