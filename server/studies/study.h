#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/core/layout.h"
#include "server/core/part.h"
#include "server/runs/run.h"
#include "server/runs/run_spec.h"
#include "server/studies/table.h"

namespace thalweg::studies {

/// What an axis puts in its place: a setting, or, for a start, a point.
using AxisValue = std::variant<Setting, NamedValues>;

/// Something that varies: a place in a run (places.h) and what is put there.
struct Axis {
  std::string path;
  std::vector<AxisValue> values;
};

/// How axes are combined.
enum class Combination {
  kGrid,  ///< Every value of each with every value of the others; the last axis turns fastest.
  kList,  ///< The i-th value of each with the i-th values of the others.
};

/// Successive halving: after each rung the best 1/eta of the arms go on.
struct Halving {
  int64_t eta = 3;    ///< >= 2.
  int64_t rungs = 0;  ///< 0: as many as it takes to leave one arm.
};

/// What to compare. An arm is one combination of the axes' values; each arm has one run for every
/// start and repetition.
struct StudySpec {
  std::string display_name;  ///< Free text for people, at most 128 bytes.
  runs::RunSpec base;        ///< What all runs have in common. Its seed is always set once stored.
  std::vector<Axis> vary;    ///< In the order in which they are put in their places.
  Combination combination = Combination::kGrid;
  std::vector<NamedValues> starts;  ///< Every arm begins at each; empty: where the arm says.
  int64_t repetitions = 1;          ///< Seeds per arm and start: seed, seed + 1, ...
  int64_t budget = 0;               ///< Evaluations of all runs together; 0: no limit.
  std::optional<Halving> halving;   ///< Needs a budget.
  std::vector<double> targets;      ///< Values to reach; empty: derived from what was found.
};

enum class StudyState {
  kRunning,    ///< Some of its runs are not over, or not made yet.
  kFinished,   ///< All runs are over and the results are known.
  kCancelled,  ///< Someone asked; the results are of what was done by then.
  kFailed,     ///< It could not go on, for the reason in `failure`.
};
constexpr bool IsOver(StudyState state) { return state != StudyState::kRunning; }
std::string_view StudyStateName(StudyState state);  ///< "running" ...

/// What is given to the arms that have come so far.
struct Rung {
  int64_t arms = 0;         ///< That take part.
  int64_t evaluations = 0;  ///< Of each run, since its beginning: values, gradients, products.

  friend bool operator==(const Rung&, const Rung&) = default;
};

struct Arm {
  std::string title;                 ///< "learning_rate=0.1", "adam": its axes' values.
  std::optional<int64_t> last_rung;  ///< The rung after which it was given up, from 0.
};

/// A study as it is now: a value.
struct Study {
  std::string id;  ///< As a run's; the resource name is "studies/{id}".
  StudySpec spec;
  StudyState state = StudyState::kRunning;
  runs::WallTime created;
  std::optional<runs::WallTime> ended;
  std::vector<Arm> arms;
  std::vector<Rung> rungs;  ///< Where there is a budget; one without halving.
  int64_t rung = 0;         ///< The one that is under way.
  std::string failure;      ///< Of a study that failed.
  /// Ids, by RunIndex; empty where the run is not made yet.
  std::vector<std::string> runs;
  std::optional<Results> results;  ///< Set once the study is over.

  size_t starts() const { return spec.starts.empty() ? 1 : spec.starts.size(); }
  size_t repetitions() const { return static_cast<size_t>(spec.repetitions); }
  /// Runs of one arm.
  size_t instances() const { return starts() * repetitions(); }
  size_t arm_of(size_t run) const { return run / instances(); }
  size_t start_of(size_t run) const { return run % instances() / repetitions(); }
  size_t repetition_of(size_t run) const { return run % repetitions(); }
};

}  // namespace thalweg::studies
