#include "server/rpc/authorization.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::rpc {
namespace {

using access::Role;

struct Row {
  std::string_view service;
  std::string_view method;
  Rule rule;
};

constexpr Rule kReads{Role::kViewer, false};
constexpr Rule kSteers{Role::kUser, false};
constexpr Rule kEvaluates{Role::kViewer, true};

constexpr std::string_view kCatalog = "thalweg.v1.CatalogService";
constexpr std::string_view kDatasets = "thalweg.v1.DatasetService";
constexpr std::string_view kModels = "thalweg.v1.ModelService";
constexpr std::string_view kObjectives = "thalweg.v1.ObjectiveService";
constexpr std::string_view kRuns = "thalweg.v1.OptimizationService";
constexpr std::string_view kStudies = "thalweg.v1.StudyService";
constexpr std::string_view kWatches = "thalweg.v1.WatchService";

constexpr Row kRules[] = {
    {kCatalog, "ListOptimizers", kReads},
    {kCatalog, "ListFunctions", kReads},
    {kCatalog, "ListSchedules", kReads},
    {kCatalog, "ListStoppingRules", kReads},
    {kCatalog, "ListLineSearches", kReads},
    {kCatalog, "ListModels", kReads},
    {kCatalog, "ListLosses", kReads},
    {kCatalog, "ListPenalties", kReads},
    {kCatalog, "ListBatches", kReads},
    {kCatalog, "ListLanguageFunctions", kReads},
    {kCatalog, "GetServerInfo", kReads},
    {kDatasets, "UploadDataset", kSteers},
    {kDatasets, "StartUpload", kSteers},
    {kDatasets, "WriteUpload", kSteers},
    {kDatasets, "GetUpload", kReads},
    {kDatasets, "FinishUpload", kSteers},
    {kDatasets, "CancelUpload", kSteers},
    {kDatasets, "GetDataset", kReads},
    {kDatasets, "ListDatasets", kReads},
    {kDatasets, "ReadDataset", kReads},
    {kDatasets, "DeleteDataset", kSteers},
    {kModels, "EvaluateModel", kEvaluates},
    {kModels, "Predict", kEvaluates},
    {kModels, "PredictPoints", kEvaluates},
    {kObjectives, "CompileObjective", kEvaluates},
    {kObjectives, "EvaluateObjective", kEvaluates},
    {kObjectives, "CheckGradient", kEvaluates},
    {kObjectives, "SampleLandscape", kEvaluates},
    {kRuns, "CreateRun", kSteers},
    {kRuns, "GetRun", kReads},
    {kRuns, "ListRuns", kReads},
    {kRuns, "WatchRun", kReads},
    {kRuns, "ListIterates", kReads},
    {kRuns, "CancelRun", kSteers},
    {kRuns, "PauseRun", kSteers},
    {kRuns, "ResumeRun", kSteers},
    {kRuns, "ChangeRun", kSteers},
    {kRuns, "ForkRun", kSteers},
    {kRuns, "DeleteRun", kSteers},
    {kRuns, "Optimize", kSteers},
    {kStudies, "CreateStudy", kSteers},
    {kStudies, "GetStudy", kReads},
    {kStudies, "ListStudies", kReads},
    {kStudies, "WatchStudy", kReads},
    {kStudies, "CancelStudy", kSteers},
    {kStudies, "DeleteStudy", kSteers},
    {kWatches, "Watch", kReads},
};

absl::Status TooLow(const Method& method, const access::Caller& caller, Role least) {
  return RefuseWith(
      absl::StatusCode::kPermissionDenied, Reason::kRoleTooLow,
      absl::StrCat(std::string(method.name), " asks for the role ",
                   std::string(access::RoleName(least)), "; token ", Quoted(caller.name), " has ",
                   std::string(access::RoleName(caller.role))));
}

}  // namespace

std::optional<Rule> RuleOf(std::string_view service, std::string_view method) {
  const Row* const found = std::find_if(std::begin(kRules), std::end(kRules), [&](const Row& row) {
    return row.service == service && row.method == method;
  });
  if (found == std::end(kRules)) return std::nullopt;
  return found->rule;
}

absl::StatusOr<Admitted> Authorize(access::Guard& guard, const Method& method,
                                   const std::vector<std::string_view>& authorization) {
  absl::StatusOr<access::Caller> caller =
      guard.Identify(authorization, std::chrono::system_clock::now());
  if (!caller.ok()) return caller.status();
  const std::optional<Rule> rule = RuleOf(method.service, method.name);
  if (!rule || caller->role < rule->least) {
    return TooLow(method, *caller, rule ? rule->least : Role::kAdmin);
  }
  absl::Status counted = guard.CountCall(*caller, std::chrono::steady_clock::now());
  if (!counted.ok()) return counted;
  absl::StatusOr<access::Hold> hold = rule->evaluates ? guard.BeginEvaluation(*caller)
                                      : method.type == kServerStream ? guard.OpenWatch(*caller)
                                                                     : access::Hold();
  if (!hold.ok()) return hold.status();
  return Admitted{*std::move(caller), *std::move(hold)};
}

}  // namespace thalweg::rpc
