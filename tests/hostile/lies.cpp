#include "tests/hostile/lies.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>

#include "tests/hostile/cost.h"

namespace spot::hostile {
namespace {

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value && *value != '\0';
}

bool is_refusal(const std::string& answer) {
    return answer == "corrupt" || answer == "refused" || answer == "limit" || answer == "invalid";
}

std::string fault_of(const Told& told, const Json& row) {
    if (row.contains("end")) return row["end"].get<std::string>();
    const auto answer = row["answer"].get<std::string>();
    if (const auto wrong = row["wrong"].get<std::string>(); !wrong.empty()) return wrong;
    const std::string expected = told.answer;
    if (expected == "refused" ? !is_refusal(answer) : !expected.empty() && expected != answer)
        return "answered " + answer + " instead of " + expected;
    if (kSanitized) return "";  // the answer is all that can be compared
    const double legal = row["legal"]["cpu"], cpu = row["lie"]["cpu"];
    if (cpu > legal + kCpuMsMax + legal * kCpuShare) return "takes too long";
    if (row["lie"]["mb"].get<double>() > row["legal"]["mb"].get<double>() + kMemoryMbMax)
        return "takes too much memory";
    return "";
}

}  // namespace

bool is_wanted(const char* name) {
    return !is_set("SPOT_LIE") || std::strstr(name, std::getenv("SPOT_LIE")) != nullptr;
}

Table::Table(const char* title) : prints_(is_set("SPOT_TABLE")) {
    if (!prints_) return;
    std::printf(
        "%s\n\n| lie | finding | bytes | answer | in quarantine | CPU ms, legal | MB, legal |"
        " fault |\n|---|---|---|---|---|---|---|---|\n",
        title);
}

void Table::add(const Told& told, const Json& row) {
    const std::string fault = fault_of(told, row);
    if (prints_) {
        const bool ended = row.contains("end");
        const auto cost = [&](const char* what) {
            char text[64] = "";
            if (!ended)
                std::snprintf(text, sizeof text, "%.1f, %.1f", row["lie"][what].get<double>(),
                              row["legal"][what].get<double>());
            return std::string(text);
        };
        const std::string held = ended || row["quarantine"].empty() ? "" : row["quarantine"].dump();
        const std::string up = ended ? "" : row["up"].dump();
        std::printf("| %s | %s | %s | %s | %s | %s | %s | %s%s |\n", told.name, told.finding,
                    up.c_str(), ended ? "" : row["answer"].get<std::string>().c_str(), held.c_str(),
                    cost("cpu").c_str(), cost("mb").c_str(), fault.c_str(),
                    told.mended == Mended::later ? " (not mended yet)" : "");
        std::fflush(stdout);
    }
    CAPTURE(std::string(told.name));
    CAPTURE(row.dump());
    if (told.mended == Mended::here || is_set("SPOT_ALL_MENDED")) CHECK(fault == "");
}

}  // namespace spot::hostile
