#pragma once

#include <optional>
#include <string>

#include "server/core/expression/calls.h"
#include "server/core/expression/integers.h"

namespace thalweg::expression {

/// The pass behind InferShapes(). shapes.cc has operators and names, shapes_calls.cc calls,
/// shapes_subscripts.cc square brackets.
class ShapeInference {
 public:
  ShapeInference(const Source& source, const Layout& layout, const Tree& tree, const Limits& limits,
                 Complaints& complaints, Analysis& analysis);
  void Run();

 private:
  // shapes.cc
  void Infer(int32_t index);
  void InferName(Fact& fact);
  void InferConditional(int32_t index, const Node& node, Fact& fact);
  void InferProduct(int32_t index, int32_t left, int32_t right, Fact& fact);
  void InferComprehension(int32_t index, const Node& node, Fact& fact);
  void InferList(int32_t index, const Node& node, Fact& fact);
  void Fault(int32_t node, Reason reason, const std::string& what);
  std::string Describe(int32_t node) const;
  Shape Common(int32_t index, std::span<const int32_t> operands);
  bool MustBeNumber(int32_t index, int32_t operand, const std::string& what);
  bool MustBeArray(int32_t index, int32_t operand, const std::string& what);
  bool MustBeVector(int32_t index, int32_t operand, const std::string& what);
  bool MustBeMatrix(int32_t index, int32_t operand, const std::string& what);
  void Deepen(int32_t index, Fact& fact);
  void ForgetOwnLoops(const Node& node, Fact& fact);
  bool NotTooLarge(int32_t index, double elements);

  // shapes_calls.cc
  void InferCall(int32_t index, const Node& node, Fact& fact);
  bool ReadAxis(int32_t index, const Shape& shape, Fact& fact);
  void InferReduction(int32_t index, int32_t argument, Fact& fact);
  void InferFilled(int32_t index, int32_t lengths, Fact& fact);
  void InferArange(int32_t index, const Node& node, Fact& fact);
  void InferLinspace(int32_t index, const Node& node, Fact& fact);
  void InferReshape(int32_t index, const Node& node, Fact& fact);
  std::optional<int64_t> Length(int32_t index, int32_t node, bool open);
  std::optional<Shape> LengthsOf(int32_t index, std::span<const int32_t> nodes, bool open);
  std::optional<double> Constant(int32_t index, int32_t node, int depth = 0);

  // shapes_subscripts.cc
  void InferIndex(int32_t index, const Node& node, Fact& fact);
  bool Slice(int32_t index, int32_t subscript, int64_t length, AxisSelection& selected,
             int64_t& count);

  const Source& source_;
  const Layout& layout_;
  const Tree& tree_;
  const Limits& limits_;
  Complaints& complaints_;
  Analysis& analysis_;
  Integers integers_;
};

}  // namespace thalweg::expression
