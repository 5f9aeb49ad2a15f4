#include "core/ledger/received_files.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

namespace spot::core {
namespace {

using FileState = FileState;

constexpr std::string_view kFileKey = "file key";
// Content that is whole and something else: a disk or a memory may have failed once.
constexpr std::uint64_t kFailuresMax = 3;

Bytes place_of_key(const FileRow& row) {
    ByteWriter out;
    out.sized(view(kFileKey));
    out.u64(static_cast<std::uint64_t>(row.number));
    out.raw(row.hash);
    return out.take();
}

Bytes place_of_piece(const Hash& hash, std::uint64_t offset) {
    ByteWriter out;
    out.u64(offset);
    out.raw(hash);
    return out.take();
}

std::optional<Hash> hash_in(std::string_view hex) {
    Hash out{};
    const auto raw = from_hex(hex);
    if (!raw || raw->size() != out.size()) return std::nullopt;
    std::copy(raw->begin(), raw->end(), out.begin());
    return out;
}

}  // namespace

Result<> ReceivedFiles::name(Rows rows, std::int64_t entry, std::uint64_t device,
                             const SubjectId& subject, const nlohmann::json& attachments) {
    std::vector<FileName> files;
    for (const auto& [hex, about] : attachments.items()) {
        const auto hash = hash_in(hex);
        if (!hash) return fail(Code::corrupt, "an attachment's name is no hash");
        files.push_back({*hash, about.at("bytes").get<std::uint64_t>()});
    }
    return rows.name_files({entry, device, subject, std::move(files)});
}

Result<std::uint64_t> ReceivedFiles::count_awaited(Tx& tx, std::uint64_t device) {
    std::set<std::int64_t> seen;  // several requests may name one
    SPOT_TRY(tx.files.each_awaited(device, [&](std::int64_t, const FileRow& row) -> Result<bool> {
        seen.insert(row.number);
        return true;
    }));
    return seen.size();
}

Result<SecretKey> ReceivedFiles::key_of(Tx& tx, const FileRow& row) {
    SPOT_ASSIGN(const auto sealing, subjects_.key(tx, row.subject));
    if (!sealing) return fail(Code::not_found, "the person's data were erased");
    SPOT_ASSIGN(const auto opened, open_at_rest(*sealing, row.key, place_of_key(row)));
    if (opened.size() != SecretKey::kSize) return fail(Code::corrupt, "a file's key is damaged");
    return SecretKey(View(opened).first<SecretKey::kSize>());
}

Result<SecretKey> ReceivedFiles::make_key(Tx& tx, FileRow& row) {
    if (!row.key.empty()) return key_of(tx, row);
    SPOT_ASSIGN(const auto sealing, subjects_.key(tx, row.subject));
    if (!sealing) return fail(Code::not_found, "the person's data were erased");
    SecretKey made = SecretKey::random(random_);
    row.key = seal_at_rest(*sealing, made.bytes(), place_of_key(row), random_);
    return made;
}

Result<> ReceivedFiles::add(Tx& tx, FileRow& row, View bytes) {
    if (bytes.size() > row.bytes - row.have)
        return fail(Code::limit, "a file is longer than its request says");
    SPOT_ASSIGN(const auto key, make_key(tx, row));
    SPOT_TRY(
        tx.files.add_piece(row.number, row.have,
                           seal_at_rest(key, bytes, place_of_piece(row.hash, row.have), random_)));
    row.have += bytes.size();
    return row.have == row.bytes ? conclude(tx, row) : tx.files.save(row);
}

Result<> ReceivedFiles::conclude(Tx& tx, FileRow& row) {
    Hasher hasher;
    SPOT_TRY(read(tx, row, [&](View piece) -> Result<> {
        hasher.add(piece);
        return {};
    }));
    if (hasher.finish() == row.hash) {
        row.state = FileState::whole;
        return tx.files.save(row);
    }
    if (++row.failures >= kFailuresMax) return give_up(tx, row);
    SPOT_TRY(drop_pieces(tx, row));
    return tx.files.save(row);
}

Result<> ReceivedFiles::give_up(Tx& tx, FileRow& row) {
    row.state = FileState::given_up;
    SPOT_TRY(drop_pieces(tx, row));
    return tx.files.save(row);
}

Result<> ReceivedFiles::drop_pieces(Tx& tx, FileRow& row) {
    row.have = 0;
    row.key.clear();  // what was sealed under it may lie in a free page
    return tx.files.drop_pieces(row.number);
}

Result<> ReceivedFiles::read(Tx& tx, const FileRow& row, const std::function<Result<>(View)>& use) {
    SPOT_ASSIGN(const auto key, key_of(tx, row));
    std::uint64_t offset = 0;
    while (offset < row.have) {
        SPOT_ASSIGN(const auto piece, tx.files.piece(row.number, offset));
        if (!piece) return fail(Code::corrupt, "a piece of a file is missing");
        SPOT_ASSIGN(const auto plain, open_at_rest(key, *piece, place_of_piece(row.hash, offset)));
        if (plain.empty()) return fail(Code::corrupt, "a piece of a file is empty");
        SPOT_TRY(use(plain));
        offset += plain.size();
    }
    return {};
}

}  // namespace spot::core
