#include "client/cpp/request_id.h"

#include <cstdint>
#include <random>

namespace thalweg::client {

std::string RandomRequestId() {
  static constexpr char kPattern[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  static constexpr char kHex[] = "0123456789abcdef";
  std::random_device entropy;
  std::string id = kPattern;
  for (char& c : id) {
    const uint32_t nibble = entropy() & 15U;
    if (c == 'x') c = kHex[nibble];
    if (c == 'y') c = kHex[8U | (nibble & 3U)];  // the variant of RFC 4122
  }
  return id;
}

}  // namespace thalweg::client
