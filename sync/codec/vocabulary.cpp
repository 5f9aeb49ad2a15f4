#include "sync/codec/vocabulary.h"

#include <nlohmann/json.hpp>

#include "core/error.h"

extern "C" const char spot_wire_vocabulary_1_start[], spot_wire_vocabulary_1_end[];

namespace spot::sync {

const Vocabulary& Vocabulary::version_1() {
    static const Vocabulary vocabulary = [] {
        const auto json = nlohmann::json::parse(spot_wire_vocabulary_1_start,
                                                spot_wire_vocabulary_1_end, nullptr, false);
        SPOT_CHECK(json.is_object());
        Vocabulary out;
        out.fields = json.at("fields").get<std::vector<std::string>>();
        for (unsigned i = 0; i < out.fields.size(); ++i) out.field_at.emplace(out.fields[i], i);
        for (const auto& row : json.at("services")) {
            Service service;
            service.code = row.at(0).get<std::string>();
            service.fee_cents = row.at(1).get<std::int64_t>();
            service.fields = row.at(2).get<std::vector<unsigned>>();
            out.service_at.emplace(service.code, static_cast<unsigned>(out.services.size()));
            out.services.push_back(std::move(service));
        }
        for (const auto& [field, values] : json.at("choices").items())
            for (const auto& value : values)
                out.choices.emplace_back(out.field_at.at(field), value.get<std::string>());
        out.texts = json.at("texts").get<std::vector<std::string>>();
        return out;
    }();
    return vocabulary;
}

}  // namespace spot::sync
