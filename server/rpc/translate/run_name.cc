#include "server/rpc/translate/run_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::rpc {
namespace {

constexpr std::string_view kPrefix = "runs/";
constexpr size_t kMostIdBytes = 63;

bool IsIdCharacter(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; }

}  // namespace

absl::StatusOr<RunName> RunName::Parse(std::string_view text) {
  if (text.empty()) return Refuse("name", Reason::kMissingField, "is empty; give \"runs/{run}\"");
  const bool prefixed = text.starts_with(kPrefix);
  const std::string_view id = prefixed ? text.substr(kPrefix.size()) : text;
  if (!prefixed || id.empty() || id.size() > kMostIdBytes ||
      !std::all_of(id.begin(), id.end(), IsIdCharacter)) {
    return Refuse("name", Reason::kInvalidValue,
                  absl::StrCat("is ", Quoted(text),
                               "; must be \"runs/\" and 1 to 63 of the characters a-z, 0-9 and -"));
  }
  return RunName(std::string(id));
}

}  // namespace thalweg::rpc
