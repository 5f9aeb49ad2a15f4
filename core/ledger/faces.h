#pragma once

// The classes that a ledger gives out, on one implementation.

#include "core/ledger/attachments.h"
#include "core/ledger/audit.h"
#include "core/ledger/catalogues.h"
#include "core/ledger/executor.h"
#include "core/ledger/files.h"
#include "core/ledger/journal.h"
#include "core/ledger/records.h"
#include "core/ledger/replica.h"
#include "core/ledger/stations.h"
#include "core/ledger/values.h"

namespace spot::core {

class LedgerReplica final : public Replica {
public:
    explicit LedgerReplica(LedgerImpl& impl) : impl_(impl) {}
    Result<> atomically(const std::function<Result<>()>& work) override;
    Tip tip(const LogId& log) override;
    std::vector<LogId> logs() override;
    Result<std::uint32_t> newest_epoch(std::uint64_t device) override;
    std::optional<Hash> hash_at(const LogId& log, std::uint64_t seq) override;
    Result<std::vector<Entry>> entries(const LogId& log, std::uint64_t first,
                                       std::size_t count) override;
    Result<std::size_t> matching(const LogId& log, std::span<const Entry> given) override;
    Result<std::vector<PeriodSecret>> period_secrets(const LogId& log, std::uint64_t first,
                                                     std::uint64_t last) override;
    Result<> offer_period_secrets(const LogId& log, std::span<const PeriodSecret> secrets) override;
    Result<Tip> receive(const LogId& log, const Incoming& entries, ReceiveMode mode) override;
    Result<> finalize(const LogId& log) override;
    Result<Mark> mark(const LogId& log) override;
    Result<> discard_after(const LogId& log, const Mark& mark) override;
    Result<> acknowledge(const LogId& log, const Tip& durable, const Tip& backed_up) override;
    Tip acknowledged(const LogId& log) override;
    Tip backed_up(const LogId& log) override;
    Seen branch_of(const LogId& log) override;
    Result<> keep_branch(const LogId& log, const Seen& branch) override;

private:
    LedgerImpl& impl_;
};

class LedgerQuarantine final : public Quarantine {
public:
    explicit LedgerQuarantine(LedgerImpl& impl) : impl_(impl) {}
    std::vector<Quarantined> list(const LogId& log, std::size_t count) override;
    Result<std::uint64_t> count(const LogId& log) override;
    Result<std::vector<Bytes>> causal_history(const LogId& log, std::uint64_t seq) override;
    Result<std::uint64_t> operations_in(std::span<const Bytes> changes) override;
    Result<bool> accept_diverged(const LogId& log, std::uint64_t seq,
                                 std::span<const Bytes> changes) override;
    Result<> revalidate(const LogId& log) override;
    std::string note(std::string_view name) override;
    Result<> set_note(std::string_view name, std::string_view text) override;

private:
    LedgerImpl& impl_;
};

class LedgerFiles final : public Files {
public:
    explicit LedgerFiles(LedgerImpl& impl) : impl_(impl) {}
    Result<FileCounts> counts(std::uint64_t device) override;
    Result<std::vector<AwaitedFile>> awaited(const LogId& log, std::size_t count) override;
    Result<> add_chunk(const RequestFile& file, std::uint64_t offset, View bytes) override;
    Result<> mark_failed(const RequestFile& file) override;
    Result<FileState> state(const RequestFile& file) override;
    Result<> each(const std::optional<RecordId>& request,
                  const std::function<Result<>(const ReceivedFile&)>& use) override;
    Result<std::vector<RequestFile>> unconfirmed(std::size_t count) override;
    Result<std::vector<RequestFile>> refused(std::size_t count) override;
    Result<bool> set_remote_state(const RequestFile& file, FileState state) override;
    Result<std::map<Hash, FileState>> remote_states(const RecordId& request) override;
    Result<std::optional<Bytes>> content(const RequestFile& file) override;

private:
    LedgerImpl& impl_;
};

struct Faces {
    explicit Faces(LedgerImpl& impl)
        : journal(impl),
          replica(impl),
          quarantine(impl),
          executor(impl),
          records(impl),
          files(impl),
          attachments(impl),
          catalogues(impl),
          stations(impl),
          values(impl),
          audit(impl) {}
    Journal journal;
    LedgerReplica replica;
    LedgerQuarantine quarantine;
    Executor executor;
    Records records;
    LedgerFiles files;
    Attachments attachments;
    Catalogues catalogues;
    Stations stations;
    Values values;
    Audit audit;
};

}  // namespace spot::core
