#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/layout.h"
#include "server/core/models/design.h"
#include "server/core/vector.h"

namespace thalweg::models {

/// Some rows of a design: `count` times d numbers, row after row.
struct RowBlock {
  const double* features = nullptr;
  Index count = 0;
};

/// Memory of one thread for a ScoreModel, which knows what is in it.
class Scratch {
 public:
  virtual ~Scratch() = default;
};

/// A coefficient for people, in the units of the table.
struct CoefficientInfo {
  std::string feature;  ///< "age", "age^2", "(intercept)".
  Index score = 0;      ///< Of which score.
  double value = 0;     ///< In the table's units.
  double scaled = 0;    ///< As it is in x.
};

/// k scores of a row from its d features and n unknowns x. Safe for concurrent use, each thread
/// with a scratch of its own.
class ScoreModel {
 public:
  virtual ~ScoreModel() = default;

  virtual const Layout& layout() const = 0;
  virtual Index scores() const = 0;  ///< k
  virtual std::unique_ptr<Scratch> NewScratch() const { return nullptr; }

  /// At most so many rows at once are given to Scores: as many as stay in the fast caches.
  virtual Index block_rows() const = 0;
  /// `scores` has count * k places, row after row.
  virtual void Scores(const Vector& x, const RowBlock& rows, double* scores,
                      Scratch* scratch) const = 0;
  /// Adds the sum over rows and scores of slopes[i, j] times the gradient of score j of row i to
  /// `gradient` (n numbers). Comes after Scores of the same rows, x and scratch.
  virtual void AddGradient(const Vector& x, const RowBlock& rows, const double* slopes,
                           double* gradient, Scratch* scratch) const = 0;

  /// Where a run begins that is not told: 0, or what breaks the symmetry of a network.
  virtual Vector Start(uint64_t seed) const = 0;
  /// Groups of coordinates that a penalty acts on: of each feature, or weights of a layer;
  /// intercepts are in none.
  virtual std::vector<std::vector<Index>> PenalisedGroups() const = 0;
  /// Of linear models; else none.
  virtual std::vector<CoefficientInfo> Coefficients(const Vector& /*x*/) const { return {}; }
  /// Whether scores are linear in x, so that convex losses are convex in x.
  virtual bool linear() const { return false; }
  /// Whether AddGradient may be given x itself as the gradient, and threads may share x.
  virtual bool in_place() const { return false; }
  virtual bool layered() const { return false; }  ///< See Objective.
};

/// A row of Models(): its options, and how it becomes a model of a design.
class ModelKind {
 public:
  virtual ~ModelKind() = default;

  /// What it predicts; nothing: what its target is.
  virtual std::optional<Task> task() const { return std::nullopt; }
  virtual Encoding encoding() const { return Encoding::kNumbers; }
  /// Whether it wants a score for each class, also of two.
  virtual bool score_per_class() const { return false; }
  /// By name, of Losses(). For k classes.
  virtual std::string UsualLoss(Task task, Index classes) const = 0;
  /// With `scores` scores a row, which the loss asks for. Errors are under "model".
  virtual absl::StatusOr<std::unique_ptr<ScoreModel>> Build(std::shared_ptr<const Design> design,
                                                            Index scores) const = 0;
};

}  // namespace thalweg::models
