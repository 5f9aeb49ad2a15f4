#pragma once

#include <cstddef>
#include <limits>
#include <new>

namespace spot::core {

// Memory for a table that is read here and there all over: at every step the processor has to find
// its page first, and finds few large ones sooner. A wish: where the system has none it is ordinary
// memory. Smaller tables than a large page get that, too. Null: there is no memory.
void* allocate_in_large_pages(std::size_t bytes);
void free_large_pages(void* memory);

// For a container.
template <class T>
struct LargePages {
    using value_type = T;

    LargePages() = default;
    template <class Other>
    LargePages(const LargePages<Other>&) {}

    T* allocate(std::size_t count) {
        if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
        void* const memory = allocate_in_large_pages(count * sizeof(T));
        if (!memory) throw std::bad_alloc();
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t) { free_large_pages(memory); }
    template <class Other>
    bool operator==(const LargePages<Other>&) const {
        return true;
    }
};

}  // namespace spot::core
