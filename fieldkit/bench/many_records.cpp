#include "fieldkit/bench/many_records.h"

#include <fstream>

#include <nlohmann/json.hpp>

#include "core/catalogue.h"
#include "core/log.h"
#include "fieldkit/events.h"

namespace spot::fieldkit {
namespace {

bool makes_record(const nlohmann::ordered_json& event) {
    const auto kind = core::parse_kind(event["kind"].get<std::string>());
    return kind && core::makes_record(*kind);
}

}  // namespace

core::Result<> write_records(const std::filesystem::path& file, const std::string& station,
                             std::uint64_t records) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    DeploymentPlan plan;
    plan.station = station;
    for (std::uint64_t made = 0, part = 0; made < records; ++part) {
        plan.seed = "large " + std::to_string(part);
        SPOT_ASSIGN(const auto events, make_deployment(plan, core::Catalogue::shipped()));
        for (const auto& event : events) {
            made += makes_record(event) ? 1 : 0;
            out << event.dump() << '\n';
        }
    }
    out.close();
    if (!out) return core::fail(core::Code::io, file.string() + " can't be written");
    return {};
}

}  // namespace spot::fieldkit
