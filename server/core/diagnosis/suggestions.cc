#include "server/core/diagnosis/suggestions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/pairing.h"
#include "server/core/stopping_rule.h"

namespace thalweg {
namespace {

constexpr Index kMostTyped = 20;    // coordinates of a start that a person would type
constexpr double kMinorPart = 0.2;  // of a unit vector: smaller components are not named

}  // namespace

std::optional<Part> FirstThatFits(const Problem& problem, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const Part part{name, {}};
    const auto optimizer = MakeFrom(Optimizers(), "optimizer", part);
    if (optimizer.ok() && CheckPairing(part, (*optimizer)->capabilities(), problem).ok()) {
      return part;
    }
  }
  return std::nullopt;
}

std::optional<double> ThresholdOf(const Ending& ending, const std::string& rule) {
  for (const Part& part : ending.stopping) {
    if (part.kind != rule) continue;
    const auto set = part.settings.find("threshold");
    if (set != part.settings.end()) return std::get<double>(set->second);
    const auto* entry = FindEntry(StoppingRules(), rule);
    for (const OptionInfo& option : entry->options) {
      double threshold = 0;
      if (option.name == "threshold" && absl::SimpleAtod(option.default_text, &threshold)) {
        return threshold;
      }
    }
  }
  return std::nullopt;
}

Part Rule(const std::string& kind, double threshold) { return {kind, {{"threshold", threshold}}}; }

NamedValues StartAt(Problem& problem, const Vector& x) {
  return x.size() > kMostTyped ? NamedValues() : problem.objective().layout().Unflatten(x);
}

std::string MainCoordinates(const Layout& layout, const Vector& direction) {
  std::vector<Index> order(static_cast<size_t>(direction.size()));
  std::iota(order.begin(), order.end(), 0);
  const size_t most = std::min<size_t>(3, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end(),
      [&](Index a, Index b) { return std::abs(direction[a]) > std::abs(direction[b]); });
  std::string text;
  for (size_t k = 0; k < most; ++k) {
    const double part = direction[order[k]];
    if (k > 0 && std::abs(part) < kMinorPart) break;
    absl::StrAppend(&text, k > 0 ? ", " : "",
                    absl::StrFormat("%s (%.2g)", layout.CoordinateName(order[k]), part));
  }
  return text;
}

double RoundedUp(double number) {
  if (!(number > 0) || !std::isfinite(number)) return number;
  const double unit = std::pow(10, std::floor(std::log10(number)) - 1);
  double rounded = std::ceil(number / unit * (1 - 1e-12)) * unit;
  return absl::SimpleAtod(absl::StrFormat("%.2g", rounded), &rounded) ? rounded : number;
}

bool IsStationary(const Ending& ending) {
  return ending.certified && ending.certified->certificate.verdict != Verdict::kNotStationary;
}

bool EndedShort(const Ending& ending) {
  return ending.reason.termination != Termination::kConverged;
}

}  // namespace thalweg
