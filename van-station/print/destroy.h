#pragma once

namespace spot::print {

// For std::unique_ptr of what a C library made: destroyed by the library's own function.
template <auto destroy>
struct Destroy {
    template <class T>
    void operator()(T* object) const {
        destroy(object);
    }
};

}  // namespace spot::print
