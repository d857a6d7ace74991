#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::client {

/// CRC-32C (Castagnoli) of `bytes`, as the server compares it.
uint32_t Crc32c(std::string_view bytes);

}  // namespace thalweg::client
