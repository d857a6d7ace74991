#include "server/runs/page_token.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "server/core/violation.h"
#include "server/runs/crc32c.h"

namespace thalweg::runs {
namespace {

// Two checksums of the numbers with the query, one of them backwards: 64 bits.
std::string Checked(const std::string& query, std::string numbers) {
  const std::string forward = numbers + query;
  const std::string backward(forward.rbegin(), forward.rend());
  for (const uint32_t checksum : {Crc32c(forward), ~Crc32c(backward)}) {
    numbers.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  }
  return numbers;
}

}  // namespace

std::string MakePageToken(const std::string& query, const std::vector<int64_t>& numbers) {
  std::string bytes(reinterpret_cast<const char*>(numbers.data()),
                    numbers.size() * sizeof(int64_t));
  return absl::WebSafeBase64Escape(Checked(query, std::move(bytes)));
}

absl::StatusOr<std::vector<int64_t>> ReadPageToken(const std::string& query, size_t count,
                                                   const std::string& token) {
  const size_t length = count * sizeof(int64_t);
  std::string bytes;
  const bool fits = absl::WebSafeBase64Unescape(token, &bytes) && bytes.size() > length &&
                    Checked(query, bytes.substr(0, length)) == bytes &&
                    absl::WebSafeBase64Escape(bytes) == token;
  if (!fits) {
    return Refuse("page_token", Reason::kPageTokenInvalid,
                  "not a token that this server gave for this query; leave it empty for the first "
                  "page and change nothing else between pages");
  }
  std::vector<int64_t> numbers(count);
  std::memcpy(numbers.data(), bytes.data(), length);
  return numbers;
}

}  // namespace thalweg::runs
