#include "server/studies/arms.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/deterministic_math.h"
#include "server/core/optimizer.h"
#include "server/core/part_text.h"
#include "server/core/violation.h"
#include "server/studies/places.h"

namespace thalweg::studies {
namespace {

constexpr size_t kMostAxes = 8;
constexpr size_t kLongestName = 128;  // bytes of a run's display name

std::string TitleOf(const Axis& axis, const AxisValue& value) {
  if (const auto* point = std::get_if<NamedValues>(&value)) {
    return absl::StrJoin(*point, ", ", [](std::string* out, const auto& entry) {
      const auto& [name, values] = entry;
      const Setting shown = values.size() == 1 ? Setting(values[0]) : Setting(values);
      absl::StrAppend(out, name, "=", TextOf(shown));
    });
  }
  const std::string text = TextOf(std::get<Setting>(value));
  const bool speaks_for_itself = axis.path == "optimizer";
  return speaks_for_itself ? text : absl::StrCat(NameOf(axis.path), "=", text);
}

/// Which value of each axis makes arm `arm`.
std::vector<size_t> ChoiceOf(const StudySpec& spec, size_t arm) {
  if (spec.combination == Combination::kList) return std::vector<size_t>(spec.vary.size(), arm);
  std::vector<size_t> choice(spec.vary.size());
  for (size_t i = spec.vary.size(); i-- > 0;) {
    const size_t values = spec.vary[i].values.size();
    choice[i] = arm % values;
    arm /= values;
  }
  return choice;
}

/// To 12 digits: 0.01 in place of 0.010000000000000002.
double Rounded(double value) {
  double rounded = value;
  return absl::SimpleAtod(absl::StrFormat("%.12g", value), &rounded) ? rounded : value;
}

Part WithThreshold(std::string kind, Setting threshold) {
  return {std::move(kind),
          {{"threshold", std::move(threshold)}, {"count", Setting(std::string("all"))}}};
}

/// Where the caller gave no rule, a run goes by the usual one. A budget must not take its place.
void AddUsualRule(runs::RunSpec& spec) {
  if (!spec.stopping.empty()) return;
  const auto optimizer = MakeFrom(Optimizers(), "optimizer", spec.optimizer);
  if (optimizer.ok() && (*optimizer)->capabilities().EndsAtSmallGradient()) {
    spec.stopping.push_back({"gradient_norm", {}});
  }
}

void AddBudget(const std::vector<Rung>& rungs, runs::RunSpec& spec) {
  if (rungs.empty()) return;
  AddUsualRule(spec);
  std::vector<double> pauses;
  for (const Rung& rung : rungs) pauses.push_back(static_cast<double>(rung.evaluations));
  const double end = pauses.back();
  pauses.pop_back();
  if (!pauses.empty()) spec.stopping.push_back(WithThreshold("pause", pauses));
  spec.stopping.push_back(WithThreshold("evaluations", end));
}

}  // namespace

absl::StatusOr<std::vector<double>> Spaced(double from, double to, int64_t count,
                                           bool logarithmic) {
  constexpr int64_t kMost = 1'000'000;
  if (count < 1 || count > kMost) {
    return Refuse("count", Reason::kInvalidValue, absl::StrCat(count, "; expected 1 to ", kMost));
  }
  for (const auto& [field, end] : {std::pair{"from", from}, std::pair{"to", to}}) {
    if (std::isfinite(end) && (!logarithmic || end > 0)) continue;
    return Refuse(
        field, Reason::kInvalidValue,
        absl::StrCat(end, "; expected a ", logarithmic ? "positive " : "", "finite number"));
  }
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i) {
    const double share = count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(count - 1);
    const double value = logarithmic ? from * Power(to / from, share) : from + share * (to - from);
    values.push_back(Rounded(value));
  }
  values.front() = from;
  if (count > 1) values.back() = to;
  return values;
}

absl::StatusOr<size_t> CountArms(const StudySpec& spec, int64_t most_runs) {
  if (spec.vary.empty() || spec.vary.size() > kMostAxes) {
    return Refuse("vary", spec.vary.empty() ? Reason::kMissingField : Reason::kInvalidValue,
                  absl::StrCat(spec.vary.size(), " axes; expected 1 to ", kMostAxes));
  }
  if (spec.repetitions < 1) {
    return Refuse("repetitions", Reason::kInvalidValue,
                  absl::StrCat(spec.repetitions, "; expected 1 or more"));
  }
  const double instances = static_cast<double>(std::max<size_t>(spec.starts.size(), 1)) *
                           static_cast<double>(spec.repetitions);
  double arms = 1;  // in doubles, which do not overflow
  for (size_t i = 0; i < spec.vary.size(); ++i) {
    const size_t values = spec.vary[i].values.size();
    const std::string field = absl::StrCat("vary[", i, "]");
    if (values == 0) return Refuse(field, Reason::kMissingField, "has no values");
    if (spec.combination == Combination::kGrid) {
      arms *= static_cast<double>(values);
    } else if (values != spec.vary[0].values.size()) {
      return Refuse(
          field, Reason::kInvalidValue,
          absl::StrCat("has ", values, " values, and vary[0] has ", spec.vary[0].values.size(),
                       "; a list takes one of each at a time"));
    } else {
      arms = static_cast<double>(values);
    }
  }
  if (arms * instances > static_cast<double>(most_runs)) {
    return Refuse("vary", Reason::kQuotaExceeded,
                  absl::StrCat(arms, " arms of ", instances, " runs each; this server allows ",
                               most_runs, " runs in a study"));
  }
  return static_cast<size_t>(arms);
}

absl::StatusOr<PlannedArm> PlanArm(const StudySpec& spec, size_t arm) {
  PlannedArm planned{"", spec.base};
  const std::vector<size_t> choice = ChoiceOf(spec, arm);
  for (size_t i = 0; i < spec.vary.size(); ++i) {
    const Axis& axis = spec.vary[i];
    const AxisValue& value = axis.values[choice[i]];
    if (absl::Status status = Put(axis.path, value, planned.spec); !status.ok()) {
      return Refuse(absl::StrCat("vary[", i, "].path"), Reason::kInvalidValue,
                    absl::StrCat(Quoted(axis.path), " ", ViolationsOf(status)[0].description));
    }
    absl::StrAppend(&planned.title, i == 0 ? "" : ", ", TitleOf(axis, value));
  }
  return planned;
}

runs::RunSpec SpecOfRun(const Study& study, const PlannedArm& arm, size_t run) {
  runs::RunSpec spec = arm.spec;
  spec.display_name = arm.title.substr(0, kLongestName);
  spec.labels["study"] = study.id;
  spec.labels["arm"] = absl::StrCat(study.arm_of(run));
  if (study.starts() > 1) spec.labels["start"] = absl::StrCat(study.start_of(run));
  if (study.repetitions() > 1) spec.labels["repetition"] = absl::StrCat(study.repetition_of(run));
  if (!study.spec.starts.empty()) spec.start = study.spec.starts[study.start_of(run)];
  if (!spec.seed) spec.seed = study.spec.base.seed;
  if (spec.seed) *spec.seed += study.repetition_of(run);
  AddBudget(study.rungs, spec);
  return spec;
}

}  // namespace thalweg::studies
