#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spot::sync {

// What both ends know before the first byte: form fields, services, choices and words of the
// catalogue, frozen with the wire version (schemas/wire/1/vocabulary.json).
struct Vocabulary {
    struct Service {
        std::string code;
        std::int64_t fee_cents = 0;
        std::vector<unsigned> fields;  // into `fields`
    };
    std::vector<std::string> fields;
    std::vector<Service> services;
    std::vector<std::pair<unsigned, std::string>> choices;  // field, value
    std::vector<std::string> texts;
    std::unordered_map<std::string, unsigned> field_at;
    std::unordered_map<std::string, unsigned> service_at;

    static const Vocabulary& version_1();
};

}  // namespace spot::sync
