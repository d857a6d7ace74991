#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace thalweg::studies {

// What a study found, from what its runs did. Values are in the problem's sign throughout: smaller
// is better. An evaluation is a value, a gradient or a product with the Hessian.

/// Something to reach.
struct Target {
  /// Where the target is derived: f <= f_best + tau * (f_start - f_best), with the best value that
  /// the study found and the value at the run's start (Moré & Wild 2009, eq. 2.2). 0: it was given.
  double tau = 0;
  double value = 0;  ///< Where it was given.
};

/// Taus of derived targets, loosest first.
inline constexpr double kTaus[] = {1e-1, 1e-3, 1e-5, 1e-8};

/// What it took to reach a target.
struct Cost {
  double iterations = 0;
  double evaluations = 0;
  double seconds = 0;  ///< Of stepping.
};

/// One run, as the table sees it.
struct Attempt {
  size_t arm = 0;
  size_t instance = 0;  ///< Start and repetition: attempts of one instance can be compared.
  double start_value = 0;
  double best_value = 0;
  Cost spent;                                ///< In all.
  std::string ending;                        ///< "converged", "cancelled" ...
  std::vector<std::optional<Cost>> reached;  ///< By target.
};

/// How an arm did at one target, over its instances.
struct ArmAtTarget {
  double success_rate = 0;  ///< Share of the runs that reached it, 0 to 1.
  /// Expected cost: what all runs spent until they reached it, or in all where they did not,
  /// divided by how many did (ERT; Hansen et al. 2021, COCO). Absent where none did.
  std::optional<Cost> expected;
};

struct ArmResult {
  double best_value = 0;
  double median_value = 0;                 ///< Of the runs' best values.
  int64_t rank = 0;                        ///< From 1; equal arms share one.
  Cost spent;                              ///< Of all its runs.
  std::map<std::string, int64_t> endings;  ///< How many runs ended how.
  std::vector<ArmAtTarget> targets;
  /// Share of (instance, target) pairs solved within Results::ratios times what the best arm took
  /// (performance profile; Dolan & Moré 2002).
  std::vector<double> performance;
  /// Share of them solved within Results::budgets times n + 1 evaluations (data profile; Moré &
  /// Wild 2009).
  std::vector<double> data;
};

struct Winner {
  size_t arm = 0;
  std::optional<size_t> runner_up;
  std::optional<size_t> target;  ///< The tightest that both reach.
  double margin = 1;             ///< Evaluations of the runner-up over the winner's, there.
  bool tie = false;              ///< Their evaluations differ by less than kTie.
  std::string sentence;          ///< For people.
};

/// Two arms whose evaluations differ by a smaller ratio are said to tie.
inline constexpr double kTie = 1.02;

struct Results {
  std::vector<Target> targets;  ///< Loosest first.
  std::vector<ArmResult> arms;
  std::optional<Winner> winner;  ///< None where no arm reached a target.
  std::vector<double> ratios;    ///< Abscissae of the performance profiles.
  std::vector<double> budgets;   ///< Of the data profiles, in units of n + 1 evaluations.
};

/// Targets of a study: those given (in the problem's sign), loosest first, or the derived ones.
std::vector<Target> TargetsFor(const std::vector<double>& given);

/// The value that a run from `start_value` must reach.
double ValueOf(const Target& target, double start_value, double best_of_study);

/// The best value of all attempts; +inf where there are none.
double BestOf(const std::vector<Attempt>& attempts);

/// The table. `titles` has one entry per arm, in the words of people; `variables` is n.
Results Tabulate(const std::vector<Target>& targets, const std::vector<Attempt>& attempts,
                 const std::vector<std::string>& titles, int64_t variables);

}  // namespace thalweg::studies
