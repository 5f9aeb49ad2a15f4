#include "fieldkit/events.h"

#include <zstd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/catalogue.h"
#include "core/program.h"

namespace spot::fieldkit {

using core::Code;
using core::fail;

core::Result<std::uint64_t> write_deployment(const DeploymentPlan& plan,
                                             const std::filesystem::path& file) {
    SPOT_ASSIGN(const auto events, make_deployment(plan, core::Catalogue::shipped()));
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    for (const auto& event : events) out << event.dump() << '\n';
    out.close();
    if (!out) return fail(Code::io, file.string() + " can't be written");
    return events.size();
}

core::Result<std::string> read_events(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) return fail(Code::io, file.string() + " can't be read: " + error.message());
    if (size > kEventsFileMax) return fail(Code::limit, file.string() + " is too large");
    return core::system_disk().read(file, size);
}

core::Result<std::vector<std::string>> read_lines(const std::filesystem::path& file,
                                                  std::size_t count) {
    std::ifstream in(file, std::ios::binary);
    std::vector<std::string> out;
    for (std::string line; out.size() < count && std::getline(in, line);)
        out.push_back(std::move(line));
    if (in.bad() || !in.is_open()) return fail(Code::io, file.string() + " can't be read");
    return out;
}

core::Result<> write_lines(const std::filesystem::path& file, std::span<const std::string> lines) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    for (const std::string& line : lines) out << line << '\n';
    out.close();
    if (!out) return fail(Code::io, file.string() + " can't be written");
    return {};
}

core::Result<std::uint64_t> zstd_size(std::string_view text) {
    constexpr int kLevel = 19;
    core::Bytes out(ZSTD_compressBound(text.size()));
    const auto size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), kLevel);
    if (ZSTD_isError(size)) return fail(Code::limit, "zstd could not compress the events");
    return size;
}

}  // namespace spot::fieldkit
