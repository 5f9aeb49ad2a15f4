#pragma once

#include <deque>
#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "van-station/app/desk.h"
#include "van-station/print/paper.h"
#include "van-station/web/http.h"
#include "van-station/web/worker.h"

namespace spot::station::web {

// Paper on demand. Drawing and delivering is done in a thread of its own; what a print is (the
// original, or which duplicate) is on disk before the first byte leaves. All calls from the desk's
// thread.
class Printing {
public:
    static constexpr std::size_t kSheetsMax = 4;  // PDFs that wait for their page to fetch them
    static constexpr int kPrintersMs = 1'500;     // that printers have to say how they are

    using Reply = std::function<void(Answer)>;
    // Has it done in the desk's thread.
    using Post = std::function<void(std::function<void()>)>;

    // `done` is called after what a print changed at the desk. All outlive the printing.
    Printing(Desk& desk, print::Issuer issuer, Post post, std::function<void()> done);

    // Which operations of the contract are done here.
    bool handle(std::string_view operation, const std::vector<std::string>& values,
                const nlohmann::json& in, Reply reply);
    // Forgets the PDFs that wait: the screens were locked or hidden.
    void forget() { sheets_.clear(); }
    bool is_idle() { return worker_.is_idle(); }

private:
    struct Print;
    struct Sheet {
        std::string receipt, format, pdf;
    };

    void print(const std::string& receipt, const nlohmann::json& in, Reply reply);
    void to_pdf(Print print, Reply reply);
    void to_printer(Print print, std::string printer, Reply reply);
    void over(const Print& print, std::string_view outcome);
    void receipt_pdf(const std::string& receipt, const nlohmann::json& in, Reply reply);
    void summary_pdf(const std::string& session, const nlohmann::json& in, Reply reply);
    void closing_pdf(const nlohmann::json& in, Reply reply);
    void printers(Reply reply);
    print::Issuer issuer(const nlohmann::json& session);
    std::string now();
    void draw(std::function<core::Result<print::Paper>()> paper, std::string format, Reply reply);
    void work(std::function<void()> job, const Reply& reply);

    Desk& desk_;
    const print::Issuer issuer_;
    Post post_;
    std::function<void()> done_;
    std::deque<Sheet> sheets_;
    std::uint64_t jobs_ = 0;
    Worker worker_;  // last: its jobs use what stands above
};

}  // namespace spot::station::web
