#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "server/core/stopping_rule.h"

namespace thalweg {
namespace {

constexpr std::string_view kIterations = "iterations";
constexpr std::string_view kEpochs = "epochs";
constexpr std::string_view kSafeguards[] = {kIterations, "divergence", "non_finite"};
constexpr std::string_view kDefaultRule = "gradient_norm";
constexpr std::string_view kEndsNothing = "pause";

bool Names(const std::vector<Part>& parts, std::string_view kind) {
  return std::any_of(parts.begin(), parts.end(),
                     [kind](const Part& part) { return part.kind == kind; });
}

absl::Status CheckAll(const std::vector<Part>& given) {
  std::vector<Violation> violations;
  for (size_t i = 0; i < given.size(); ++i) {
    const auto rule = MakeFrom(StoppingRules(), "stopping rule", given[i]);
    const absl::Status status = Under(absl::StrCat("[", i, "]"), rule.status());
    for (Violation& violation : ViolationsOf(status)) violations.push_back(std::move(violation));
  }
  return violations.empty() ? absl::OkStatus() : Refuse(std::move(violations));
}

}  // namespace

absl::StatusOr<std::vector<Part>> WithSafeguards(const std::vector<Part>& given, bool with_gradient,
                                                 bool batched) {
  absl::Status status = CheckAll(given);
  if (!status.ok()) return status;

  std::vector<Part> rules;
  for (std::string_view kind : kSafeguards) {
    if (batched && kind == kIterations) kind = kEpochs;
    if (kind == kEpochs && Names(given, kIterations)) continue;
    if (!Names(given, kind)) rules.push_back({std::string(kind), {}});
  }
  rules.insert(rules.end(), given.begin(), given.end());
  const bool endless = std::all_of(given.begin(), given.end(),
                                   [](const Part& part) { return part.kind == kEndsNothing; });
  if (endless && with_gradient && !batched) rules.push_back({std::string(kDefaultRule), {}});
  return rules;
}

}  // namespace thalweg
