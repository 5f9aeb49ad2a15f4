#include "tests/hostile/under_attack.h"
#include "tests/support/store_keys.h"

#include <algorithm>

namespace spot::hostile {

using core::Kind;

namespace {

const char* name_of(core::Code code) {
    constexpr const char* kNames[] = {"invalid", "not_found", "conflict", "refused", "busy",
                                      "offline", "corrupt",   "limit",    "io"};
    return kNames[static_cast<std::size_t>(code)];
}

core::Hash bytes_of(const core::SecretKey& key) {
    core::Hash out;
    std::copy(key.bytes().begin(), key.bytes().end(), out.begin());
    return out;
}

}  // namespace

HonestStation::HonestStation(support::HubHouse& house, const std::string& name, std::uint64_t seed)
    : random(seed) {
    const auto station = house.expected(name);
    keys = {{station.device(), 1},
            core::SecretKey::random(random),
            core::SecretKey::random(random),
            core::sign_public(house.hub->keys.sign_seed),
            core::seal_public(house.hub->keys.seal_secret),
            station.ticket.code};
    auto opened = core::Ledger::open(folder.path() / "station.db",
                                     support::store_keys(core::SecretKey::random(random)),
                                     {core::Party::station, &core::Catalogue::shipped(), &random});
    need(opened.has_value(), "the station's store");
    ledger.emplace(std::move(*opened));
    need(ledger->journal().write_to(keys.log).has_value(), "the station's log");
}

core::RecordId HonestStation::add(Kind kind, Json intent) {
    intent["at"] = support::at(++second);
    const auto done = ledger->journal().append(kind, "", "m.abrantes", std::move(intent));
    need(done.has_value(), done ? "" : done.error().message);
    return done->record;
}

core::RecordId HonestStation::visit() {
    const auto session = add(Kind::session_open, support::session_intent(1));
    requests.push_back(add(Kind::request_queue, support::request_intent(1, session)));
    return requests.back();
}

Bytes HonestStation::bundle(sync::StationExchange& exchange, sync::StationExchange::What what) {
    auto body = exchange.request(kNow, what);
    need(body.has_value(), "a station's bundle");
    auto bytes = sync::whole(std::move(*body));
    need(bytes.has_value(), "a station's bundle");
    return *bytes;
}

HubUnderAttack::HubUnderAttack()
    : hub(house.hub->ledger),
      reception(hub, house.hub->keys.epoch),
      rogue(house, "van-66", 66),
      good(house, "van-07", 7) {
    rogue.visit();
    victim = rogue.visit();
    good.visit();
    need(sync(rogue) && sync(good), "the first exchanges");
    need(execute().empty(), "the first execution");
    need(hub.journal().write_to({rogue.keys.log.device | core::kHubBit, 1}).has_value(),
         "the hub's log");
    Json intent = support::edit_intent(3, victim, {{"status", "Em análise"}});
    intent["operator"] = "op.lisboa";
    const auto edited = hub.journal().append(Kind::hub_edit, "", "op.lisboa", intent);
    need(edited.has_value(), edited ? "" : edited.error().message);
    need(sync(rogue), "the exchange with an edit");
}

Reply HubUnderAttack::send(View bundle, const core::SecretKey& reader) {
    sent += bundle.size();
    sync::HubExchange exchange(hub, reception, house.hub->keys, house.random, codecs);
    constexpr std::size_t kPiece = 16 * 1024;  // as the server hands them over
    core::Result<> taken;
    for (std::size_t at = 0; at < bundle.size() && taken; at += kPiece)
        taken = exchange.receive(bundle.subspan(at, std::min(kPiece, bundle.size() - at)), kNow);
    if (!taken) return {name_of(taken.error().code), std::nullopt};
    auto answer = exchange.finish(kNow);
    if (!answer) return {name_of(answer.error().code), std::nullopt};
    const auto messages = opened(reader, *answer);
    if (!messages) return {"sealed to nobody", std::nullopt};
    auto head = sync::parse_head(messages->front());
    need(head && head->answer, "the hub's head");
    const auto state = static_cast<sync::State>(head->answer->state);
    return {std::string(sync::state_name(state)), std::move(*head)};
}

std::string HubUnderAttack::execute() {
    for (;;) {
        const auto done = hub.executor().run(64);
        if (!done) return done.error().message;
        if (*done == 0) return "";
    }
}

bool HubUnderAttack::sync(HonestStation& station) {
    for (int round = 0; round < 20; ++round) {
        sync::StationExchange exchange(*station.ledger, station.keys, station.random);
        const Bytes up = station.bundle(exchange);
        sync::HubExchange at_hub(hub, reception, house.hub->keys, house.random, codecs);
        if (!at_hub.receive(up, kNow)) return false;
        const auto down = at_hub.finish(kNow);
        if (!down) return false;
        const auto outcome = exchange.answer(*down, kNow);
        if (!outcome || outcome->state == sync::State::fork) return false;
        station.keys.enrolment.reset();
        if (outcome->durable == station.ledger->replica().tip(station.keys.log) &&
            outcome->received_entries == 0)
            return true;
    }
    return false;
}

RawHead HubUnderAttack::head(std::uint64_t epoch) {
    RawHead out;
    out.device = rogue.keys.log.device;
    out.epoch = epoch;
    if (epoch <= core::kEpochMax)
        out.from = sync::cursor_of(hub.replica().tip(log(static_cast<std::uint32_t>(epoch))));
    out.have_epoch = 1;
    out.have = sync::cursor_of(hub.replica().tip({rogue.keys.log.device | core::kHubBit, 1}));
    return out;
}

core::Hash HubUnderAttack::secret(std::uint32_t epoch) {
    if (epoch != 1) return core::hash({core::view("a rogue's secret")});
    const auto kept = rogue.ledger->replica().period_secrets(rogue.keys.log, 1, 1);
    need(kept && kept->size() == 1, "the period's secret");
    return bytes_of(kept->front().secret);
}

Bytes HubUnderAttack::bundle(const std::vector<LooseEntry>& entries, RawHead head,
                             std::size_t a_frame) {
    const core::LogId id{head.device, static_cast<std::uint32_t>(head.epoch)};
    std::vector<core::Entry> made;
    for (std::size_t i = 0; i < entries.size(); ++i)
        made.push_back(entries[i].entry(id, head.from.seq + 1 + i));
    // Later periods have secrets of their own; a rogue's are all the same.
    const std::uint64_t last = head.from.seq + entries.size();
    std::vector<core::Hash> secrets(core::period_of(last) + 1, secret(id.epoch));
    for (std::uint64_t period = 0; period < secrets.size(); ++period)
        if (period * core::kPeriodEntries >= head.from.seq)
            head.secrets.emplace_back(period, secrets[period]);
    const auto before = hub.replica().hash_at(id, head.from.seq);
    head.count = entries.size();
    head.last = sync::shorten(
        hash_after(before && head.from.seq > 0 ? *before : core::Hash{}, made, secrets));
    head.backlog = entries.size();
    return sealed(head, loose_frames(entries, a_frame));
}

LooseEntry HubUnderAttack::edit(const std::string& text) {
    LooseEntry out;
    out.kind = Kind::request_edit;
    out.members = {{"at", support::at(9)},
                   {"request", victim.text()},
                   {"set", {{"fields.motivo", text}}},
                   {"station", "van-66"}};
    return out;
}

LooseEntry HubUnderAttack::feedback(const std::string& text) {
    LooseEntry out;
    out.members = {{"at", support::at(9)}, {"text", text}};
    return out;
}

std::string HubUnderAttack::trace() {
    std::string out;
    for (const core::LogId& one : hub.replica().logs()) {
        const core::Tip tip = hub.replica().tip(one);
        const core::Seen branch = hub.replica().branch_of(one);
        out += core::RecordId{{one.device, one.epoch}, 1}.text() + " " + std::to_string(tip.seq) +
               " " + std::to_string(branch.epoch) + "." + std::to_string(branch.seq) + " " +
               std::to_string(hub.quarantine().list(one).size()) + "\n";
        const auto secrets =
            hub.replica().period_secrets(one, 1, std::max<std::uint64_t>(tip.seq, 1));
        if (secrets)
            for (const auto& kept : *secrets) out += core::to_hex(kept.secret.bytes()) + "\n";
    }
    return out;
}

std::map<std::string, int> HubUnderAttack::quarantine() {
    std::map<std::string, int> out;
    for (const core::LogId& one : hub.replica().logs())
        for (const auto& held : hub.quarantine().list(one)) ++out[held.code];
    return out;
}

}  // namespace spot::hostile
