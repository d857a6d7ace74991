#include "server/core/entry_of.h"
#include "server/core/models/entries.h"
#include "server/core/models/linear.h"

namespace thalweg::models {
namespace {

/// A model of linear scores: what it predicts, and its usual loss.
class LinearKind : public ModelKind {
 public:
  using Options = LinearScores::Options;
  static OptionTable<Options> Table() { return LinearScores::Table(); }
  explicit LinearKind(const Options& options) : options_(options) {}

  absl::StatusOr<std::unique_ptr<ScoreModel>> Build(std::shared_ptr<const Design> design,
                                                    Index scores) const final {
    return LinearScores::Make(options_, std::move(design), scores);
  }

 private:
  const Options options_;
};

class Linear final : public LinearKind {
 public:
  using LinearKind::LinearKind;
  std::optional<Task> task() const override { return Task::kRegression; }
  std::string UsualLoss(Task /*task*/, Index /*classes*/) const override { return "squared"; }
};

class OfClasses : public LinearKind {
 public:
  using LinearKind::LinearKind;
  std::optional<Task> task() const final { return Task::kClassification; }
};

class Logistic final : public OfClasses {
 public:
  using OfClasses::OfClasses;
  std::string UsualLoss(Task, Index) const override { return "cross_entropy"; }
};

class SoftmaxKind final : public OfClasses {
 public:
  using OfClasses::OfClasses;
  bool score_per_class() const override { return true; }
  std::string UsualLoss(Task, Index) const override { return "cross_entropy"; }
};

class Svm final : public OfClasses {
 public:
  using OfClasses::OfClasses;
  std::string UsualLoss(Task, Index) const override { return "hinge"; }
};

class Perceptron final : public OfClasses {
 public:
  using OfClasses::OfClasses;
  std::string UsualLoss(Task, Index) const override { return "perceptron"; }
};

}  // namespace

CatalogEntry<ModelKind> LinearEntry() {
  return EntryOf<ModelKind, Linear>(
      {.name = "linear",
       .title = "Linear regression",
       .summary = "Predicts a number by a weighted sum of the features, or of their products up to "
                  "a degree.",
       .formula = "s = coef . features + intercept",
       .source = "Legendre (1805); Hastie, Tibshirani & Friedman (2009), chapter 3",
       .advice = "The first model for numbers. Bent relations: degree 2 or 3, with a penalty, for "
                 "terms soon outnumber the rows.",
       .example = "thalweg fit data.csv --target y --model linear"});
}

CatalogEntry<ModelKind> LogisticEntry() {
  return EntryOf<ModelKind, Logistic>(
      {.name = "logistic",
       .title = "Logistic regression",
       .summary = "Probabilities of two classes from one weighted sum of the features; of more, a "
                  "sum for each class.",
       .formula = "P(second class) = 1 / (1 + exp(-s)), s = coef . features + intercept",
       .source = "Cox (1958), Journal of the Royal Statistical Society B 20(2), 215-242",
       .advice = "The first model for classes. Where a plane separates them its coefficients grow "
                 "without end: add a penalty.",
       .example = "thalweg fit data.csv --target class --model logistic --penalty l2=0.01"});
}

CatalogEntry<ModelKind> SoftmaxEntry() {
  return EntryOf<ModelKind, SoftmaxKind>(
      {.name = "softmax",
       .title = "Softmax regression",
       .summary = "Probabilities of k classes from a weighted sum of the features for each.",
       .formula = "P(class j) = exp(s_j) / sum_i exp(s_i), s_j = coef_j . features + intercept_j",
       .source = "Bridle (1990); Hastie, Tibshirani & Friedman (2009), section 4.4",
       .advice = "For three classes and more. Coefficients are known up to what all classes share, "
                 "which a penalty settles.",
       .example = "thalweg fit iris.csv --target species --model softmax"});
}

CatalogEntry<ModelKind> SvmEntry() {
  return EntryOf<ModelKind, Svm>(
      {.name = "svm",
       .title = "Linear support vector machine",
       .summary = "Tells classes apart by the plane with the widest margin. More than two: each "
                  "against all others.",
       .formula = "second class where s = coef . features + intercept > 0",
       .source = "Cortes & Vapnik (1995), Machine Learning 20, 273-297",
       .advice =
           "Needs a penalty l2, which is what makes the margin wide. It gives no probabilities: "
           "logistic does. With loss squared_hinge gradient methods converge quickly.",
       .example = "thalweg fit data.csv --target class --model svm --penalty l2=0.01"});
}

CatalogEntry<ModelKind> PerceptronEntry() {
  return EntryOf<ModelKind, Perceptron>(
      {.name = "perceptron",
       .title = "Perceptron",
       .summary =
           "Rosenblatt's: a weighted sum whose sign is the class, learnt from mistakes only.",
       .formula = "second class where s = coef . features + intercept > 0",
       .source = "Rosenblatt (1958), Psychological Review 65(6), 386-408",
       .advice =
           "To see how learning began. It ends only where a plane separates the classes; svm and "
           "logistic find a good plane in any case.",
       .example = "thalweg fit data.csv --target class --model perceptron --batch 1"});
}

}  // namespace thalweg::models
