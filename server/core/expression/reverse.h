#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/expression/copier.h"

namespace thalweg::expression {

/// Reverse mode (Griewank & Walther, chapter 3): operations backwards, each adding to the adjoints
/// of its operands. A pass copies a program, gives some operation an adjoint by Gain, and calls
/// Backward; what x gains is handed to AddToInput.
class Reverser : public Copier {
 protected:
  Reverser(const Program& from, int64_t scratch_bytes, Builder& to);

  /// What the load or gather `op` of x gains at one turn.
  virtual void AddToInput(const Op& op, int32_t adjoint, int32_t region) = 0;

  /// Adjoints of a temporary's elements live beside it.
  void AfterTemporary(size_t array, int32_t region) override;

  void Gain(int32_t op, int32_t amount);
  /// Reverses a region of `from`, but for one loop, at the end of `region` of `to`.
  void Backward(int32_t old_region, int32_t region, int32_t except = -1);
  bool reversing_a_loop() const { return depth_ > 0; }

  /// Forgets all adjoints, to reverse once more from elsewhere. From then on temporaries of the
  /// regions around get adjoints at home in `region`, as they are needed.
  void StartRow(int32_t region);

 private:
  void BackwardOp(int32_t index, int32_t region);
  void BackwardLoop(int32_t old, int32_t region);
  void FindMasked();
  void FindStored();
  int32_t AdjointOf(size_t array);
  using Seeds = std::vector<std::pair<const Accumulator*, int32_t>>;
  bool RanIn(int32_t old, int32_t region) const;
  bool Fuses(int32_t old, int32_t region, const Seeds& seeds);
  void Prepare(int32_t old, int32_t region, const Accumulator& accumulator, int32_t& seed);
  int32_t SeedAtTurn(int32_t loop, const Accumulator& accumulator, int32_t seed);
  bool KnownBeforeLoops(int32_t op, int32_t region);

  /// Adjoints gained by operations outside the loop, in the order first met.
  struct Foreign {
    std::vector<std::pair<int32_t, int32_t>> entries;
    std::unordered_map<int32_t, size_t> place;
  };

  std::vector<int32_t> adjoint_;  // operation of `to_` by operation of `from_`: its latest
  std::vector<bool> active_;      // depends on x at all
  std::vector<bool> masked_;
  std::vector<int32_t> array_adjoint_;
  std::vector<bool> array_gained_;           // its adjoint was added to
  std::vector<std::vector<size_t>> stored_;  // by loop: arrays it fills for the outside
  std::vector<bool> touches_temporaries_;    // by loop
  std::vector<bool> needs_loops_;            // by operation of `to_`
  Foreign foreign_;                          // of the loop being reversed
  int32_t region_ = 0;                       // of `from_`, being reversed
  int32_t depth_ = 0;                        // loops being reversed
  int32_t row_region_ = -1;                  // see StartRow; -1 before
  int32_t others_ = -1;                      // array of the product being reversed
};

}  // namespace thalweg::expression
