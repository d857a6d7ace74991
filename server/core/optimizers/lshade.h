#pragma once

#include "server/core/populations/population_method.h"
#include "server/core/random.h"

namespace thalweg {

/// Self-adaptive differential evolution: each member steps towards one of the better ones and along
/// a difference of two others, by a factor F and a crossover rate CR that are drawn around what has
/// worked lately (success history), while the population shrinks from N to a few.
///
/// L-SHADE, Tanabe & Fukunaga (2014); from jSO, Brest, Maucec & Boskovic (2017), that CR is not too
/// small and F not too large at first. Deviations: the shares are our own (half of the members
/// attract, CR >= 0.8 for 40% of a descent, F <= 0.7 for 60%), and where the paper needs to know
/// the budget of the whole run, here a descent of 2000 n evaluations is followed by others with
/// twice the budget of the one before, until one ends at the best point known (which is then
/// believed).
class Lshade final : public PopulationMethod {
 public:
  struct Options : PopulationOptions {
    int64_t budget = 0;
    int64_t smallest_population = 4;
    int64_t most_restarts = 9;
    double best_share = 0.5;
    double archive_rate = 2.6;
    int64_t memory = 6;
    double crossover_floor = 0.8;
    double crossover_floor_until = 0.4;
    double factor_cap = 0.7;
    double factor_cap_until = 0.6;
  };
  static OptionTable<Options> Table();

  explicit Lshade(const Options& options) : PopulationMethod(options, 4), options_(options) {}

  std::optional<StopReason> Finished() const override;

 private:
  /// F and CR of a member's trial.
  struct Settings {
    double factor;
    double crossover;
  };

  Index UsualSize(Index n) const override;
  void Begin(Problem& problem, const Iterate& at) override;
  absl::Status Generation(Problem& problem, Iterate& at) override;
  void RememberMore(State& state) override;

  double Elapsed() const;  // share of this descent's budget
  bool DescentIsOver() const;
  bool EndedAtChampion() const;
  absl::Status Restart(Problem& problem, Iterate& at);
  void BeginDescent(int64_t budget);
  Settings Draw(Random& random) const;
  void Propose(const Bounds& bounds, Random& random);
  void Select(Random& random);
  void Learn(const std::vector<Index>& improved, const Vector& gains);
  void Archive(Index member, Random& random);
  void Shrink(Random& random);

  const Options options_;

  Matrix archive_;                  // n x capacity: parents that were replaced
  int64_t archived_ = 0;            // how many of its columns are in use
  std::vector<double> factors_;     // M_F
  std::vector<double> crossovers_;  // M_CR; negative: for ever 0, the paper's terminal value
  int64_t next_memory_ = 0;         // k, the entry that is written next
  int64_t first_size_ = 0;          // N of this descent at its beginning
  int64_t budget_ = 0;              // evaluations of this descent
  int64_t spent_ = 0;               // evaluations of it so far
  int64_t restarts_ = 0;
  Vector champion_;  // the best point when this descent began; empty in the first

  // Of one generation.
  Matrix trials_;
  Vector trial_values_;
  std::vector<Settings> drawn_;
};

OptimizerEntry LshadeEntry();

}  // namespace thalweg
