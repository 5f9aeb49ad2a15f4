#include "hub/publish.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/catalogue_versions.h"
#include "core/intent.h"
#include "hub/registry.h"

namespace spot::hub {
namespace {

using core::CataloguePart;
using core::Code;
using core::fail;
using core::Instant;
using core::Kind;
using core::Ledger;
using core::Result;

// A version as a station gets it.
struct Step {
    core::PublishedCatalogue to;
    std::string base;
    std::vector<CataloguePart> parts;
};

Result<> write_step(Hub& hub, std::uint64_t device, const Step& step, Instant now) {
    const std::string at = core::utc_text(now);
    SPOT_TRY(hub.ledger.journal().write_to({device | core::kHubBit, hub.keys.epoch}));
    for (const CataloguePart& part : step.parts) {
        SPOT_TRY(hub.ledger.journal().append(Kind::catalogue_set, "", "",
                                             {{"at", at},
                                              {"version", step.to.version},
                                              {"group", part.group},
                                              {"key", part.key},
                                              {"definition", part.definition}}));
    }
    const auto done = hub.ledger.journal().append(Kind::catalogue_publish, "", "",
                                                  {{"at", at},
                                                   {"version", step.to.version},
                                                   {"base", step.base},
                                                   {"parts", step.parts.size()},
                                                   {"in_force", core::utc_text(step.to.in_force)},
                                                   {"hash", core::to_hex(step.to.hash)}});
    return done ? Result<>() : tl::make_unexpected(done.error());
}

std::string newest(const std::vector<core::PublishedCatalogue>& all) {
    return all.empty() ? core::Catalogue::shipped().version() : all.back().version;
}

// The same catalogue again is no new version, whatever it leaves out that the old one lacks too.
Result<bool> is_repeated(Hub& hub, const std::string& version, std::string_view catalogue) {
    if (!hub.ledger.catalogues().find(version)) return false;
    SPOT_ASSIGN(const auto there, hub.ledger.catalogues().text(version));
    if (core::catalogue_difference(there, catalogue).empty()) return true;
    return fail(Code::conflict, "the catalogue: a version " + version +
                                    " is there already and says something else; give it a new "
                                    "name. Nothing was published");
}

}  // namespace

Result<Publication> publish(Hub& hub, std::string_view catalogue, Instant in_force, Instant now) {
    Publication out;
    SPOT_TRY(hub.ledger.atomically([&]() -> Result<> {
        const auto all = hub.ledger.catalogues().published();
        if (!all) return tl::make_unexpected(all.error());
        out.version = core::catalogue_version_of(catalogue);
        out.base = newest(*all);
        out.in_force = in_force;
        const auto repeated = is_repeated(hub, out.version, catalogue);
        if (!repeated) return tl::make_unexpected(repeated.error());
        out.repeated = *repeated;
        if (out.repeated) return {};

        const auto before = hub.ledger.catalogues().text(out.base);
        if (!before) return tl::make_unexpected(before.error());
        Step step{
            {out.version, in_force, {}}, out.base, core::catalogue_difference(*before, catalogue)};
        out.parts = step.parts.size();
        if (out.parts > core::kCataloguePartsMax)
            return fail(Code::limit, "the catalogue: more than 10000 things are other than before");
        const auto text = core::catalogue_with(*before, out.version, step.parts);
        if (!text) return tl::make_unexpected(text.error());
        // What stays of the version before counts, too.
        if (text->size() > core::kCatalogueBytesMax || !core::catalogue_faults(*text).empty())
            return fail(Code::limit, "the catalogue: together with what it takes over from " +
                                         out.base + " it is too large. Nothing was published");
        step.to.hash = core::catalogue_hash(*text);
        SPOT_TRY(hub.ledger.catalogues().add(step.to, *text));
        SPOT_ASSIGN(const auto stations, Registry(hub.ledger).list());
        for (const auto& listed : stations) {
            if (listed.station.revoked) continue;
            SPOT_TRY(write_step(hub, listed.station.device, step, now));
            ++out.stations;
        }
        return {};
    }));
    return out;
}

Result<> publish_to_new(Hub& hub, std::uint64_t device, Instant now) {
    SPOT_ASSIGN(const auto all, hub.ledger.catalogues().published());
    // What came before the one in force is only of use to who has requests of it.
    auto first = std::find_if(all.rbegin(), all.rend(), [&](const core::PublishedCatalogue& one) {
        return one.in_force <= now;
    });
    auto next = first == all.rend() ? all.begin() : std::prev(first.base());
    std::string base = core::Catalogue::shipped().version();
    for (; next != all.end(); ++next) {
        SPOT_ASSIGN(const auto before, hub.ledger.catalogues().text(base));
        SPOT_ASSIGN(const auto after, hub.ledger.catalogues().text(next->version));
        SPOT_TRY(
            write_step(hub, device, {*next, base, core::catalogue_difference(before, after)}, now));
        base = next->version;
    }
    return {};
}

}  // namespace spot::hub
