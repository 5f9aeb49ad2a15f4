#include "van-station/web/pages.h"

#include <charconv>
#include <optional>

#include "core/error.h"

extern "C" const char spot_pages_start[], spot_pages_end[];

namespace spot::station::web {
namespace {

constexpr std::string_view kMagic = "spot pages 1\n";

// Reads the pack: lines of words, then bytes.
class Pack {
public:
    explicit Pack(std::string_view bytes) : rest_(bytes) {}
    std::string_view take(std::size_t size) {
        SPOT_CHECK(size <= rest_.size());
        const std::string_view out = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return out;
    }
    std::string_view word(char end) {
        const std::size_t at = rest_.find(end);
        SPOT_CHECK(at != std::string_view::npos);
        const std::string_view out = take(at);
        rest_.remove_prefix(1);
        return out;
    }
    std::size_t number(char end) {
        const std::string_view digits = word(end);
        std::size_t out = 0;
        const auto [stop, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), out);
        SPOT_CHECK(error == std::errc() && stop == digits.data() + digits.size());
        return out;
    }
    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

}  // namespace

Pages::Pages(std::string_view packed) {
    Pack pack(packed);
    SPOT_CHECK(pack.take(kMagic.size()) == kMagic);
    while (!pack.at_end()) {
        File file;
        const std::string_view path = pack.word('\t');
        file.type = pack.word('\t');
        file.etag = pack.word('\t');
        const std::size_t plain = pack.number('\t');
        const std::size_t gzipped = pack.number('\n');
        file.plain = pack.take(plain);
        file.gzipped = pack.take(gzipped);
        files_.emplace(path, file);
    }
}

Pages Pages::built_in() {
    return Pages({spot_pages_start, static_cast<std::size_t>(spot_pages_end - spot_pages_start)});
}

Answer Pages::get(const Request& request) const {
    auto found = files_.find(request.path == "/" ? "/index.html" : request.path);
    if (found == files_.end()) found = files_.find(request.path + ".html");
    if (found == files_.end()) return refusal(404, "not_found");
    const File& file = found->second;
    Answer out;
    out.content_type = file.type;
    // The two forms of one file are different bytes, so a strong tag names which.
    out.gzipped = request.takes_gzip && !file.gzipped.empty();
    out.etag = '"' + std::string(file.etag) + (out.gzipped ? "-gz\"" : "\"");
    if (request.known_etag == out.etag) {
        out.status = 304;
        return out;
    }
    out.fixed = out.gzipped ? file.gzipped : file.plain;
    return out;
}

}  // namespace spot::station::web
