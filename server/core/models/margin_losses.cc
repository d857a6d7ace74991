#include "server/core/entry_of.h"
#include "server/core/models/entries.h"
#include "server/core/models/pointwise.h"

namespace thalweg::models {
namespace {

struct NoOptions {};

class Hinge final : public MarginLoss<Hinge> {
 public:
  struct Options {
    double smoothing = 0;
  };
  static OptionTable<Options> Table() {
    return {{"smoothing", &Options::smoothing, kNonNegative,
             "length of the margin over which the kink is rounded off by a parabola; 0: none"}};
  }
  explicit Hinge(const Options& options) : smoothing_(options.smoothing) {}

  bool smooth() const override { return smoothing_ > 0; }
  Bend OfMargin(Lanes m) const {
    const Lanes short_of = 1 - m;
    const Lanes value = Positive(short_of);
    const Lanes slope = short_of > 0 ? AllLanes(-1) : 0 * value;
    if (smoothing_ == 0) return {value, slope, AllLanes(0)};
    const auto rounded = value < smoothing_;
    return {rounded ? value * value / (2 * smoothing_) : value - smoothing_ / 2,
            rounded ? -value / smoothing_ : slope,
            rounded && short_of > 0 ? AllLanes(1 / smoothing_) : AllLanes(0)};
  }

 private:
  const double smoothing_;
};

class SquaredHinge final : public MarginLoss<SquaredHinge> {
 public:
  using Options = NoOptions;
  static OptionTable<Options> Table() { return {}; }
  explicit SquaredHinge(const Options& /*options*/) {}

  Bend OfMargin(Lanes m) const {
    const Lanes value = Positive(1 - m);
    return {value * value, -2 * value, value > 0 ? AllLanes(2) : AllLanes(0)};
  }
};

class PerceptronLoss final : public MarginLoss<PerceptronLoss> {
 public:
  using Options = NoOptions;
  static OptionTable<Options> Table() { return {}; }
  explicit PerceptronLoss(const Options& /*options*/) {}

  bool smooth() const override { return false; }
  Bend OfMargin(Lanes m) const {
    const Lanes value = Positive(-m);
    // At 0, where all runs begin, the side that learns: Rosenblatt's rule changes weights unless
    // the answer is right.
    return {value, m <= 0 ? AllLanes(-1) : 0 * value, AllLanes(0)};
  }
};

}  // namespace

CatalogEntry<Loss> HingeEntry() {
  return EntryOf<Loss, Hinge>(
      {.name = "hinge",
       .title = "Hinge",
       .summary = "0 for answers that are right by a margin of 1, else what is missing of it.",
       .formula = "m = (2*y - 1)*s; max(0, 1 - m). More than two classes: each against all others, "
                  "added up",
       .source = "Cortes & Vapnik (1995); smoothed: Chapelle (2007), section 2.3",
       .advice =
           "The support vector machine's. It has kinks, at which gradient methods stall: with a "
           "smoothing of 0.01 and less, newton_trust_region and lbfgs find nearly the same "
           "machine at once. squared_hinge is smooth by itself.",
       .example =
           "thalweg fit data.csv --target class --model svm --loss hinge --penalty l2=0.01"});
}

CatalogEntry<Loss> SquaredHingeEntry() {
  return EntryOf<Loss, SquaredHinge>(
      {.name = "squared_hinge",
       .title = "Squared hinge",
       .summary = "The square of what is missing of a margin of 1.",
       .formula = "m = (2*y - 1)*s; max(0, 1 - m)^2",
       .source = "Cortes & Vapnik (1995); Fan et al. (2008), LIBLINEAR",
       .advice = "A support vector machine that gradient methods minimise well. Answers far on the "
                 "wrong side count for more than with hinge.",
       .example = "thalweg fit data.csv --target class --model svm --loss squared_hinge"});
}

CatalogEntry<Loss> PerceptronLossEntry() {
  return EntryOf<Loss, PerceptronLoss>(
      {.name = "perceptron",
       .title = "Perceptron criterion",
       .summary = "0 for right answers, else how far the score is on the wrong side.",
       .formula = "m = (2*y - 1)*s; max(0, -m)",
       .source = "Rosenblatt (1958), Psychological Review 65(6), 386-408",
       .advice = "For history and for classes that a plane separates, where it ends with the first "
                 "such plane. Of others it says little: hinge or cross_entropy.",
       .example = "thalweg fit data.csv --target class --model perceptron --batch 1"});
}

}  // namespace thalweg::models
