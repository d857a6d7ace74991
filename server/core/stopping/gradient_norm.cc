#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/stopping/entries.h"

namespace thalweg {
namespace {

class GradientNorm final : public StoppingRule {
 public:
  struct Options {
    double threshold = 1e-8;
    std::string norm = "two";
  };
  static OptionTable<Options> Table() {
    return {
        {"threshold", &Options::threshold, kPositive, "in units of the gradient"},
        {"norm", &Options::norm, {}, "two: Euclidean; max: largest coordinate", {"two", "max"}},
    };
  }
  explicit GradientNorm(const Options& options)
      : threshold_(options.threshold), max_(options.norm == "max") {}

  std::optional<StopReason> Check(const Progress& progress) override {
    const double norm = max_ ? progress.gradient_max : progress.gradient_norm;
    if (!IsFinite(progress) || !(norm < threshold_)) return std::nullopt;
    return StopReason{Termination::kConverged,
                      "gradient_norm",
                      norm,
                      threshold_,
                      absl::StrFormat("the gradient's %s norm is %.3g, below %.3g",
                                      max_ ? "maximum" : "Euclidean", norm, threshold_),
                      {}};
  }

 private:
  const double threshold_;
  const bool max_;
};

}  // namespace

StoppingRuleEntry GradientNormEntry() {
  return EntryOf<StoppingRule, GradientNorm>(
      {.name = "gradient_norm",
       .title = "Small gradient",
       .summary = "Converged where the slope is nearly zero.",
       .formula = "||g_k|| < threshold",
       .source = ""});
}

}  // namespace thalweg
