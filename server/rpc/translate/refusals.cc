#include "server/rpc/translate/refusals.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::rpc {

std::string Keyed(std::string_view field, std::string_view key) {
  const std::string quoted = Quoted(key);
  return absl::StrCat(std::string(field), "[", quoted.substr(1, quoted.size() - 2), "]");
}

void Refusals::Add(std::string field, Reason reason, std::string description) {
  if (violations_.size() >= kMost) return;
  violations_.push_back({std::move(field), reason, std::move(description)});
}

void Refusals::Add(std::string_view path, const absl::Status& status) {
  const absl::Status placed = path.empty() ? status : Under(path, status);
  std::vector<Violation> violations = ViolationsOf(placed);
  const bool refusal = placed.code() == absl::StatusCode::kInvalidArgument;
  if (!refusal || violations.empty()) {
    if (other_.ok()) other_ = placed;
    return;
  }
  for (Violation& violation : violations) {
    Add(std::move(violation.field), violation.reason, std::move(violation.description));
  }
}

absl::Status Refusals::ToStatus() const {
  if (!other_.ok()) return other_;
  return violations_.empty() ? absl::OkStatus() : Refuse(violations_);
}

}  // namespace thalweg::rpc
