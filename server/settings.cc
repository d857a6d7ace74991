#include "server/settings.h"

#include "server/settings_table.h"

namespace thalweg {
namespace {

constexpr int64_t kMiB = 1 << 20;

}  // namespace

std::string Settings::StoreUrl() const { return store.empty() ? "sqlite:" + data_dir : store; }

std::vector<std::string> Settings::AllowedOrigins() const {
  return SplitOrigins(http_allowed_origins);
}

runs::RunBookOptions Settings::ForRuns() const {
  return {.workers = static_cast<int>(workers),
          .slice = std::chrono::microseconds(slice_us),
          .max_unfinished_runs = max_unfinished_runs,
          .max_pending_bytes = static_cast<size_t>(max_pending_mib * kMiB),
          .max_resident_trace_bytes = static_cast<size_t>(trace_memory_mib * kMiB),
          .max_trace_bytes_per_run = static_cast<size_t>(max_trace_mib * kMiB),
          .limits = Limits()};
}

studies::StudyBookOptions Settings::ForStudies() const {
  return {.max_unfinished_studies = max_unfinished_studies,
          .max_runs_per_study = max_runs_per_study};
}

expression::Limits Settings::Limits() const {
  expression::Limits limits;
  limits.text_bytes = max_expression_bytes;
  limits.program_operations = max_program_operations;
  limits.evaluation_operations = max_evaluation_operations;
  limits.scratch_bytes = max_objective_memory_mib * kMiB;
  limits.coordinates = max_variables;
  return limits;
}

}  // namespace thalweg
