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
// Its members one by one: the whole class would bring the binary formats, patches and pointers.
SPOT_JSON_PART basic_json<>::basic_json(value_t);
SPOT_JSON_PART basic_json<>::basic_json(initializer_list_t, bool, value_t);
SPOT_JSON_PART basic_json<>::basic_json(const basic_json<>&);
SPOT_JSON_PART basic_json<>::basic_json(basic_json<>&&) noexcept;
SPOT_JSON_PART basic_json<>::~basic_json() noexcept;
SPOT_JSON_PART json& basic_json<>::operator=(json) noexcept;
SPOT_JSON_PART void basic_json<>::json_value::destroy(value_t);
SPOT_JSON_PART std::string basic_json<>::dump(int, char, bool, error_handler_t) const;
SPOT_JSON_PART json& basic_json<>::operator[](std::string);
SPOT_JSON_PART const json& basic_json<>::operator[](const std::string&) const;
SPOT_JSON_PART json& basic_json<>::operator[](std::size_t);
SPOT_JSON_PART const json& basic_json<>::operator[](std::size_t) const;
SPOT_JSON_PART json& basic_json<>::at(std::size_t);
SPOT_JSON_PART const json& basic_json<>::at(std::size_t) const;
SPOT_JSON_PART void basic_json<>::push_back(json&&);
SPOT_JSON_PART void basic_json<>::push_back(const json&);
SPOT_JSON_PART std::size_t basic_json<>::erase(const std::string&);

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
