#include "server/rpc/handlers/create_study.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run_spec.h"
#include "server/rpc/translate/study.h"

namespace thalweg::rpc {
namespace {

constexpr size_t kMostRequestIdBytes = 64;

/// Only what is wrong with the study is at "study"; its runs' points are spelt as the wire does.
absl::Status AtStudy(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  std::vector<Violation> violations = ViolationsOf(status);
  for (Violation& violation : violations) {
    const size_t run = violation.field.find("run.");
    if (run == std::string::npos) continue;
    const size_t inside = run + 4;
    const absl::Status spelt = InWireTerms(
        Refuse(violation.field.substr(inside), violation.reason, violation.description));
    violation.field = violation.field.substr(0, inside) + ViolationsOf(spelt)[0].field;
  }
  return Under("study", violations.empty() ? status : Refuse(std::move(violations)));
}

}  // namespace

absl::StatusOr<v1::CreateStudyResponse> CreateStudy(studies::StudyBook& studies,
                                                    const v1::CreateStudyRequest& request) {
  Refusals refusals;
  if (request.request_id().size() > kMostRequestIdBytes) {
    refusals.Add("request_id", Reason::kInvalidValue,
                 absl::StrCat("has ", request.request_id().size(), " bytes; at most ",
                              kMostRequestIdBytes, " are allowed"));
  }
  const auto spec = FromWire(request.study());
  if (!spec.ok()) refusals.Add("study", spec.status());
  if (!refusals.empty()) return refusals.ToStatus();

  const auto study = studies.Create(*spec, request.request_id(), request.validate_only());
  if (!study.ok()) return AtStudy(study.status());
  v1::CreateStudyResponse response;
  ToWire(*study, StudyView::kWhole, *response.mutable_study());
  return response;
}

}  // namespace thalweg::rpc
