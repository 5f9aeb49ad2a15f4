#include "core/large_pages.h"

#include <sys/mman.h>

#include <cstdlib>

namespace spot::core {
namespace {

constexpr std::size_t kLargePageBytes = std::size_t{2} << 20;  // on x86-64 and 64-bit ARM

}  // namespace

void* allocate_in_large_pages(std::size_t bytes) {
    if (bytes < kLargePageBytes) return std::malloc(bytes);
    const std::size_t whole = (bytes + kLargePageBytes - 1) / kLargePageBytes * kLargePageBytes;
    void* const memory = std::aligned_alloc(kLargePageBytes, whole);
    if (memory) madvise(memory, whole, MADV_HUGEPAGE);
    return memory;
}

void free_large_pages(void* memory) {
    std::free(memory);
}

}  // namespace spot::core
