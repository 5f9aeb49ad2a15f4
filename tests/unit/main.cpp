#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "core/crypto.h"

int main(int argc, char** argv) {
    spot::core::start_crypto();
    doctest::Context context(argc, argv);
    return context.run();
}
