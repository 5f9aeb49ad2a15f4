#include "core/ledger.h"

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"
#include "core/store/sqlite/sqlite_store.h"

namespace spot::core {
namespace {

constexpr char kSubjectSecret[] = "ledger.subject_secret";

// Of this store alone; the first process to open it makes it.
Result<std::string> subject_secret(Tx& tx, Random& random) {
    SPOT_ASSIGN(auto found, tx.values.setting(kSubjectSecret));
    if (found || !tx.writes()) return found.value_or("");
    SPOT_TRY(tx.values.set(kSubjectSecret, text(SecretKey::random(random).bytes())));
    SPOT_ASSIGN(found, tx.values.setting(kSubjectSecret));
    return found.value_or("");
}

Result<SecretKey> subject_secret(Store& store, Random& random) {
    std::string secret;
    // To open a store takes no writer's turn, but for the first time.
    for (const auto access : {Store::Access::read, Store::Access::write}) {
        SPOT_ASSIGN(const auto tx, store.begin(access));
        SPOT_ASSIGN(secret, subject_secret(*tx, random));
        SPOT_TRY(tx->commit());
        if (!secret.empty()) break;
    }
    if (secret.size() != SecretKey::kSize)
        return fail(Code::corrupt, "the store's secret is damaged");
    return SecretKey(view(secret).first<SecretKey::kSize>());
}

}  // namespace

Ledger::Ledger(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(const std::filesystem::path& file, const SecretKey& key,
                            Options options) {
    SPOT_CHECK(options.catalogue && options.random);
    SPOT_ASSIGN(auto store, open_sqlite_store(file, key));
    return open(std::move(store), options);
}

Result<Ledger> Ledger::open(std::unique_ptr<Store> store, Options options) {
    SPOT_CHECK(store && options.catalogue && options.random);
    SPOT_ASSIGN(auto secret, subject_secret(*store, *options.random));
    Ledger out(std::make_unique<Inside>(std::move(store), options, std::move(secret)));
    Inside& inside = *out.inside_;
    bool lacks = false;  // as a new one does, and one that an older program wrote
    SPOT_TRY(inside.read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(lacks, inside.lacks_derived(tx));
        return {};
    }));
    if (!lacks) return out;
    SPOT_TRY(inside.transact(
        [&](Tx& tx) -> Result<> {
            SPOT_TRY(inside.make_lists(tx));
            return inside.name_earlier_files(tx);
        },
        Inside::Of::log));
    return out;
}

// ── Settings.

std::optional<std::string> Ledger::setting(std::string_view name) {
    auto found = inside_->noted(
        inside_->look(Inside::Of::log, [&](Tx& tx) { return tx.values.setting(name); }));
    return found ? std::move(*found) : std::nullopt;
}

Result<> Ledger::set(std::string_view name, std::string_view value) {
    return inside_->transact([&](Tx& tx) { return tx.values.set(name, value); }, Inside::Of::log);
}

Result<> Ledger::atomically(const std::function<Result<>()>& work) {
    // A call in it that needs records sees to it.
    return inside_->transact([&](Tx&) { return work(); }, Inside::Of::log);
}

Result<> Ledger::expect_many() {
    return inside_->store->reserve();
}

Result<std::function<Result<>()>> Ledger::flush_later() {
    return inside_->store->defer_flush();
}

// ── Writing.

Result<> Ledger::write_to(const LogId& log) {
    if (!inside_->is_own(log)) return fail(Code::refused, "that log is another party's");
    if (log.epoch == 0 || log.epoch > kEpochMax) return fail(Code::limit, "no such epoch");
    Inside::Writing writing{log, inside_->writing ? inside_->writing->run : 0};
    if (!inside_->writing) {
        std::array<std::uint8_t, 8> run;
        inside_->options.random->fill(run);
        writing.run = ByteReader(run).u64();
    }
    inside_->writing = writing;
    if (log.device == kHubBit) return {};  // no station's: append() finds the log by the record
    return inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, inside_->logs.find_or_make(tx, log));
        SPOT_TRY(inside_->logs.secret_or_make(tx, *found, found->tip.seq + 1));
        return {};
    });
}

Result<Ledger::Appended> Ledger::append(Kind kind, std::string_view reference,
                                        std::string_view user, nlohmann::json intent) {
    Appended out;
    SPOT_TRY(inside_->transact(
        [&](Tx& tx) { return inside_->append(tx, kind, reference, user, std::move(intent), out); },
        Inside::Of::log));
    return out;
}

std::optional<RecordId> Ledger::find(std::string_view record, std::string_view reference_or_id) {
    std::optional<RecordId> out;
    // What another process recorded a moment ago comes with the second look.
    for (const auto of : {Inside::Of::log, Inside::Of::records}) {
        const auto found = inside_->noted(
            inside_->look(of, [&](Tx& tx) { return inside_->find(tx, record, reference_or_id); }));
        if (!found) break;
        out = *found;
        if (out) break;
    }
    return out;
}

// ── Logs.

Tip Ledger::tip(const LogId& log) {
    return inside_->log(log).tip;
}
Tip Ledger::acknowledged(const LogId& log) {
    return inside_->log(log).acknowledged;
}
Tip Ledger::backed_up(const LogId& log) {
    return inside_->log(log).backed_up;
}

std::uint64_t Ledger::waiting(const LogId& log) {
    const auto found = inside_->log(log);
    return found.last() - std::min(found.last(), found.acknowledged.seq);
}

Result<std::uint64_t> Ledger::branch(const LogId& from, const Tip& common, const LogId& to,
                                     const Renamed& renamed) {
    std::uint64_t again = 0;
    SPOT_TRY(inside_->transact(
        [&](Tx& tx) { return inside_->branch(tx, from, common, to, renamed, again); }));
    return again;
}

Seen Ledger::branch_of(const LogId& log) {
    return inside_->log(log).branch;
}

Result<> Ledger::keep_branch(const LogId& log, const Seen& branch) {
    return inside_->transact([&](Tx& tx) { return inside_->keep_branch(tx, log, branch); });
}

Result<std::size_t> Ledger::matching(const LogId& log, std::span<const Entry> given) {
    return inside_->look(Inside::Of::log,
                         [&](Tx& tx) { return inside_->matching(tx, log, given); });
}

std::vector<LogId> Ledger::logs() {
    return inside_
        ->noted(inside_->look(Inside::Of::log, [&](Tx& tx) { return inside_->logs.ids(tx); }))
        .value_or(std::vector<LogId>());
}

Result<std::uint32_t> Ledger::newest_epoch(std::uint64_t device) {
    return inside_->look(Inside::Of::log,
                         [&](Tx& tx) { return inside_->logs.newest_epoch(tx, device); });
}

std::optional<Hash> Ledger::hash_at(const LogId& log, std::uint64_t seq) {
    const auto found =
        inside_->noted(inside_->look(Inside::Of::log, [&](Tx& tx) -> Result<std::optional<Hash>> {
            SPOT_ASSIGN(const auto row, inside_->logs.find(tx, log));
            if (!row) return seq == 0 ? std::optional<Hash>(Hash{}) : std::nullopt;
            return inside_->entries.hash_at(tx, *row, seq);
        }));
    return found ? *found : std::nullopt;
}

Result<std::vector<Entry>> Ledger::entries(const LogId& log, std::uint64_t first,
                                           std::size_t count) {
    std::vector<Entry> out;
    if (count == 0) return out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) {
        const auto found = inside_->log(log);
        const std::uint64_t from = std::max<std::uint64_t>(first, 1);
        const std::uint64_t last = from - 1 + std::min<std::uint64_t>(count, kSeqMax);
        return inside_->entries.each(
            tx, found, from, std::min(found.tip.seq, last), [&](Line& line) -> Result<> {
                if (line.erased) return fail(Code::not_found, "an entry's data were erased");
                out.push_back(std::move(line.entry));
                return {};
            });
    }));
    return out;
}

Result<std::vector<PeriodSecret>> Ledger::period_secrets(const LogId& log, std::uint64_t first,
                                                         std::uint64_t last) {
    std::vector<PeriodSecret> out;
    if (first == 0 || first > last) return out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        const auto found = inside_->log(log);
        for (auto period = period_of(first); period <= period_of(last); ++period) {
            SPOT_ASSIGN(const auto secret,
                        inside_->logs.secret(tx, found, period * kPeriodEntries + 1));
            if (!secret) return fail(Code::not_found, "the period's secret is not here any more");
            out.push_back({period, secret->clone()});
        }
        return {};
    }));
    return out;
}

Result<> Ledger::keep_period_secrets(const LogId& log, std::span<const PeriodSecret> secrets) {
    if (inside_->is_own(log)) return fail(Code::refused, "one's own secrets are made here");
    inside_->offered.offer(log, secrets);
    return {};
}

Result<Tip> Ledger::receive(const LogId& log, std::span<const Entry> entries, Take take) {
    Tip tip;
    SPOT_TRY(
        inside_->transact([&](Tx& tx) { return inside_->receive(tx, log, entries, take, tip); }));
    return tip;
}

Result<> Ledger::settle(const LogId& log) {
    return inside_->transact([&](Tx& tx) { return inside_->settle(tx, log); });
}

Result<> Ledger::take_back(const LogId& log, std::uint64_t seq) {
    return inside_->transact([&](Tx& tx) { return inside_->take_back(tx, log, seq); });
}

Result<std::size_t> Ledger::execute_received(std::size_t count) {
    std::size_t done = 0;
    SPOT_TRY(inside_->transact([&](Tx& tx) { return inside_->execute_received(tx, count, done); }));
    return done;
}

Result<std::vector<Bytes>> Ledger::changes_up_to(const LogId& log, std::uint64_t seq) {
    return inside_->look(Inside::Of::records,
                         [&](Tx& tx) { return inside_->changes_up_to(tx, log, seq); });
}

Result<bool> Ledger::reconsider(const LogId& log, std::uint64_t seq,
                                std::span<const Bytes> changes) {
    bool taken = false;
    SPOT_TRY(inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto done, inside_->reconsider(tx, log, seq, changes));
        taken = done;
        return {};
    }));
    return taken;
}

Result<> Ledger::judge_again(const LogId& log) {
    return inside_->transact([&](Tx& tx) { return inside_->judge_again(tx, log); });
}

std::vector<Quarantined> Ledger::quarantined(const LogId& log, std::size_t count) {
    return inside_
        ->noted(inside_->look(Inside::Of::log,
                              [&](Tx& tx) -> Result<std::vector<Quarantined>> {
                                  SPOT_ASSIGN(const auto row, inside_->logs.find(tx, log));
                                  if (!row) return std::vector<Quarantined>();
                                  return inside_->entries.quarantined(tx, *row, count);
                              }))
        .value_or(std::vector<Quarantined>());
}

Result<std::uint64_t> Ledger::quarantined_count(const LogId& log) {
    return inside_->look(Inside::Of::log, [&](Tx& tx) -> Result<std::uint64_t> {
        SPOT_ASSIGN(const auto row, inside_->logs.find(tx, log));
        if (!row) return std::uint64_t{0};
        return inside_->entries.quarantined_count(tx, *row);
    });
}

Result<> Ledger::acknowledge(const LogId& log, const Tip& durable, const Tip& backed_up) {
    return inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto found, inside_->logs.find(tx, log));
        if (!found) return fail(Code::not_found, "there is no such log");
        if (found->acknowledged == durable && found->backed_up == backed_up) return {};
        found->acknowledged = durable;
        found->backed_up = backed_up;
        // At a station only its own entries are sure to be executed.
        if (inside_->is_own(log)) SPOT_TRY(inside_->records.tally_on(tx, *found, found->tip.seq));
        SPOT_TRY(inside_->logs.save(tx, *found));
        // Not at the acknowledgement: another party that lost entries since its backup has to be
        // sent them again, with their salts.
        return inside_->logs.destroy_secrets(tx, *found, std::min(durable.seq, backed_up.seq));
    });
}

// ── Reading.

Result<> Ledger::export_records(const ExportOptions& options,
                                const std::function<void(std::string_view)>& line) {
    return inside_->read(Inside::Of::records,
                         [&](Tx& tx) { return inside_->export_records(tx, options, line); });
}

Result<Ledger::Counts> Ledger::count() {
    return inside_->look(Inside::Of::records, [&](Tx& tx) { return inside_->count(tx); });
}

Result<std::vector<std::string>> Ledger::check() {
    SPOT_ASSIGN(auto faults, inside_->store->check());
    SPOT_TRY(
        inside_->read(Inside::Of::records, [&](Tx& tx) { return inside_->check(tx, faults); }));
    return faults;
}

}  // namespace spot::core
