#include "server/rpc/translate/study.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/part.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/run_spec.h"
#include "server/rpc/translate/time.h"
#include "server/rpc/translate/values.h"
#include "server/studies/arms.h"

namespace thalweg::rpc {
namespace {

constexpr int kMostAxes = 8;
constexpr int kMostValues = 10'000;  // of an axis, and starts
constexpr size_t kMostPathBytes = 512;
constexpr int kMostTargets = 16;

absl::Status TooMany(std::string field, int count, int most) {
  return Refuse(std::move(field), Reason::kInvalidValue,
                absl::StrCat("has ", count, " entries; at most ", most, " are allowed"));
}

absl::Status AddRange(const v1::StudyRange& range, studies::Axis& axis) {
  const bool logarithmic = range.scale() == v1::STUDY_SCALE_LOGARITHMIC;
  if (range.count() > kMostValues) {
    return Refuse("count", Reason::kInvalidValue,
                  absl::StrCat(range.count(), "; at most ", kMostValues));
  }
  const auto numbers = studies::Spaced(range.from(), range.to(), range.count(), logarithmic);
  if (!numbers.ok()) return numbers.status();
  for (const double number : *numbers) axis.values.emplace_back(Setting(number));
  return absl::OkStatus();
}

absl::Status AddValues(const v1::StudyAxis& wire, studies::Axis& axis) {
  for (int i = 0; i < wire.values_size(); ++i) {
    auto setting = FromWire(wire.values(i));
    if (!setting.ok()) return Under(absl::StrCat("values[", i, "]"), setting.status());
    axis.values.emplace_back(*std::move(setting));
  }
  for (int i = 0; i < wire.points_size(); ++i) {
    auto point = FromWire(wire.points(i));
    if (!point.ok()) return Under(absl::StrCat("points[", i, "]"), point.status());
    axis.values.emplace_back(std::move(point->values));
  }
  if (wire.has_range()) return Under("range", AddRange(wire.range(), axis));
  return absl::OkStatus();
}

absl::StatusOr<studies::Axis> AxisOf(const v1::StudyAxis& wire) {
  studies::Axis axis;
  axis.path = wire.path();
  if (axis.path.empty()) return Refuse("path", Reason::kMissingField, "is empty");
  if (axis.path.size() > kMostPathBytes) {
    return Refuse("path", Reason::kInvalidValue,
                  absl::StrCat("has ", axis.path.size(), " bytes; at most ", kMostPathBytes));
  }
  const int kinds = (wire.values_size() > 0 ? 1 : 0) + (wire.points_size() > 0 ? 1 : 0) +
                    (wire.has_range() ? 1 : 0);
  if (kinds != 1) {
    return Refuse("", kinds == 0 ? Reason::kMissingField : Reason::kInvalidValue,
                  "must have exactly one of values, range and points");
  }
  const int count = wire.values_size() + wire.points_size();
  if (count > kMostValues) return TooMany("", count, kMostValues);
  if (absl::Status status = AddValues(wire, axis); !status.ok()) return status;
  return axis;
}

void AddVary(const v1::Study& wire, studies::StudySpec& spec, Refusals& refusals) {
  if (wire.vary_size() > kMostAxes) {
    return refusals.Add("", TooMany("vary", wire.vary_size(), kMostAxes));
  }
  for (int i = 0; i < wire.vary_size(); ++i) {
    auto axis = AxisOf(wire.vary(i));
    if (axis.ok()) {
      spec.vary.push_back(*std::move(axis));
    } else {
      refusals.Add(absl::StrCat("vary[", i, "]"), axis.status());
    }
  }
  if (wire.combination() == v1::STUDY_COMBINATION_LIST) {
    spec.combination = studies::Combination::kList;
  }
}

void AddStarts(const v1::Study& wire, studies::StudySpec& spec, Refusals& refusals) {
  if (wire.starts_size() > kMostValues) {
    return refusals.Add("", TooMany("starts", wire.starts_size(), kMostValues));
  }
  for (int i = 0; i < wire.starts_size(); ++i) {
    auto point = FromWire(wire.starts(i));
    if (point.ok()) {
      spec.starts.push_back(std::move(point->values));
    } else {
      refusals.Add(absl::StrCat("starts[", i, "]"), point.status());
    }
  }
}

void ToWire(const studies::Axis& axis, v1::StudyAxis& wire) {
  wire.set_path(axis.path);
  for (const studies::AxisValue& value : axis.values) {
    if (const auto* setting = std::get_if<Setting>(&value)) {
      rpc::ToWire(*setting, *wire.add_values());
    } else {
      rpc::ToWire(std::get<NamedValues>(value), {}, *wire.add_points());
    }
  }
}

void ToWire(const studies::Cost& cost, v1::StudyCost& wire) {
  wire.set_iterations(cost.iterations);
  wire.set_evaluations(cost.evaluations);
  wire.set_seconds(cost.seconds);
}

void ToWire(const studies::ArmResult& arm, v1::StudyArmResult& wire) {
  wire.set_rank(arm.rank);
  wire.set_best_value(arm.best_value);
  wire.set_median_value(arm.median_value);
  ToWire(arm.spent, *wire.mutable_spent());
  wire.mutable_endings()->insert(arm.endings.begin(), arm.endings.end());
  for (const studies::ArmAtTarget& at : arm.targets) {
    v1::StudyArmAtTarget& target = *wire.add_targets();
    target.set_success_rate(at.success_rate);
    if (at.expected) ToWire(*at.expected, *target.mutable_expected());
  }
  wire.mutable_performance()->Add(arm.performance.begin(), arm.performance.end());
  wire.mutable_data()->Add(arm.data.begin(), arm.data.end());
}

void ToWire(const studies::Winner& winner, v1::StudyWinner& wire) {
  wire.set_arm(static_cast<int64_t>(winner.arm));
  if (winner.runner_up) wire.set_runner_up(static_cast<int64_t>(*winner.runner_up));
  if (winner.target) wire.set_target(static_cast<int64_t>(*winner.target));
  wire.set_margin(winner.margin);
  wire.set_tie(winner.tie);
  wire.set_sentence(winner.sentence);
}

/// Values as the caller's function has them, also where it is maximised.
double InCallersSign(const studies::Study& study, double value) {
  return study.spec.base.direction == Direction::kMaximize ? -value : value;
}

void ToWire(const studies::Study& study, const studies::Results& results, bool whole,
            v1::StudyResults& wire) {
  if (results.winner) ToWire(*results.winner, *wire.mutable_winner());
  if (!whole) return;
  for (const studies::Target& target : results.targets) {
    v1::StudyTarget& one = *wire.add_targets();
    one.set_tau(target.tau);
    one.set_value(target.tau == 0 ? InCallersSign(study, target.value) : 0);
  }
  for (const studies::ArmResult& arm : results.arms) {
    v1::StudyArmResult& one = *wire.add_arms();
    ToWire(arm, one);
    one.set_best_value(InCallersSign(study, arm.best_value));
    one.set_median_value(InCallersSign(study, arm.median_value));
  }
  wire.mutable_ratios()->Add(results.ratios.begin(), results.ratios.end());
  wire.mutable_budgets()->Add(results.budgets.begin(), results.budgets.end());
}

void AddRequest(const studies::StudySpec& spec, const RunView& view, v1::Study& wire) {
  wire.set_display_name(spec.display_name);
  runs::Run base;
  base.spec = spec.base;
  ToWire(base, view, *wire.mutable_run());
  for (const studies::Axis& axis : spec.vary) ToWire(axis, *wire.add_vary());
  wire.set_combination(spec.combination == studies::Combination::kList
                           ? v1::STUDY_COMBINATION_LIST
                           : v1::STUDY_COMBINATION_GRID);
  for (const NamedValues& start : spec.starts) {
    if (NumbersOf(start) <= view.most_numbers) rpc::ToWire(start, {}, *wire.add_starts());
  }
  wire.set_repetitions(spec.repetitions);
  wire.set_budget(spec.budget);
  if (spec.halving) {
    wire.mutable_halving()->set_eta(spec.halving->eta);
    wire.mutable_halving()->set_rungs(spec.halving->rungs);
  }
  wire.mutable_targets()->Add(spec.targets.begin(), spec.targets.end());
}

void AddArms(const studies::Study& study, v1::Study& wire) {
  for (size_t arm = 0; arm < study.arms.size(); ++arm) {
    v1::StudyArm& one = *wire.add_arms();
    one.set_title(study.arms[arm].title);
    if (study.arms[arm].last_rung) one.set_given_up_after_rung(*study.arms[arm].last_rung);
    for (size_t i = 0; i < study.instances(); ++i) {
      const std::string& run = study.runs[arm * study.instances() + i];
      one.add_runs(run.empty() ? "" : RunName::Of(run).Text());
    }
  }
}

v1::StudyState ToWire(studies::StudyState state) {
  switch (state) {
    case studies::StudyState::kRunning:
      return v1::STUDY_STATE_RUNNING;
    case studies::StudyState::kFinished:
      return v1::STUDY_STATE_FINISHED;
    case studies::StudyState::kCancelled:
      return v1::STUDY_STATE_CANCELLED;
    case studies::StudyState::kFailed:
      return v1::STUDY_STATE_FAILED;
  }
  return v1::STUDY_STATE_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<studies::StudySpec> FromWire(const v1::Study& wire) {
  Refusals refusals;
  studies::StudySpec spec;
  spec.display_name = wire.display_name();
  auto base = FromWire(wire.run());
  if (base.ok()) {
    spec.base = *std::move(base);
  } else {
    refusals.Add("run", base.status());
  }
  AddVary(wire, spec, refusals);
  AddStarts(wire, spec, refusals);
  if (wire.repetitions() != 0) spec.repetitions = wire.repetitions();
  spec.budget = wire.budget();
  if (wire.has_halving()) {
    const int64_t eta = wire.halving().eta();
    spec.halving =
        studies::Halving{eta == 0 ? studies::Halving().eta : eta, wire.halving().rungs()};
  }
  if (wire.targets_size() > kMostTargets) {
    refusals.Add("", TooMany("targets", wire.targets_size(), kMostTargets));
  } else {
    spec.targets.assign(wire.targets().begin(), wire.targets().end());
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return spec;
}

void ToWire(const studies::Study& study, StudyView view, v1::Study& wire) {
  if (!study.id.empty()) wire.set_name(StudyName::Of(study.id).Text());
  AddRequest(study.spec, view == StudyView::kWhole ? kWholeRun : kListedRun, wire);
  wire.set_tenant(study.spec.base.tenant);
  if (!study.id.empty()) {
    wire.set_state(ToWire(study.state));
    rpc::ToWire(study.created, *wire.mutable_create_time());
  }
  if (study.ended) rpc::ToWire(*study.ended, *wire.mutable_end_time());
  if (view != StudyView::kListed) AddArms(study, wire);
  for (const studies::Rung& rung : study.rungs) {
    v1::StudyRung& one = *wire.add_rungs();
    one.set_arms(rung.arms);
    one.set_evaluations(rung.evaluations);
  }
  wire.set_rung(study.rung);
  wire.set_failure(study.failure);
  if (!study.results) return;
  ToWire(study, *study.results, view != StudyView::kListed, *wire.mutable_results());
}

}  // namespace thalweg::rpc
