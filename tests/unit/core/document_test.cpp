#include "core/document.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/document/document_abi.h"

namespace {

using namespace spot::core;
using What = Operation::What;
using Json = nlohmann::json;
using Operations = std::vector<Operation>;

constexpr std::int64_t kTime = 1508141755;

Actor actor(std::uint8_t number) {
    Actor out{};
    out.fill(number);
    return out;
}

Operation put(std::string path, Operation::Scalar value) {
    return {What::put, std::move(path), std::move(value)};
}
Operation increment(std::string path, std::int64_t amount) {
    return {What::increment, std::move(path), amount};
}
Operation text(std::string path, std::string content) {
    return {What::text, std::move(path), std::move(content)};
}
Operation splice(std::string path, std::uint64_t position, std::uint64_t remove,
                 std::string content) {
    return {What::splice, std::move(path), std::move(content), position, remove};
}

// A change that has to be made.
Hash made(Document& document, const Actor& by, const std::vector<Hash>& known,
          const Operations& operations) {
    const auto hash = document.execute(by, kTime, known, operations);
    REQUIRE(hash);
    REQUIRE(*hash);
    return **hash;
}

std::string json(Document& document) {
    const auto out = document.json();
    REQUIRE(out);
    return *out;
}

Code refusal(Document& document, const std::vector<Hash>& known, const Operations& operations) {
    const auto before = document.save();
    REQUIRE(before);
    const auto answer = document.execute(actor(9), kTime, known, operations);
    REQUIRE(!answer);
    CHECK(*document.save() == *before);
    return answer.error().code;
}

// A request as a mediator queues it.
Operations request(const std::string& name) {
    return {put("session", "01J9ZZZZZZZZZZZZZZZZZZZZZZ"),
            put("station", "spot-012"),
            put("service", "irn-cc-renewal"),
            put("fields.reason", "expired"),
            put("fields.copies", std::int64_t{2}),
            put("fields.urgent", false),
            put("fields.address.street", "Rua da Escola"),
            put("citizen.name", name),
            put("citizen.phone", nullptr),
            put("queued_at", "2017-10-16T09:15:55.891+01:00")};
}

}  // namespace

TEST_CASE("an intent makes a record, and its JSON is canonical") {
    Document document;
    made(document, actor(1), {}, request("Maria \"Zé\" Ção\n\x7f\x01"));
    CHECK(json(document) ==
          R"({"conflicts":{},"record":{"citizen":{"name":"Maria \"Zé\" Ção\n)"
          "\x7f"
          R"(\u0001","phone":null},"fields":{"address":{"street":"Rua da Escola"},"copies":2,)"
          R"("reason":"expired","urgent":false},"queued_at":"2017-10-16T09:15:55.891+01:00",)"
          R"("service":"irn-cc-renewal","session":"01J9ZZZZZZZZZZZZZZZZZZZZZZ",)"
          R"("station":"spot-012"}})");
    CHECK(json(document) == Json::parse(json(document)).dump());
}

TEST_CASE("the same state, actor, time and operations give the same bytes") {
    Document one, other;
    const Hash first = made(one, actor(1), {}, request("Ana"));
    CHECK(made(other, actor(1), {}, request("Ana")) == first);
    CHECK(*one.save() == *other.save());
    CHECK(*one.change(first) == *other.change(first));

    // Loaded from the disk or not, fork or not: the state is what counts.
    auto loaded = Document::load(*one.save());
    REQUIRE(loaded);
    const Operations edit{put("fields.reason", "lost"), put("status", "checked")};
    const Hash second = made(one, actor(2), {first}, edit);
    CHECK(made(*loaded, actor(2), {first}, edit) == second);
    CHECK(*one.save() == *loaded->save());

    Document late;
    CHECK(made(late, actor(2), {}, request("Ana")) != first);
    Document later;
    CHECK(**later.execute(actor(1), kTime + 1, {}, request("Ana")) != first);
}

TEST_CASE("an equal value makes no change and uses up no number") {
    Document document;
    const Hash first = made(document, actor(1), {}, request("Ana"));
    const auto before = *document.save();
    for (const Actor& author : {actor(1), actor(2)}) {
        const auto nothing = document.execute(author, kTime + 5, {{first}}, request("Ana"));
        REQUIRE(nothing);
        CHECK(!*nothing);
        CHECK(*document.save() == before);
    }
    CHECK(!*document.execute(actor(1), kTime, {{first}}, {}));

    // The next change is as if nothing had been tried; and only what differs is in it.
    Document untouched = *Document::load(before);
    const Operations edit{put("fields.copies", std::int64_t{2}), put("fields.reason", "lost")};
    const Hash second = made(document, actor(1), {first}, edit);
    CHECK(made(untouched, actor(1), {first}, {put("fields.reason", "lost")}) == second);
    // Another type is another value.
    made(document, actor(1), {first, second}, {put("fields.copies", "2")});
}

TEST_CASE("operations count in their order, also in a new record") {
    Document document;
    made(document, actor(1), {},
         {put("a", "first"), put("a", "second"), increment("n", 2), increment("n", 3),
          text("notes", "ab"), splice("notes", 1, 0, "-")});
    CHECK(json(document) == R"({"conflicts":{},"record":{"a":"second","n":5,"notes":"a-b"}})");
}

TEST_CASE("texts are changed by code points, counters by amounts") {
    Document document;
    const Hash first = made(document, actor(1), {}, {text("notes", "não 😀 sei"), put("n.x", "y")});
    CHECK(!*document.execute(actor(1), kTime, {{first}}, {{text("notes", "não 😀 sei")}}));
    CHECK(!*document.execute(actor(1), kTime, {{first}}, {{splice("notes", 3, 0, "")}}));
    const Hash left = made(document, actor(2), {first}, {splice("notes", 4, 1, "já")});
    const Hash right = made(document, actor(3), {first}, {splice("notes", 9, 0, "!")});
    CHECK(Json::parse(json(document))["record"]["notes"] == "não já sei!");
    CHECK(Json::parse(json(document))["conflicts"].empty());

    const Hash count = made(document, actor(2), {first, left}, {increment("n.visits", 3)});
    const std::vector<Hash> known{first, left, right, count};
    made(document, actor(2), known, {increment("n.visits", 4)});
    made(document, actor(3), known, {increment("n.visits", -1)});
    CHECK(Json::parse(json(document))["record"]["n"] == Json::parse(R"({"visits":6,"x":"y"})"));
}

TEST_CASE("a refused intent leaves no trace") {
    Document document;
    const Hash first =
        made(document, actor(1), {}, {text("t", "abc"), put("m.a", "b"), increment("n", 1)});
    const std::vector<Hash> known{first};
    CHECK(refusal(document, known, {put("new.map", "x"), put("m", "over a map")}) == Code::invalid);
    CHECK(refusal(document, known, {put("x", "y"), text("m", "over a map")}) == Code::invalid);
    CHECK(refusal(document, known, {put("t", "y"), put("m.a.b", "through a value")}) ==
          Code::invalid);
    CHECK(refusal(document, known, {splice("t", 4, 0, "x")}) == Code::invalid);
    CHECK(refusal(document, known, {splice("t", 1, 3, "")}) == Code::invalid);
    CHECK(refusal(document, known, {splice("t", 1, ~std::uint64_t{0}, "")}) == Code::invalid);
    CHECK(refusal(document, known, {splice("m.a", 0, 0, "x")}) == Code::not_found);
    CHECK(refusal(document, known, {splice("none.here", 0, 0, "x")}) == Code::not_found);
    CHECK(refusal(document, known, {increment("t", 1)}) == Code::invalid);
    CHECK(refusal(document, known, {increment("m.a", 1)}) == Code::invalid);
    const auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(refusal(document, known, {increment("n", most)}) == Code::limit);
    CHECK(refusal(document, known, {put("", "x")}) == Code::invalid);
    CHECK(refusal(document, known, {put("a..b", "x")}) == Code::invalid);
    CHECK(refusal(document, known, {put("a.b.c.d.e.f.g.h.i", "too deep")}) == Code::invalid);
    CHECK(refusal(document, known, {put("latin", "\xe9")}) == Code::corrupt);
    CHECK(refusal(document, known, Operations(kOperationsMax + 1, put("a", "b"))) == Code::limit);
    CHECK(refusal(document, known, {text("long", std::string(100'001, 'x'))}) == Code::limit);
    CHECK(refusal(document, {Hash{}}, {put("a", "b")}) == Code::not_found);
    // Of actor 1 there is a change already; an author who did not know it is no honest one.
    const auto doubled = document.execute(actor(1), kTime, {}, {{put("a", "b")}});
    REQUIRE(!doubled);
    CHECK(doubled.error().code == Code::conflict);
    made(document, actor(9), known, {put("a", "b")});
}

TEST_CASE("different values for one field, set apart, are a conflict until someone settles it") {
    Document document;
    const Hash first = made(document, actor(1), {}, request("Ana"));
    const Hash a = made(document, actor(1), {first}, {put("fields.reason", "lost"), put("x", "1")});
    const Hash b =
        made(document, actor(2), {first}, {put("fields.reason", "stolen"), put("x", "1")});
    const Hash c = made(document, actor(3), {first}, {put("fields.reason", "stolen")});
    auto shown = Json::parse(json(document));
    auto values = shown["conflicts"]["fields.reason"];
    CHECK(shown["conflicts"].size() == 1);  // both set x, but to the same
    REQUIRE(values.size() == 2);
    CHECK(shown["record"]["fields"]["reason"] == values[1]);
    std::sort(values.begin(), values.end());
    CHECK(values == Json({"lost", "stolen"}));

    // Settled for what shows already: that is an operation, too. What all set to the same isn't.
    const std::vector<Hash> known{first, a, b, c};
    const std::string winner = shown["record"]["fields"]["reason"];
    CHECK(!*document.execute(actor(4), kTime, known, {{put("x", "1")}}));
    const Hash settled = made(document, actor(4), known, {put("fields.reason", winner)});
    shown = Json::parse(json(document));
    CHECK(shown["conflicts"].empty());
    CHECK(shown["record"]["fields"]["reason"] == winner);
    CHECK(settled != a);

    // Whoever settled it otherwise at the same time is not overruled without a trace.
    made(document, actor(5), known, {put("fields.reason", "other")});
    CHECK(Json::parse(json(document))["conflicts"]["fields.reason"].size() == 2);
}

TEST_CASE("a map that two make while apart is one map") {
    Document document;
    const Hash first = made(document, actor(1), {}, {put("service", "s")});
    const Hash a = made(document, actor(1), {first},
                        {put("fields.a", "1"), put("fields.x", "A"), put("fields.deep.l", "l"),
                         increment("fields.n", 1)});
    const Hash b = made(document, actor(2), {first},
                        {put("fields.b", "2"), put("fields.x", "B"), put("fields.deep.r", "r")});
    auto shown = Json::parse(json(document));
    CHECK(shown["record"]["fields"]["a"] == "1");
    CHECK(shown["record"]["fields"]["b"] == "2");
    CHECK(shown["record"]["fields"]["deep"] == Json::parse(R"({"l":"l","r":"r"})"));
    CHECK(shown["conflicts"].size() == 1);
    CHECK(shown["conflicts"]["fields.x"].size() == 2);

    const std::vector<Hash> known{first, a, b};
    CHECK(
        !*document.execute(actor(3), kTime, known, {{put("fields.a", "1"), put("fields.b", "2")}}));
    made(document, actor(3), known,
         {put("fields.x", "C"), put("fields.a", "3"), put("fields.b", "4"),
          increment("fields.n", 1)});
    shown = Json::parse(json(document));
    CHECK(shown["conflicts"] == Json::object());
    CHECK(shown["record"]["fields"] ==
          Json::parse(R"({"a":"3","b":"4","deep":{"l":"l","r":"r"},"n":2,"x":"C"})"));
}

TEST_CASE("a document that panicked is poisoned, and nothing else is") {
    Document document, other;
    made(document, actor(1), {}, request("Ana"));
    const auto saved = *document.save();
    spot_document_panic_for_test();
    REQUIRE(!document.json());
    CHECK(document.json().error().code == Code::corrupt);
    CHECK(document.save().error().code == Code::corrupt);
    CHECK(document.execute(actor(1), kTime, {}, {}).error().code == Code::corrupt);
    CHECK(document.apply({}).error().code == Code::corrupt);
    CHECK(document.change(Hash{}).error().code == Code::corrupt);
    CHECK(other.json());
    spot_document_panic_for_test();
    CHECK(!Document::load(saved));
    document = *Document::load(saved);
    CHECK(document.json());
}

TEST_CASE("a saved document that was harmed does not load") {
    Document document;
    made(document, actor(1), {}, request("Ana"));
    const Bytes saved = *document.save();
    CHECK(Document::load(saved));
    CHECK(Document::load(*Document().save()));
    CHECK(!Document::load({}));
    CHECK(!Document::load(View(saved).first(saved.size() - 1)));
    for (std::size_t i = 0; i < saved.size(); ++i) {
        Bytes harmed = saved;
        harmed[i] ^= 0x10;
        CHECK(!Document::load(harmed));
    }
    CHECK(Document::load(Bytes(kDocumentBytesMax + 1)).error().code == Code::limit);
}
