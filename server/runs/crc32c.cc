#include "server/runs/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace thalweg::runs {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78U;  // Castagnoli's, bits reversed
constexpr size_t kWidth = 8;                   // bytes per step of the portable form

using Tables = std::array<std::array<uint32_t, 256>, kWidth>;

// tables[k][b]: the effect of byte b followed by k zero bytes ("slicing by eight").
constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < kWidth; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t Crc32cSse42(std::string_view bytes) {
  uint64_t crc = 0xFFFFFFFFU;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, 8);
    crc = __builtin_ia32_crc32di(crc, word);
  }
  auto short_crc = static_cast<uint32_t>(crc);
  for (; left > 0; ++at, --left) {
    short_crc = __builtin_ia32_crc32qi(short_crc, static_cast<unsigned char>(*at));
  }
  return ~short_crc;
}
#endif

}  // namespace

uint32_t Crc32cPortable(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFFU;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= kWidth; at += kWidth, left -= kWidth) {
    uint64_t word = 0;
    std::memcpy(&word, at, kWidth);
    word ^= crc;
    crc = 0;
    for (size_t k = 0; k < kWidth; ++k) {
      crc ^= kTables[kWidth - 1 - k][(word >> (8 * k)) & 0xFFU];
    }
  }
  for (; left > 0; ++at, --left) {
    crc = (crc >> 8U) ^ kTables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xFFU];
  }
  return ~crc;
}

uint32_t Crc32c(std::string_view bytes) {
#if defined(__x86_64__)
  static const bool has_sse42 = __builtin_cpu_supports("sse4.2") != 0;
  if (has_sse42) return Crc32cSse42(bytes);
#endif
  return Crc32cPortable(bytes);
}

}  // namespace thalweg::runs
