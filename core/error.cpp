#include "core/error.h"

#include <cstdio>
#include <cstdlib>

namespace spot::core {

void broken(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
    std::abort();
}

}  // namespace spot::core
