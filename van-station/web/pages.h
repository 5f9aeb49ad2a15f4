#pragma once

#include <map>
#include <string>
#include <string_view>

#include "van-station/web/http.h"

namespace spot::station::web {

// The pages' files as they were packed into the program at build (pack_pages.mjs). They hold
// nobody's data and are the same for everybody.
class Pages {
public:
    // `packed` outlives the pages. Aborts on bytes that no build of ours packed.
    explicit Pages(std::string_view packed);
    static Pages built_in();

    // The file at this path: "/" is index.html, "/citizen" also citizen.html. 304 where the browser
    // has it already.
    Answer get(const Request& request) const;

private:
    struct File {
        std::string_view type, etag, plain, gzipped;  // gzipped: empty where it would gain nothing
    };
    std::map<std::string, File, std::less<>> files_;
};

}  // namespace spot::station::web
