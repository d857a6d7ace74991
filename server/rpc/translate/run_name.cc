#include "server/rpc/translate/run_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::rpc {
namespace {

constexpr size_t kMostIdBytes = 63;

bool IsIdCharacter(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; }

}  // namespace

absl::StatusOr<std::string> ParseName(std::string_view collection, std::string_view text) {
  const std::string prefix = std::string(collection) + "/";
  if (text.empty()) {
    return Refuse("name", Reason::kMissingField,
                  absl::StrCat("is empty; give a name that begins with \"", prefix, "\""));
  }
  const bool prefixed = text.starts_with(prefix);
  const std::string_view id = prefixed ? text.substr(prefix.size()) : text;
  if (!prefixed || id.empty() || id.size() > kMostIdBytes ||
      !std::all_of(id.begin(), id.end(), IsIdCharacter)) {
    return Refuse("name", Reason::kInvalidValue,
                  absl::StrCat("is ", Quoted(text), "; must be \"", prefix,
                               "\" and 1 to 63 of the characters a-z, 0-9 and -"));
  }
  return std::string(id);
}

absl::StatusOr<RunName> RunName::Parse(std::string_view text) {
  absl::StatusOr<std::string> id = ParseName("runs", text);
  if (!id.ok()) return id.status();
  return RunName(*std::move(id));
}

absl::StatusOr<StudyName> StudyName::Parse(std::string_view text) {
  absl::StatusOr<std::string> id = ParseName("studies", text);
  if (!id.ok()) return id.status();
  return StudyName(*std::move(id));
}

}  // namespace thalweg::rpc
