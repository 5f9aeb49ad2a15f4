#pragma once

// What sync knows of a ledger, on vectors: an exchange can be tested without store, catalogue or
// documents. It judges nothing and executes nothing.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/ledger/files.h"
#include "core/ledger/replica.h"
#include "tests/support/chance.h"

namespace spot::support {

class VectorReplica final : public core::Replica {
public:
    explicit VectorReplica(std::uint64_t seed) : random_(seed) {}

    // Appends an entry of one's own.
    void write(const core::LogId& id, std::uint64_t number) {
        Log& log = logs_[id];
        if (log.secret.empty()) log.secret.push_back(core::SecretKey::random(random_));
        core::Entry entry;
        entry.log = id;
        entry.seq = log.entries.size() + 1;
        entry.kind = core::Kind::feedback_training;
        entry.run = 1;
        entry.user = "m.silva";
        entry.intent =
            "{\"at\":\"2026-11-30T10:00:00+00:00\",\"number\":" + std::to_string(number) + "}";
        log.add(entry);
    }
    // As a copy from before the entries after `seq` would have it.
    void forget_after(const core::LogId& id, std::uint64_t seq) {
        logs_[id].entries.resize(seq);
        logs_[id].hashes.resize(seq);
        if (logs_[id].durable.seq > seq) logs_[id].durable = tip(id);
    }

    core::Result<> atomically(const std::function<core::Result<>()>& work) override {
        return work();
    }
    core::Tip tip(const core::LogId& id) override {
        const Log& log = logs_[id];
        return log.entries.empty() ? core::Tip{} : core::Tip{log.entries.size(), log.hashes.back()};
    }
    std::vector<core::LogId> logs() override {
        std::vector<core::LogId> out;
        for (const auto& [id, log] : logs_)
            if (!log.entries.empty()) out.push_back(id);
        return out;
    }
    core::Result<std::uint32_t> newest_epoch(std::uint64_t device) override {
        std::uint32_t newest = 0;
        for (const auto& [id, log] : logs_)
            if (id.device == device) newest = std::max(newest, id.epoch);
        return newest;
    }
    std::optional<core::Hash> hash_at(const core::LogId& id, std::uint64_t seq) override {
        if (seq == 0) return core::Hash{};
        const Log& log = logs_[id];
        if (seq > log.hashes.size()) return std::nullopt;
        return log.hashes[seq - 1];
    }
    core::Result<std::vector<core::Entry>> entries(const core::LogId& id, std::uint64_t first,
                                                   std::size_t count) override {
        const Log& log = logs_[id];
        const std::size_t from = std::min<std::size_t>(first - 1, log.entries.size());
        const std::size_t last = std::min(log.entries.size(), from + count);
        return std::vector<core::Entry>(log.entries.begin() + static_cast<std::ptrdiff_t>(from),
                                        log.entries.begin() + static_cast<std::ptrdiff_t>(last));
    }
    core::Result<std::size_t> matching(const core::LogId& id,
                                       std::span<const core::Entry> given) override {
        const Log& log = logs_[id];
        std::size_t same = 0;
        while (same < given.size() && given[same].seq <= log.entries.size() &&
               log.entries[given[same].seq - 1] == given[same])
            ++same;
        return same;
    }
    core::Result<std::vector<core::PeriodSecret>> period_secrets(const core::LogId& id,
                                                                 std::uint64_t,
                                                                 std::uint64_t) override {
        std::vector<core::PeriodSecret> out;
        for (const auto& secret : logs_[id].secret) out.push_back({0, secret.clone()});
        return out;
    }
    core::Result<> offer_period_secrets(const core::LogId& id,
                                        std::span<const core::PeriodSecret> secrets) override {
        Log& log = logs_[id];
        if (log.secret.empty() && !secrets.empty())
            log.secret.push_back(secrets.front().secret.clone());
        return {};
    }
    core::Result<core::Tip> receive(const core::LogId& id, const core::Incoming& incoming,
                                    core::ReceiveMode) override {
        for (const core::Entry& entry : incoming.entries()) {
            if (entry.seq != logs_[id].entries.size() + 1)
                return core::fail(core::Code::conflict, "they do not follow");
            logs_[id].add(entry);
        }
        return tip(id);
    }
    core::Result<> finalize(const core::LogId&) override { return {}; }
    core::Result<core::Mark> mark(const core::LogId& id) override { return core::Mark{tip(id)}; }
    core::Result<> discard_after(const core::LogId& id, const core::Mark& mark) override {
        forget_after(id, mark.tip.seq);
        return {};
    }
    core::Result<> acknowledge(const core::LogId& id, const core::Tip& durable,
                               const core::Tip& backed_up) override {
        logs_[id].durable = durable;
        logs_[id].backed_up = backed_up;
        return {};
    }
    core::Tip acknowledged(const core::LogId& id) override { return logs_[id].durable; }
    core::Tip backed_up(const core::LogId& id) override { return logs_[id].backed_up; }
    core::Seen branch_of(const core::LogId& id) override { return logs_[id].branch; }
    core::Result<> keep_branch(const core::LogId& id, const core::Seen& branch) override {
        logs_[id].branch = branch;
        return {};
    }

private:
    struct Log {
        std::vector<core::Entry> entries;
        std::vector<core::Hash> hashes;
        std::vector<core::SecretKey> secret;  // of the first period; none, or one
        core::Tip durable, backed_up;
        core::Seen branch;

        void add(const core::Entry& entry) {
            const core::Hash salt = core::salt_of(secret.front(), entry.log, entry.seq);
            const core::Hash before = hashes.empty() ? core::Hash{} : hashes.back();
            hashes.push_back(core::chain(before, entry, core::commitment(salt, entry.intent)));
            entries.push_back(entry);
        }
    };
    tests::SeededRandom random_;
    std::map<core::LogId, Log> logs_;
};

class NoQuarantine final : public core::Quarantine {
public:
    std::vector<core::Quarantined> list(const core::LogId&, std::size_t) override { return {}; }
    core::Result<std::uint64_t> count(const core::LogId&) override { return std::uint64_t{0}; }
    core::Result<std::vector<core::Bytes>> causal_history(const core::LogId&,
                                                          std::uint64_t) override {
        return core::fail(core::Code::not_found, "nothing is quarantined");
    }
    core::Result<std::uint64_t> operations_in(std::span<const core::Bytes>) override {
        return std::uint64_t{0};
    }
    core::Result<bool> accept_diverged(const core::LogId&, std::uint64_t,
                                       std::span<const core::Bytes>) override {
        return false;
    }
    core::Result<> revalidate(const core::LogId&) override { return {}; }
    std::string note(std::string_view name) override { return notes_[std::string(name)]; }
    core::Result<> set_note(std::string_view name, std::string_view text) override {
        notes_[std::string(name)] = text;
        return {};
    }

private:
    std::map<std::string, std::string> notes_;
};

class NoFiles final : public core::Files {
public:
    core::Result<core::FileCounts> counts(std::uint64_t) override { return core::FileCounts{}; }
    core::Result<std::vector<core::AwaitedFile>> awaited(const core::LogId&, std::size_t) override {
        return std::vector<core::AwaitedFile>();
    }
    core::Result<> add_chunk(const core::RequestFile&, std::uint64_t, core::View) override {
        return {};
    }
    core::Result<> mark_failed(const core::RequestFile&) override { return {}; }
    core::Result<core::FileState> state(const core::RequestFile&) override {
        return core::FileState::unknown;
    }
    core::Result<> each(const std::optional<core::RecordId>&,
                        const std::function<core::Result<>(const core::ReceivedFile&)>&) override {
        return {};
    }
    core::Result<std::vector<core::RequestFile>> unconfirmed(std::size_t) override {
        return std::vector<core::RequestFile>();
    }
    core::Result<std::vector<core::RequestFile>> refused(std::size_t) override {
        return std::vector<core::RequestFile>();
    }
    core::Result<bool> set_remote_state(const core::RequestFile&, core::FileState) override {
        return false;
    }
    core::Result<std::map<core::Hash, core::FileState>> remote_states(
        const core::RecordId&) override {
        return std::map<core::Hash, core::FileState>();
    }
    core::Result<std::optional<core::Bytes>> content(const core::RequestFile&) override {
        return std::nullopt;
    }
};

class VectorLedger {
public:
    explicit VectorLedger(std::uint64_t seed) : replica_(seed) {}
    VectorReplica& replica() { return replica_; }
    NoQuarantine& quarantine() { return quarantine_; }
    NoFiles& files() { return files_; }

private:
    VectorReplica replica_;
    NoQuarantine quarantine_;
    NoFiles files_;
};

}  // namespace spot::support
