#include "core/crypto.h"
#include "core/platform/system.h"
#include "core/program.h"
#include "hub/cli/verbs.h"

int main(int argc, char** argv) {
    using namespace spot;
    core::start_crypto();
    core::harden_process();
    return core::run_verb(
        "spot-hub",
        {&hub::kInit, &hub::kServe, &hub::kEnrol, &hub::kRevoke, &hub::kApply, &hub::kPublish,
         &hub::kExport, &hub::kStatus, &hub::kVerify, &hub::kAttachmentList, &hub::kAttachmentGet},
        argc, argv);
}
