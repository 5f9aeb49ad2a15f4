#include "core/store/sealed/cells.h"

#include <algorithm>
#include <utility>

namespace spot::core::sealed {
namespace {

constexpr std::uint8_t kEarlierMark = 1, kMarkVersion = 2;
constexpr std::size_t kEpochBytes = 4;
// Of a name's hash. Among a hundred million names of a store two have the same one by a chance of
// 1 in 10^22.
constexpr std::size_t kNameBytes = 16;

std::string string_of(const Bytes& bytes) {
    return std::string(text(bytes));
}

Result<std::string> string_of(Result<Bytes> bytes) {
    if (!bytes) return tl::make_unexpected(std::move(bytes).error());
    return string_of(*bytes);
}

Result<std::optional<std::string>> string_of(Result<std::optional<Bytes>> bytes) {
    if (!bytes) return tl::make_unexpected(std::move(bytes).error());
    if (!*bytes) return std::nullopt;
    return std::optional<std::string>(string_of(**bytes));
}

void put_u32(ByteWriter& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) out.u8(static_cast<std::uint8_t>(number >> shift));
}

std::uint32_t read_u32(ByteReader& in) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < kEpochBytes; ++i) out = out << 8 | in.u8();
    return out;
}

bool is_personal(std::string_view space) {
    return std::find(kPersonalSpaces.begin(), kPersonalSpaces.end(), space) !=
           kPersonalSpaces.end();
}

// On disk, in what a cell is bound to: numbers are not used again.
enum class Column : std::uint8_t {
    entry = 1,         // user, reference and payload
    entry_people = 2,  // user and reference, where the payload is a subject's
    record_json = 3,
    record_document = 4,
    name = 5,  // before version 2 of the mark
    secret = 6,
    subject = 7,
    attached = 8,
    setting = 9,
    value_key = 10,
    value_owner = 11,
    value = 12,
    mark = 13,
    station = 14,  // name and team
};

// What a cell is bound to.
class Place {
public:
    explicit Place(Column column) {
        out_.reserve(kUsualBytes);
        out_.u8(static_cast<std::uint8_t>(column));
    }
    Place& operator<<(std::int64_t key) {
        out_.u64(static_cast<std::uint64_t>(key));
        return *this;
    }
    Place& operator<<(std::uint64_t key) {
        out_.u64(key);
        return *this;
    }
    Place& operator<<(std::string_view key) {
        out_.sized(view(key));
        return *this;
    }
    template <std::size_t N>
    Place& operator<<(const std::array<std::uint8_t, N>& key) {
        out_.raw(key);
        return *this;
    }
    operator View() const { return out_.bytes(); }

private:
    static constexpr std::size_t kUsualBytes = 48;

    ByteWriter out_;
};

}  // namespace

Cells::Cells(const StoreKeys& keys)
    : seal_(keys.store.derive("sealed columns")), names_(keys.store.derive("record names")) {
    for (const auto& [number, key] : keys.epochs) {
        epochs_.emplace(number, DeterministicSeal(key));
        own_mark_.emplace(number, keyed_hash(key.bytes(), {view("spot erasure epoch")}));
    }
}

// One seal a row: 40 bytes and the lengths more than it was.
void seal(const Cells& cells, EntryRow& row) {
    constexpr std::size_t kLengthBytes = 10;  // of a varint, at most
    ByteWriter out;
    out.reserve(2 * kLengthBytes + row.user.size() + row.reference.size() +
                (row.subject ? 0 : row.payload.size()));
    out.sized(view(row.user));
    out.sized(view(row.reference));
    row.reference.clear();
    if (row.subject) {
        row.user = string_of(cells.seal(out.bytes(), Place(Column::entry_people) << row.key));
        return;
    }
    out.raw(row.payload);
    row.user.clear();
    row.payload = cells.seal(out.bytes(), Place(Column::entry) << row.key);
}

Result<> open(const Cells& cells, EntryRow& row) {
    const bool whole = !row.subject;
    if (!row.reference.empty() || (whole && !row.user.empty()))
        return fail(Code::corrupt, "an entry has a cell that is not sealed");
    const View sealed = whole ? View(row.payload) : view(row.user);
    SPOT_ASSIGN(const auto plain,
                cells.open(sealed, Place(whole ? Column::entry : Column::entry_people) << row.key));
    ByteReader in(plain);
    row.user = text(in.sized());
    row.reference = text(in.sized());
    if (in.failed()) return fail(Code::corrupt, "an entry's sealed cell is malformed");
    if (whole) row.payload.assign(in.rest().begin(), in.rest().end());
    return {};
}

void seal(const Cells& cells, StationRow& row) {
    ByteWriter out;
    out.sized(view(row.name));
    out.sized(view(row.team));
    row.name = string_of(cells.seal(out.bytes(), Place(Column::station) << row.device));
    row.team.clear();
}

Result<> open(const Cells& cells, StationRow& row) {
    if (!row.team.empty()) return fail(Code::corrupt, "a station has a cell that is not sealed");
    SPOT_ASSIGN(const auto plain, cells.open(view(row.name), Place(Column::station) << row.device));
    ByteReader in(plain);
    row.name = text(in.sized());
    row.team = text(in.sized());
    if (in.failed() || !in.at_end())
        return fail(Code::corrupt, "a station's sealed cell is malformed");
    return {};
}

// Most records have neither, which is no secret.
void seal(const Cells& cells, RecordRow& row) {
    if (row.subject) return;
    if (!row.json.empty()) row.json = cells.seal(row.json, Place(Column::record_json) << row.key);
    if (row.document)
        row.document = cells.seal(*row.document, Place(Column::record_document) << row.key);
}

Result<> open(const Cells& cells, RecordRow& row) {
    if (row.subject) return {};
    if (!row.json.empty()) {
        SPOT_ASSIGN(row.json, cells.open(row.json, Place(Column::record_json) << row.key));
    }
    if (row.document) {
        SPOT_ASSIGN(row.document,
                    cells.open(*row.document, Place(Column::record_document) << row.key));
    }
    return {};
}

std::string Cells::name(std::int64_t place, std::string_view name) const {
    const auto at = static_cast<std::uint8_t>(place);
    const Hash hash = keyed_hash(names_.bytes(), {View(&at, 1), view(name)});
    return {hash.begin(), hash.begin() + kNameBytes};
}

Result<std::string> Cells::open_earlier_name(const RecordName& row) const {
    return string_of(open(view(row.name), Place(Column::name) << row.place));
}

Bytes seal_secret(const Cells& cells, std::int64_t log, std::uint64_t period, View secret) {
    return cells.seal(secret, Place(Column::secret) << log << period);
}

Result<Bytes> open_secret(const Cells& cells, std::int64_t log, std::uint64_t period, View sealed) {
    return cells.open(sealed, Place(Column::secret) << log << period);
}

std::string seal_value_key(const Cells& cells, std::string_view space, std::string_view key) {
    return string_of(cells.seal(view(key), Place(Column::value_key) << space));
}

std::string seal_value_owner(const Cells& cells, std::string_view space, std::string_view owner) {
    if (owner.empty()) return {};
    return string_of(cells.seal(view(owner), Place(Column::value_owner) << space));
}

Result<std::string> open_value_key(const Cells& cells, std::string_view space,
                                   std::string_view sealed) {
    return string_of(cells.open(view(sealed), Place(Column::value_key) << space));
}

Result<std::string> open_value_owner(const Cells& cells, std::string_view space,
                                     std::string_view sealed) {
    if (sealed.empty()) return std::string();
    return string_of(cells.open(view(sealed), Place(Column::value_owner) << space));
}

Bytes Cells::wrap(View plain, View place) const {
    const auto& [number, newest] = *epochs_.rbegin();
    ByteWriter out;
    put_u32(out, number);
    out.raw(newest.seal(plain, place));
    return out.take();
}

Result<std::optional<Bytes>> Cells::unwrap(View wrapped, View place) const {
    ByteReader in(wrapped);
    const std::uint32_t number = read_u32(in);
    if (in.failed()) return fail(Code::corrupt, "a wrapped cell is too short");
    const auto epoch = epochs_.find(number);
    if (epoch == epochs_.end()) {
        if (lost_.contains(number)) return std::nullopt;
        return fail(Code::corrupt, "a wrapped cell names an erasure epoch that never was");
    }
    SPOT_ASSIGN(auto plain, epoch->second.open(in.rest(), place));
    return std::optional<Bytes>(std::move(plain));
}

Bytes seal_subject(const Cells& cells, const SubjectId& id, View key) {
    return cells.wrap(key, Place(Column::subject) << id);
}

Result<std::optional<Bytes>> open_subject(const Cells& cells, const SubjectId& id, View wrapped) {
    return cells.unwrap(wrapped, Place(Column::subject) << id);
}

void seal(const Cells& cells, AttachedRow& row) {
    if (!row.subject)
        row.key =
            cells.wrap(row.key, Place(Column::attached) << std::string_view(row.owner) << row.hash);
}

Result<bool> open(const Cells& cells, AttachedRow& row) {
    if (row.subject) return true;
    SPOT_ASSIGN(auto key, cells.unwrap(row.key, Place(Column::attached)
                                                    << std::string_view(row.owner) << row.hash));
    if (!key) return false;
    row.key = std::move(*key);
    return true;
}

std::string seal_setting(const Cells& cells, std::string_view name, std::string_view value) {
    Place place(Column::setting);
    place << name;
    return string_of(name == kFreshSubjects ? cells.wrap(view(value), place)
                                            : cells.seal(view(value), place));
}

Result<std::optional<std::string>> open_setting(const Cells& cells, std::string_view name,
                                                std::string_view sealed) {
    Place place(Column::setting);
    place << name;
    if (name == kFreshSubjects) return string_of(cells.unwrap(view(sealed), place));
    SPOT_ASSIGN(const auto plain, cells.open(view(sealed), place));
    return std::optional<std::string>(string_of(plain));
}

std::string seal_value(const Cells& cells, std::string_view space, std::string_view key,
                       std::string_view value) {
    Place place(Column::value);
    place << space << key;
    return string_of(is_personal(space) ? cells.wrap(view(value), place)
                                        : cells.seal(view(value), place));
}

Result<std::optional<std::string>> open_value(const Cells& cells, std::string_view space,
                                              std::string_view key, std::string_view sealed) {
    Place place(Column::value);
    place << space << key;
    if (is_personal(space)) return string_of(cells.unwrap(view(sealed), place));
    SPOT_ASSIGN(const auto plain, cells.open(view(sealed), place));
    return std::optional<std::string>(string_of(plain));
}

std::string Cells::mark(const Mark& mark) const {
    ByteWriter out;
    out.u8(kMarkVersion);
    for (const auto& [number, check] : mark) {
        put_u32(out, number);
        out.raw(check);
    }
    return string_of(seal_.seal(out.bytes(), Place(Column::mark)));
}

Result<Cells::OpenedMark> Cells::open_mark(std::string_view sealed) const {
    const auto plain = seal_.open(view(sealed), Place(Column::mark));
    if (!plain) return fail(Code::refused, "the keys do not open the store; nothing was changed");
    ByteReader in(*plain);
    const std::uint8_t version = in.u8();
    if (version != kEarlierMark && version != kMarkVersion)
        return fail(Code::corrupt, "the store was sealed by a newer program; nothing was changed");
    OpenedMark out;
    out.is_earlier = version == kEarlierMark;
    while (!in.at_end() && !in.failed()) {
        const std::uint32_t number = read_u32(in);
        out.mark[number] = in.array<Hash{}.size()>();
    }
    if (in.failed()) return fail(Code::corrupt, "the store's mark is malformed");
    return out;
}

}  // namespace spot::core::sealed
