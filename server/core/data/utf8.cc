#include "server/core/data/utf8.h"

#include <cstdint>

namespace thalweg::data {

bool IsPlainText(std::string_view text) {
  unsigned odd = 0;  // no branch: the loop goes in lanes
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    odd |= static_cast<unsigned>(byte >= 0x80) | static_cast<unsigned>(byte == 0);
  }
  return odd == 0;
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t length = lead < 0x80           ? 1
                          : (lead >> 5) == 0x06 ? 2
                          : (lead >> 4) == 0x0E ? 3
                          : (lead >> 3) == 0x1E ? 4
                                                : 0;
    if (length == 0 || i + length > text.size()) return false;
    uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<uint8_t>(text[i + k]);
      if ((byte >> 6) != 0x02) return false;
      code = (code << 6) | (byte & 0x3FU);
    }
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    i += length;
  }
  return true;
}

}  // namespace thalweg::data
