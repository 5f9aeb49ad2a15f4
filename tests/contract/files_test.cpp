// Files at the hub, attachments at a station, and values: tables.h.

#include "tests/contract/stores.h"

namespace spot::contract {
namespace {

constexpr std::uint64_t kDevice = kHubBit | 9;  // 64 bits

struct Named {
    std::int64_t entry = 0;
    std::uint8_t hash = 0;
    bool operator==(const Named&) const = default;
};

std::vector<Named> named_in(Tx& tx, KeyRange range) {
    std::vector<Named> out;
    ok(tx.files.each(range, [&](std::int64_t entry, const FileRow& row) -> Result<> {
        out.push_back({entry, row.hash.front()});
        return {};
    }));
    return out;
}
std::vector<Named> awaited(Tx& tx, std::uint64_t device, std::size_t count = kAll) {
    std::vector<Named> out;
    ok(tx.files.each_awaited(device, [&](std::int64_t entry, const FileRow& row) -> Result<bool> {
        CHECK(row.state == FileState::awaited);
        out.push_back({entry, row.hash.front()});
        return out.size() < count;
    }));
    return out;
}
void name(Tx& tx, std::int64_t entry, std::vector<std::uint8_t> hashes, std::uint8_t subject = 1,
          std::uint64_t device = kDevice) {
    std::vector<FileName> files;
    for (const std::uint8_t one : hashes) files.push_back({hash_with(one), 100});
    ok(tx.files.name(entry, device, subject_with(subject), files));
}
FileRow file(Tx& tx, std::int64_t entry, std::uint8_t hash) {
    const auto found = value(tx.files.find(entry, hash_with(hash)));
    REQUIRE(found);
    return *found;
}

TEST_CASE_TEMPLATE("requests of one person that name the same content name one file", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        name(tx, 1, {3, 2});
        name(tx, 2, {2});
        const FileRow row = file(tx, 1, 2);
        CHECK(row.subject == subject_with(1));
        CHECK(row.hash == hash_with(2));
        CHECK(row.bytes == 100);
        CHECK(row.have == 0);
        CHECK(row.state == FileState::awaited);
        CHECK(row.failures == 0);
        CHECK(row.key.empty());
        CHECK(file(tx, 2, 2) == row);
        CHECK(file(tx, 1, 3).number != row.number);

        name(tx, 3, {2}, 2);               // another person's
        name(tx, 4, {2}, 1, kDevice + 1);  // another device's
        const FileName longer{hash_with(2), 101};
        ok(tx.files.name(5, kDevice, subject_with(1), {&longer, 1}));
        for (const std::int64_t entry : {3, 4, 5}) CHECK(file(tx, entry, 2).number != row.number);
        CHECK(file(tx, 5, 2).bytes == 101);

        name(tx, 1, {2, 2, 4});  // named already, but for the last
        ok(tx.files.name(1, kDevice, subject_with(1), {&longer, 1}));
        CHECK(file(tx, 1, 2) == row);
        CHECK(named_in(tx, {1, 2}) == std::vector<Named>{{1, 2}, {1, 3}, {1, 4}, {2, 2}});
        CHECK(named_in(tx, {3, 4}) == std::vector<Named>{{3, 2}, {4, 2}});
        CHECK(named_in(tx, {6, 9}).empty());
        CHECK(!value(tx.files.find(1, hash_with(9))));
        CHECK(!value(tx.files.find(9, hash_with(2))));
    });
}

TEST_CASE_TEMPLATE("a file's state is saved", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    FileRow row;
    write(*store, [&](Tx& tx) {
        name(tx, 1, {2, 3});
        row = file(tx, 1, 2);
        FileRow changed = row;
        changed.have = row.have = 60;
        changed.state = row.state = FileState::given_up;
        changed.failures = row.failures = 3;
        changed.key = row.key = {0, 1, 0};
        changed.bytes = 7;
        changed.subject = subject_with(7);
        ok(tx.files.save(changed));
        changed.number = 99;
        ok(tx.files.save(changed));
        CHECK(value(tx.files.count_given_up(kDevice)) == 1);
        CHECK(value(tx.files.count_given_up(kDevice + 1)) == 0);
    });
    store = fixture.open();
    read(*store, [&](Tx& tx) {
        CHECK(file(tx, 1, 2) == row);
        CHECK(file(tx, 1, 3).have == 0);
    });
}

TEST_CASE_TEMPLATE("files that nobody names any more go, unless something of them came", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        name(tx, 1, {1, 2, 3});
        name(tx, 2, {1, 4});
        FileRow begun = file(tx, 1, 2);
        begun.have = 10;
        ok(tx.files.save(begun));
        const FileRow shared = file(tx, 1, 1), gone = file(tx, 1, 3);
        ok(tx.files.unname({5, 9}));
        ok(tx.files.unname({1, 1}));
        CHECK(named_in(tx, kAllKeys) == std::vector<Named>{{2, 1}, {2, 4}});
        CHECK(file(tx, 2, 1) == shared);
        name(tx, 3, {2, 3});
        CHECK(file(tx, 3, 2) == begun);  // the same, with what came
        FileRow given_up = file(tx, 3, 3);
        given_up.state = FileState::given_up;
        ok(tx.files.save(given_up));
        ok(tx.files.unname({2, 3}));
        CHECK(named_in(tx, kAllKeys).empty());
        CHECK(value(tx.files.count_given_up(kDevice)) == 0);
        name(tx, 4, {3});
        CHECK(file(tx, 4, 3).state == FileState::awaited);  // another one
    });
}

TEST_CASE_TEMPLATE("what is to come: not of quarantine, nor of the erased; what failed later",
                   Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        for (const std::uint8_t one : Bytes{1, 2})
            ok(tx.subjects.add(subject_with(one), secret_with(1)));
        name(tx, 5, {1, 3});
        name(tx, 2, {2, 1});
        name(tx, 3, {1}, 2);
        name(tx, 4, {1}, 3);  // a subject that is not there
        name(tx, 1, {1}, 1, 8);
        CHECK(awaited(tx, kDevice) == std::vector<Named>{{2, 1}, {2, 2}, {3, 1}, {5, 1}, {5, 3}});
        CHECK(awaited(tx, kDevice, 2) == std::vector<Named>{{2, 1}, {2, 2}});
        CHECK(awaited(tx, 8) == std::vector<Named>{{1, 1}});
        CHECK(awaited(tx, 7).empty());

        FileRow row = file(tx, 2, 1);  // also named by 5
        row.failures = 2;
        ok(tx.files.save(row));
        row = file(tx, 3, 1);
        row.failures = 1;
        ok(tx.files.save(row));
        CHECK(awaited(tx, kDevice) == std::vector<Named>{{2, 2}, {5, 3}, {3, 1}, {2, 1}, {5, 1}});

        ok(tx.entries.quarantine(std::vector<QuarantineRow>{{5, "form"}}));
        CHECK(awaited(tx, kDevice) == std::vector<Named>{{2, 2}, {3, 1}, {2, 1}});
        ok(tx.subjects.erase(subject_with(2)));
        CHECK(awaited(tx, kDevice) == std::vector<Named>{{2, 2}, {2, 1}});
        row = file(tx, 2, 2);
        row.state = FileState::whole;
        ok(tx.files.save(row));
        row = file(tx, 2, 1);
        row.state = FileState::given_up;
        ok(tx.files.save(row));
        CHECK(awaited(tx, kDevice).empty());
        ok(tx.entries.release({5, 5}));
        CHECK(awaited(tx, kDevice) == std::vector<Named>{{5, 3}});
    });
}

TEST_CASE_TEMPLATE("a file's pieces are its own", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    constexpr std::uint64_t kLast = (1 << 23) - 1;
    Bytes large(1 << 20, 0);
    large.back() = 1;
    write(*store, [&](Tx& tx) {
        ok(tx.files.add_piece(1, 0, large));
        ok(tx.files.add_piece(1, kLast, Bytes{0}));
        ok(tx.files.add_piece(2, 0, {}));
        ok(tx.files.add_piece(2, 5, Bytes{5}));
    });
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->files.add_piece(1, kLast, Bytes{1})) == Code::conflict);
    }
    write(*store, [&](Tx& tx) {
        CHECK(value(tx.files.piece(1, 0)) == large);
        CHECK(value(tx.files.piece(1, kLast)) == Bytes{0});
        CHECK(value(tx.files.piece(2, 0)) == Bytes{});
        CHECK(!value(tx.files.piece(1, 1)));
        CHECK(!value(tx.files.piece(3, 0)));
        ok(tx.files.drop_pieces(1));
        ok(tx.files.drop_pieces(3));
        CHECK(!value(tx.files.piece(1, 0)));
        CHECK(!value(tx.files.piece(1, kLast)));
        CHECK(value(tx.files.piece(2, 5)) == Bytes{5});
        ok(tx.files.add_piece(1, 0, Bytes{9}));
        CHECK(value(tx.files.piece(1, 0)) == Bytes{9});
    });
}

// ── Attachments.

AttachedRow attached(std::string owner, std::uint8_t hash,
                     std::optional<SubjectId> subject = std::nullopt) {
    AttachedRow out;
    out.owner = std::move(owner);
    out.hash = hash_with(hash);
    out.subject = subject;
    out.key = {hash, 0, 1};
    return out;
}
std::vector<std::uint8_t> of_owner(Tx& tx, std::string_view owner) {
    std::vector<std::uint8_t> out;
    for (const AttachedRow& row : value(tx.attachments.of_owner(owner))) {
        CHECK(row.owner == owner);
        out.push_back(row.hash.front());
    }
    return out;
}
using Firsts = std::vector<std::uint8_t>;

TEST_CASE_TEMPLATE("an attachment is found as it was added", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    AttachedRow draft = attached("draft", 2), request = attached("request", 2, subject_with(1));
    draft.attachment = 77;  // set by the table
    request.remote = FileState::given_up;
    const Bytes large(1 << 20, 0);
    write(*store, [&](Tx& tx) {
        ok(tx.attachments.add(draft, large));
        ok(tx.attachments.add(request, {}));
        ok(tx.attachments.add(attached("draft", 1), Bytes{1}));
        ok(tx.attachments.add(attached("", 1), Bytes{2}));
    });
    {
        const auto tx = value(store->begin(Access::write));
        CHECK(fault(tx->attachments.add(attached("draft", 1), Bytes{3})) == Code::conflict);
    }
    store = fixture.open();
    read(*store, [&](Tx& tx) {
        const auto first = value(tx.attachments.find("draft", hash_with(2)));
        const auto second = value(tx.attachments.find("request", hash_with(2)));
        REQUIRE(first);
        REQUIRE(second);
        draft.attachment = first->attachment;
        request.attachment = second->attachment;
        CHECK(*first == draft);
        CHECK(*second == request);
        CHECK(draft.attachment != request.attachment);
        CHECK(value(tx.attachments.content(draft.attachment)) == large);
        CHECK(value(tx.attachments.content(request.attachment)) == Bytes{});
        CHECK(!value(tx.attachments.content(999)));
        CHECK(of_owner(tx, "draft") == Firsts{1, 2});
        CHECK(of_owner(tx, "") == Firsts{1});
        CHECK(of_owner(tx, "draf").empty());
        CHECK(!value(tx.attachments.find("draft", hash_with(3))));
    });
}

TEST_CASE_TEMPLATE("an attachment moves to another owner with its content", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.attachments.add(attached("draft", 1), Bytes{1}));
        ok(tx.attachments.add(attached("draft", 2), Bytes{2}));
        ok(tx.attachments.add(attached("request", 2), Bytes{3}));
        const auto number = value(tx.attachments.find("draft", hash_with(1)))->attachment;
        AttachedRow row = attached("request", 1, subject_with(1));
        row.key = {7};
        row.remote = FileState::unknown;
        ok(tx.attachments.move("draft", row));
        row.attachment = number;
        CHECK(value(tx.attachments.find("request", hash_with(1))) == row);
        CHECK(value(tx.attachments.content(number)) == Bytes{1});
        CHECK(of_owner(tx, "draft") == Firsts{2});
        ok(tx.attachments.move("draft", attached("request", 9)));  // is not there
        // To the same owner: sealed anew.
        row.key = {8};
        row.subject = subject_with(2);
        ok(tx.attachments.move("request", row));
        CHECK(value(tx.attachments.find("request", hash_with(1))) == row);
    });
    const auto tx = value(store->begin(Access::write));
    CHECK(fault(tx->attachments.move("draft", attached("request", 2))) == Code::conflict);
}

TEST_CASE_TEMPLATE("a removed attachment takes its content along", Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.attachments.add(attached("draft", 1), Bytes{1}));
        ok(tx.attachments.add(attached("draft", 2), Bytes{2}));
        const auto first = value(tx.attachments.find("draft", hash_with(1)))->attachment;
        const auto second = value(tx.attachments.find("draft", hash_with(2)))->attachment;
        ok(tx.attachments.remove("draft", hash_with(1)));
        ok(tx.attachments.remove("draft", hash_with(1)));
        CHECK(!value(tx.attachments.content(first)));
        CHECK(value(tx.attachments.content(second)) == Bytes{2});
        CHECK(of_owner(tx, "draft") == Firsts{2});
        ok(tx.attachments.add(attached("draft", 1), Bytes{3}));
        const auto again = value(tx.attachments.find("draft", hash_with(1)))->attachment;
        CHECK(again != second);
        CHECK(value(tx.attachments.content(again)) == Bytes{3});
    });
}

TEST_CASE_TEMPLATE("what the hub said of an attachment is kept where it has a subject", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.attachments.add(attached("draft", 1), {}));
        ok(tx.attachments.add(attached("request", 1, subject_with(1)), {}));
        const auto set = [&](std::string_view owner, std::uint8_t hash, FileState state) {
            return value(tx.attachments.set_remote(owner, hash_with(hash), state));
        };
        CHECK(!set("request", 1, FileState::awaited));
        CHECK(set("request", 1, FileState::given_up));
        CHECK(!set("request", 1, FileState::given_up));
        CHECK(value(tx.attachments.find("request", hash_with(1)))->remote == FileState::given_up);
        CHECK(set("request", 1, FileState::whole));
        CHECK(set("request", 1, FileState::awaited));
        CHECK(!set("request", 2, FileState::whole));
        CHECK(!set("draft", 1, FileState::whole));
        CHECK(value(tx.attachments.find("draft", hash_with(1)))->remote == FileState::awaited);
    });
}

TEST_CASE_TEMPLATE("attachments that are not whole at the hub: not drafts', nor of the erased",
                   Fixture, SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        for (const std::uint8_t one : Bytes{1, 2})
            ok(tx.subjects.add(subject_with(one), secret_with(1)));
        for (const auto& [owner, hash, subject, state] :
             std::vector<std::tuple<const char*, std::uint8_t, int, FileState>>{
                 {"b", 2, 1, FileState::awaited},
                 {"b", 1, 1, FileState::given_up},
                 {"a", 9, 2, FileState::unknown},
                 {"a", 8, 1, FileState::whole},
                 {"a", 7, 3, FileState::awaited},
                 {"draft", 1, 0, FileState::awaited}}) {
            AttachedRow row = attached(owner, hash);
            if (subject > 0) row.subject = subject_with(static_cast<std::uint8_t>(subject));
            row.remote = state;
            ok(tx.attachments.add(row, {}));
        }
        const auto all = [&] {
            std::vector<std::string> out;
            ok(tx.attachments.each_not_whole(
                [&](std::string_view owner, const Hash& hash, FileState state) -> Result<> {
                    out.push_back(std::string(owner) + std::to_string(hash.front()) + " " +
                                  std::to_string(static_cast<int>(state)));
                    return {};
                }));
            return out;
        };
        CHECK(all() == std::vector<std::string>{"a9 3", "b1 2", "b2 0"});
        ok(tx.subjects.erase(subject_with(2)));
        CHECK(all() == std::vector<std::string>{"b1 2", "b2 0"});
        CHECK(value(tx.attachments.set_remote("b", hash_with(2), FileState::whole)));
        CHECK(all() == std::vector<std::string>{"b1 2"});
    });
}

// ── Values.

std::string listed(const Result<std::vector<ValueRow>>& rows) {
    std::string out;
    for (const ValueRow& row : value(rows)) out += row.key + "=" + row.value + " ";
    return out;
}

TEST_CASE_TEMPLATE("a setting has its last value", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    const std::string zeros("a\0b\xFF", 4), large(1 << 20, 'x');
    write(*store, [&](Tx& tx) {
        CHECK(!value(tx.values.setting("name")));
        ok(tx.values.set("name", "first"));
        ok(tx.values.set("name", zeros));
        ok(tx.values.set("empty", ""));
        ok(tx.values.set("", large));
        ok(tx.values.set(zeros, "1"));
    });
    store = fixture.open();
    read(*store, [&](Tx& tx) {
        CHECK(value(tx.values.setting("name")) == zeros);
        CHECK(value(tx.values.setting("empty")) == "");
        CHECK(value(tx.values.setting("")) == large);
        CHECK(value(tx.values.setting(zeros)) == "1");
        CHECK(!value(tx.values.setting("a")));
    });
}

TEST_CASE_TEMPLATE("values are listed in the order in which they were first put", Fixture,
                   SPOT_STORES) {
    Fixture fixture;
    const auto store = fixture.open();
    write(*store, [](Tx& tx) {
        ok(tx.values.put("space", "b", "ana", "1"));
        ok(tx.values.put("space", "c", "rui", "2"));
        ok(tx.values.put("space", "a", "ana", "3"));
        ok(tx.values.put("other", "b", "ana", "4"));
        ok(tx.values.put("space", "b", "rui", ""));  // another owner, in the same place
        CHECK(listed(tx.values.list("space", kAll)) == "b= c=2 a=3 ");
        CHECK(listed(tx.values.list("space", 2)) == "b= c=2 ");
        CHECK(listed(tx.values.list("space", 0)).empty());
        CHECK(listed(tx.values.list("none", kAll)).empty());
        CHECK(listed(tx.values.list_by_owner("space", "rui", kAll)) == "b= c=2 ");
        CHECK(listed(tx.values.list_by_owner("space", "rui", 1)) == "b= ");
        CHECK(listed(tx.values.list_by_owner("space", "ana", kAll)) == "a=3 ");
        CHECK(listed(tx.values.list_by_owner("space", "", kAll)).empty());
        CHECK(value(tx.values.get("space", "b")) == "");
        CHECK(value(tx.values.get("other", "b")) == "4");
        CHECK(!value(tx.values.get("other", "c")));

        ok(tx.values.remove("space", "a"));
        ok(tx.values.remove("space", "b"));
        ok(tx.values.remove("space", "b"));
        CHECK(!value(tx.values.get("space", "b")));
        CHECK(value(tx.values.get("other", "b")) == "4");
        ok(tx.values.put("space", "b", "", "5"));  // anew, so at the end
        ok(tx.values.put("space", "", "", "6"));
        CHECK(listed(tx.values.list("space", kAll)) == "c=2 b=5 =6 ");
        CHECK(listed(tx.values.list_by_owner("space", "", kAll)) == "b=5 =6 ");
    });
}

TEST_CASE_TEMPLATE("a value may hold any byte and be large", Fixture, SPOT_STORES) {
    Fixture fixture;
    auto store = fixture.open();
    const std::string zeros("a\0b\xFF", 4), large(1 << 20, '\0');
    write(*store, [&](Tx& tx) {
        ok(tx.values.put(zeros, zeros, zeros, zeros));
        ok(tx.values.put("a", "large", "", large));
    });
    store = fixture.open();
    read(*store, [&](Tx& tx) {
        CHECK(value(tx.values.list_by_owner(zeros, zeros, kAll)) ==
              std::vector<ValueRow>{{zeros, zeros}});
        CHECK(value(tx.values.get("a", "large")) == large);
        CHECK(value(tx.values.list("a", kAll)).size() == 1);
    });
}

}  // namespace
}  // namespace spot::contract
