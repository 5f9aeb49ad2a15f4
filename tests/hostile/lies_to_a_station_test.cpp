// Goal: a server that holds the hub's own keys can neither end nor stop a station, and once the
// true hub is back everything recorded reaches it.
// Method: as lies_to_the_hub_test.cpp, in the other direction.

#include <doctest/doctest.h>

#include "tests/hostile/cost.h"
#include "tests/hostile/lies.h"
#include "tests/hostile/under_attack.h"

using namespace spot;
using namespace spot::hostile;
using core::Kind;

namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

using At = HubUnderAttack&;

// An answer to the bundle of this number: its head and the messages behind it.
struct Said {
    RawHead head;
    RawAnswer answer;
    std::vector<Bytes> messages = {};
};

struct Lie {
    const char* name;
    const char* finding;
    std::function<void(At, Said&)> lie;
    const char* answer = "";
    Mended mended = Mended::here;
    std::function<void(At, Said&)> before = {};  // a first answer, which is not measured
    int legal_edits = 0;                         // by an operator, beside which it is measured
};

core::LogId hub_log(At at) {
    return {at.rogue.keys.log.device | core::kHubBit, 1};
}

// What an honest hub that has everything says.
Said honest(At at) {
    core::Ledger& station = *at.rogue.ledger;
    Said out;
    out.head.device = at.rogue.keys.log.device;
    out.head.from = sync::cursor_of(station.replica().tip(hub_log(at)));
    out.head.have_epoch = 1;
    out.head.have = sync::cursor_of(station.replica().tip(at.rogue.keys.log));
    return out;
}

void bring(At at, Said& said, const std::vector<LooseEntry>& entries) {
    const core::LogId id = hub_log(at);
    const core::Tip tip = at.rogue.ledger->replica().tip(id);
    const auto kept = at.hub.replica().period_secrets(id, 1, 1);
    need(kept && kept->size() == 1, "the hub's secret");
    core::Hash secret;
    std::copy(kept->front().secret.bytes().begin(), kept->front().secret.bytes().end(),
              secret.begin());
    std::vector<core::Entry> made;
    for (std::size_t i = 0; i < entries.size(); ++i)
        made.push_back(entries[i].entry(id, tip.seq + 1 + i));
    said.head.count = entries.size();
    said.head.last = sync::shorten(hash_after(tip.hash, made, {secret}));
    said.messages = loose_frames(entries);
}

LooseEntry hub_edit(At at) {
    LooseEntry out;
    out.kind = Kind::hub_edit;
    out.members = {{"at", support::at(9)},
                   {"operator", "op.rogue"},
                   {"request", at.victim.text()},
                   {"set", {{"status", "Falso"}}}};
    out.user = "op.rogue";
    return out;
}

std::vector<Lie> lies() {
    std::vector<Lie> out;
    const auto add = [&](Lie lie) { out.push_back(std::move(lie)); };
    const auto says = [&](const char* name, const char* finding,
                          std::function<void(At, Said&)> change, const char* answer = "refused") {
        add({name, finding, std::move(change), answer});
    };
    const auto edit = [&](const char* name, const char* finding,
                          std::function<void(LooseEntry&)> change, const char* answer = "refused",
                          Mended mended = Mended::here) {
        add({name,
             finding,
             [=](At at, Said& said) {
                 LooseEntry made = hub_edit(at);
                 change(made);
                 bring(at, said, {made});
             },
             answer,
             mended,
             {},
             1});
    };

    // ── What it had seen.
    edit("seen (2^32-1, 5)", "K8", [](LooseEntry& e) {
        e.seen_epoch = 0xFFFFFFFF;
        e.seen_seq = 5;
    });
    edit(
        "seen (2^24-1, 5)", "K8",
        [](LooseEntry& e) {
            e.seen_epoch = core::kEpochMax;
            e.seen_seq = 5;
        },
        "ok", Mended::here);
    edit("seen (1, 2^64-1)", "K8", [](LooseEntry& e) {
        e.seen_epoch = 1;
        e.seen_seq = kMost;
    });

    // ── Poison, and then a context with it.
    const auto poison = [&](const char* name, const std::string& text) {
        add({name, "X4, D1",
             [](At at, Said& said) {
                 bring(at, said, {hub_edit(at)});
                 said.head.context = 1;
             },
             "refused", Mended::here,
             [=](At at, Said& said) {
                 LooseEntry made = hub_edit(at);
                 made.members.emplace_back("z", text);
                 bring(at, said, {made});
             }});
    };
    poison("real: lists 20 deep", kReal + std::string(20, '[') + "0" + std::string(20, ']'));
    poison("real: lists 30,000 deep",
           kReal + std::string(30'000, '[') + "0" + std::string(30'000, ']'));
    poison("real: 1e5", std::string(kReal) + "1e5");

    // ── Numbers at their ends.
    says("state 5", "", [](At, Said& s) { s.answer.state = 5; });
    says("state 255", "", [](At, Said& s) { s.answer.state = 255; });
    says("in reply to something else", "", [](At, Said& s) { s.answer.in_reply_to = kMost; });
    says("another device", "", [](At, Said& s) { s.head.device = 1; });
    says("have_epoch 2^24-1", "", [](At, Said& s) { s.head.have_epoch = core::kEpochMax; });
    says("from 2^64-1", "", [](At, Said& s) { s.head.from.seq = kMost; });
    says("count 2^64-1", "", [](At, Said& s) { s.head.count = kMost; });
    says("count 20,001", "X8", [](At, Said& s) { s.head.count = 20'001; });
    says("context beyond from", "X9", [](At, Said& s) {
        s.head.count = 1;
        s.head.context = 9;
    });
    says("epoch 2^64-1", "", [](At, Said& s) { s.head.epoch = kMost; });
    says(
        "clock, backlog, free at 2^64-1", "",
        [](At, Said& s) { s.head.clock_ms = s.head.backlog = s.head.free_mib = kMost; }, "ok");
    says("4,097 in quarantine", "", [](At, Said& s) { s.answer.quarantined.assign(4097, {1, 1}); });
    says("2^63 in quarantine claimed", "", [](At, Said& s) { s.answer.claimed = kMost / 2; });
    says("64 secrets, no entries", "D20", [](At, Said& s) {
        for (std::uint64_t i = 0; i < 64; ++i) s.head.secrets.emplace_back(kMost - i, core::Hash{});
    });
    says("shown, downwards", "", [](At, Said& s) { s.head.shown = shown_part({{1, {Bytes(3)}}}); });
    says("an empty frame", "", [](At at, Said& s) {
        bring(at, s, {hub_edit(at)});
        s.messages = {Bytes{}};
    });

    // ── What a later change has to mend: today's answer.
    const auto later = [&](const char* name, const char* finding,
                           std::function<void(At, Said&)> change) {
        add({name, finding, std::move(change), "", Mended::later});
    };
    later("ok, and a have that is not ours", "K9", [](At, Said& s) { s.head.have.hash = {9}; });
    later("ok, and nothing durable", "K10", [](At, Said& s) { s.head.have = {}; });
    later("fork, and an unknown have", "K11", [](At, Said& s) {
        s.answer.state = 2;
        s.head.have.hash = {9};
    });
    later("fork, have 0", "K11", [](At, Said& s) {
        s.answer.state = 2;
        s.head.have = {};
    });
    later("the same file wanted from 0", "K12", [](At at, Said& s) {
        core::ByteWriter part;  // none told, one wanted
        part.varint(0);
        part.varint(1);
        part.varint(1);
        part.varint(at.victim.seq);
        part.raw(core::Hash{});
        part.varint(0);
        s.head.files = part.take();
    });
    later("backed up: all of it", "K13", [](At, Said& s) { s.answer.backed_up = s.head.have; });
    later("a log of a higher epoch", "K14", [](At, Said& s) {
        s.head.epoch = core::kEpochMax;
        s.head.from = {};
    });
    later("4,096 invented numbers in quarantine", "K15", [](At, Said& s) {
        for (std::uint64_t i = 1; i <= 4096; ++i) s.answer.quarantined.emplace_back(i, 1);
    });
    return out;
}

std::string answered(At at, sync::StationExchange& exchange, std::uint64_t number, Said& said) {
    if (said.answer.in_reply_to == 0) said.answer.in_reply_to = number;
    said.head.answer = said.answer.bytes();
    const auto& hub = at.house.hub->keys;
    const Sealed bundle = sealed(hub.sign_seed, core::seal_public(at.rogue.keys.seal_secret),
                                 at.house.random, said.head.bytes(), said.messages);
    const auto outcome = exchange.answer(bundle.bytes, kNow);
    if (!outcome) return outcome.error().code == core::Code::corrupt ? "corrupt" : "refused";
    return std::string(sync::state_name(outcome->state));
}

// The number of a bundle, as its reader knows it.
std::uint64_t number_of(View bundle) {
    const core::View ephemeral = bundle.subspan(1, 32);
    const core::Hash named = core::hash({core::view("spot bundle number 1"), ephemeral});
    return core::ByteReader(named).u64();
}

std::string execute(core::Ledger& ledger) {
    for (;;) {
        const auto done = ledger.executor().run(64);
        if (!done) return done.error().message;
        if (*done == 0) return "";
    }
}

Json tell(const Lie& lie) {
    HubUnderAttack at;
    core::Ledger& station = *at.rogue.ledger;
    const auto exchange = [&](const std::function<void(At, Said&)>& change, Json& cost) {
        sync::StationExchange one(station, at.rogue.keys, at.rogue.random);
        const Bytes up = at.rogue.bundle(one);
        Said said = honest(at);
        change(at, said);
        const PeakMemory memory;
        const double from = cpu_ms();
        const std::string answer = answered(at, one, number_of(up), said);
        const std::string executing = execute(station);
        cost = {{"cpu", cpu_ms() - from}, {"mb", memory.grown_mb()}, {"executing", executing}};
        return answer;
    };
    Json ignored, legal, cost;
    need(exchange(
             [&](At to, Said& said) {
                 LooseEntry made = hub_edit(to);
                 made.check = 1;
                 if (lie.legal_edits > 0) bring(to, said, {made});
             },
             legal) == "ok",
         "legal work is refused");
    if (lie.before) exchange(lie.before, ignored);
    at.rogue.visit();
    const std::string answer = exchange(lie.lie, cost);
    Json out{{"answer", answer}, {"legal", legal}, {"lie", cost}, {"wrong", ""}, {"up", 0}};
    out["quarantine"] = Json::object();
    for (const auto& held : station.quarantine().list(hub_log(at)))
        out["quarantine"][held.code] = out["quarantine"].value(held.code, 0) + 1;
    if (!cost["executing"].get<std::string>().empty())
        out["wrong"] = "executing stopped: " + cost["executing"].get<std::string>();

    // The station works on, and what it records reaches the true hub.
    const core::RecordId request = at.rogue.visit();
    bool there = false;
    const auto exported = station.records().export_lines({}, [&](std::string_view line) {
        there = there || line.find(request.text()) != std::string_view::npos;
    });
    if (!exported || !there) out["wrong"] = "the station does not work on";
    // What the liar wrote into the hub's log is another copy's to the true hub: that is told to a
    // person, and keeps nothing of the station's from going up.
    (void)at.sync(at.rogue);
    if (at.hub.replica().tip(at.rogue.keys.log) != station.replica().tip(at.rogue.keys.log))
        out["wrong"] = "what was recorded does not reach the true hub";
    return out;
}

}  // namespace

TEST_CASE("lies of a hub cost a station no more than legal work, and keep nothing from going up") {
    Table table("What a hub's lies cost a station");
    for (const Lie& lie : lies()) {
        if (!is_wanted(lie.name)) continue;
        const Json row = in_a_child(kChildSeconds, [&] { return tell(lie); });
        table.add({lie.name, lie.finding, lie.answer, lie.mended}, row);
    }
}
