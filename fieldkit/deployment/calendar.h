#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "fieldkit/deployment/draw.h"

namespace spot::fieldkit {

// Milliseconds since 1970-01-01 UTC, as in core/clock.h, but of an imagined day.
using Stamp = std::int64_t;
constexpr Stamp kSecond = 1000;
constexpr Stamp kMinute = 60 * kSecond;
constexpr Stamp kDay = 24 * 60 * kMinute;

core::Result<std::chrono::sys_days> parse_day(const std::string& text);  // "2018-08-13"
std::string day_text(std::chrono::sys_days day);
Stamp start_of(std::chrono::sys_days day);  // 00:00 UTC
bool is_weekend(std::chrono::sys_days day);

// Mainland Portugal's time with its offset, "2018-08-13T09:12:05.250+01:00". The EU's rule since
// 1996: summer time from the last Sunday of March to that of October, 01:00 UTC.
std::string moment_text(Stamp stamp);

// 26 characters: 48 bits of time, 80 of chance.
std::string ulid(Stamp stamp, Draw& draw);

}  // namespace spot::fieldkit
