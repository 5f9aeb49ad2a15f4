#include "van-station/print/send/cups.h"

#include <cups/cups.h>
#include <algorithm>
#include <memory>
#include <thread>

#include "van-station/print/destroy.h"

namespace spot::print {
namespace {

using What = Outcome::What;
using Why = Outcome::Why;

constexpr auto kJobLook = std::chrono::milliseconds(100);  // how often a job's state is asked for
constexpr int kRequestMsMax = 3'000;                       // of one question to the server
constexpr int kLastWordsMs = 2 * kRequestMsMax;  // to take a job back, and see what became of it

using Http = std::unique_ptr<http_t, Destroy<httpClose>>;
using Answer = std::unique_ptr<ipp_t, Destroy<ippDelete>>;

int give_up(http_t*, void*) {
    return 0;
}
// Without this a server that wants a password is answered by a prompt on the terminal.
const char* no_password(const char*, http_t*, const char*, const char*, void*) {
    return nullptr;
}

Http connect(int ms_max) {
    cupsSetPasswordCB2(no_password, nullptr);
    const int ms = std::min(ms_max, kRequestMsMax);
    constexpr int kBlocking = 1;
    Http http(httpConnect2(cupsServer(), ippPort(), nullptr, AF_UNSPEC, cupsEncryption(), kBlocking,
                           ms, nullptr));
    if (http) httpSetTimeout(http.get(), kRequestMsMax / 1000.0, give_up, nullptr);
    return http;
}

std::string uri_of(const std::string& queue) {
    char uri[1024];
    httpAssembleURIf(HTTP_URI_CODING_ALL, uri, sizeof uri, "ipp", nullptr, "localhost", 0,
                     "/printers/%s", queue.c_str());
    return uri;
}

template <std::size_t N>
Answer ask(http_t* http, ipp_op_t operation, const std::string& queue, int job,
           const char* const (&wanted)[N]) {
    ipp_t* request = ippNewRequest(operation);  // cupsDoRequest() takes it
    if (!queue.empty())
        ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr,
                     uri_of(queue).c_str());
    if (job != 0) ippAddInteger(request, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", nullptr,
                 cupsUser());
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                  static_cast<int>(N), nullptr, wanted);
    Answer answer(cupsDoRequest(http, request, "/"));
    if (answer && ippGetStatusCode(answer.get()) > IPP_STATUS_OK_EVENTS_COMPLETE) answer.reset();
    return answer;
}

// ── Printers.

constexpr const char* kOfPrinter[] = {"printer-name",           "printer-state",
                                      "printer-state-reasons",  "printer-is-accepting-jobs",
                                      "printer-make-and-model", "device-uri"};

struct Queue {
    Found found;
    std::string device;
};

// Reads the attributes of one printer, up to the next one or the end.
class QueueReader {
public:
    void take(ipp_attribute_t* attribute) {
        const std::string_view name = ippGetName(attribute);
        if (name == "printer-name") queue_.found.printer.name = text(attribute);
        if (name == "device-uri") queue_.device = text(attribute);
        if (name == "printer-make-and-model")
            queue_.found.printer.escpos = text(attribute).find("Raw") != std::string::npos;
        if (name == "printer-state" && ippGetInteger(attribute, 0) == IPP_PSTATE_STOPPED)
            off_ = true;
        if (name == "printer-is-accepting-jobs" && !ippGetBoolean(attribute, 0)) off_ = true;
        if (name == "printer-state-reasons")
            for (int i = 0; i < ippGetCount(attribute); ++i)
                reason(ippGetString(attribute, i, nullptr));
    }
    Queue take_queue() {
        auto& printer = queue_.found.printer;
        printer.via = Via::cups;
        printer.address = printer.name;
        queue_.found.readiness = paper_ ? Readiness::paper
                                 : off_ ? Readiness::off
                                        : Readiness::ready;
        return std::exchange(*this, QueueReader()).queue_;
    }
    bool empty() const { return queue_.found.printer.name.empty(); }

private:
    static std::string text(ipp_attribute_t* attribute) {
        const char* value = ippGetString(attribute, 0, nullptr);
        return value ? value : "";
    }
    void reason(const char* text) {
        const std::string_view word = text ? text : "";
        if (word.starts_with("media-empty") || word.starts_with("media-needed")) paper_ = true;
        if (word.starts_with("offline") || word.starts_with("paused") ||
            word.starts_with("shutdown"))
            off_ = true;
    }
    Queue queue_;
    bool off_ = false, paper_ = false;
};

std::vector<Queue> queues_in(ipp_t* answer) {
    std::vector<Queue> out;
    QueueReader reader;
    for (auto* one = ippFirstAttribute(answer); one; one = ippNextAttribute(answer)) {
        if (ippGetGroupTag(one) == IPP_TAG_PRINTER && ippGetName(one)) {
            reader.take(one);
        } else if (!reader.empty()) {  // what stands between two printers has no name
            out.push_back(reader.take_queue());
        }
        if (out.size() == kPrintersMax) return out;
    }
    if (!reader.empty()) out.push_back(reader.take_queue());
    return out;
}

std::optional<Queue> find_queue(http_t* http, const std::string& name) {
    const auto answer = ask(http, IPP_OP_GET_PRINTER_ATTRIBUTES, name, 0, kOfPrinter);
    auto queues = answer ? queues_in(answer.get()) : std::vector<Queue>();
    if (queues.empty()) return std::nullopt;
    return std::move(queues.front());
}

// Is the printer behind a queue of raw bytes on? Seen before the job is made: once CUPS works on
// one, nobody can tell that nothing left.
bool is_away(const Queue& queue, Deadline by) {
    constexpr std::string_view kSocket = "socket://";
    if (!queue.device.starts_with(kSocket)) return false;
    std::string address = queue.device.substr(kSocket.size());
    address = address.substr(0, address.find_first_of("/?"));
    if (address.rfind(':') == std::string::npos) address += ":9100";
    const auto line = Line::connect(address, by);
    return !line && line.error().why == Why::off;
}

// ── Jobs.

constexpr const char* kOfJob[] = {"job-state", "time-at-processing"};

struct JobState {
    ipp_jstate_t state = IPP_JSTATE_PENDING;
    bool begun = false;  // CUPS has worked on it at some time: bytes may have left
};

std::optional<JobState> job_state(http_t* http, const std::string& queue, int job) {
    const auto answer = ask(http, IPP_OP_GET_JOB_ATTRIBUTES, queue, job, kOfJob);
    if (!answer) return std::nullopt;
    auto* state = ippFindAttribute(answer.get(), "job-state", IPP_TAG_ENUM);
    if (!state) return std::nullopt;
    return JobState{
        static_cast<ipp_jstate_t>(ippGetInteger(state, 0)),
        ippFindAttribute(answer.get(), "time-at-processing", IPP_TAG_INTEGER) != nullptr};
}

// Takes the job back, and looks whether it had been begun: only if not, nothing has left.
Outcome take_back(const std::string& queue, int job, Why why, std::size_t bytes) {
    const Outcome in_doubt{What::uncertain, why, bytes};
    const auto http = connect(kLastWordsMs / 2);
    if (!http) return in_doubt;
    constexpr int kKeepHistory = 0;
    cupsCancelJob2(http.get(), queue.c_str(), job, kKeepHistory);
    const auto now = job_state(http.get(), queue, job);
    if (!now) return in_doubt;
    if (now->state == IPP_JSTATE_COMPLETED) return {What::sent, Why::none, bytes};
    if (now->begun || now->state < IPP_JSTATE_CANCELED) return in_doubt;
    return {What::not_sent, why, 0};
}

bool hand_over(http_t* http, const std::string& queue, int number, const Job& job, bool escpos) {
    const char* format = escpos ? CUPS_FORMAT_RAW : CUPS_FORMAT_PDF;
    constexpr int kLastDocument = 1;
    if (cupsStartDocument(http, queue.c_str(), number, job.title.c_str(), format, kLastDocument) !=
        HTTP_STATUS_CONTINUE)
        return false;
    const bool written =
        cupsWriteRequestData(http, job.bytes.data(), job.bytes.size()) == HTTP_STATUS_CONTINUE;
    return cupsFinishDocument(http, queue.c_str()) <= IPP_STATUS_OK_EVENTS_COMPLETE && written;
}

Outcome watch(http_t* http, const std::string& queue, int number, std::size_t bytes, Deadline by) {
    for (;;) {
        const auto now = job_state(http, queue, number);
        if (!now) return take_back(queue, number, Why::died, bytes);
        switch (now->state) {
            case IPP_JSTATE_COMPLETED:
                return {What::sent, Why::none, bytes};
            case IPP_JSTATE_STOPPED:
            case IPP_JSTATE_CANCELED:
            case IPP_JSTATE_ABORTED:
                return take_back(queue, number, Why::died, bytes);
            default:
                break;
        }
        // A printer that fails is stopped, and its job waits again as if it were new.
        if (const auto printer = find_queue(http, queue)) {
            if (printer->found.readiness == Readiness::paper)
                return take_back(queue, number, Why::paper, bytes);
            if (printer->found.readiness == Readiness::off)
                return take_back(queue, number, Why::died, bytes);
        }
        if (by.passed()) return take_back(queue, number, Why::too_slow, bytes);
        std::this_thread::sleep_for(kJobLook);
    }
}

}  // namespace

Outcome deliver_cups(const Job& job, const Printer& printer, const Patience& patience) {
    const Deadline by(std::max(patience.job_ms_max - kLastWordsMs, 0));
    const auto http = connect(patience.connect_ms_max);
    if (!http) return {What::not_sent, Why::off, 0};
    const std::string& queue = printer.address;
    const auto found = find_queue(http.get(), queue);
    if (!found) return {What::not_sent, Why::refused, 0};
    if (found->found.readiness == Readiness::paper) return {What::not_sent, Why::paper, 0};
    if (found->found.readiness == Readiness::off ||
        is_away(*found, Deadline(patience.connect_ms_max)))
        return {What::not_sent, Why::off, 0};

    const int number = cupsCreateJob(http.get(), queue.c_str(), job.title.c_str(), 0, nullptr);
    if (number == 0) return {What::not_sent, Why::refused, 0};
    if (!hand_over(http.get(), queue, number, job, printer.escpos))
        return take_back(queue, number, Why::refused, job.bytes.size());
    return watch(http.get(), queue, number, job.bytes.size(), by);
}

std::vector<Found> cups_printers(Deadline by) {
    std::vector<Found> out;
    const auto http = connect(by.left_ms());
    if (!http) return out;
    const auto answer = ask(http.get(), IPP_OP_CUPS_GET_PRINTERS, "", 0, kOfPrinter);
    if (!answer) return out;
    for (auto& queue : queues_in(answer.get())) out.push_back(std::move(queue.found));
    return out;
}

std::optional<Found> cups_printer(const std::string& queue, Deadline by) {
    const auto http = connect(by.left_ms());
    if (!http) return std::nullopt;
    auto found = find_queue(http.get(), queue);
    if (!found) return std::nullopt;
    return std::move(found->found);
}

}  // namespace spot::print
