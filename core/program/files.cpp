#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/program.h"

namespace spot::core {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

std::string reason() {
    return std::strerror(errno);
}

ssize_t read_some(int descriptor, char* into, std::size_t size) {
    ssize_t got;
    do got = read(descriptor, into, size);
    while (got < 0 && errno == EINTR);
    return got;
}

}  // namespace

Result<LineReader> LineReader::open(const std::string& file, std::size_t limit) {
    if (file == "-") return LineReader(STDIN_FILENO, false, limit);
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(Code::io, file + ": " + reason());
    return LineReader(descriptor, true, limit);
}

LineReader::LineReader(int descriptor, bool owned, std::size_t limit)
    : descriptor_(descriptor), owned_(owned), limit_(limit) {}

LineReader::LineReader(LineReader&& other) noexcept
    : descriptor_(other.descriptor_),
      owned_(std::exchange(other.owned_, false)),
      ended_(other.ended_),
      limit_(other.limit_),
      number_(other.number_),
      buffer_(std::move(other.buffer_)),
      at_(other.at_),
      line_(std::move(other.line_)) {}

LineReader::~LineReader() {
    if (owned_) close(descriptor_);
}

// False: the input has ended.
Result<bool> LineReader::fill() {
    if (ended_) return false;
    buffer_.resize(kReadBytes);
    const ssize_t got = read_some(descriptor_, buffer_.data(), buffer_.size());
    if (got < 0) return fail(Code::io, "the input can't be read: " + reason());
    buffer_.resize(static_cast<std::size_t>(got));
    at_ = 0;
    ended_ = got == 0;
    return !ended_;
}

bool LineReader::has_more() const {
    if (ended_ || at_ < buffer_.size()) return true;
    pollfd input{descriptor_, POLLIN, 0};
    return poll(&input, 1, 0) != 0;
}

Result<std::optional<LineReader::Line>> LineReader::next() {
    line_.clear();
    bool too_long = false;
    for (bool begun = false;; begun = true) {
        if (at_ == buffer_.size()) {
            SPOT_ASSIGN(auto more, fill());
            if (!more) {
                if (!begun) return std::nullopt;
                break;
            }
        }
        const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
        if (!too_long && line_.size() + (end - at_) <= limit_)
            line_.append(buffer_, at_, end - at_);
        else
            too_long = true;
        const bool whole = end < buffer_.size();
        at_ = whole ? end + 1 : end;
        if (whole) break;
    }
    if (too_long) line_.clear();
    return Line{++number_, line_, too_long};
}

}  // namespace spot::core
