#include "server/settings.h"

#include <algorithm>

#include "server/settings_table.h"

namespace thalweg {
namespace {

constexpr int64_t kMiB = 1 << 20;

/// A setting that may be left to the machine: 1/part of its memory, at most `most` MiB.
struct MemoryShare {
  int64_t Settings::*field;
  int64_t part;
  int64_t most;
};

/// 11/32 of the memory where all is in use at once (pending counts twice). Measured in 256 MiB and
/// half a CPU: 100 runs of adam on 100 coordinates, all kept, as fast as they go, settle at 107
/// MiB.
constexpr MemoryShare kShares[] = {{&Settings::trace_memory_mib, 16, 512},
                                   {&Settings::max_pending_mib, 64, 64},
                                   {&Settings::max_objective_memory_mib, 8, 256},
                                   {&Settings::grpc_memory_mib, 8, 1024}};

}  // namespace

Settings Settings::On(const Machine& machine) const {
  Settings settings = *this;
  if (workers == 0) settings.workers = machine.cpus;
  for (const MemoryShare& share : kShares) {
    if (settings.*share.field != 0) continue;
    settings.*share.field =
        std::clamp<int64_t>(machine.memory_bytes / kMiB / share.part, 1, share.most);
  }
  return settings;
}

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

datasets::DatasetBookOptions Settings::ForDatasets() const {
  return {.max_dataset_bytes = max_dataset_mib << 20, .max_total_bytes = max_datasets_mib << 20};
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
