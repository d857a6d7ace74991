#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace thalweg::access {

/// SHA-256 (FIPS 180-4) of a token: what is kept in place of it. Tokens are 256 random bits, so no
/// salt and no slow hash is needed: there is nothing to guess.
using Digest = std::array<uint8_t, 32>;

Digest DigestOf(std::string_view token);

/// Of 64 hexadecimal digits; nothing for any other text.
std::optional<Digest> ParseDigest(std::string_view hex);

/// For tables: a digest's bits are spread already.
struct DigestHash {
  size_t operator()(const Digest& digest) const {
    size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof(hash));
    return hash;
  }
};

}  // namespace thalweg::access
