#include "core/crypto.h"
#include "fieldkit/cli/verbs.h"

int main(int argc, char** argv) {
    using namespace spot;
    core::start_crypto();
    return core::run_verb("fieldkit",
                          {&fieldkit::kDeploymentVerb, &fieldkit::kLinkVerb, &fieldkit::kRunVerb,
                           &fieldkit::kBenchVerb},
                          argc, argv);
}
