#include "server/core/optimizers/escape_saddles.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/norms.h"
#include "server/core/spectrum.h"

namespace thalweg {
namespace {

// Relative to the greatest: below, a curvature may be 0, found by differences of gradients.
constexpr double kNegative = 1e-5;
constexpr double kFirstStep = 1e-2;  // times max(1, |x|)
constexpr int kMostShrinkings = 12;  // by 4
constexpr int kMostDoublings = 10;   // to leave; the inner method goes on from there

absl::StatusOr<std::unique_ptr<Optimizer>> MakeInner(const Part& part) {
  auto inner = MakeFrom(Optimizers(), "optimizer", part);
  if (!inner.ok()) return Under("settings[inner]", inner.status());
  if (!(*inner)->capabilities().gradient) {
    return Refuse("settings[inner]", Reason::kInvalidValue,
                  absl::StrFormat("inner must be an optimizer that asks for gradients, whose "
                                  "smallness calls for a look; %s does not",
                                  part.kind));
  }
  return inner;
}

/// Values along a line, within the bounds.
class Ray {
 public:
  Ray(Problem& problem, const Iterate& at, const Vector& direction)
      : problem_(problem), from_(at.x), direction_(direction) {}

  /// The value a step further on; infinite where it is not finite.
  absl::StatusOr<double> At(double step) {
    x_ = from_ + step * direction_;
    problem_.bounds().Project(x_);
    double value = 0;
    ++trials_;
    if (absl::Status status = problem_.Value(x_, value); !status.ok()) return status;
    return std::isfinite(value) ? value : kInfinity;
  }
  const Vector& x() const { return x_; }  ///< Of the last value.
  int64_t trials() const { return trials_; }

 private:
  Problem& problem_;
  const Vector from_;
  const Vector& direction_;
  Vector x_;
  int64_t trials_ = 0;
};

/// A step to a value below `value`, on the better side and as far as doubling goes on lowering it;
/// 0 where none is found.
absl::StatusOr<double> LowerStep(Ray& ray, double value, double step) {
  for (int k = 0; k < kMostShrinkings; ++k, step /= 4) {
    const auto ahead = ray.At(step);
    if (!ahead.ok()) return ahead.status();
    const auto behind = ray.At(-step);
    if (!behind.ok()) return behind.status();
    double lowest = std::min(*ahead, *behind);
    if (!(lowest < value)) continue;
    double best = *behind < *ahead ? -step : step;
    for (int j = 0; j < kMostDoublings; ++j) {
      const auto further = ray.At(2 * best);
      if (!further.ok()) return further.status();
      if (!(*further < lowest)) break;
      lowest = *further;
      best *= 2;
    }
    return best;
  }
  return 0;
}

}  // namespace

OptionTable<EscapeSaddles::Options> EscapeSaddles::Table() {
  return {
      {"inner", &Options::inner, From("optimizer"), "the method that descends"},
      {"threshold", &Options::threshold, kPositive,
       "norm of the gradient below which curvature is looked at; not below that which ends a run"},
      {"products", &Options::products, kCount,
       "products with the Hessian for a look, where it has more than 200 rows; as many again for "
       "the direction"},
  };
}

absl::StatusOr<std::unique_ptr<Optimizer>> EscapeSaddles::Make(const Options& options) {
  auto inner = MakeInner(options.inner);
  if (!inner.ok()) return inner.status();
  return std::make_unique<EscapeSaddles>(options, *std::move(inner));
}

Capabilities EscapeSaddles::capabilities() const {
  Capabilities can = inner_->capabilities();
  can.hessian = true;
  return can;
}

bool EscapeSaddles::IsSmall(const Iterate& at) const {
  return NormsOf(at.gradient).two <= options_.threshold;
}

absl::Status EscapeSaddles::Step(Problem& problem, Iterate& at) {
  if (IsSmall(at) && !looked_) {
    looked_ = true;
    const auto escaped = Escape(problem, at);
    if (!escaped.ok()) return escaped.status();
    if (*escaped) {
      looked_ = false;
      pending_ = IsSmall(at);
      return absl::OkStatus();
    }
  }
  absl::Status status = inner_->Step(problem, at);
  if (!status.ok()) return status;
  if (!IsSmall(at)) looked_ = false;
  pending_ = IsSmall(at) && !looked_;
  return status;
}

std::optional<StopReason> EscapeSaddles::Finished() const {
  if (pending_) return std::nullopt;
  return inner_->Finished();
}

absl::StatusOr<bool> EscapeSaddles::Escape(Problem& problem, Iterate& at) {
  absl::Status status;
  const Product times = [&](const Vector& v, Vector& product) {
    status = problem.HessianVector(at.x, v, product);
    return status.ok() && product.allFinite();
  };
  const auto ends = ExtremesOf(at.x.size(), times, options_.products);
  if (!status.ok()) return status;
  if (!ends || !(ends->least < -kNegative * std::max(-ends->least, ends->greatest))) return false;

  Ray ray(problem, at, ends->direction);
  const auto step = LowerStep(ray, at.value, kFirstStep * std::max(1.0, NormsOf(at.x).two));
  if (!step.ok()) return step.status();
  if (*step == 0) return false;
  at.x += *step * ends->direction;
  problem.bounds().Project(at.x);
  at.learning_rate = std::abs(*step);
  at.trials = ray.trials();
  at.flags |= kRestarted;
  at.notes.push_back({"escape", absl::StrFormat("left a saddle along its curvature of %.4g",
                                                problem.Signed(ends->least))});
  auto inner = MakeInner(options_.inner);
  if (!inner.ok()) return inner.status();
  inner_ = *std::move(inner);
  if (absl::Status evaluated = problem.Evaluate(at); !evaluated.ok()) return evaluated;
  return true;
}

void EscapeSaddles::Remember(State& state) {
  state.Keep("looked", looked_);
  state.Keep("pending", pending_);
  inner_->Remember(state);
}

OptimizerEntry EscapeSaddlesEntry() {
  return EntryOf<Optimizer, EscapeSaddles>(
      {.name = "escape_saddles",
       .title = "Escape from saddles",
       .summary = "Another method that does not end at saddles or maxima: where the gradient is "
                  "small, it leaves along a direction of negative curvature.",
       .formula = "where ||g|| <= threshold and H v = l v with the least l < 0: x += t*v, lower; "
                  "then the inner method afresh",
       .source = "Moré & Sorensen (1979); Lanczos (1950)",
       .advice = "When a run ends at a saddle, or starts on a ridge or at a maximum. It costs "
                 "products with the Hessian wherever the gradient is small, and nothing elsewhere; "
                 "at a saddle without curvature it does not help.",
       .example = "thalweg minimize 'x**2 - y**2 + y**4' --start x=1 --start y=0 "
                  "--optimizer escape_saddles --set inner=lbfgs"});
}

}  // namespace thalweg
