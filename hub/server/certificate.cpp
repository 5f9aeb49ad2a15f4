#include "hub/server/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <memory>

namespace spot::hub {
namespace {

using core::Code;
using core::fail;
using core::Result;
using std::filesystem::path;

struct Freed {
    void operator()(BIO* bio) const { BIO_free_all(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};
template <class T>
using Owned = std::unique_ptr<T, Freed>;

// P-256 and not Ed25519, which would save 60 bytes a handshake: no browser takes Ed25519, and the
// console is on the same port.
constexpr const char* kCurve = "P-256";
// Each name is in the handshake twice. Stations pin the key; people compare the fingerprint.
constexpr const char* kName = "spot";
constexpr std::int64_t kDaySeconds = 24 * 60 * 60;
constexpr std::int64_t kValidSeconds = 3653 * kDaySeconds;
constexpr std::int64_t kBackdatedSeconds = kDaySeconds;  // for browsers with a slow clock

// Firefox refuses two certificates of one issuer and serial for good, so each has its own.
bool set_serial(X509* certificate) {
    std::array<unsigned char, 8> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
    std::uint64_t serial = 0;
    for (const unsigned char byte : bytes) serial = serial << 8 | byte;
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1;
}

// No extensions, and so version 1, as RFC 5280 wants it.
Owned<X509> self_signed(EVP_PKEY* key, core::Instant now) {
    Owned<X509> certificate(X509_new());
    if (!certificate) return nullptr;
    X509* raw = certificate.get();
    X509_NAME* name = X509_get_subject_name(raw);
    const std::int64_t from = now / 1000 - kBackdatedSeconds;
    const bool made =
        X509_set_version(raw, X509_VERSION_1) == 1 && set_serial(raw) &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(kName), -1, -1, 0) == 1 &&
        X509_set_issuer_name(raw, name) == 1 && ASN1_TIME_set(X509_getm_notBefore(raw), from) &&
        ASN1_TIME_set(X509_getm_notAfter(raw), from + kValidSeconds) &&
        X509_set_pubkey(raw, key) == 1 && X509_sign(raw, key, EVP_sha256()) > 0;
    return made ? std::move(certificate) : nullptr;
}

Result<> write_file(core::Disk& disk, const path& file, BIO* content) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(content, &bytes);
    return disk.replace(file, {bytes, static_cast<std::size_t>(size)});
}

}  // namespace

Result<> make_certificate(const path& certificate, const path& key, core::Instant now,
                          core::Disk& disk) {
    if (disk.exists(certificate))
        return fail(Code::conflict, "a certificate is already there; it stays");
    const Owned<EVP_PKEY> pair(EVP_EC_gen(kCurve));
    const Owned<X509> made = pair ? self_signed(pair.get(), now) : nullptr;
    const Owned<BIO> key_text(BIO_new(BIO_s_secmem()));
    const Owned<BIO> certificate_text(BIO_new(BIO_s_mem()));
    if (!made || !key_text || !certificate_text ||
        PEM_write_bio_PKCS8PrivateKey(key_text.get(), pair.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1 ||
        PEM_write_bio_X509(certificate_text.get(), made.get()) != 1)
        return fail(Code::io, "OpenSSL cannot make a certificate");
    // The key first: where there is a certificate, there is its key.
    SPOT_TRY(write_file(disk, key, key_text.get()));
    return write_file(disk, certificate, certificate_text.get());
}

Result<std::string> pin_of(const path& certificate) {
    const Owned<BIO> file(BIO_new_file(certificate.c_str(), "r"));
    if (!file) return fail(Code::not_found, "the hub's certificate is not there");
    const Owned<X509> read(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    if (!read) return fail(Code::corrupt, "the hub's certificate is no PEM certificate");
    unsigned char* encoded = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(read.get()), &encoded);
    const Owned<unsigned char> freed(encoded);
    std::array<unsigned char, 32> digest{};
    if (size <= 0 || EVP_Digest(encoded, static_cast<std::size_t>(size), digest.data(), nullptr,
                                EVP_sha256(), nullptr) != 1)
        return fail(Code::corrupt, "the hub's certificate has no usable key");
    std::array<unsigned char, 45> base64{};  // 44 characters and a zero
    EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
    return "sha256//" + std::string(reinterpret_cast<const char*>(base64.data()));
}

}  // namespace spot::hub
