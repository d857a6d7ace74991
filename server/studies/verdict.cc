#include "server/studies/verdict.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace thalweg::studies {
namespace {

const std::optional<Cost>& At(const Results& results, size_t arm, size_t target) {
  return results.arms[arm].targets[target].expected;
}

/// The tightest target that the arm reaches.
std::optional<size_t> Tightest(const Results& results, size_t arm) {
  for (size_t target = results.targets.size(); target-- > 0;) {
    if (At(results, arm, target)) return target;
  }
  return std::nullopt;
}

std::optional<size_t> TightestOfBoth(const Results& results, size_t a, size_t b) {
  for (size_t target = results.targets.size(); target-- > 0;) {
    if (At(results, a, target) && At(results, b, target)) return target;
  }
  return std::nullopt;
}

std::string TextOf(const Target& target) {
  if (target.tau == 0) return absl::StrCat("the target ", target.value);
  return absl::StrFormat("%g of the gap between start and best", target.tau);
}

std::string CostText(const std::optional<Cost>& cost) {
  return absl::StrFormat("%.6g", cost->evaluations);
}

std::string Sentence(const Results& results, const Winner& winner,
                     const std::vector<std::string>& titles) {
  const std::string& first = titles[winner.arm];
  const size_t own = *Tightest(results, winner.arm);
  const std::string goal = TextOf(results.targets[own]);
  if (!winner.target) {
    return absl::StrCat(first, " wins: it alone reached ", goal, ", with ",
                        CostText(At(results, winner.arm, own)), " evaluations.");
  }
  const std::string& second = titles[*winner.runner_up];
  const std::string counts =
      absl::StrCat(CostText(At(results, winner.arm, *winner.target)), " against ",
                   CostText(At(results, *winner.runner_up, *winner.target)));
  if (*winner.target != own) {
    return absl::StrCat(first, " wins: it alone reached ", goal, "; to reach ",
                        TextOf(results.targets[*winner.target]), " it took ", counts,
                        " evaluations of ", second, ".");
  }
  if (winner.tie) {
    return absl::StrCat(first, " and ", second, " tie: ", counts, " evaluations to reach ", goal,
                        ".");
  }
  return absl::StrFormat("%s wins: %.3g times fewer evaluations than %s to reach %s (%s).", first,
                         winner.margin, second, goal, counts);
}

}  // namespace

std::optional<Winner> WinnerOf(const Results& results, const std::vector<size_t>& order,
                               const std::vector<std::string>& titles) {
  if (order.empty() || !Tightest(results, order[0])) return std::nullopt;
  Winner winner;
  winner.arm = order[0];
  if (order.size() > 1) {
    winner.runner_up = order[1];
    winner.target = TightestOfBoth(results, order[0], order[1]);
  }
  if (winner.target) {
    winner.margin = At(results, *winner.runner_up, *winner.target)->evaluations /
                    At(results, winner.arm, *winner.target)->evaluations;
    winner.tie = *winner.target == *Tightest(results, winner.arm) && winner.margin < kTie;
  }
  winner.sentence = Sentence(results, winner, titles);
  return winner;
}

}  // namespace thalweg::studies
