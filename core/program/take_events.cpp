#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/after_flush.h"
#include "core/event.h"
#include "core/program.h"

namespace spot::core {
namespace {

using nlohmann::json;

class Intake {
public:
    Intake(bool as_json, Clock& clock) : as_json_(as_json), progress_(clock) {}

    void taken(std::uint64_t line, const Taken& done) {
        ++(done.repeated ? repeated_ : recorded_);
        if (as_json_)
            print_line(json{
                {"line", line},
                {"kind", done.kind},
                {"ref", done.reference},
                {"id", done.record.text()},
                {"seq", done.seq},
                {"ok",
                 true}}.dump());
        progress_.show([&] { return std::to_string(recorded_ + repeated_) + " events recorded"; });
    }

    void refused(std::uint64_t line, const Error& error) {
        ++refused_;
        progress_.clear();
        if (as_json_)
            print_line(json{{"line", line}, {"ok", false}, {"error", error.message}}.dump());
        else
            std::fprintf(stderr, "line %llu: %s\n", static_cast<unsigned long long>(line),
                         error.message.c_str());
    }

    Exit sum_up() {
        const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
        if (!as_json_) {
            std::printf("%llu recorded", number(recorded_));
            if (repeated_ > 0) std::printf(", %llu were here already", number(repeated_));
            if (refused_ > 0) std::printf(", %llu refused", number(refused_));
            std::printf(".\n");
        }
        return refused_ > 0 ? Exit::attention : Exit::done;
    }

private:
    bool as_json_;
    Progress progress_;
    std::uint64_t recorded_ = 0;
    std::uint64_t repeated_ = 0;
    std::uint64_t refused_ = 0;
};

bool is_blank(const LineReader::Line& line) {
    return !line.too_long && line.text.find_first_not_of(" \t\r") == std::string_view::npos;
}

// The disk's faults would be the next line's, too.
bool ends_the_work(const Error& error) {
    return error.code == Code::io || error.code == Code::busy;
}

}  // namespace

Result<Exit> take_events(const Arguments& arguments, Clock& clock, Ledger& ledger,
                         const std::function<Result<Taken>(std::string_view)>& take) {
    auto lines = LineReader::open(arguments.value("events"), kEventBytesMax);
    if (!lines) return tl::make_unexpected(lines.error());
    SPOT_ASSIGN(auto flush, ledger.defer_flush());
    Intake intake(arguments.json(), clock);
    AfterFlush on_disk(std::move(flush));
    Result<> ended;
    while (ended) {
        const auto next = lines->next();
        if (!next) ended = tl::make_unexpected(next.error());
        if (!next || !*next) break;
        const LineReader::Line& line = **next;
        if (is_blank(line)) continue;
        auto done = line.too_long
                        ? Result<Taken>(fail(Code::limit, "the line is longer than 1 MiB"))
                        : take(line.text);
        if (!done && ends_the_work(done.error())) ended = tl::make_unexpected(done.error());
        auto told = on_disk.run([&intake, number = line.number, done = std::move(done)] {
            if (done)
                intake.taken(number, *done);
            else
                intake.refused(number, done.error());
        });
        // Who gives line by line waits for the answer; what is to come need not wait for the disk.
        if (told && !lines->has_more()) told = on_disk.finish();
        if (ended) ended = told;
    }
    const auto finished = on_disk.finish();
    if (ended) ended = finished;
    const Exit exit = intake.sum_up();
    if (!ended) return tl::make_unexpected(ended.error());
    return exit;
}

}  // namespace spot::core
