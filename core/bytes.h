#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spot::core {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

inline View view(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text(View bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(View bytes);
std::optional<Bytes> from_hex(std::string_view text);

// Appends to a buffer of its own. Integers are big-endian; a varint is LEB128, at most 10 bytes.
class ByteWriter {
public:
    void reserve(std::size_t size) { out_.reserve(size); }
    void u8(std::uint8_t value) { out_.push_back(value); }
    void u64(std::uint64_t value);
    void varint(std::uint64_t value);
    void raw(View bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    void sized(View bytes) {
        varint(bytes.size());
        raw(bytes);
    }

    const Bytes& bytes() const { return out_; }
    Bytes take() { return std::move(out_); }

private:
    Bytes out_;
};

// Reads hostile bytes. The first read past the end, or the first malformed varint, sets failed()
// for good; from then on every read yields zero or nothing. Check failed() once, at the end.
// The bytes have to outlive the reader and the views it hands out.
class ByteReader {
public:
    explicit ByteReader(View bytes) : rest_(bytes) {}

    std::uint8_t u8();
    std::uint64_t u64();
    std::uint64_t varint();
    View raw(std::size_t size);
    View sized() { return raw(static_cast<std::size_t>(varint())); }
    template <std::size_t N>
    std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> out{};
        const View bytes = raw(N);
        if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
        return out;
    }

    bool failed() const { return failed_; }
    bool at_end() const { return rest_.empty(); }
    View rest() const { return rest_; }

private:
    View rest_;
    bool failed_ = false;
};

}  // namespace spot::core
