#include <sleef.h>

#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/models/entries.h"
#include "server/core/models/pointwise.h"

namespace thalweg::models {
namespace {

struct NoOptions {};

Lanes SignOf(Lanes x) {
  const Lanes zero = AllLanes(0);
  return x > 0 ? AllLanes(1) : (x < 0 ? AllLanes(-1) : (x == 0 ? zero : x));
}

class Squared final : public NumberLoss<Squared> {
 public:
  using Options = NoOptions;
  static OptionTable<Options> Table() { return {}; }
  explicit Squared(const Options& /*options*/) {}

  Bend Of(Lanes s, Lanes y) const {
    const Lanes r = s - y;
    return {r * r, 2 * r, AllLanes(2)};
  }
};

class Absolute final : public NumberLoss<Absolute> {
 public:
  using Options = NoOptions;
  static OptionTable<Options> Table() { return {}; }
  explicit Absolute(const Options& /*options*/) {}

  bool smooth() const override { return false; }
  Bend Of(Lanes s, Lanes y) const {
    const Lanes r = s - y;
    return {Abs(r), SignOf(r), AllLanes(0)};
  }
};

class Huber final : public NumberLoss<Huber> {
 public:
  struct Options {
    double delta = 1;
  };
  static OptionTable<Options> Table() {
    return {{"delta", &Options::delta, kPositive,
             "residual from which on the loss grows linearly, in units of the target"}};
  }
  explicit Huber(const Options& options) : delta_(options.delta) {}

  Bend Of(Lanes s, Lanes y) const {
    const Lanes r = s - y;
    const Lanes a = Abs(r);
    const auto outside = a > delta_;
    return {outside ? delta_ * (a - delta_ / 2) : r * r / 2, outside ? delta_ * SignOf(r) : r,
            outside ? AllLanes(0) : AllLanes(1)};
  }

 private:
  const double delta_;
};

class Quantile final : public NumberLoss<Quantile> {
 public:
  struct Options {
    double q = 0.5;
  };
  static OptionTable<Options> Table() {
    return {{"q", &Options::q, {0, 1, true, true}, "share of the targets that lie below"}};
  }
  explicit Quantile(const Options& options) : q_(options.q) {}

  bool smooth() const override { return false; }
  Bend Of(Lanes s, Lanes y) const {
    const Lanes r = y - s;
    const Lanes slope = r > 0 ? AllLanes(-q_) : (r < 0 ? AllLanes(1 - q_) : 0 * r);
    return {-slope * r, slope, AllLanes(0)};
  }

 private:
  const double q_;
};

/// The negative logarithm of Poisson's likelihood, for a mean of exp(s), without the part that does
/// not depend on s.
class Poisson final : public NumberLoss<Poisson> {
 public:
  using Options = NoOptions;
  static OptionTable<Options> Table() { return {}; }
  explicit Poisson(const Options& /*options*/) {}

  double least_target() const override { return 0; }
  double Prediction(double score) const override { return Exp(score); }
  Bend Of(Lanes s, Lanes y) const {
    const Lanes mean = Sleef_finz_expd4_u10avx2(s);
    return {mean - y * s, mean - y, mean};
  }
};

}  // namespace

CatalogEntry<Loss> SquaredEntry() {
  return EntryOf<Loss, Squared>(
      {.name = "squared",
       .title = "Squared error",
       .summary = "The square of the difference between score and target: least squares.",
       .formula = "(s - y)^2",
       .source = "Legendre (1805); Gauss (1809)",
       .advice = "For numbers whose errors have no long tails: a single outlier weighs as much as "
                 "its distance squared; then huber. Of classes, with a logistic model, it becomes "
                 "squared_probability, which is not convex.",
       .example = "thalweg fit data.csv --target y --model linear --loss squared"});
}

CatalogEntry<Loss> AbsoluteEntry() {
  return EntryOf<Loss, Absolute>(
      {.name = "absolute",
       .title = "Absolute error",
       .summary = "The difference between score and target without its sign: predicts medians.",
       .formula = "|s - y|",
       .source = "Laplace (1774); Koenker & Bassett (1978), with q = 1/2",
       .advice = "Where outliers must not count for more than their side. It has kinks: gradient "
                 "methods end up going to and fro about the minimum; huber with a small delta is "
                 "easier to minimise.",
       .example = "thalweg fit data.csv --target y --loss absolute --optimizer adam"});
}

CatalogEntry<Loss> HuberEntry() {
  return EntryOf<Loss, Huber>(
      {.name = "huber",
       .title = "Huber's loss",
       .summary =
           "Squared for small residuals, linear for large ones: outliers pull, but not hard.",
       .formula = "r = s - y; r^2/2 where |r| <= delta, else delta*(|r| - delta/2)",
       .source = "Huber (1964), Annals of Mathematical Statistics 35(1), 73-101",
       .advice = "For numbers with outliers: delta is the size of a residual from which on it "
                 "counts as one, in units of the target.",
       .example = "thalweg fit data.csv --target y --loss huber"});
}

CatalogEntry<Loss> QuantileEntry() {
  return EntryOf<Loss, Quantile>(
      {.name = "quantile",
       .title = "Quantile (pinball) loss",
       .summary = "Predicts the value below which a share q of the targets lies.",
       .formula = "r = y - s; q*r where r >= 0, else (q - 1)*r",
       .source = "Koenker & Bassett (1978), Econometrica 46(1), 33-50",
       .advice =
           "For ranges in place of means: fit q = 0.05 and q = 0.95 for a band that holds nine "
           "of ten. It has kinks, as absolute has.",
       .example = "thalweg fit data.csv --target y --loss quantile"});
}

CatalogEntry<Loss> PoissonEntry() {
  return EntryOf<Loss, Poisson>(
      {.name = "poisson",
       .title = "Poisson likelihood",
       .summary = "For counts: the score is the logarithm of the expected count.",
       .formula = "exp(s) - y*s",
       .source = "Nelder & Wedderburn (1972), Journal of the Royal Statistical Society A 135(3)",
       .advice =
           "For targets that count something, 0 and up. exp(s) overflows where scores are large: "
           "scale the features, and begin with small rates.",
       .example = "thalweg fit visits.csv --target visits --loss poisson"});
}

}  // namespace thalweg::models
