#include "core/intent.h"

#include <chrono>
#include <initializer_list>

#include <nlohmann/json.hpp>

namespace spot::core {
namespace {

using Json = nlohmann::json;
using What = Operation::What;

// Appends the puts of a member; an object's members follow in the order of their keys.
// A checked intent of a document holds no array, null or fraction: its schema allows none.
void put(std::vector<Operation>& out, const std::string& path, const Json& value) {
    if (value.is_object()) {
        for (const auto& [key, member] : value.items()) put(out, path + "." + key, member);
        return;
    }
    Operation& operation = out.emplace_back();
    operation.path = path;
    if (value.is_string())
        operation.value = value.get<std::string>();
    else if (value.is_boolean())
        operation.value = value.get<bool>();
    else if (value.is_number_integer())
        operation.value = value.get<std::int64_t>();
    else
        broken("a member that no document can hold", __FILE__, __LINE__);
}

struct Member {
    const char* name;  // in the intent
    const char* path;  // in the document
    What what = What::put;
};

// The order is part of what every device has to do alike: never change it, append.
std::vector<Operation> put_members(const Json& intent, std::initializer_list<Member> members) {
    std::vector<Operation> out;
    for (const Member& member : members) {
        const auto found = intent.find(member.name);
        if (found == intent.end()) continue;
        put(out, member.path, *found);
        if (member.what == What::text) out.back().what = What::text;
    }
    return out;
}

std::vector<Operation> put_set(const Json& set) {
    std::vector<Operation> out;
    for (const auto& [path, value] : set.items()) put(out, path, value);
    return out;
}

// Takes fixed pieces off the front of a text; after the first that does not fit, nothing fits.
class Scanner {
public:
    explicit Scanner(std::string_view rest) : rest_(rest) {}

    bool take(char c) {
        if (rest_.empty() || rest_[0] != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) { ok_ = take(c) && ok_; }
    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
        return value;
    }
    bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
    bool finished() const { return ok_ && rest_.empty(); }

private:
    int digit() {
        if (!at_digit()) {
            ok_ = false;
            return 0;
        }
        const int value = rest_[0] - '0';
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    bool ok_ = true;
};

constexpr int kFractionDigitsMax = 9;
constexpr int kYearMin = 2000, kYearMax = 2100;

// The milliseconds of ".891"; what is finer is dropped. `digits` counts what was there.
int take_fraction(Scanner& text, int& digits) {
    int ms = 0;
    for (digits = 0; text.at_digit() && digits <= kFractionDigitsMax; ++digits) {
        const int digit = text.number(1);
        if (digits < 3) ms = ms * 10 + digit;
    }
    for (int i = digits; i < 3; ++i) ms *= 10;
    return ms;
}

}  // namespace

std::string canonical(const Json& value) {
    try {
        return value.dump(-1, ' ', false, Json::error_handler_t::strict);
    } catch (const Json::exception&) {
        broken("text that is not UTF-8, which parsing lets nobody have", __FILE__, __LINE__);
    }
    return {};
}

std::vector<Operation> operations_of(Kind kind, const Json& intent) {
    switch (kind) {
        case Kind::session_open:
            return put_members(intent, {{"station", "station"},
                                        {"place", "place"},
                                        {"mediator", "mediator"},
                                        {"channel", "channel"},
                                        {"language", "language"},
                                        {"privacy_notice", "privacy_notice"},
                                        {"at", "opened_at"}});
        case Kind::request_queue:
            return put_members(intent, {{"session", "session"},
                                        {"station", "station"},
                                        {"service", "service"},
                                        {"fields", "fields"},
                                        {"citizen", "citizen"},
                                        {"at", "queued_at"},
                                        {"catalogue", "catalogue"},
                                        {"attachments", "attachments"}});
        case Kind::session_close:
            return put_members(intent, {{"at", "closed_at"},
                                        {"outcome", "outcome"},
                                        {"minutes", "minutes"},
                                        {"notes", "notes", What::text}});
        case Kind::request_withdraw:
            return put_members(intent, {{"at", "withdrawn.at"}, {"reason", "withdrawn.reason"}});
        case Kind::request_edit:
        case Kind::hub_edit:
            return put_set(intent.at("set"));
        case Kind::receipt_print:
        case Kind::receipt_settle:
        case Kind::complaint_log:
        case Kind::assessment_self:
        case Kind::feedback_training:
        case Kind::catalogue_set:
        case Kind::catalogue_publish:
        case Kind::station_key:
            return {};
    }
    return {};
}

Result<Moment> parse_moment(std::string_view text) {
    Scanner scan(text);
    const int year = scan.number(4);
    scan.expect('-');
    const int month = scan.number(2);
    scan.expect('-');
    const int day = scan.number(2);
    scan.expect('T');
    const int hour = scan.number(2);
    scan.expect(':');
    const int minute = scan.number(2);
    scan.expect(':');
    const int second = scan.number(2);
    int digits = 1, ms = 0;
    if (scan.take('.')) ms = take_fraction(scan, digits);

    int offset_hours = 0, offset_minutes = 0, sign = 1;
    if (!scan.take('Z')) {
        if (scan.take('-'))
            sign = -1;
        else
            scan.expect('+');
        offset_hours = scan.number(2);
        scan.expect(':');
        offset_minutes = scan.number(2);
    }

    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                              std::chrono::day(unsigned(day))};
    if (!scan.finished() || digits < 1 || digits > kFractionDigitsMax || !date.ok() ||
        year < kYearMin || year > kYearMax || hour > 23 || minute > 59 || second > 59 ||
        offset_hours > 23 || offset_minutes > 59)
        return fail(Code::invalid,
                    "not a time with its offset, like 2017-10-16T09:15:55.891+01:00, "
                    "of the years 2000 to 2100");

    Moment moment;
    moment.offset_minutes = sign * (offset_hours * 60 + offset_minutes);
    const auto local =
        sys_days(date) + hours(hour) + minutes(minute) + std::chrono::seconds(second);
    moment.ms = duration_cast<milliseconds>(local.time_since_epoch()).count() + ms -
                std::int64_t{moment.offset_minutes} * 60'000;
    return moment;
}

}  // namespace spot::core
