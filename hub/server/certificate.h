#pragma once

#include <filesystem>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "core/rim/disk.h"

namespace spot::hub {

// Makes a key and a self-signed certificate for it, both PEM and for their owner to read, valid for
// ten years. Durable, the key before the certificate.
// `conflict`: a certificate is there, nothing was changed. A key without a certificate is what a
// broken-off attempt left, and is replaced.
core::Result<> make_certificate(const std::filesystem::path& certificate,
                                const std::filesystem::path& key, core::Instant now,
                                core::Disk& disk = core::system_disk());

// What a slip says of the first certificate in a PEM file: "sha256//" and the base 64 of the
// SHA-256 of its public key (SubjectPublicKeyInfo), as in RFC 7469 and curl. A new certificate
// for the same key keeps it.
core::Result<std::string> pin_of(const std::filesystem::path& certificate);

}  // namespace spot::hub
