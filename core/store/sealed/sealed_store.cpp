#include "core/store/sealed/sealed_store.h"

#include "core/store/sealed/tables.h"

namespace spot::core {
namespace sealed {
namespace {

// Rows that lie plain, as an older program wrote them.
class Sealing final : public RowRewriter {
public:
    explicit Sealing(const Cells& cells) : cells_(cells) {}
    Result<> entry(EntryRow& row) override {
        seal(cells_, row);
        return {};
    }
    Result<> record(RecordRow& row) override {
        seal(cells_, row);
        return {};
    }
    Result<> name(RecordName& row) override {
        row.name = cells_.name(row.place, row.name);
        return {};
    }
    Result<> secret(std::int64_t log, std::uint64_t period, Bytes& secret) override {
        secret = seal_secret(cells_, log, period, secret);
        return {};
    }
    Result<> subject(const SubjectId& id, Bytes& key) override {
        key = seal_subject(cells_, id, key);
        return {};
    }
    Result<> attached(AttachedRow& row) override {
        seal(cells_, row);
        return {};
    }
    Result<> station(StationRow& row) override {
        seal(cells_, row);
        return {};
    }
    Result<> setting(std::string_view name, std::string& value) override {
        value = seal_setting(cells_, name, value);
        return {};
    }
    Result<> value(std::string_view space, std::string& key, std::string& owner,
                   std::string& value) override {
        value = seal_value(cells_, space, key, value);
        key = seal_value_key(cells_, space, key);
        owner = seal_value_owner(cells_, space, owner);
        return {};
    }

private:
    const Cells& cells_;
};

// Puts a name's hash where an earlier program sealed the name, and leaves the rest as it is.
class HashingNames final : public RowRewriter {
public:
    explicit HashingNames(const Cells& cells) : cells_(cells) {}
    Result<> name(RecordName& row) override {
        SPOT_ASSIGN(const auto plain, cells_.open_earlier_name(row));
        row.name = cells_.name(row.place, plain);
        return {};
    }
    Result<> entry(EntryRow&) override { return {}; }
    Result<> record(RecordRow&) override { return {}; }
    Result<> secret(std::int64_t, std::uint64_t, Bytes&) override { return {}; }
    Result<> subject(const SubjectId&, Bytes&) override { return {}; }
    Result<> attached(AttachedRow&) override { return {}; }
    Result<> station(StationRow&) override { return {}; }
    Result<> setting(std::string_view, std::string&) override { return {}; }
    Result<> value(std::string_view, std::string&, std::string&, std::string&) override {
        return {};
    }

private:
    const Cells& cells_;
};

// Opens sealed rows for another rewriter, and seals what it makes of them. What an epoch wrapped
// whose key is gone stays as it is.
class Resealing final : public RowRewriter {
public:
    Resealing(const Cells& cells, RowRewriter& inner)
        : cells_(cells), sealing_(cells), inner_(inner) {}
    Result<> entry(EntryRow& row) override {
        SPOT_TRY(open(cells_, row));
        SPOT_TRY(inner_.entry(row));
        return sealing_.entry(row);
    }
    Result<> record(RecordRow& row) override {
        SPOT_TRY(open(cells_, row));
        SPOT_TRY(inner_.record(row));
        return sealing_.record(row);
    }
    Result<> name(RecordName&) override { return {}; }  // a hash, which says nothing
    Result<> secret(std::int64_t log, std::uint64_t period, Bytes& secret) override {
        SPOT_ASSIGN(secret, open_secret(cells_, log, period, secret));
        SPOT_TRY(inner_.secret(log, period, secret));
        return sealing_.secret(log, period, secret);
    }
    Result<> subject(const SubjectId& id, Bytes& key) override {
        SPOT_ASSIGN(auto opened, open_subject(cells_, id, key));
        if (!opened) return {};
        key = std::move(*opened);
        SPOT_TRY(inner_.subject(id, key));
        return sealing_.subject(id, key);
    }
    Result<> attached(AttachedRow& row) override {
        SPOT_ASSIGN(const bool there, open(cells_, row));
        if (!there) return {};
        SPOT_TRY(inner_.attached(row));
        return sealing_.attached(row);
    }
    Result<> station(StationRow& row) override {
        SPOT_TRY(open(cells_, row));
        SPOT_TRY(inner_.station(row));
        return sealing_.station(row);
    }
    Result<> setting(std::string_view name, std::string& value) override {
        if (name == kMark) return {};
        SPOT_ASSIGN(auto opened, open_setting(cells_, name, value));
        if (!opened) return {};
        value = std::move(*opened);
        SPOT_TRY(inner_.setting(name, value));
        return sealing_.setting(name, value);
    }
    Result<> value(std::string_view space, std::string& key, std::string& owner,
                   std::string& value) override {
        SPOT_ASSIGN(auto opened_key, open_value_key(cells_, space, key));
        SPOT_ASSIGN(auto opened, open_value(cells_, space, opened_key, value));
        if (!opened) return {};
        SPOT_ASSIGN(owner, open_value_owner(cells_, space, owner));
        key = std::move(opened_key);
        value = std::move(*opened);
        SPOT_TRY(inner_.value(space, key, owner, value));
        return sealing_.value(space, key, owner, value);
    }

private:
    const Cells& cells_;
    Sealing sealing_;
    RowRewriter& inner_;
};

// In front of Tx, which takes references to the tables.
struct Tables {
    Tables(Tx& inner, const Cells& cells)
        : log_table(inner.logs, cells),
          entry_table(inner.entries, cells),
          record_table(inner.records, cells),
          subject_table(inner.subjects, cells),
          file_table(inner.files, cells, subject_table),
          attachment_table(inner.attachments, cells, subject_table),
          station_table(inner.stations, cells),
          value_table(inner.values, cells) {}
    Logs log_table;
    Entries entry_table;
    Records record_table;
    Subjects subject_table;
    Files file_table;
    Attachments attachment_table;
    Stations station_table;
    Values value_table;
};

class SealedTx final : private Tables, public Tx {
public:
    SealedTx(std::unique_ptr<Tx> inner, const Cells& cells, bool first)
        : Tables(*inner, cells),
          Tx(log_table, entry_table, record_table, subject_table, file_table, attachment_table,
             station_table, value_table),
          inner_(std::move(inner)),
          cells_(cells),
          first_(first) {}

    Result<> commit() override { return inner_->commit(); }
    Result<std::unique_ptr<Savepoint>> savepoint() override { return inner_->savepoint(); }
    bool stale() const override { return first_ || inner_->stale(); }
    bool writes() const override { return inner_->writes(); }
    Result<> rewrite(RowRewriter& rows) override {
        Resealing resealing(cells_, rows);
        return inner_->rewrite(resealing);
    }
    bool ended() const override { return inner_->ended(); }

private:
    std::unique_ptr<Tx> inner_;
    const Cells& cells_;
    bool first_;
};

class SealedStore final : public Store {
public:
    SealedStore(std::unique_ptr<Store> inner, const StoreKeys& keys)
        : inner_(std::move(inner)), cells_(keys) {}

    Result<std::unique_ptr<Tx>> begin(Access access) override {
        SPOT_ASSIGN(auto tx, inner_->begin(access));
        return std::unique_ptr<Tx>(
            std::make_unique<SealedTx>(std::move(tx), cells_, std::exchange(first_, false)));
    }
    Result<std::function<Result<>()>> defer_flush() override { return inner_->defer_flush(); }
    Result<> reserve() override { return inner_->reserve(); }
    Result<std::vector<std::string>> check() override { return inner_->check(); }

    // Sees to it that the store is sealed, by these keys.
    Result<> make_sealed() {
        // To open a store takes no writer's turn, but for the first time.
        for (const auto access : {Access::read, Access::write}) {
            SPOT_ASSIGN(const auto tx, inner_->begin(access));
            SPOT_ASSIGN(const bool done, make_sealed(*tx));
            SPOT_TRY(tx->commit());
            if (done) break;
        }
        return {};
    }

private:
    // False: there is something to be written, and `tx` only reads.
    Result<bool> make_sealed(Tx& tx) {
        SPOT_ASSIGN(const auto found, tx.values.setting(kMark));
        Cells::OpenedMark opened;
        if (found) {
            SPOT_ASSIGN(opened, cells_.open_mark(*found));
        }
        Cells::Mark& mark = opened.mark;
        const Cells::Mark& own = cells_.own_mark();
        if (!mark.empty() && mark.rbegin()->first > own.rbegin()->first)
            return fail(Code::refused,
                        "the file of keys is older than the store; nothing was changed");
        const std::size_t known = mark.size();
        std::set<std::uint32_t> lost;
        for (const auto& [number, check] : mark) {
            const auto key = own.find(number);
            if (key == own.end())
                lost.insert(number);
            else if (key->second != check)
                return fail(Code::refused, "the keys do not open the store; nothing was changed");
        }
        cells_.set_lost(std::move(lost));
        mark.insert(own.begin(), own.end());
        if (found && mark.size() == known && !opened.is_earlier) return true;
        if (!tx.writes()) return false;
        Sealing sealing(cells_);
        HashingNames hashing(cells_);
        if (!found) SPOT_TRY(tx.rewrite(sealing));
        if (opened.is_earlier) SPOT_TRY(tx.rewrite(hashing));
        SPOT_TRY(tx.values.set(kMark, cells_.mark(mark)));
        return true;
    }

    std::unique_ptr<Store> inner_;
    Cells cells_;
    bool first_ = true;  // no transaction began yet
};

}  // namespace
}  // namespace sealed

Result<std::unique_ptr<Store>> sealed_store(std::unique_ptr<Store> inner, const StoreKeys& keys) {
    SPOT_CHECK(!keys.epochs.empty());
    auto out = std::make_unique<sealed::SealedStore>(std::move(inner), keys);
    SPOT_TRY(out->make_sealed());
    return std::unique_ptr<Store>(std::move(out));
}

}  // namespace spot::core
