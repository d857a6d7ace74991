#include <algorithm>
#include <cmath>
#include <utility>

#include "server/core/entry_of.h"
#include "server/core/models/entries.h"
#include "server/core/norms.h"

namespace thalweg::models {
namespace {

using Groups = std::vector<std::vector<Index>>;

/// weight * sum_j |x_j| over some coordinates.
class L1Norm final : public Penalty {
 public:
  L1Norm(double weight, const Groups& groups) : weight_(weight) {
    for (const auto& group : groups) places_.insert(places_.end(), group.begin(), group.end());
    std::sort(places_.begin(), places_.end());
  }

  double Value(const Vector& x) const override {
    double sum = 0;
    for (const Index i : places_) sum += std::abs(x[i]);
    return weight_ * sum;
  }
  void Shrink(double t, Vector& x) const override {
    for (const Index i : places_) {
      x[i] = std::copysign(std::max(std::abs(x[i]) - t * weight_, 0.0), x[i]) + 0.0;
    }
  }
  void AddShortest(const Vector& x, Vector& gradient) const override {
    for (const Index i : places_) {
      double& g = gradient[i];
      if (x[i] != 0) {
        g += x[i] > 0 ? weight_ : -weight_;
      } else {
        g = g > 0 ? std::max(g - weight_, 0.0) : std::min(g + weight_, 0.0);
      }
    }
  }
  bool separable() const override { return true; }

 private:
  const double weight_;
  std::vector<Index> places_;
};

/// weight * sum_g sqrt(|g|) * ||x_g||_2.
class GroupNorm final : public Penalty {
 public:
  GroupNorm(double weight, Groups groups) : weight_(weight), groups_(std::move(groups)) {}

  double Value(const Vector& x) const override {
    double sum = 0;
    for (const auto& group : groups_) sum += WeightOf(group) * Norm(x, group);
    return sum;
  }
  void Shrink(double t, Vector& x) const override {
    for (const auto& group : groups_) {
      const double norm = Norm(x, group);
      const double left = norm - t * WeightOf(group);
      for (const Index i : group) x[i] = left > 0 ? x[i] * (left / norm) : 0 * x[i] + 0.0;
    }
  }
  void AddShortest(const Vector& x, Vector& gradient) const override {
    for (const auto& group : groups_) {
      const double weight = WeightOf(group);
      const double norm = Norm(x, group);
      if (norm > 0) {
        for (const Index i : group) gradient[i] += weight * x[i] / norm;
        continue;
      }
      const double steepness = Norm(gradient, group);
      for (const Index i : group) {
        gradient[i] *= steepness > weight ? 1 - weight / steepness : 0;
      }
    }
  }
  bool separable() const override { return false; }

 private:
  double WeightOf(const std::vector<Index>& group) const {
    return weight_ * std::sqrt(static_cast<double>(group.size()));
  }
  static double Norm(const Vector& x, const std::vector<Index>& group) {
    Vector part(static_cast<Index>(group.size()));
    for (size_t i = 0; i < group.size(); ++i) part[static_cast<Index>(i)] = x[group[i]];
    return NormsOf(part).two;  // neither overflows nor underflows
  }

  const double weight_;
  const Groups groups_;
};

struct Strength {
  double strength = 0;
};
template <typename Options>
OptionRow<Options> StrengthRow() {
  return {"strength", &Options::strength, kNonNegative, "weight beside the loss", kRequired};
}

class NoPenalty final : public PenaltyKind {
 public:
  struct Options {};
  static OptionTable<Options> Table() { return {}; }
  explicit NoPenalty(const Options& /*options*/) {}
  std::unique_ptr<Penalty> Kinked(Groups /*groups*/) const override { return nullptr; }
};

class L2 final : public PenaltyKind {
 public:
  struct Options : Strength {
    bool penalise_intercept = false;
  };
  static OptionTable<Options> Table() {
    return {StrengthRow<Options>(),
            {"penalise_intercept",
             &Options::penalise_intercept,
             {},
             "whether intercepts and biases count too"}};
  }
  explicit L2(const Options& options) : options_(options) {}
  double squared() const override { return options_.strength; }
  bool on_intercepts() const override { return options_.penalise_intercept; }
  std::unique_ptr<Penalty> Kinked(Groups /*groups*/) const override { return nullptr; }

 private:
  const Options options_;
};

class L1 final : public PenaltyKind {
 public:
  using Options = Strength;
  static OptionTable<Options> Table() { return {StrengthRow<Options>()}; }
  explicit L1(const Options& options) : options_(options) {}
  std::unique_ptr<Penalty> Kinked(Groups groups) const override {
    if (options_.strength == 0) return nullptr;
    return std::make_unique<L1Norm>(options_.strength, groups);
  }

 private:
  const Options options_;
};

class ElasticNet final : public PenaltyKind {
 public:
  struct Options : Strength {
    double ratio = 0.5;
  };
  static OptionTable<Options> Table() {
    return {StrengthRow<Options>(),
            {"ratio", &Options::ratio, kUnit, "share of l1; the rest is l2"}};
  }
  explicit ElasticNet(const Options& options) : options_(options) {}
  double squared() const override { return options_.strength * (1 - options_.ratio); }
  std::unique_ptr<Penalty> Kinked(Groups groups) const override {
    const double weight = options_.strength * options_.ratio;
    return weight == 0 ? nullptr : std::make_unique<L1Norm>(weight, groups);
  }

 private:
  const Options options_;
};

class Group final : public PenaltyKind {
 public:
  using Options = Strength;
  static OptionTable<Options> Table() { return {StrengthRow<Options>()}; }
  explicit Group(const Options& options) : options_(options) {}
  std::unique_ptr<Penalty> Kinked(Groups groups) const override {
    if (options_.strength == 0) return nullptr;
    return std::make_unique<GroupNorm>(options_.strength, std::move(groups));
  }

 private:
  const Options options_;
};

}  // namespace

CatalogEntry<PenaltyKind> NoPenaltyEntry() {
  return EntryOf<PenaltyKind, NoPenalty>({.name = "none",
                                          .title = "No penalty",
                                          .summary = "The loss alone.",
                                          .formula = "0",
                                          .source = "",
                                          .advice = "Where there are many more rows than unknowns.",
                                          .example = "thalweg fit data.csv --target y"});
}

CatalogEntry<PenaltyKind> L2Entry() {
  return EntryOf<PenaltyKind, L2>(
      {.name = "l2",
       .title = "Squared norm (ridge, weight decay)",
       .summary = "Keeps coefficients small, and the minimum unique and well conditioned.",
       .formula = "strength/2 * sum_j w_j^2, without intercepts",
       .source = "Tikhonov (1943); Hoerl & Kennard (1970), Technometrics 12(1), 55-67",
       .advice =
           "The usual guard against over-fitting; choose the strength by validation. It acts on "
           "coefficients of scaled features. scikit-learn's ridge with alpha is strength "
           "2*alpha with the sum of squares; its C of classifiers is strength 1/C with the sum.",
       .example = "thalweg fit data.csv --target y --penalty l2=0.1"});
}

CatalogEntry<PenaltyKind> L1Entry() {
  return EntryOf<PenaltyKind, L1>(
      {.name = "l1",
       .title = "Absolute norm (lasso)",
       .summary = "Makes coefficients exactly 0 that do little: chooses features.",
       .formula = "strength * sum_j |w_j|, without intercepts",
       .source = "Tibshirani (1996), Journal of the Royal Statistical Society B 58(1), 267-288",
       .advice =
           "To see which of many features matter. It has kinks: fista and proximal_gradient know "
           "how to step over them and find exact zeros; other methods only come near.",
       .example = "thalweg fit data.csv --target y --penalty l1=0.1 --optimizer fista"});
}

CatalogEntry<PenaltyKind> ElasticNetEntry() {
  return EntryOf<PenaltyKind, ElasticNet>(
      {.name = "elastic_net",
       .title = "Elastic net",
       .summary = "A mixture of l1 and l2: sparse, but features that go together stay together.",
       .formula =
           "strength * (ratio * sum_j |w_j| + (1 - ratio)/2 * sum_j w_j^2), without intercepts",
       .source = "Zou & Hastie (2005), Journal of the Royal Statistical Society B 67(2), 301-320",
       .advice = "Where features are correlated, of which l1 would pick one by chance.",
       .example = "thalweg fit data.csv --target y --penalty elastic_net=0.1 --optimizer fista"});
}

CatalogEntry<PenaltyKind> GroupEntry() {
  return EntryOf<PenaltyKind, Group>(
      {.name = "group",
       .title = "Group lasso",
       .summary =
           "Makes all coefficients of a column 0 together: its categories, or its weights for "
           "all classes.",
       .formula = "strength * sum_g sqrt(|g|) * ||w_g||_2, without intercepts",
       .source = "Yuan & Lin (2006), Journal of the Royal Statistical Society B 68(1), 49-67",
       .advice = "To choose columns in place of coefficients. Needs fista or proximal_gradient.",
       .example = "thalweg fit data.csv --target y --penalty group=0.1 --optimizer fista"});
}

}  // namespace thalweg::models
