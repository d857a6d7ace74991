#include "server/rpc/translate/label.h"

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::rpc {

absl::StatusOr<std::optional<runs::Label>> LabelFilter(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Refuse("label", Reason::kInvalidValue,
                  absl::StrCat("is ", Quoted(text), "; must be \"key=value\""));
  }
  return runs::Label(text.substr(0, equals), text.substr(equals + 1));
}

}  // namespace thalweg::rpc
