#pragma once

// What nearly every file uses of nlohmann::json, compiled once, in json_parts.cpp. Files get this
// header with precompiled.h and need not know of it: without it each compiles the same for itself,
// which was a sixth of a cold build.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#ifndef SPOT_JSON_PART
#define SPOT_JSON_PART extern template
#endif

namespace nlohmann {
SPOT_JSON_PART class basic_json<>;

namespace detail {
SPOT_JSON_PART class serializer<json>;
SPOT_JSON_PART class json_sax_dom_parser<json>;
SPOT_JSON_PART class json_sax_dom_callback_parser<json>;

using FromString = iterator_input_adapter<std::string::const_iterator>;
SPOT_JSON_PART class lexer<json, FromString>;
SPOT_JSON_PART class parser<json, FromString>;
SPOT_JSON_PART bool parser<json, FromString>::sax_parse_internal(json_sax_dom_parser<json>*);
SPOT_JSON_PART bool parser<json, FromString>::sax_parse_internal(
    json_sax_dom_callback_parser<json>*);

using FromView = iterator_input_adapter<std::string_view::const_iterator>;
SPOT_JSON_PART class lexer<json, FromView>;
SPOT_JSON_PART class parser<json, FromView>;
SPOT_JSON_PART bool parser<json, FromView>::sax_parse_internal(json_sax_dom_parser<json>*);
SPOT_JSON_PART bool parser<json, FromView>::sax_parse_internal(json_sax_dom_callback_parser<json>*);
}  // namespace detail
}  // namespace nlohmann
