#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "server/core/hands.h"
#include "server/core/models/design.h"
#include "server/core/models/loss.h"
#include "server/core/models/score_model.h"

namespace thalweg::models {

/// Rows of a design that a pass sees.
struct RowChoice {
  const DesignRows* design = nullptr;
  bool all = true;
  std::span<const int64_t> rows = {};    ///< Where not all: these, in this order.
  std::span<const double> factors = {};  ///< Of each of them; none: 1.

  Index count() const { return all ? design->count : static_cast<Index>(rows.size()); }
};

/// Sums over rows of weight * factor * loss, and their derivatives. Rows are cut into chunks of a
/// fixed size, which `hands` work on, and whose sums are added up in order: the bits do not depend
/// on how many hands there are. Keeps the memory of each chunk between passes.
class RowPass {
 public:
  /// All outlive the pass; `hands` may be null.
  RowPass(const ScoreModel& model, const Loss& loss, Hands* hands);
  ~RowPass();

  double Value(const RowChoice& rows, const Vector& x);
  /// `gradient` has n places.
  double ValueAndGradient(const RowChoice& rows, const Vector& x, Vector& gradient);
  /// The second derivative along v; of models with linear scores. False: the loss has none.
  bool CurvatureTimes(const RowChoice& rows, const Vector& x, const Vector& v, Vector& product);

  /// Calls `each` with every block of rows, in order: the first row's place among the rows, the
  /// block, their targets, scores and losses. One thread.
  using EachBlock = std::function<void(Index first, const RowBlock& block, const double* targets,
                                       const double* scores, const double* values)>;
  void ForEachBlock(const RowChoice& rows, const Vector& x, const EachBlock& each);

 private:
  struct Chunk;
  struct Block;

  Index ChunkRows(Index count) const;
  /// Lets `work` do every chunk of `rows`; returns how many there are.
  Index ForEachChunk(const RowChoice& rows, const std::function<void(Chunk&)>& work);
  Block BlockAt(const RowChoice& rows, Index first, Index count, Chunk& chunk) const;
  template <typename Work>
  void ForEachBlockOf(const RowChoice& rows, Chunk& chunk, const Work& work) const;
  void AddUp(Index chunks, Vector& sum) const;

  const ScoreModel& model_;
  const Loss& loss_;
  Hands* const hands_;
  std::vector<std::unique_ptr<Chunk>> chunks_;
};

}  // namespace thalweg::models
