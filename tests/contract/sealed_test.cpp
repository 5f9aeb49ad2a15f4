// The sealed store from beneath: cells that were changed or moved, other keys, rows from before.

#include <map>
#include <set>

#include "tests/contract/stores.h"
#include "tests/support/cells.h"

namespace spot::contract {
namespace {

using support::EachCell;

StoreKeys keys_with(std::initializer_list<std::uint32_t> epochs) {
    StoreKeys out{secret_with(1), {}};
    for (const std::uint32_t number : epochs)
        out.epochs.emplace(number, secret_with(static_cast<std::uint8_t>(100 + number)));
    return out;
}

// Two rows of each kind, so that each cell can be put where the other one was.
void fill(Tx& tx) {
    for (const std::uint8_t n : {std::uint8_t{1}, std::uint8_t{2}}) {
        const std::string text = "text " + std::to_string(n);
        for (const bool personal : {false, true}) {
            EntryRow entry = entry_at(n + (personal ? 2 : 0));
            entry.user = text;
            entry.reference = "reference of " + text;
            entry.payload = bytes_of("payload of " + text);
            RecordRow record = record_at(entry.key, entry.key);
            record.json = bytes_of("json of " + text);
            record.document = bytes_of("document of " + text);
            if (personal) entry.subject = record.subject = subject_with(n);
            ok(tx.entries.append(std::vector{entry}));
            ok(tx.records.insert(std::vector{record}));
        }
        ok(tx.records.add_names(std::vector<RecordName>{{n, n, text}}));
        ok(tx.logs.add_secret(n, 0, secret_with(n)));
        ok(tx.subjects.add(subject_with(n), secret_with(n)));
        AttachedRow attached;
        attached.owner = text;
        attached.key = bytes_of("a key, " + text);
        ok(tx.attachments.add(attached, bytes_of("content")));
        StationRow station;
        station.device = n;
        station.name = "station " + text;
        station.team = "team of " + text;
        ok(tx.stations.add(station));
        ok(tx.values.set("setting " + text, text));
        ok(tx.values.put("space " + text, "key of " + text, "owner of " + text, text));
        ok(tx.values.put("draft", "key of " + text, "", "draft, " + text));
    }
    ok(tx.values.set(kFreshSubjects, "what keys follow from"));
}

std::vector<std::string> opened(Tx& tx) {
    std::vector<std::string> out;
    EachCell look([&](std::string_view column, std::string& cell) {
        out.push_back(std::string(column) + ": " + cell);
    });
    ok(tx.rewrite(look));
    return out;
}

// All cells of a store, by column.
std::map<std::string, std::vector<std::string>, std::less<>> cells_of(Store& beneath) {
    std::map<std::string, std::vector<std::string>, std::less<>> out;
    write(beneath, [&](Tx& tx) {
        EachCell look([&](std::string_view column, std::string& cell) {
            out[std::string(column)].push_back(cell);
        });
        ok(tx.rewrite(look));
    });
    return out;
}

}  // namespace

TEST_CASE("no cell beneath a sealed store shows what it holds, and each opens in its place alone") {
    InMemory fixture;
    const auto beneath = fixture.open();
    const StoreKeys keys = keys_with({1});
    std::vector<std::string> before;
    std::set<std::string> columns;
    {
        const auto store = value(sealed_store(fixture.open(), keys));
        write(*store, fill);
        write(*store, [&](Tx& tx) { before = opened(tx); });
    }
    const auto sealed = cells_of(*beneath);
    for (const std::string& one : before) {
        const std::size_t colon = one.find(": ");
        columns.insert(one.substr(0, colon));
        for (const auto& [column, cells] : sealed)
            for (const std::string& cell : cells)
                CHECK_MESSAGE(cell.find(one.substr(colon + 2)) == std::string::npos, one);
    }
    CHECK(columns.size() == 14);
    // What is sealed with another column: entry.reference and station.team. Names are hashes, which
    // do not open.
    CHECK(sealed.size() == columns.size() - 1);

    for (const auto& [column, cells] : sealed) {
        CAPTURE(column);
        if (column == "name") continue;
        REQUIRE(cells.size() >= 2);
        // Each pair is exchanged, and in each cell one bit changed; done twice it is undone.
        const auto change = [&](std::size_t i, std::size_t j) {
            auto now = cells_of(*beneath).at(column);
            std::swap(now[i], now[j]);
            if (i == j) now[i].back() = static_cast<char>(now[i].back() ^ 1);
            std::size_t at = 0;
            EachCell rows([&](std::string_view one, std::string& cell) {
                if (one == column) cell = now[at++];
            });
            write(*beneath, [&](Tx& tx) { ok(tx.rewrite(rows)); });
        };
        for (std::size_t i = 0; i < cells.size(); ++i)
            for (std::size_t j = i; j < cells.size(); ++j) {
                change(i, j);
                {
                    const auto store = value(sealed_store(fixture.open(), keys));
                    const auto tx = value(store->begin(Access::write));
                    EachCell nothing([](std::string_view, std::string&) {});
                    CHECK(fault(tx->rewrite(nothing)) == Code::corrupt);
                }
                change(i, j);
            }
    }
    const auto store = value(sealed_store(fixture.open(), keys));
    write(*store, [&](Tx& tx) { CHECK(opened(tx) == before); });
}

TEST_CASE("other keys open nothing and change nothing") {
    InMemory fixture;
    { write(*value(sealed_store(fixture.open(), keys_with({1, 2}))), fill); }
    const auto before = cells_of(*fixture.open());
    StoreKeys other_store = keys_with({1, 2}), other_epoch = keys_with({1, 2});
    other_store.store = secret_with(9);
    other_epoch.epochs.at(1) = secret_with(9);
    CHECK(fault(sealed_store(fixture.open(), other_store)) == Code::refused);
    CHECK(fault(sealed_store(fixture.open(), other_epoch)) == Code::refused);
    // Those of before the second epoch: what is written now would be under a key of the past.
    CHECK(fault(sealed_store(fixture.open(), keys_with({1}))) == Code::refused);
    CHECK(cells_of(*fixture.open()) == before);
    CHECK(sealed_store(fixture.open(), keys_with({1, 2})).has_value());
}

TEST_CASE("a lost epoch's subjects are erased ones, and the others are there") {
    InMemory fixture;
    const SubjectId old = subject_with(1), young = subject_with(2);
    Hash hash{};
    const auto attached = [&](const char* owner, const SubjectId& subject) {
        AttachedRow row;
        row.owner = owner;
        row.hash = hash;
        row.subject = subject;
        row.key = {1};
        return row;
    };
    const auto fill_with = [&](Tx& tx, const SubjectId& subject, const char* name,
                               std::int64_t entry) {
        ok(tx.subjects.add(subject, secret_with(static_cast<std::uint8_t>(entry))));
        ok(tx.files.name(entry, 7, subject, std::vector<FileName>{{hash, 10}}));
        ok(tx.attachments.add(attached(name, subject), bytes_of("content")));
        ok(tx.values.put("draft", name, "", name));
        ok(tx.values.put("person", name, "", name));
    };
    {
        const auto store = value(sealed_store(fixture.open(), keys_with({1})));
        write(*store, [&](Tx& tx) {
            fill_with(tx, old, "old", 1);
            ok(tx.values.set(kFreshSubjects, "fresh"));
            AttachedRow draft;
            draft.owner = "draft";
            draft.key = {1};
            ok(tx.attachments.add(draft, bytes_of("content")));
        });
    }
    {
        const auto store = value(sealed_store(fixture.open(), keys_with({1, 2})));
        write(*store, [&](Tx& tx) { fill_with(tx, young, "young", 2); });
    }
    const auto seen = [&](const StoreKeys& keys) {
        std::string out;
        const auto store = value(sealed_store(fixture.open(), keys));
        read(*store, [&](Tx& tx) {
            for (const SubjectRow& row : value(tx.subjects.read(std::vector{old, young})))
                out += row.key ? "key " : "erased ";
            const auto awaited = [&](std::int64_t entry, const FileRow&) -> Result<bool> {
                out += "file " + std::to_string(entry) + " ";
                return true;
            };
            ok(tx.files.each_awaited(7, awaited));
            ok(tx.attachments.each_not_whole(
                [&](std::string_view owner, const Hash&, FileState) -> Result<> {
                    out += std::string(owner) + "'s ";
                    return {};
                }));
            for (const ValueRow& row : value(tx.values.list("draft", kAll))) out += row.key + " ";
            for (const ValueRow& row : value(tx.values.list("person", kAll))) out += row.key + " ";
            out += value(tx.values.get("draft", "old")) ? "got " : "";
            out += value(tx.values.setting(kFreshSubjects)) ? "fresh " : "";
            out += value(tx.attachments.find("draft", hash)) ? "file" : "";
            out += value(tx.attachments.of_owner("draft")).empty() ? "" : "s";
        });
        return out;
    };
    CHECK(seen(keys_with({1, 2})) ==
          "key key file 1 file 2 old's young's old young old young got fresh files");
    CHECK(seen(keys_with({2})) == "erased key file 2 young's young old young ");
    CHECK(seen(keys_with({1, 2, 3})) == seen(keys_with({1, 2, 3})));

    // Before its key goes, all that it wrapped is wrapped anew.
    write(*value(sealed_store(fixture.open(), keys_with({1, 2, 3}))), [](Tx& tx) {
        EachCell nothing([](std::string_view, std::string&) {});
        ok(tx.rewrite(nothing));
    });
    CHECK(seen(keys_with({3})) ==
          "key key file 1 file 2 old's young's old young old young got fresh files");
}

TEST_CASE("what lay there before it was sealed is sealed once, all of it or nothing") {
    InMemory fixture;
    const StoreKeys keys = keys_with({1});
    const auto beneath = fixture.open();
    std::vector<std::string> before;
    write(*beneath, fill);
    write(*beneath, [&](Tx& tx) { before = opened(tx); });
    const auto plain = cells_of(*beneath);
    std::erase_if(before, [](const std::string& cell) { return cell.starts_with("name: "); });

    fixture.database().fail_after(0);
    CHECK(fault(sealed_store(fixture.open(), keys)) == Code::io);
    fixture.database().mend();
    CHECK(cells_of(*beneath) == plain);

    for (int opening = 0; opening < 2; ++opening) {
        const auto store = value(sealed_store(fixture.open(), keys));
        write(*store, [&](Tx& tx) { CHECK(opened(tx) == before); });
    }
    const auto sealed = cells_of(*beneath);
    for (const auto& [column, cells] : plain)
        for (const std::string& cell : cells)
            for (const auto& [other, those] : sealed)
                for (const std::string& one : those)
                    CHECK_MESSAGE(one.find(cell) == std::string::npos, column);
}

// Mark and names as programs before migration 0008 wrote them.
TEST_CASE("names that an earlier program sealed are found, and are hashes from then on") {
    InMemory fixture;
    const StoreKeys keys = keys_with({1});
    const auto beneath = fixture.open();
    const DeterministicSeal seal(keys.store.derive("sealed columns"));
    const auto sealed_name = [&](std::int64_t place, std::string_view name) {
        ByteWriter bound;
        bound.u8(5);
        bound.u64(static_cast<std::uint64_t>(place));
        return std::string(text(seal.seal(view(name), bound.bytes())));
    };
    ByteWriter mark;
    mark.u8(1);
    mark.raw(Bytes{0, 0, 0, 1});
    mark.raw(keyed_hash(keys.epochs.at(1).bytes(), {view("spot erasure epoch")}));
    const Bytes bound_mark{13};
    write(*beneath, [&](Tx& tx) {
        ok(tx.records.add_names(std::vector<RecordName>{{7, 4, sealed_name(4, "van-1/12")},
                                                        {8, 5, sealed_name(5, "van-1/12")}}));
        ok(tx.values.set(sealed::kMark, text(seal.seal(mark.bytes(), bound_mark))));
    });
    const auto before = cells_of(*beneath);

    fixture.database().fail_after(0);
    CHECK(fault(sealed_store(fixture.open(), keys)) == Code::io);
    fixture.database().mend();
    CHECK(cells_of(*beneath) == before);

    for (int opening = 0; opening < 2; ++opening) {
        const auto store = value(sealed_store(fixture.open(), keys));
        read(*store, [](Tx& tx) {
            CHECK(value(tx.records.find_name(4, "van-1/12")) == 7);
            CHECK(value(tx.records.find_name(5, "van-1/12")) == 8);
            CHECK(!value(tx.records.find_name(4, "van-1/1")));
        });
    }
    const auto names = cells_of(*beneath).at("name");
    REQUIRE(names.size() == 2);
    CHECK(names[0] != names[1]);
    for (const std::string& name : names) CHECK(name.size() == 16);
}

// What a backup of the database shows to one who has today's keys, but not the epochs of then.
TEST_CASE("of a copy without its erasure epochs' keys no person's data opens") {
    InMemory fixture;
    { write(*value(sealed_store(fixture.open(), keys_with({1}))), fill); }
    StoreKeys guessed = keys_with({});
    guessed.epochs.emplace(1, secret_with(50));
    CHECK(fault(sealed_store(fixture.open(), guessed)) == Code::refused);
    const auto store = value(sealed_store(fixture.open(), keys_with({2})));
    write(*store, [&](Tx& tx) {
        for (const std::string& cell : opened(tx)) {
            CHECK(cell.find("subject.key") == std::string::npos);
            CHECK(cell.find("attached.key") == std::string::npos);
            CHECK(cell.find("draft") == std::string::npos);
            CHECK(cell.find("what keys follow from") == std::string::npos);
        }
        for (const SubjectRow& row :
             value(tx.subjects.read(std::vector{subject_with(1), subject_with(2)})))
            CHECK(!row.key);
    });
}

}  // namespace spot::contract
