#include <cstdio>

#include "core/intent.h"
#include "core/program.h"

namespace spot::core {
namespace {

bool is_record(std::string_view name) {
    for (std::uint8_t kind = 1; kind <= kKindMax; ++kind)
        if (record_of(static_cast<Kind>(kind)) == name) return true;
    return false;
}

}  // namespace

std::vector<Option> export_options() {
    return {{"kind", "RECORD", "only these: session, request, receipt, …"},
            {"since", "TIME", "only what was made at or after, like 2017-10-16T00:00:00Z"},
            {"refs", nullptr, "with the reference each was recorded under here"}};
}

Result<Exit> export_records(Ledger& ledger, const Arguments& arguments) {
    ExportOptions options;
    options.kind = arguments.value("kind");
    options.since = arguments.value("since");
    options.references = arguments.has("refs");
    if (arguments.has("kind") && !is_record(options.kind)) {
        std::fprintf(stderr, "--kind: there is no such record\n");
        return Exit::usage;
    }
    if (arguments.has("since") && !parse_moment(options.since)) {
        std::fprintf(stderr, "--since: a time like 2017-10-16T00:00:00Z is needed\n");
        return Exit::usage;
    }
    SPOT_TRY(ledger.records().export_lines(options, [](std::string_view line) {
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fputc('\n', stdout);
    }));
    return Exit::done;
}

}  // namespace spot::core
