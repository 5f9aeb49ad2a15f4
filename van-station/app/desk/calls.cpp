#include <cstdio>
#include <cstdlib>

#include "van-station/app/desk/inside.h"

namespace spot::station {

using core::Result;
using What = Fault::What;

Desk::Inside::Inside(Station& its, Rim its_rim, core::FileLock its_lock)
    : station(its), rim(std::move(its_rim)), lock(std::move(its_lock)) {}

const Fault* Desk::Inside::bar() {
    static const Fault kSignedOut(What::locked, "signed_out",
                                  "Ninguém entrou. O que estava aberto ficou guardado.");
    static const Fault kLocked(What::locked, "locked",
                               "O ecrã está bloqueado. O que estava aberto ficou guardado.");
    static const Fault kHidden(What::locked, "hidden",
                               "Os ecrãs estão escondidos. O que estava aberto ficou guardado.");
    if (trusted) return nullptr;
    if (!person) return &kSignedOut;
    if (hidden) return &kHidden;
    return locked ? &kLocked : nullptr;
}

void Desk::trust_command_line() {
    inside_->trusted = true;
}

void Desk::Inside::tell_changes(bool done) {
    auto all = std::move(changes);
    changes.clear();
    if (!done || !rim.changed) return;
    for (const auto& [what, id] : all) rim.changed(what, id);
}

// Asked in the transaction of every append: a sync, also one in another process, may have had to
// begin a new epoch, and what is written to a log that has ended is never sent.
Result<core::Journal::Appended> Desk::Inside::append(core::Kind kind, std::string_view reference,
                                                     Json intent) {
    core::Journal::Appended out;
    SPOT_TRY(ledger().atomically([&]() -> Result<> {
        SPOT_ASSIGN(const auto now_in_force, station.log());
        if (log != now_in_force) {
            SPOT_TRY(ledger().journal().write_to(now_in_force));
            log = now_in_force;
        }
        SPOT_ASSIGN(out,
                    ledger().journal().append(kind, reference, person ? person->id : std::string(),
                                              std::move(intent)));
        return {};
    }));
    return out;
}

Json Desk::Inside::intent() const {
    return {{"at", moment(now())}, {"station", station.identity.station}};
}

Done<> Desk::Inside::atomically(const std::function<Done<>()>& work) {
    std::optional<Fault> why;
    const auto done = ledger().atomically([&]() -> Result<> {
        auto worked = work();
        if (worked) return {};
        why = std::move(worked).error();
        return core::fail(core::Code::refused, "the desk refused");  // only to roll back
    });
    if (why) return tl::make_unexpected(std::move(*why));
    if (!done) return tl::make_unexpected(Fault(done.error()));
    return {};
}

std::string Desk::Inside::moment(core::Instant at) const {
    constexpr int kMinuteMs = 60'000;
    const int offset = rim.offset(at);
    std::string out = core::utc_text(at + core::Instant{offset} * kMinuteMs);
    char zone[8];
    std::snprintf(zone, sizeof zone, "%c%02d:%02d", offset < 0 ? '-' : '+',
                  std::abs(offset) / 60 % 24, std::abs(offset) % 60);
    out.back() = zone[0];  // in the place of the Z
    return out + (zone + 1);
}

Result<Json> Desk::Inside::kept_json(std::string_view on, std::string_view key) {
    SPOT_ASSIGN(const auto text, ledger().values().get(on, key));
    if (!text) return Json();
    Json value = Json::parse(*text, nullptr, false);
    if (value.is_discarded()) return core::fail(core::Code::corrupt, "a kept row does not read");
    return value;
}

// Texts come from parsed JSON, so they are UTF-8.
Result<> Desk::Inside::keep_json(std::string_view on, std::string_view key, std::string_view owner,
                                 const Json& value) {
    return ledger().values().put(on, key, owner, core::canonical(value));
}

core::Language Desk::Inside::citizen_language(const Visit& visit) const {
    return core::language_of(text_at(visit.shown, "language"));
}

}  // namespace spot::station
