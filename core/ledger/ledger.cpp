#include "core/ledger.h"

#include <nlohmann/json.hpp>

#include "core/ledger/impl.h"
#include "core/store/sqlite/migrate.h"

namespace spot::core {
namespace {

constexpr char kSubjectSecret[] = "ledger.subject_secret";

Result<std::optional<std::string>> read_setting(Database& database, std::string_view name) {
    auto row = database.prepare("SELECT value FROM setting WHERE name = ?1");
    SPOT_ASSIGN(const auto found, row.with(name).step());
    if (!found) return std::nullopt;
    return std::string(row.text(0));
}

// Of this store alone; the first process to open it makes it.
Result<SecretKey> subject_secret(Database& database, Random& random) {
    SPOT_TRY(database.prepare("INSERT OR IGNORE INTO setting (name, value) VALUES (?1, ?2)")
                 .with(std::string_view(kSubjectSecret), View(SecretKey::random(random).bytes()))
                 .run());
    SPOT_ASSIGN(const auto found, read_setting(database, kSubjectSecret));
    if (!found || found->size() != SecretKey::kSize)
        return fail(Code::corrupt, "the store's secret is damaged");
    return SecretKey(view(*found).first<SecretKey::kSize>());
}

}  // namespace

Ledger::Ledger(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(const std::filesystem::path& file, const SecretKey& key,
                            Options options) {
    SPOT_CHECK(options.catalogue && options.random);
    SPOT_ASSIGN(auto database, Database::open(file, key));
    SPOT_TRY(migrate(database));
    SPOT_ASSIGN(auto secret, subject_secret(database, *options.random));
    Ledger out(std::make_unique<Inside>(std::move(database), options, std::move(secret)));
    SPOT_TRY(out.inside_->make_lists(tx));
    SPOT_TRY(out.inside_->name_earlier_files(tx));
    return out;
}

// ── Settings.

std::optional<std::string> Ledger::setting(std::string_view name) {
    auto found = inside_->noted(read_setting(inside_->database, name));
    return found ? std::move(*found) : std::nullopt;
}

Result<> Ledger::set(std::string_view name, std::string_view value) {
    return inside_->transact([&](Tx& tx) {
        return inside_->database
            .prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)")
            .with(name, view(value))
            .run();
    });
}

Result<> Ledger::atomically(const std::function<Result<>()>& work) {
    return inside_->transact(work, Inside::Of::log);  // a call in it that needs records sees to it
}

Result<> Ledger::expect_many() {
    return inside_->database.lengthen_log();
}

Result<std::function<Result<>()>> Ledger::flush_later() {
    std::shared_ptr<WriteAheadLog> log;
    SPOT_TRY(inside_->read(Inside::Of::log, [&]() -> Result<> {
        SPOT_ASSIGN(auto opened, inside_->database.write_ahead_log());
        log = std::make_shared<WriteAheadLog>(std::move(opened));
        return {};
    }));
    SPOT_TRY(inside_->database.flush_later());
    return [log] { return log->flush(); };
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
        [&] { return inside_->append(tx, kind, reference, user, std::move(intent), out); },
        Inside::Of::log));
    return out;
}

std::optional<RecordId> Ledger::find(std::string_view record, std::string_view reference_or_id) {
    std::optional<RecordId> out;
    // What another process recorded a moment ago comes with the second look.
    for (const auto of : {Inside::Of::log, Inside::Of::records}) {
        const auto found = inside_->noted(
            inside_->look(of, [&] { return inside_->find(tx, record, reference_or_id); }));
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
    SPOT_TRY(inside_->transact([&](Tx& tx) { return inside_->branch(tx, from, common, to, renamed, again); }));
    return again;
}

Seen Ledger::branch_of(const LogId& log) {
    return inside_->log(log).branch;
}

Result<> Ledger::keep_branch(const LogId& log, const Seen& branch) {
    return inside_->transact([&](Tx& tx) { return inside_->keep_branch(tx, log, branch); });
}

Result<std::size_t> Ledger::matching(const LogId& log, std::span<const Entry> given) {
    return inside_->look(Inside::Of::log, [&](Tx& tx) { return inside_->matching(tx, log, given); });
}

std::vector<LogId> Ledger::logs() {
    return inside_->noted(inside_->logs.ids(tx)).value_or(std::vector<LogId>());
}

Result<std::uint32_t> Ledger::newest_epoch(std::uint64_t device) {
    return inside_->look(Inside::Of::log, [&](Tx& tx) { return inside_->logs.newest_epoch(tx, device); });
}

std::optional<Hash> Ledger::hash_at(const LogId& log, std::uint64_t seq) {
    const auto found = inside_->noted(inside_->entries.hash_at(tx, inside_->log(log), seq));
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
        return inside_->entries.each(tx, 
            found, from, std::min(found.tip.seq, last), [&](Line& line) -> Result<> {
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
    SPOT_TRY(inside_->transact([&](Tx& tx) { return inside_->receive(tx, log, entries, take, tip); }));
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
    return inside_->look(Inside::Of::records, [&](Tx& tx) { return inside_->changes_up_to(tx, log, seq); });
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
    return inside_->noted(inside_->entries.quarantined(tx, inside_->log(log), count))
        .value_or(std::vector<Quarantined>());
}

Result<std::uint64_t> Ledger::quarantined_count(const LogId& log) {
    return inside_->look(Inside::Of::log,
                         [&] { return inside_->entries.quarantined_count(tx, inside_->log(log)); });
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
                         [&] { return inside_->export_records(tx, options, line); });
}

Result<Ledger::Counts> Ledger::count() {
    return inside_->look(Inside::Of::records, [&](Tx& tx) { return inside_->count(tx); });
}

Result<std::vector<std::string>> Ledger::check() {
    std::vector<std::string> faults;
    SPOT_TRY(inside_->read(Inside::Of::records, [&](Tx& tx) { return inside_->check(tx, faults); }));
    return faults;
}

}  // namespace spot::core
