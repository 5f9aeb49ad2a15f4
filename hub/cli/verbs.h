#pragma once

#include "core/platform/system.h"
#include "core/program.h"
#include "hub/hub.h"

namespace spot::hub {

extern const core::Verb kInit, kServe, kEnrol, kRevoke, kApply, kPublish, kExport, kStatus, kVerify,
    kAttachmentList, kAttachmentGet;

// The hub in --data, opened with the passphrase that the arguments lead to.
core::Result<Hub> open_hub(const core::Arguments& arguments, core::Random& random);

}  // namespace spot::hub
