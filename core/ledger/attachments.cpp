#include <algorithm>

#include "core/ledger/impl.h"

namespace spot::core {
namespace {

constexpr char kKey[] = "attachment key";

std::optional<SecretKey> key_from(View bytes) {
    if (bytes.size() != SecretKey::kSize) return std::nullopt;
    return SecretKey(bytes.first<SecretKey::kSize>());
}

Bytes place_of(std::string_view owner, View hash) {
    ByteWriter out;
    out.sized(view(kKey));
    out.sized(view(owner));
    out.raw(hash);
    return out.take();
}

}  // namespace

Result<Hash> Ledger::attach(std::string_view owner, View content) {
    const Hash hash = core::hash({content});
    SPOT_TRY(inside_->transact([&](Tx& tx) -> Result<> {
        Database& database = inside_->database;
        auto there = database.prepare("SELECT 1 FROM attached WHERE owner = ?1 AND hash = ?2");
        const auto again = there.with(owner, hash).step();
        if (!again) return tl::make_unexpected(again.error());
        if (*again) return {};
        const SecretKey key = SecretKey::random(*inside_->options.random);
        SPOT_TRY(database.prepare("INSERT INTO attachment (content) VALUES (?1)")
                     .with(seal_at_rest(key, content, hash, *inside_->options.random))
                     .run());
        return database
            .prepare(
                "INSERT INTO attached (owner, hash, attachment, key)"
                " VALUES (?1, ?2, last_insert_rowid(), ?3)")
            .with(owner, hash, View(key.bytes()))
            .run();
    }));
    return hash;
}

Result<std::optional<Bytes>> Ledger::attached(std::string_view owner, const Hash& hash) {
    std::optional<Bytes> out;
    SPOT_TRY(inside_->read(Inside::Of::log, [&](Tx& tx) -> Result<> {
        auto row = inside_->database.prepare(
            "SELECT attached.subject, attached.key, attachment.content FROM attached"
            " JOIN attachment ON attachment.number = attached.attachment"
            " WHERE attached.owner = ?1 AND attached.hash = ?2");
        SPOT_ASSIGN(const auto found, row.with(owner, hash).step());
        if (!found) {
            const auto request = RecordId::parse(owner);
            if (!request) return {};
            SPOT_ASSIGN(auto received, inside_->received_file(tx, {*request, hash}));
            out = std::move(received);
            return {};
        }
        Bytes opened(row.blob(1).begin(), row.blob(1).end());
        if (const auto subject = subject_of(row, 0)) {
            SPOT_ASSIGN(const auto sealing, inside_->subjects.key(tx, *subject));
            if (!sealing) return {};  // erased
            SPOT_ASSIGN(auto plain, open_at_rest(*sealing, row.blob(1), place_of(owner, hash)));
            opened = std::move(plain);
        }
        const auto key = key_from(opened);
        if (!key) return fail(Code::corrupt, "an attachment's key is damaged");
        SPOT_ASSIGN(auto content, open_at_rest(*key, row.blob(2), hash));
        out = std::move(content);
        return {};
    }));
    return out;
}

Result<> Ledger::detach(std::string_view owner, const Hash& hash) {
    return inside_->transact([&](Tx& tx) -> Result<> {
        Database& database = inside_->database;
        auto row = database.prepare(
            "DELETE FROM attached WHERE owner = ?1 AND hash = ?2 RETURNING attachment");
        SPOT_ASSIGN(const auto found, row.with(owner, hash).step());
        if (!found) return {};
        const std::int64_t number = row.integer(0);
        SPOT_TRY(row.run());
        return database.prepare("DELETE FROM attachment WHERE number = ?1").with(number).run();
    });
}

Result<> Ledger::hand_on(std::string_view owner, const RecordId& request,
                         std::span<const Hash> hashes) {
    struct Row {
        Hash hash{};
        Bytes key;
    };
    return inside_->transact([&](Tx& tx) -> Result<> {
        SPOT_ASSIGN(const auto head, inside_->made(tx, Kind::request_queue, request));
        if (!head || !head->subject) return fail(Code::not_found, "unknown request");
        SPOT_ASSIGN(const auto sealing, inside_->subjects.key(tx, *head->subject));
        if (!sealing) return fail(Code::not_found, "the person's data were erased");
        std::vector<Row> all;
        auto rows = inside_->database.prepare("SELECT hash, key FROM attached WHERE owner = ?1");
        rows.with(owner);
        for (;;) {
            SPOT_ASSIGN(const auto row, rows.step());
            if (!row) break;
            Row& one = all.emplace_back();
            std::copy_n(rows.blob(0).begin(), std::min(rows.blob(0).size(), one.hash.size()),
                        one.hash.begin());
            one.key.assign(rows.blob(1).begin(), rows.blob(1).end());
        }
        const std::string id = request.text();
        for (const Row& one : all) {
            if (std::find(hashes.begin(), hashes.end(), one.hash) == hashes.end()) {
                SPOT_TRY(detach(owner, one.hash));
                continue;
            }
            SPOT_TRY(inside_->database
                         .prepare("UPDATE attached SET owner = ?3, subject = ?4, key = ?5"
                                  " WHERE owner = ?1 AND hash = ?2")
                         .with(owner, one.hash, std::string_view(id), *head->subject,
                               seal_at_rest(*sealing, one.key, place_of(id, one.hash),
                                            *inside_->options.random))
                         .run());
        }
        return {};
    });
}

Result<> Ledger::Inside::move_attached(Tx& tx, const RecordId& from, const RecordId& to) {
    SPOT_ASSIGN(const auto head, made(tx, Kind::request_queue, to));
    if (!head || !head->subject) return fail(Code::not_found, "unknown request");
    const Subjects::Id subject = *head->subject;
    const std::string owner = from.text(), owner_now = to.text();
    auto rows = database.prepare("SELECT hash, subject, key FROM attached WHERE owner = ?1");
    rows.with(std::string_view(owner));
    std::vector<std::pair<Bytes, Bytes>> moved;  // hash and key, sealed anew
    for (;;) {
        SPOT_ASSIGN(const auto row, rows.step());
        if (!row) break;
        const Bytes hash(rows.blob(0).begin(), rows.blob(0).end());
        const auto before = subject_of(rows, 1);
        SPOT_ASSIGN(const auto opening, before ? subjects.key(tx, *before) : nullptr);
        if (!opening) continue;  // erased
        SPOT_ASSIGN(const auto key, open_at_rest(*opening, rows.blob(2), place_of(owner, hash)));
        SPOT_ASSIGN(const auto sealing, subjects.key(tx, subject));
        if (!sealing) return fail(Code::not_found, "the person's data were erased");
        moved.emplace_back(hash,
                           seal_at_rest(*sealing, key, place_of(owner_now, hash), *options.random));
    }
    // What the hub said of the old request's says nothing of this one's.
    for (const auto& [hash, key] : moved)
        SPOT_TRY(database
                     .prepare("UPDATE attached SET owner = ?3, subject = ?4, key = ?5, told = 0"
                              " WHERE owner = ?1 AND hash = ?2")
                     .with(std::string_view(owner), hash, std::string_view(owner_now), subject, key)
                     .run());
    return {};
}

}  // namespace spot::core
