#pragma once

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/catalog_entry.h"
#include "server/core/models/loss.h"
#include "server/core/models/score_model.h"
#include "server/core/penalty.h"

namespace thalweg::models {

/// A row of Penalties(): strengths, to become a penalty on some coordinates.
class PenaltyKind {
 public:
  virtual ~PenaltyKind() = default;
  /// Of the smooth part strength / 2 * ||w||^2.
  virtual double squared() const { return 0; }
  /// Whether it acts on intercepts too, which are in no group.
  virtual bool on_intercepts() const { return false; }
  /// The part with kinks; null: none. `groups` are ScoreModel::PenalisedGroups.
  virtual std::unique_ptr<Penalty> Kinked(std::vector<std::vector<Index>> groups) const = 0;
};

std::span<const CatalogEntry<ModelKind>> Models();       ///< "linear", "logistic", "mlp" ...
std::span<const CatalogEntry<Loss>> Losses();            ///< "squared", "cross_entropy" ...
std::span<const CatalogEntry<PenaltyKind>> Penalties();  ///< "none", "l2", "l1" ...

}  // namespace thalweg::models
