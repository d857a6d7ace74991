#pragma once

#include <cstdint>
#include <vector>

#include "server/core/expression/builder.h"

namespace thalweg::expression {

/// Writes a program once more through a Builder: the ground that passes stand on which add to a
/// program (derivatives, tangents, residuals). A pass says what it adds by the functions below.
class Copier {
 public:
  virtual ~Copier() = default;

 protected:
  Copier(const Program& from, int64_t scratch_bytes, Builder& to);

  /// Repeats a region of `from` at the end of `region` of `to`.
  void CopyRegion(int32_t old_region, int32_t region);
  /// Opens a loop like `old` at the end of `region` and repeats its body, not its accumulators.
  /// What the loop kept for the outside is there already and is not stored again; arrays at home
  /// inside it are made and filled anew.
  int32_t OpenAgain(int32_t old, int32_t region);

  /// What a pass adds: to an operation's copy, effects included; after a temporary's copy was made;
  /// before a loop's copy is closed; after it was closed.
  virtual void WriteOp(int32_t op, int32_t region);
  virtual void AfterTemporary(size_t /*array*/, int32_t /*region*/) {}
  virtual void AfterBody(int32_t /*loop*/, int32_t /*made*/) {}
  virtual void AfterLoop(int32_t /*loop*/, int32_t /*region*/) {}

  int32_t Copy(int32_t op);  ///< The latest copy of an operation; -1 of -1.
  int32_t CopyOfLoop(int32_t loop) const { return loop_copy_[static_cast<size_t>(loop)]; }
  Address CopyAddress(int32_t address, const std::vector<int32_t>& arrays) const;
  /// Whether an effect of `from` is being written: not if its array was filled before.
  bool Writes(const Op& effect) const;
  size_t ArrayIndex(const Op& op) const { return static_cast<size_t>(from_.ArrayIndex(op)); }
  const Accumulator& AccumulatorOf(const Op& result) const;

  int32_t AddTemporary(int64_t length, int32_t region);
  bool out_of_memory() const { return spare_bytes_ < 0; }

  const Program& from_;
  Builder& to_;
  std::vector<int32_t> array_copy_;  // by array of `from`; those that are no temporaries at once

 private:
  int32_t OpenCopy(int32_t old, int32_t region);
  void CopyLoop(int32_t old, int32_t region);

  int64_t spare_bytes_;
  std::vector<int32_t> copy_;                 // by operation
  std::vector<int32_t> loop_copy_;            // by loop
  std::vector<std::vector<size_t>> at_home_;  // temporaries by region
  int32_t kept_depth_ = 0;  // arrays at home in regions less deep are filled already
};

}  // namespace thalweg::expression
