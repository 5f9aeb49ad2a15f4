// A change that a stranger sends: what the guard lets through must neither end nor hang the
// process.
#include "core/document.h"

using namespace spot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    core::Document document;
    (void)document.apply({data, size});
    (void)document.json();
    return 0;
}
