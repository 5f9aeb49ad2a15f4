// Goal: whoever holds the keys of one enrolled station, also of a revoked one, can neither end nor
// stop the hub, nor keep others from it, nor make it keep what it refused.
// Method: a table of lies, each told in a process of its own beside legal work of the same size.
// SPOT_TABLE=1 prints the table.

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "sync/codec/entry_codec.h"
#include "tests/hostile/cost.h"
#include "tests/hostile/lies.h"
#include "tests/hostile/under_attack.h"

using namespace spot;
using namespace spot::hostile;
using core::Kind;

namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};
constexpr std::uint32_t kFar = core::kEpochMax;

using At = HubUnderAttack&;
using Bundles = std::vector<Bytes>;

struct Lie {
    const char* name;
    const char* finding;
    std::function<Bundles(At)> lie;
    std::function<Bundles(At)> legal = {};  // nullptr: a head alone
    std::function<void(At)> before = {};    // what has to be there first
    const char* answer = "";                // "": any; "refused": of whatever code
    Mended mended = Mended::here;
    std::function<std::string(At)> then = {};  // "": as it has to be
};

// ── Legal work, by the rogue's own honest program.
Bundles legal(At at, int entries, std::size_t characters) {
    for (int i = 0; i < entries; ++i) {
        std::string text = "palavra " + std::to_string(i) + " ";
        while (text.size() < characters) text += "repetida ";
        text.resize(characters, 'x');
        at.rogue.add(Kind::feedback_training, {{"at", ""}, {"text", text}});
    }
    sync::StationExchange exchange(*at.rogue.ledger, at.rogue.keys, at.rogue.random);
    return {at.rogue.bundle(exchange)};
}
Bundles legal_edits(At at, int count, const std::string& text) {
    for (int i = 0; i < count; ++i)
        at.rogue.add(
            Kind::request_edit,
            support::edit_intent(1, at.victim, {{"fields.observacoes", text + std::to_string(i)}}));
    sync::StationExchange exchange(*at.rogue.ledger, at.rogue.keys, at.rogue.random);
    return {at.rogue.bundle(exchange)};
}
std::function<Bundles(At)> work(int entries, std::size_t characters) {
    return [=](At at) { return legal(at, entries, characters); };
}
std::function<Bundles(At)> heads(int count) {
    return [=](At at) {
        sync::StationExchange exchange(*at.rogue.ledger, at.rogue.keys, at.rogue.random);
        return Bundles(static_cast<std::size_t>(count),
                       at.rogue.bundle(exchange, sync::StationExchange::What::probe));
    };
}

// ── Lies in a head alone, and in one with a frame of rubbish.
std::function<Bundles(At)> told(std::function<void(At, RawHead&)> change, int times = 1) {
    return [=](At at) {
        Bundles out;
        for (int i = 0; i < times; ++i) {
            RawHead head = at.head();
            change(at, head);
            out.push_back(at.sealed(head));
        }
        return out;
    };
}
std::function<Bundles(At)> one(std::function<LooseEntry(At)> make) {
    return [=](At at) { return Bundles{at.bundle({make(at)})}; };
}
LooseEntry with(At at, const std::string& key, Json value) {
    LooseEntry out = at.feedback("x");
    out.members.emplace_back(key, std::move(value));
    return out;
}
// Takes the last entries as context, behind which stands a frame of rubbish.
std::function<Bundles(At)> context_of(std::uint64_t entries) {
    return [=](At at) {
        RawHead head = at.head();
        head.count = 1;
        head.context = std::min(entries, head.from.seq);
        return Bundles{at.sealed(head, {Bytes(40, 0x5A)})};
    };
}
std::function<void(At)> first(std::function<LooseEntry(At)> make, int entries = 1,
                              std::size_t a_frame = 8) {
    return [=](At at) {
        at.send(at.bundle(std::vector<LooseEntry>(static_cast<std::size_t>(entries), make(at)),
                          at.head(), a_frame));
        at.execute();
    };
}
Json nested(int depth) {
    Json out = 1;
    for (int i = 0; i < depth; ++i) out = Json::array({out});
    return out;
}
std::string deep(std::size_t depth) {
    return kReal + std::string(depth, '[') + "0" + std::string(depth, ']');
}

// ── Changes that are shown for a request of the rogue's that came out otherwise here.
LooseEntry diverged(At at) {
    LooseEntry out;
    out.kind = Kind::request_queue;
    Json intent = support::request_intent(1, {at.log(), 1});
    for (const auto& [key, value] : intent.items()) out.members.emplace_back(key, value);
    out.check = 0xBAD;
    return out;
}
std::function<Bundles(At)> showing(int changes, std::uint64_t operations, int entries = 1,
                                   int times = 1) {
    return [=](At at) {
        std::vector<Bytes> all;
        std::optional<core::Hash> before;
        std::uint64_t start = 1;
        for (int i = 0; i < changes; ++i) {
            const auto made = long_change(before ? &*before : nullptr,
                                          static_cast<std::uint64_t>(i) + 1, start, operations);
            all.push_back(made.bytes);
            before = made.hash;
            start += operations;
        }
        RawHead head = at.head();
        std::vector<RawShown> shown;
        for (int i = 0; i < entries; ++i)
            shown.push_back({head.from.seq - static_cast<std::uint64_t>(i), all});
        head.shown = shown_part(shown);
        return Bundles(static_cast<std::size_t>(times), at.sealed(head));
    };
}

// A station that comes for the first time, with this key to seal to.
Bundles enrolling(At at, const char* seal) {
    const auto station = at.house.expected("van-99");
    const core::SecretKey sign = core::SecretKey::random(at.house.random);
    const auto bytes = core::from_hex(seal);
    RawHead head;
    head.device = station.device();
    head.enrolment.emplace();
    head.enrolment->code = station.ticket.code;
    head.enrolment->sign = core::sign_public(sign);
    std::copy(bytes->begin(), bytes->end(), head.enrolment->seal.begin());
    return {sealed(sign, at.rogue.keys.hub_seal, at.house.random, head.bytes()).bytes};
}
std::string nobody_new(At at) {
    const auto all = at.house.registry().list();
    for (const auto& listed : *all)
        if (listed.station.name == "van-99" && listed.station.enrolled) return "it was enrolled";
    return "";
}

// The rogue's own honest program goes on, as the other copy of its store would.
std::string goes_on(At at) {
    at.rogue.visit();
    return at.sync(at.rogue) ? "" : "the other copy can't synchronise";
}
std::string code_is(At at, const char* code) {
    const auto all = at.quarantine();
    return all.contains(code) ? "" : std::string("nothing is quarantined as ") + code;
}

std::vector<Lie> lies() {
    std::vector<Lie> out;
    const auto add = [&](Lie lie) { out.push_back(std::move(lie)); };
    const auto head_says = [&](const char* name, const char* finding,
                               std::function<void(At, RawHead&)> change,
                               const char* answer = "refused") {
        add({name, finding, told(std::move(change)), {}, {}, answer});
    };

    // ── Epochs, and what the author had seen.
    head_says("epoch 2^24-1, no branch", "X1a", [](At, RawHead& h) {
        h.epoch = kFar;
        h.from = {};
    });
    add({"the same, 16 times",
         "X1a",
         told(
             [](At, RawHead& h) {
                 h.epoch = kFar;
                 h.from = {};
             },
             16),
         heads(16),
         {},
         "refused"});
    add({"epoch 2^24-1, branch one below",
         "X1a",
         told([](At, RawHead& h) {
             h.epoch = kFar;
             h.from = {};
             h.branch_epoch = kFar - 1;
             h.branch_seq = 1;
         }),
         {},
         {},
         "ok",
         Mended::here});
    head_says("epoch 3, none known above 1", "D3", [](At, RawHead& h) {
        h.epoch = 3;
        h.from = {};
    });
    head_says("epoch 0", "", [](At, RawHead& h) { h.epoch = 0; });
    head_says("epoch 2^24", "", [](At, RawHead& h) {
        h.epoch = kFar + 1;
        h.from = {};
    });
    head_says("epoch 2^64-1", "", [](At, RawHead& h) {
        h.epoch = kMost;
        h.from = {};
    });
    head_says("a branch at its own epoch", "", [](At, RawHead& h) {
        h.epoch = 2;
        h.from = {};
        h.branch_epoch = 2;
    });
    head_says("a branch after entry 2^40", "", [](At, RawHead& h) {
        h.epoch = 2;
        h.from = {};
        h.branch_epoch = 1;
        h.branch_seq = core::kSeqMax + 1;
    });
    const auto far_edits = [](std::uint64_t branch) {
        return [branch](At at) {
            RawHead head = at.head(kFar);
            head.branch_epoch = branch;
            head.branch_seq = 5;
            return Bundles{at.bundle(std::vector<LooseEntry>(200, at.edit()), head)};
        };
    };
    const auto edits = [](At at) { return legal_edits(at, 200, "x"); };
    add({"200 edits from epoch 2^24-1", "X1", far_edits(0), edits, {}, "refused"});
    add({"the same, branch one below", "X1", far_edits(kFar - 1), edits, {}, "ok", Mended::here});
    const auto seen = [](std::uint64_t epoch, std::uint64_t seq) {
        return one([=](At at) {
            LooseEntry made = at.edit();
            made.seen_epoch = epoch;
            made.seen_seq = seq;
            return made;
        });
    };
    add({"seen (2^32-1, 5)", "X1b", seen(0xFFFFFFFF, 5), {}, {}, "refused"});
    add({"seen (2^32+1, 1)", "X1b", seen(0x100000001, 1), {}, {}, "refused"});
    add({"seen (2^63, 1)", "X1b", seen(kMost / 2 + 1, 1), {}, {}, "refused"});
    add({"seen (1, 2^64-1)", "X1b", seen(1, kMost), {}, {}, "refused"});
    add({"seen (2^24-1, 5)", "X1b", seen(kFar, 5), {}, {}, "ok", Mended::here, [](At at) {
             return code_is(at, "form");
         }});
    add({"seen (2, 1), no such epoch", "X1b", seen(2, 1), {}, {}, "ok", Mended::here, [](At at) {
             return code_is(at, "form");
         }});
    add({"seen (1, 2^40-1)", "X1b", seen(1, core::kSeqMax), {}, {}, "ok", Mended::here, [](At at) {
             return code_is(at, "diverged");
         }});
    add({"600 logs by heads",
         "X3",
         [](At at) {
             Bundles all;
             for (std::uint64_t i = 0; i < 600; ++i) {
                 RawHead head = at.head(2 + i);
                 head.branch_epoch = 1 + i;
                 head.branch_seq = 1;
                 all.push_back(at.sealed(head));
             }
             return all;
         },
         heads(1600),  // each of the 600 makes and writes a log besides
         {},
         "refused",
         Mended::here,
         [](At at) { return at.hub.replica().logs().size() < 510 ? "" : "too many logs stayed"; }});

    // ── Numbers at their ends.
    head_says("from 2^40", "", [](At, RawHead& h) { h.from.seq = core::kSeqMax + 1; });
    head_says("from 2^64-1", "", [](At, RawHead& h) { h.from.seq = kMost; });
    head_says("count 2^64-1", "", [](At, RawHead& h) { h.count = kMost; });
    head_says("count 2^40", "", [](At, RawHead& h) { h.count = core::kSeqMax; });
    head_says("count 20,001", "X8", [](At, RawHead& h) { h.count = 20'001; });
    head_says("context 2^64-1", "X9", [](At, RawHead& h) {
        h.count = 1;
        h.context = kMost;
    });
    head_says("context beyond from", "X9", [](At, RawHead& h) {
        h.count = 1;
        h.context = h.from.seq + 1;
    });
    head_says("have_epoch 2^64-1", "", [](At, RawHead& h) { h.have_epoch = kMost; });
    head_says("have 2^64-1", "", [](At, RawHead& h) { h.have.seq = kMost; });
    head_says(
        "have 2^40-1", "", [](At, RawHead& h) { h.have.seq = core::kSeqMax; }, "ok");
    head_says(
        "clock, backlog, free at 2^64-1", "",
        [](At, RawHead& h) { h.clock_ms = h.backlog = h.free_mib = kMost; }, "ok");
    head_says("2^63 secrets claimed", "D20", [](At, RawHead& h) { h.secrets_claimed = kMost / 2; });
    head_says("65 secrets", "D20", [](At, RawHead& h) { h.secrets.assign(65, {0, {}}); });
    head_says("64 secrets, no entries", "D20", [](At, RawHead& h) {
        for (std::uint64_t i = 0; i < 64; ++i) h.secrets.emplace_back(kMost - i, core::Hash{});
    });
    head_says("flags 255", "", [](At, RawHead& h) { h.flags = 255; });
    head_says("an answer, upwards", "", [](At, RawHead& h) { h.answer = RawAnswer{}.bytes(); });
    head_says("bytes behind the head", "", [](At, RawHead& h) { h.tail = Bytes(100); });
    head_says("65,000 bytes behind the head", "", [](At, RawHead& h) { h.tail = Bytes(65'000); });
    head_says("entries announced, none sent", "", [](At, RawHead& h) { h.count = 5; });

    // ── Secrets.
    add({"another secret for a period that is here",
         "X3",
         [](At at) {
             // Another copy of the store: the same place, other entries and another secret.
             RawHead head = at.head();
             head.from = {};
             std::vector<LooseEntry> other(3, at.feedback("other"));
             std::vector<core::Entry> made;
             for (std::size_t i = 0; i < other.size(); ++i)
                 made.push_back(other[i].entry(at.log(), i + 1));
             const core::Hash secret = core::hash({core::view("other")});
             head.secrets = {{0, secret}};
             head.count = other.size();
             head.last = sync::shorten(hash_after({}, made, {secret}));
             return Bundles{at.sealed(head, loose_frames(other))};
         },
         work(3, 5),
         {},
         "fork",
         Mended::here,
         goes_on});
    add({"the same, and refused",
         "X3",
         [](At at) {
             RawHead head = at.head();
             head.secrets = {{0, core::hash({core::view("other")})}};
             head.count = 1;
             return Bundles{at.sealed(head, loose_frames({at.feedback("x")}))};
         },
         work(1, 5),
         {},
         "fork",
         Mended::here,
         goes_on});
    add({"entries without their period's secret",
         "X3",
         [](At at) {
             RawHead head = at.head(2);
             head.branch_epoch = 1;
             head.branch_seq = 1;
             head.count = 1;
             return Bundles{at.sealed(head, loose_frames({at.feedback("x")}))};
         },
         work(1, 5),
         {},
         "corrupt"});

    // ── Frames that decode to what can't be written, and then serve as context.
    const auto poison = [&](const char* name, std::function<LooseEntry(At)> make,
                            const char* finding = "X4, D1") {
        add({name, finding, context_of(1), {}, first(std::move(make)), "refused"});
    };
    const auto real = [&](const char* name, const std::string& text) {
        poison(name, [=](At at) { return with(at, "z", text); });
    };
    real("real: lists 20 deep", deep(20));
    real("real: lists 30,000 deep", deep(30'000));
    real("real: 1e999", std::string(kReal) + "1e999");
    real("real: NaN", std::string(kReal) + "NaN");
    real("real: Infinity", std::string(kReal) + "Infinity");
    real("real: -0", std::string(kReal) + "-0");
    real("real: 01", std::string(kReal) + "01");
    real("real: 1e5", std::string(kReal) + "1e5");
    real("real: a text", std::string(kReal) + "\"x\"");
    real("real: {}", std::string(kReal) + "{}");
    real("real: a list of 600", std::string(kReal) + Json(std::vector<int>(600)).dump());
    real("real: 0.1 in 60,000 digits", std::string(kReal) + "0.1" + std::string(60'000, '0'));
    poison("a form of 513 fields", [](At at) {
        LooseEntry made = diverged(at);
        std::erase_if(made.members, [](const auto& member) {
            return member.first == "fields" || member.first == "service";
        });
        made.form_fields = 512;
        return made;
    });
    poison("a year before 0 in UTC", [](At at) {
        LooseEntry made = at.feedback("x");
        made.members[0].second = "0000-01-01T00:00:00+01:00";
        return made;
    });
    poison("a year after 9999 in UTC", [](At at) {
        LooseEntry made = at.feedback("x");
        made.members[0].second = "9999-12-31T23:59:59-01:00";
        return made;
    });
    add({"from the year 0 to 9999",
         "D1",
         context_of(2),
         {},
         [](At at) {
             LooseEntry a = at.feedback("x"), b = a;
             a.members[0].second = "0000-01-02T00:00:00Z";
             b.members[0].second = "9999-12-30T00:00:00Z";
             at.send(at.bundle({b, a}));
         },
         "refused"});
    poison(
        "lists 9 deep", [](At at) { return with(at, "z", nested(9)); }, "D1");
    poison(
        "lists 8 deep", [](At at) { return with(at, "z", nested(8)); }, "D1");
    poison(
        "512 members", [](At at) { return with(at, "z", std::vector<int>(512)); }, "D1");
    poison(
        "numbers at 2^63 and 2^64-1",
        [](At at) {
            return with(at, "z", {kMost, kMost / 2 + 1, std::int64_t{-1} - (kMost >> 1), -1});
        },
        "D1");
    poison(
        "a real number", [](At at) { return with(at, "z", 1.5e300); }, "D1");

    // ── Entries of a bad form.
    const auto entry = [&](const char* name, std::function<LooseEntry(At)> make, const char* answer,
                           const char* finding = "") {
        add({name, finding, one(std::move(make)), work(1, 100), {}, answer});
    };
    entry(
        "a member twice", [](At at) { return with(at, "text", "y"); }, "ok");
    entry(
        "lists 9 deep", [](At at) { return with(at, "z", nested(9)); }, "refused");
    entry(
        "513 members", [](At at) { return with(at, "z", std::vector<int>(513)); }, "refused");
    entry(
        "an intent of more than 64 KiB",
        [](At at) { return with(at, "z", std::string(65'530, 'x')); }, "refused");
    entry(
        "no UTF-8 in the intent", [](At at) { return with(at, "z", "\xff\xfe\xc0\x80"); }, "ok");
    entry(
        "no UTF-8 that grows beyond 64 KiB",
        [](At at) { return with(at, "z", std::string(30'000, '\xff')); }, "refused");
    add({"no UTF-8 in the user",
         "D10",
         one([](At at) {
             LooseEntry made = at.feedback("x");
             made.user = "\xff\xfe";
             return made;
         }),
         work(1, 100),
         {},
         "ok",
         Mended::here,
         [](At at) { return code_is(at, "form"); }});
    entry(
        "a user of 65 bytes",
        [](At at) {
            LooseEntry made = at.feedback("x");
            made.user = std::string(65, 'u');
            return made;
        },
        "refused");
    entry(
        "kind 15",
        [](At at) {
            LooseEntry made = at.feedback("x");
            made.kind = static_cast<Kind>(15);
            return made;
        },
        "refused");
    add({"a frame of 96 KiB of rubbish",
         "",
         [](At at) {
             RawHead head = at.head();
             head.count = 4096;
             Bytes noise(sync::kFrameBytesMax);
             at.house.random.fill(noise);
             return Bundles{at.sealed(head, {noise})};
         },
         work(24, 4000),
         {},
         "refused"});
    add({"a frame of 96 KiB of zeros",
         "",
         [](At at) {
             RawHead head = at.head();
             head.count = 4096;
             return Bundles{at.sealed(head, {Bytes(sync::kFrameBytesMax)})};
         },
         work(24, 4000),
         {},
         "refused"});
    add({"an empty frame",
         "",
         [](At at) {
             RawHead head = at.head();
             head.count = 1;
             return Bundles{at.sealed(head, {Bytes{}})};
         },
         {},
         {},
         "refused"});
    add({"16 entries of 60,000 in one frame",
         "X9",
         [](At at) {
             RawHead head = at.head();
             return Bundles{at.bundle(
                 std::vector<LooseEntry>(16, at.feedback(std::string(60'000, 'x'))), head)};
         },
         work(240, 4000),
         {},
         "refused"});

    // ── Context.
    add({"a context of 200 entries of 60,000",
         "X9",
         context_of(200),
         {},
         first([](At at) { return at.feedback(std::string(60'000, 'x')); }, 200, 1),
         "refused"});
    add({"a context of 8,192 small ones",
         "X9",
         context_of(8192),
         {},
         first([](At at) { return at.feedback("x"); }, 8192, 512),
         "refused"});

    // ── Changes that are shown.
    const auto shows = [&](const char* name, int changes, std::uint64_t operations, int entries,
                           int times) {
        add({name, "X5", showing(changes, operations, entries, times), heads(times),
             first(diverged, entries), ""});
    };
    shows("1 change of 100,000 operations", 1, 100'000, 1, 1);
    shows("40 changes of 100,000 operations", 40, 100'000, 1, 1);
    shows("200 changes of 100,000 operations", 200, 100'000, 1, 1);
    shows("200 changes of 50 operations", 200, 50, 1, 1);
    out.back().mended = Mended::here;
    shows("1 change of 10,000 operations", 1, 10'000, 1, 1);
    shows("the same for 64 entries", 1, 10'000, 64, 1);
    out.back().mended = Mended::here;
    shows("one wrong showing, 50 times", 1, 9'000, 1, 50);
    out.back().mended = Mended::here;
    head_says("40 KiB shown", "X5", [](At, RawHead& h) {
        h.shown = shown_part({{1, {Bytes(20'000), Bytes(20'000)}}});
    });
    head_says(
        "shown: entry 2^64-1", "X5",
        [](At, RawHead& h) {
            h.shown = shown_part({{kMost, {Bytes(10)}}});
        },
        "ok");
    head_says("shown: 65 entries", "X5",
              [](At, RawHead& h) { h.shown = shown_part(std::vector<RawShown>(65)); });
    head_says("shown: 1,025 changes", "X5", [](At, RawHead& h) {
        h.shown = shown_part({{1, std::vector<Bytes>(1025)}});
    });
    head_says("shown: 2^63 changes", "X5", [](At, RawHead& h) {
        core::ByteWriter part;
        for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{1}, kMost / 2})
            part.varint(number);
        h.shown = part.take();
    });
    head_says("shown: a change of 2^63 bytes", "X5", [](At, RawHead& h) {
        core::ByteWriter part;
        for (const std::uint64_t number :
             {std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{1}, kMost / 2})
            part.varint(number);
        h.shown = part.take();
    });

    // ── Files.
    const auto offers = [&](const char* name, std::vector<RawOffer> parts,
                            const char* answer = "refused") {
        head_says(
            name, "", [parts](At, RawHead& h) { h.files = offers_part(parts); }, answer);
    };
    offers("offers: 17", std::vector<RawOffer>(17));
    offers("offers: none", {});
    offers("offers: of a kind 3", {{1, 1, {}, 3}});
    offers("offers: size 2^64-1", {{1, 1, {}, 2, 0, kMost}});
    offers("offers: offset 2^64-1", {{1, 1, {}, 2, kMost, 10}});
    offers("offers: epoch 2^24-1", {{kFar, 1, {}, 0}}, "ok");
    offers("offers: epoch 2^32", {{0x100000000, 1, {}, 0}});
    offers("offers: entry 2^64-1", {{1, kMost, {}, 0}});
    offers("offers: entry 2^40-1", {{1, core::kSeqMax, {}, 0}}, "ok");
    head_says("offers from epoch 2^24-1", "X1a", [](At, RawHead& h) {
        h.epoch = kFar;
        h.from = {};
        h.files = offers_part({{1, 1, {}, 0}});
    });

    // ── Keys of one that enrols: points of low order, to which nothing can be sealed.
    for (const char* low : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})
        add({"a seal key of low order",
             "D2",
             [low](At at) { return enrolling(at, low); },
             {},
             {},
             "refused",
             Mended::here,
             nobody_new});

    // ── Much of what is allowed.
    add({"20 heads over 60,000 in quarantine", "X10",
         [](At at) { return Bundles(20, at.sealed(at.head())); }, heads(20),
         [](At at) {
             LooseEntry bad = at.feedback("x");
             bad.members.clear();
             for (int i = 0; i < 15; ++i)
                 at.send(at.bundle(std::vector<LooseEntry>(4000, bad), at.head(), 1000));
             at.execute();
         },
         "ok", Mended::here});
    add({"a record of 5 MB",
         "X2",
         [](At at) {
             Bundles all;
             std::string text;
             for (int i = 0; i < 500; ++i) text += "\xf0\x9f\x92\xa7";
             std::vector<LooseEntry> many;
             for (int i = 0; i < 400; ++i) {
                 LooseEntry made = at.edit();
                 made.members[2].second = {{"fields.observacoes", std::to_string(i) + text}};
                 many.push_back(made);
             }
             return Bundles{at.bundle(many, at.head(), 16)};
         },
         [](At at) { return legal_edits(at, 400, std::string(100, 'x')); },
         {},
         "ok",
         Mended::here});
    add({"500 entries of 60,000 on disk",
         "X8",
         [](At at) {
             return Bundles{
                 at.bundle(std::vector<LooseEntry>(500, at.feedback(std::string(60'000, 'x'))),
                           at.head(), 1)};
         },
         work(500, 100),
         {},
         "",
         Mended::later});
    add({"20,000 entries in one bundle",
         "X8",
         [](At at) {
             return Bundles{
                 at.bundle(std::vector<LooseEntry>(20'000, at.feedback("x")), at.head(), 512)};
         },
         {},
         {},
         "",
         Mended::later});
    return out;
}

Json tell(const Lie& lie) {
    HubUnderAttack at;
    const auto sent = [&](const Bundles& bundles, Reply& last) {
        const PeakMemory memory;
        const double from = cpu_ms();
        for (const Bytes& bundle : bundles) last = at.send(bundle);
        const std::string executing = at.execute();
        return Json{{"cpu", cpu_ms() - from}, {"mb", memory.grown_mb()}, {"executing", executing}};
    };
    Reply legal_reply, reply;
    const Json legal_cost = sent(lie.legal ? lie.legal(at) : heads(1)(at), legal_reply);
    need(legal_reply.text == "ok", "legal work was answered " + legal_reply.text);
    if (lie.before) lie.before(at);
    const Bundles bundles = lie.lie(at);
    const std::string trace = at.trace();
    const Json cost = sent(bundles, reply);

    Json out{{"answer", reply.text}, {"legal", legal_cost}, {"lie", cost}, {"wrong", ""}};
    std::uint64_t up = 0;
    for (const Bytes& bundle : bundles) up += bundle.size();
    out["up"] = up;
    out["quarantine"] = at.quarantine();
    const auto wrong = [&](const std::string& what) {
        if (out["wrong"] == "") out["wrong"] = what;
    };
    if (!cost["executing"].get<std::string>().empty())
        wrong("executing stopped: " + cost["executing"].get<std::string>());
    if (reply.refused() && bundles.size() == 1 && at.trace() != trace)
        wrong("something of what was refused stayed");
    if (lie.then) wrong(lie.then(at));

    const core::RecordId request = at.good.visit();
    if (!at.sync(at.good)) wrong("the other station can't synchronise");
    const std::string executing = at.execute();
    if (!executing.empty()) wrong("executing stopped: " + executing);
    bool there = false;
    const auto exported = at.hub.records().export_lines({}, [&](std::string_view line) {
        there = there || line.find(request.text()) != std::string_view::npos;
    });
    if (!exported) wrong("the export fails: " + exported.error().message);
    if (!there) wrong("the other station's entries are not executed");
    return out;
}

}  // namespace

TEST_CASE("lies of a station cost the hub no more than legal work, and stop nobody") {
    Table table("What a station's lies cost the hub");
    for (const Lie& lie : lies()) {
        if (!is_wanted(lie.name)) continue;
        const Json row = in_a_child(kChildSeconds, [&] { return tell(lie); });
        table.add({lie.name, lie.finding, lie.answer, lie.mended}, row);
    }
}
