#include "core/crypto.h"
#include "core/platform/system.h"
#include "core/program.h"
#include "van-station/cli/verbs.h"

int main(int argc, char** argv) {
    using namespace spot;
    core::start_crypto();
    core::harden_process();
    return core::run_verb(
        "spot-station",
        {&station::kInit, &station::kRecord, &station::kSync, &station::kExport, &station::kStatus,
         &station::kCheck, &station::kPrint, &station::kVerify, &station::kServe},
        argc, argv);
}
