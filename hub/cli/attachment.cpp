#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "hub/cli/verbs.h"

namespace spot::hub {
namespace {

using core::Code;
using core::fail;
using core::Ledger;
using core::RecordId;
using core::Result;
using nlohmann::json;

std::string_view state_name(core::FileState state) {
    switch (state) {
        case core::FileState::awaited:
            return "awaited";
        case core::FileState::whole:
            return "whole";
        case core::FileState::given_up:
            return "given_up";
        case core::FileState::unknown:
            break;
    }
    return "unknown";
}

Result<RecordId> request_in(const core::Arguments& arguments) {
    const auto id = RecordId::parse(arguments.value("request"));
    return id ? Result<RecordId>(*id) : fail(Code::invalid, "--request: the id of a request");
}

Result<core::Hash> hash_in(const core::Arguments& arguments) {
    const auto bytes = core::from_hex(arguments.value("hash"));
    core::Hash out{};
    if (!bytes || bytes->size() != out.size())
        return fail(Code::invalid, "--hash: 64 hex digits, as attachment list shows them");
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

// What the request calls it; nothing: the person's data were erased.
Result<json> named(Ledger& ledger, const core::RequestFile& file) {
    SPOT_ASSIGN(const auto shown, ledger.records().view("request", file.request));
    const json record = shown ? json::parse(shown->json, nullptr, false) : json();
    const json::json_pointer place("/attachments/" + core::to_hex(file.hash));
    return record.is_object() && record.contains(place) ? record[place] : json();
}

Result<core::Exit> list(const core::Arguments& arguments) {
    core::SystemRandom random;
    std::optional<RecordId> request;
    if (arguments.has("request")) {
        SPOT_ASSIGN(const auto given, request_in(arguments));
        request = given;
    }
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    SPOT_TRY(hub.catch_up());
    SPOT_TRY(hub.ledger.files().each(request, [&](const core::ReceivedFile& one) -> Result<> {
        SPOT_ASSIGN(const auto about, named(hub.ledger, one.file));
        json out{{"request", one.file.request.text()},
                 {"hash", core::to_hex(one.file.hash)},
                 {"bytes", one.bytes},
                 {"have", one.have},
                 {"state", state_name(one.state)}};
        if (about.is_object()) out.update({{"name", about["name"]}, {"type", about["type"]}});
        if (arguments.json()) {
            core::print_line(out.dump());
            return {};
        }
        std::printf("%s %s %s, %llu of %llu bytes: %s\n", out["request"].get<std::string>().c_str(),
                    out["hash"].get<std::string>().c_str(), out["state"].get<std::string>().c_str(),
                    static_cast<unsigned long long>(one.have),
                    static_cast<unsigned long long>(one.bytes),
                    out.value("name", "erased").c_str());
        return {};
    }));
    return core::Exit::done;
}

Result<core::Exit> get(const core::Arguments& arguments) {
    core::SystemRandom random;
    SPOT_ASSIGN(const auto request, request_in(arguments));
    SPOT_ASSIGN(const auto hash, hash_in(arguments));
    SPOT_ASSIGN(auto hub, open_hub(arguments, random));
    SPOT_ASSIGN(const auto content, hub.ledger.attachments().find(request.text(), hash));
    if (!content) {
        SPOT_ASSIGN(const auto state, hub.ledger.files().state({request, hash}));
        return fail(Code::not_found,
                    state == core::FileState::awaited
                        ? "the file has not come yet, or not all of it"
                    : state == core::FileState::given_up
                        ? "the file never came, and is not asked for any more"
                        : "no request here has that file, or the person's data were erased");
    }
    const std::string out = arguments.value("out");
    SPOT_TRY(core::system_disk().create(out, core::text(*content)));
    if (arguments.json())
        core::print_line(json{{"out", out}, {"bytes", content->size()}}.dump());
    else
        std::printf("%zu bytes are in %s.\n", content->size(), out.c_str());
    return core::Exit::done;
}

}  // namespace

const core::Verb kAttachmentList{"attachment list",
                                 "tells which files requests have, and which of them are here",
                                 {{"request", "ID", "of one request (else of all)"}},
                                 list};

const core::Verb kAttachmentGet{
    "attachment get",
    "writes a request's file where you say, for its owner only; never over another",
    {{"request", "ID", "of the request", true},
     {"hash", "HASH", "of the file, as attachment list shows it", true},
     {"out", "FILE", "a new file", true}},
    get};

}  // namespace spot::hub
