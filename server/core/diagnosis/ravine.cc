#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/curvature.h"
#include "server/core/diagnosis/suggestions.h"

namespace thalweg {
namespace {

constexpr double kNarrow = 100;     // condition from which on a valley is a ravine
constexpr double kMuchBetter = 10;  // by which scaling variables must improve the condition

/// "x[1] curves 1e4 times as much as x[0]", where variables of their own scale make the ravine.
std::string Scales(const Ending& ending, const Matrix& hessian, double condition) {
  if (ending.certified->around.free != ending.best.x.size()) return "";
  // What is left where each variable is measured in units that make its own curvature 1.
  const Vector& values = ending.certified->around.scaled->values;
  const double scaled = values[values.size() - 1] / values[0];
  if (!(scaled * kMuchBetter < condition)) return "";
  Index most = 0;
  Index least = 0;
  const double greatest = hessian.diagonal().maxCoeff(&most);
  const double smallest = hessian.diagonal().minCoeff(&least);
  const Layout& layout = ending.problem().objective().layout();
  return absl::StrFormat(
      " %s curves %.2g times as much as %s: with variables of like scale the condition would be "
      "%.2g.",
      layout.CoordinateName(most), greatest / smallest, layout.CoordinateName(least), scaled);
}

/// How the last steps went: how many crossed the floor, and what one iteration gained.
std::string WayText(const Ending& ending) {
  const int64_t last = ending.at.iteration;
  int64_t known = 0;
  int64_t crossed = 0;
  for (int64_t back = 0; back + 1 < Path::count(last); ++back) {
    const double turn = ending.path.Before(last, back).turn;
    if (std::isnan(turn)) continue;
    ++known;
    if (turn > 0) ++crossed;
  }
  return known == 0 ? ""
                    : absl::StrFormat("; %d of the last %d steps crossed the valley's floor",
                                      crossed, known);
}

/// Quasi-Newton where there is one; else heavy ball with the rate and momentum that are best for
/// these curvatures. Polyak (1964), section 3.
Part Suggestion(const Problem& problem, double least, double greatest) {
  if (auto part = FirstThatFits(problem, {"lbfgs", "bfgs", "lbfgsb", "newton_trust_region"})) {
    return *part;
  }
  const double sum = std::sqrt(greatest) + std::sqrt(least);
  const double share = (std::sqrt(greatest) - std::sqrt(least)) / sum;
  return {"momentum",
          {{"learning_rate", Rounded(4 / (sum * sum))}, {"momentum", Rounded(share * share)}}};
}

}  // namespace

/// The run ended on the way along the floor of a narrow valley: the walls allow short steps only,
/// and the floor hardly slopes. One rate cannot suit both curvatures.
std::optional<Finding> Ravine(Ending& ending) {
  const Termination termination = ending.reason.termination;
  const bool unfinished =
      termination == Termination::kLimit || termination == Termination::kStalled;
  if (!unfinished || !ending.certified || IsStationary(ending)) return std::nullopt;
  const SecondOrder& around = ending.certified->around;
  if (!around.curves_up() || !(around.extremes->least > 0)) return std::nullopt;
  const double condition = around.extremes->greatest / around.extremes->least;
  if (!(condition >= kNarrow)) return std::nullopt;

  Finding finding;
  finding.code = "ravine";
  finding.text = absl::StrCat(
      absl::StrFormat(
          "The run ended in a ravine: across it f curves %.3g times as much as along it, so that "
          "steps zigzag or creep.",
          condition),
      Scales(ending, *around.hessian, condition),
      " A method that learns curvature, or momentum, gets along.");
  // A step of the best rate, 2 / (L + l), leaves (c - 1) / (c + 1) of the distance.
  finding.evidence = absl::StrFormat(
      "curvature %.4g to %.4g: gradient descent needs some %.2g iterations a digit at its best "
      "rate%s",
      around.extremes->least, around.extremes->greatest, 1.15 * condition, WayText(ending));
  finding.suggested_optimizer =
      Suggestion(ending.problem(), around.extremes->least, around.extremes->greatest);
  return finding;
}

}  // namespace thalweg
