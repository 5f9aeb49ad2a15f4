#include "core/crypto.h"

#include <sodium.h>

#include <algorithm>
#include <new>

namespace spot::core {

void start_crypto() {
    SPOT_CHECK(sodium_init() >= 0);
}

namespace {

Hash blake2b(View key, std::initializer_list<View> parts) {
    crypto_generichash_state state;
    SPOT_CHECK(crypto_generichash_init(&state, key.empty() ? nullptr : key.data(), key.size(),
                                       Hash{}.size()) == 0);
    for (const View part : parts) crypto_generichash_update(&state, part.data(), part.size());
    Hash out;
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

struct SignSecret {
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
    PublicKey open;
    explicit SignSecret(const SecretKey& seed) {
        crypto_sign_seed_keypair(open.data(), secret.data(), seed.bytes().data());
    }
    SignSecret(const SignSecret&) = delete;
    SignSecret& operator=(const SignSecret&) = delete;
    ~SignSecret() { sodium_memzero(secret.data(), secret.size()); }
};

}  // namespace

static_assert(sizeof(crypto_generichash_state) <= sizeof(Hasher) &&
              alignof(crypto_generichash_state) <= alignof(Hasher));

Hasher::Hasher() {
    auto* state = new (state_.data()) crypto_generichash_state;
    SPOT_CHECK(crypto_generichash_init(state, nullptr, 0, Hash{}.size()) == 0);
}

void Hasher::add(View part) {
    auto* state = std::launder(reinterpret_cast<crypto_generichash_state*>(state_.data()));
    crypto_generichash_update(state, part.data(), part.size());
}

Hash Hasher::finish() {
    auto* state = std::launder(reinterpret_cast<crypto_generichash_state*>(state_.data()));
    Hash out;
    crypto_generichash_final(state, out.data(), out.size());
    return out;
}

Hash hash(std::initializer_list<View> parts) {
    return blake2b({}, parts);
}
Hash keyed_hash(View key, std::initializer_list<View> parts) {
    return blake2b(key, parts);
}

bool equal_in_constant_time(View left, View right) {
    return left.size() == right.size() &&
           sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

SecretKey::SecretKey(std::span<const std::uint8_t, kSize> bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

SecretKey SecretKey::random(Random& random) {
    SecretKey key;
    random.fill(key.bytes_);
    return key;
}

SecretKey SecretKey::derive(std::string_view purpose) const {
    Hash out = keyed_hash(bytes_, {view("spot derive"), view(purpose)});
    SecretKey key{std::span<const std::uint8_t, kSize>(out)};
    sodium_memzero(out.data(), out.size());
    return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) {
    sodium_memzero(other.bytes_.data(), kSize);
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
    if (this != &other) {
        bytes_ = other.bytes_;
        sodium_memzero(other.bytes_.data(), kSize);
    }
    return *this;
}

SecretKey::~SecretKey() {
    sodium_memzero(bytes_.data(), kSize);
}

PublicKey sign_public(const SecretKey& seed) {
    return SignSecret(seed).open;
}

Signature sign(const SecretKey& seed, View message) {
    const SignSecret key(seed);
    Signature out;
    crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), key.secret.data());
    return out;
}

bool verify(const PublicKey& sign_public, View message, const Signature& signature) {
    return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                       sign_public.data()) == 0;
}

PublicKey seal_public(const SecretKey& secret) {
    PublicKey out;
    crypto_scalarmult_base(out.data(), secret.bytes().data());
    return out;
}

namespace {
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonce + kTag == kSealedOverhead);

// `out` has its nonce in front already.
void encrypt(const SecretKey& key, View plain, View associated, Bytes& out) {
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonce, nullptr, plain.data(),
                                               plain.size(), associated.data(), associated.size(),
                                               nullptr, out.data(), key.bytes().data());
}
}  // namespace

Bytes seal_at_rest(const SecretKey& key, View plain, View associated, Random& random) {
    Bytes out(kNonce + plain.size() + kTag);
    random.fill(std::span(out).first(kNonce));
    encrypt(key, plain, associated, out);
    return out;
}

Result<Bytes> open_at_rest(const SecretKey& key, View sealed, View associated) {
    if (sealed.size() < kSealedOverhead) return fail(Code::corrupt, "sealed bytes are too short");
    Bytes out(sealed.size() - kSealedOverhead);
    const View body = sealed.subspan(kNonce);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            out.data(), nullptr, nullptr, body.data(), body.size(), associated.data(),
            associated.size(), sealed.data(), key.bytes().data()) != 0)
        return fail(Code::corrupt, "sealed bytes do not verify");
    return out;
}

DeterministicSeal::DeterministicSeal(const SecretKey& key)
    : key_(key.derive("deterministic seal")), nonces_(key.derive("deterministic nonce")) {}

Bytes DeterministicSeal::seal(View plain, View associated) const {
    Bytes out(kNonce + plain.size() + kTag);
    std::array<std::uint8_t, 8> length;
    for (std::size_t i = 0; i < length.size(); ++i)
        length[i] = static_cast<std::uint8_t>(std::uint64_t{associated.size()} >> 8 * i);
    const Hash nonce = keyed_hash(nonces_.bytes(), {length, associated, plain});
    std::copy_n(nonce.begin(), kNonce, out.begin());
    encrypt(key_, plain, associated, out);
    return out;
}

Result<Bytes> DeterministicSeal::open(View sealed, View associated) const {
    return open_at_rest(key_, sealed, associated);
}

}  // namespace spot::core
