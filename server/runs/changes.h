#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/runs/run_spec.h"

namespace thalweg::runs {

/// What is to be different from some iterate of a run on.
struct Overrides {
  /// Without a kind, or with that of the optimizer there is: settings that take the place of its
  /// own. With another kind: the optimizer that takes its place.
  Part optimizer{};
  /// Each takes the place of the settings of the rule of its kind, or is added.
  std::vector<Part> stopping{};
  std::optional<uint64_t> seed{};  ///< Of all randomness from there on.
  std::optional<double> pace{};    ///< As in RunSpec; from now on, and no part of the path.

  bool same_path() const {
    return optimizer.kind.empty() && optimizer.settings.empty() && stopping.empty() && !seed;
  }
};

/// A run to be made from another.
struct ForkRequest {
  std::optional<int64_t> iteration{};  ///< Where it leaves the other; absent: at its last iterate.
  Overrides overrides{};
  std::string display_name{};                   ///< Empty: the other's.
  std::map<std::string, std::string> labels{};  ///< Empty: the other's.
  std::string tenant{};                         ///< Whose the fork is, as in RunSpec.
  /// A run of another tenant counts as none: to be told nothing of it.
  bool own_alone = false;
};

/// What a run of `spec` goes by after its changes.
Change LatestSettings(const RunSpec& spec);

/// `overrides` on top of LatestSettings(spec), defaults filled in; `iteration` is left to the
/// caller. All that is wrong by itself is refused at "optimizer..." and "stopping[i]..."; whether
/// it fits the objective shows when a descent is made of it. A rule that looks at gradients goes
/// where the new optimizer computes none.
absl::StatusOr<Change> Altered(const RunSpec& spec, const Overrides& overrides);

/// `status` of a spec whose last change came of Altered, its paths as the caller of that knows
/// them.
absl::Status InTermsOfOverrides(const absl::Status& status, const RunSpec& spec);

/// Safeguards and defaults, where the settings are valid; otherwise all is left as it is.
/// `batched`: steps see some rows of data at a time.
void Complete(Part& optimizer, std::vector<Part>& stopping, bool batched);

}  // namespace thalweg::runs
