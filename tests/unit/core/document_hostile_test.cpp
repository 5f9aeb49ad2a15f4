// A few bytes of run-length encoding can claim any number of rows: Automerge then aborts, takes all
// memory or never returns, and nothing catches that. Each of these has to be refused at once.

#include <doctest/doctest.h>
#include <sodium.h>

#include <map>
#include <random>

#include "core/document.h"

namespace {

using namespace spot::core;
using What = Operation::What;

constexpr std::int64_t kTime = 1508141755;

Actor actor(std::uint8_t number) {
    Actor out{};
    out.fill(number);
    return out;
}

Bytes leb(std::uint64_t value) {
    ByteWriter out;
    out.varint(value);
    return out.take();
}

Bytes join(std::initializer_list<Bytes> parts) {
    ByteWriter out;
    for (const Bytes& part : parts) out.raw(part);
    return out.take();
}

// A whole chunk, its checksum right.
Bytes chunk(std::uint8_t type, const Bytes& contents) {
    const Bytes hashed = join({{type}, leb(contents.size()), contents});
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), hashed.data(), hashed.size());
    return join({{0x85, 0x6f, 0x4a, 0x83}, Bytes(digest.begin(), digest.begin() + 4), hashed});
}

using Columns = std::map<std::uint64_t, Bytes>;

struct Change {
    std::vector<Hash> deps;
    Bytes author = Bytes(16, 7);
    std::uint64_t seq = 1;
    std::uint64_t start_op = 1;
    std::string message;
    std::vector<Bytes> others;
    Columns columns;
    Bytes footer;

    Bytes bytes() const {
        ByteWriter out;
        out.varint(deps.size());
        for (const Hash& dep : deps) out.raw(dep);
        out.sized(author);
        out.varint(seq);
        out.varint(start_op);
        out.u8(0);  // time
        out.sized(view(message));
        out.varint(others.size());
        for (const Bytes& other : others) out.sized(other);
        out.varint(columns.size());
        for (const auto& [number, column] : columns) {
            out.varint(number);
            out.varint(column.size());
        }
        for (const auto& [number, column] : columns) out.raw(column);
        out.raw(footer);
        return chunk(1, out.bytes());
    }
};

// {"a":1}, which the other cases depart from. 0x7f: a literal run of one.
Change plain() {
    Change change;
    change.columns = {{0x15, {0x7f, 1, 'a'}}, {0x34, {1}},    {0x42, {0x7f, 1}},
                      {0x56, {0x7f, 0x14}},   {0x57, {0x01}}, {0x70, {0x7f, 0}}};
    return change;
}

Change with(Columns columns) {
    Change change = plain();
    for (auto& [number, column] : columns) change.columns[number] = std::move(column);
    return change;
}

// A positive signed LEB128, as runs have it.
Bytes run(std::uint64_t length) {
    Bytes out = leb(length);
    if ((out.back() & 0x40) != 0) {
        out.back() |= 0x80;
        out.push_back(0);
    }
    return out;
}

Columns rows(std::uint64_t count, const Bytes& key) {
    return {{0x15, join({run(count), leb(key.size()), key})},
            {0x34, leb(count)},
            {0x42, join({run(count), {1}})},
            {0x56, join({run(count), {0}})},
            {0x57, {}},
            {0x70, join({run(count), {0}})}};
}

constexpr std::uint64_t kHuge = std::uint64_t{1} << 60;

Code refusal(Document& document, View bytes) {
    const Bytes before = *document.save();
    const auto answer = document.apply(bytes);
    CHECK(*document.save() == before);
    REQUIRE(!answer);
    return answer.error().code;
}

std::vector<Operation> request() {
    return {{What::put, "service", "s"},
            {What::put, "fields.reason", "expired"},
            {What::put, "fields.copies", std::int64_t{2}},
            {What::put, "citizen.phone", nullptr},
            {What::put, "citizen.adult", true},
            {What::text, "notes", "começo"}};
}

}  // namespace

TEST_CASE("what we would write ourselves passes the guard") {
    Document document;
    const auto hash = document.apply(plain().bytes());
    REQUIRE(hash);
    CHECK(*document.json() == R"({"conflicts":{},"record":{"a":1}})");
    Document own;
    CHECK(*own.execute(actor(7), 0, {}, {{{What::put, "a", std::int64_t{1}}}}) == *hash);
    CHECK(*own.change(*hash) == plain().bytes());
    CHECK(*own.save() == *document.save());
}

TEST_CASE("runs that claim too much are refused at once") {
    const Bytes huge = run(kHuge);
    const std::vector<std::pair<const char*, Change>> cases = {
        {"operations", with({{0x42, join({huge, {1}})}})},
        {"operations, all columns", with(rows(kHuge, {'a'}))},
        {"one operation too many", with(rows(100'001, {'a'}))},
        {"a literal run of the least number",
         with({{0x42, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f, 1}}})},
        {"keys", with({{0x15, join({huge, {1, 'a'}})}})},
        {"nulls", with({{0x15, join({{0}, leb(kHuge)})}})},
        {"long keys", with(rows(100'000, Bytes(200, 'k')))},
        {"booleans", with({{0x34, leb(kHuge)}})},
        {"booleans that wrap", with({{0x34, join({leb(~0ULL), leb(2)})}})},
        {"values", with({{0x56, join({huge, {0}})}})},
        {"a long value", with({{0x56, join({{0x7f}, leb(kHuge << 3 | 6)})}})},
        {"predecessors", with({{0x70, join({{0x7f}, leb(kHuge)})}})},
        {"predecessors without columns", with({{0x70, {0x7f, 1}}})},
        {"predecessors' actors", with({{0x71, join({huge, {0}})}, {0x73, {0x7f, 1}}})},
        {"objects", with({{0x01, join({huge, {0}})}, {0x02, join({huge, {1}})}})},
        {"counters that wrap", with({{0x11, {0x7f, 0}}, {0x13, join({{0x7f}, run(kHuge)})}})},
        {"counters below zero", with({{0x11, {0x7f, 0}}, {0x13, {0x7f, 0x7f}}})},
    };
    for (const auto& [name, change] : cases) {
        CAPTURE(name);
        Document document;
        CHECK(refusal(document, change.bytes()) == Code::corrupt);
    }
}

TEST_CASE("what we never write is refused") {
    Change message = plain(), footer = plain(), actor_size = plain(), other_size = plain();
    message.message = "a";
    footer.footer = {1};
    actor_size.author.push_back(0);
    other_size.others = {Bytes(3)};
    Change no_seq = plain(), far = plain(), gap = plain(), ahead = plain(), unordered = plain();
    no_seq.seq = 0;
    far.start_op = 0xffff'ffff;
    gap.seq = 2;
    ahead.start_op = 2;
    unordered.deps = {Hash{}, Hash{}};
    const std::vector<std::pair<const char*, Change>> cases = {
        {"message", message},
        {"footer", footer},
        {"actor", actor_size},
        {"other actor", other_size},
        {"sequence number 0", no_seq},
        {"operation number", far},
        {"operation number that leaves a gap", ahead},
        {"the same dependency twice", unordered},
        {"no operation", with({{0x42, {}}})},
        {"list", with({{0x42, {0x7f, 2}}})},
        {"table", with({{0x42, {0x7f, 6}}})},
        {"mark", with({{0x42, {0x7f, 7}}})},
        {"float", with({{0x56, {0x7f, 0x15}}})},
        {"bytes", with({{0x56, {0x7f, 0x17}}})},
        {"unknown type", with({{0x56, {0x7f, 0x1f}}})},
        {"unknown column", with({{0x92, {0x7f, 1}}})},
        {"mark name", with({{0xa5, {0x7f, 1, 'a'}}})},
        {"deflated column", with({{0x42 | 8, {0x7f, 1}}})},
        {"actor that is not there", with({{0x01, {0x7f, 1}}, {0x02, {0x7f, 1}}})},
        {"object that is not there", with({{0x01, {0x7f, 0}}, {0x02, {0x7f, 9}}})},
        {"key that is no text", with({{0x15, {0x7f, 1, 0xff}}})},
        {"value cut", with({{0x57, {}}})},
    };
    for (const auto& [name, change] : cases) {
        CAPTURE(name);
        Document document;
        CHECK(refusal(document, change.bytes()) == Code::corrupt);
    }
    Document document;
    CHECK(refusal(document, gap.bytes()) == Code::not_found);
    CHECK(refusal(document, Bytes(kChangeBytesMax + 1)) == Code::limit);
}

TEST_CASE("only a whole change chunk passes") {
    Document document;
    const Bytes good = plain().bytes();
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK(refusal(document, View(good).first(size)) == Code::corrupt);
    for (std::size_t i = 0; i < good.size(); ++i) {
        Bytes harmed = good;
        harmed[i] ^= 0x01;
        CHECK(refusal(document, harmed) == Code::corrupt);  // the checksum, if nothing else
    }
    CHECK(refusal(document, join({good, {0}})) == Code::corrupt);
    CHECK(refusal(document, join({good, good})) == Code::corrupt);
    // A document, a deflated change, a bundle, and what doesn't exist; whatever they hold.
    const Bytes contents(good.begin() + 10, good.end());
    for (const std::uint8_t type : Bytes{0, 2, 3, 4, 255})
        CHECK(refusal(document, chunk(type, contents)) == Code::corrupt);
    const Bytes hostile = chunk(0, join({leb(kHuge), Bytes(7, 0xff)}));
    CHECK(refusal(document, hostile) == Code::corrupt);
    CHECK(document.apply(good));
}

TEST_CASE("a change comes once, after what it depends on") {
    Document author;
    const Hash first = **author.execute(actor(1), kTime, {}, request());
    const std::vector<Operation> edit{{What::put, "fields.reason", "lost"},
                                      {What::splice, "notes", "X", 2, 3}};
    const Hash second = **author.execute(actor(1), kTime, {{first}}, edit);

    Document reader;
    CHECK(refusal(reader, *author.change(second)) == Code::not_found);
    const Hash other = **author.execute(actor(2), kTime, {{first}}, {{{What::put, "x", true}}});
    CHECK(refusal(reader, *author.change(other)) == Code::not_found);
    CHECK(*reader.apply(*author.change(first)) == first);
    CHECK(*reader.apply(*author.change(first)) == first);
    CHECK(*reader.apply(*author.change(second)) == second);
    CHECK(*reader.apply(*author.change(other)) == other);
    CHECK(*reader.json() == *author.json());
    CHECK(*reader.save() == *author.save());

    // Another change of the same actor with the same number, and one that skips its own past.
    Document fork = *Document::load(*Document().save());
    REQUIRE(fork.apply(*author.change(first)));
    const Hash twin = **fork.execute(actor(1), kTime, {{first}}, {{{What::put, "x", "y"}}});
    CHECK(refusal(reader, *fork.change(twin)) == Code::conflict);
    Change skips = plain();
    skips.author = Bytes(16, 1);
    skips.seq = 3;
    skips.deps = {first};
    CHECK(refusal(reader, skips.bytes()) == Code::corrupt);

    // The reader goes on from there like the author.
    const std::vector<Hash> known{first, second, other};
    const std::vector<Operation> next{{What::put, "status", "checked"}};
    CHECK(**reader.execute(actor(2), kTime, known, next) ==
          **author.execute(actor(2), kTime, known, next));
}

TEST_CASE("the most rows a change may have are taken in good time") {
    Document document;
    // Values without number at one key: well-formed, but no authors could have made them.
    CHECK(refusal(document, with(rows(100'000, {'a'})).bytes()) == Code::corrupt);
    Document author, reader;
    const std::string most(99'999, 'x');
    const Hash text = **author.execute(actor(1), kTime, {}, {{{What::text, "notes", most}}});
    CHECK(*reader.apply(*author.change(text)) == text);
    CHECK(*reader.json() == *author.json());
}

TEST_CASE("changes given at once make the document that they make one after the other") {
    Document author, reader;
    std::vector<Bytes> changes;
    std::vector<Hash> known;
    for (std::int64_t i = 0; i < 40; ++i) {
        const std::vector<Operation> operations{
            {What::put, "a.b" + std::to_string(i % 7), i, 0, 0},
            {What::text, "text", std::string(50, 'x') + std::to_string(i), 0, 0}};
        const auto made = author.execute(actor(static_cast<std::uint8_t>(1 + i % 3)), kTime + i,
                                         known, operations);
        REQUIRE((made && *made));
        known.push_back(**made);
        changes.push_back(*author.change(**made));
        REQUIRE(reader.apply(changes.back()));
    }
    auto all = Document::from_changes(changes);
    REQUIRE(all.has_value());
    CHECK(*all->json() == *reader.json());
    CHECK(*Document::operations_in(changes) > 40 * 50);

    const std::span<const Bytes> given(changes);
    CHECK(*Document::from_changes({})->json() == *Document().json());
    CHECK(Document::from_changes(given.subspan(1)).error().code == Code::not_found);
    std::vector<Bytes> twice(changes.begin(), changes.begin() + 2);
    twice.push_back(changes[0]);
    CHECK(*Document::from_changes(twice)->json() ==
          *Document::from_changes(given.first(2))->json());
    std::vector<Bytes> harmed(changes.begin(), changes.begin() + 2);
    harmed[1].back() ^= 1;
    CHECK(Document::from_changes(harmed).error().code == Code::corrupt);
    CHECK(Document::operations_in(harmed).error().code == Code::corrupt);
}

TEST_CASE("changes that stand for too many operations together are counted, not unpacked") {
    Document author;
    std::vector<Bytes> changes;
    std::vector<Hash> known;
    for (int i = 0; i < 3; ++i) {
        const std::vector<Operation> operations{
            {What::text, "t" + std::to_string(i), std::string(4000, 'x'), 0, 0}};
        const auto made = author.execute(actor(1), kTime + i, known, operations);
        REQUIRE((made && *made));
        known.push_back(**made);
        changes.push_back(*author.change(**made));
    }
    const std::span<const Bytes> given(changes);
    CHECK(Document::from_changes(given.first(2)).has_value());
    CHECK(Document::from_changes(given).error().code == Code::limit);
    CHECK(Document::operations_in(given).error().code == Code::limit);
}

TEST_CASE("changes with a right checksum but harmed contents do no harm") {
    Document author;
    const Hash first = **author.execute(actor(1), kTime, {}, request());
    const std::vector<Operation> edit{{What::put, "fields.reason", "lost"},
                                      {What::increment, "fields.visits", std::int64_t{2}},
                                      {What::splice, "notes", "ão", 2, 3}};
    const Hash second = **author.execute(actor(2), kTime, {{first}}, edit);
    const Bytes changes[] = {*author.change(first), *author.change(second)};
    std::mt19937 random(20171016);
    std::size_t taken = 0;
    for (int i = 0; i < 3000; ++i) {
        Document reader;
        const Bytes& whole = changes[i % 2];
        if (i % 2 == 1) REQUIRE(reader.apply(changes[0]));
        const std::size_t head = whole.size() > 137 ? 11 : 10;  // the size takes two bytes or one
        Bytes contents(whole.begin() + std::ptrdiff_t(head), whole.end());
        for (std::size_t n = 1 + random() % 3; n > 0; --n) {
            const std::size_t at = random() % contents.size();
            switch (random() % 4) {
                case 0:
                    contents[at] = std::uint8_t(random());
                    break;
                case 1:
                    contents[at] ^= std::uint8_t(1u << random() % 8);
                    break;
                case 2:
                    contents.erase(contents.begin() + std::ptrdiff_t(at));
                    break;
                case 3:
                    contents.insert(contents.begin() + std::ptrdiff_t(at), contents[at]);
            }
        }
        if (reader.apply(chunk(1, contents))) ++taken;
        // Whatever came of it, the document stands.
        REQUIRE(reader.json());
        REQUIRE(Document::load(*reader.save()));
    }
    CHECK(taken > 25);  // another letter in a text is as good a change
}
