// Shapes, bottom up: children come before their parents, so one loop over the nodes does it.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/shape_inference.h"

namespace thalweg::expression {
namespace {

constexpr int32_t kMaxReductions = 64;  // reductions inside reductions

}  // namespace

ShapeInference::ShapeInference(const Source& source, const Layout& layout, const Tree& tree,
                               const Limits& limits, Complaints& complaints, Analysis& analysis)
    : source_(source),
      layout_(layout),
      tree_(tree),
      limits_(limits),
      complaints_(complaints),
      analysis_(analysis),
      integers_(tree, analysis, limits.compile_steps) {}

void ShapeInference::Run() {
  for (size_t i = 0; i < tree_.nodes.size(); ++i) Infer(static_cast<int32_t>(i));
  const int32_t root = tree_.statements.back().root;
  const Fact& fact = analysis_.At(root);
  if (fact.faulty || !fact.array()) return;
  Fault(root, Reason::kWrongShape,
        absl::StrFormat("the formula gives an array of shape %s; it must give one number "
                        "(sum, mean, norm ... make one)",
                        fact.shape.Text()));
}

void ShapeInference::Fault(int32_t node, Reason reason, const std::string& what) {
  analysis_.At(node).faulty = true;
  if (!complaints_.full()) Complain(complaints_, source_.text, tree_, node, reason, what);
}

std::string ShapeInference::Describe(int32_t node) const {
  return Quoted(Excerpt(source_.text, tree_.At(node).begin, tree_.At(node).end));
}

void ShapeInference::Infer(int32_t index) {
  const Node& node = tree_.At(index);
  Fact& fact = analysis_.At(index);
  for (const int32_t child : tree_.Children(node)) {
    const Fact& of = analysis_.At(child);
    fact.loops |= of.loops;
    fact.faulty |= of.faulty;
    fact.reductions = std::max(fact.reductions, of.reductions);
  }
  // Whatever its parts, a faulty node counts as a number and causes no further complaint.
  if (fact.faulty) return ForgetOwnLoops(node, fact);
  switch (node.kind) {
    case NodeKind::kNumber:
    case NodeKind::kMissing:
    case NodeKind::kNewAxis:
    case NodeKind::kKeyword:
    case NodeKind::kSlice:
      break;
    case NodeKind::kName:
      InferName(fact);
      break;
    case NodeKind::kConditional:
      InferConditional(index, node, fact);
      break;
    case NodeKind::kIndex:
      InferIndex(index, node, fact);
      break;
    case NodeKind::kMatMul:
      InferProduct(index, tree_.Children(node)[0], tree_.Children(node)[1], fact);
      break;
    case NodeKind::kList:
      InferList(index, node, fact);
      break;
    case NodeKind::kInline:
      fact.shape = analysis_.At(tree_.Children(node).back()).shape;
      break;
    case NodeKind::kCall:
      InferCall(index, node, fact);
      break;
    case NodeKind::kComprehension:
      InferComprehension(index, node, fact);
      break;
    default:
      fact.shape = Common(index, tree_.Children(node));
      break;
  }
  if (fact.array() && !fact.faulty) NotTooLarge(index, static_cast<double>(fact.shape.size()));
}

/// Lengths are below 2^53 where they come in, so that a product of two is far from overflow only
/// once this was asked.
bool ShapeInference::NotTooLarge(int32_t index, double elements) {
  const auto most = static_cast<double>(limits_.evaluation_operations);
  if (elements <= most) return true;
  Fault(index, Reason::kEvaluationTooCostly,
        absl::StrFormat("%s has %.4g elements; one evaluation may take %.4g operations",
                        Describe(index), elements, most));
  return false;
}

void ShapeInference::InferName(Fact& fact) {
  const Meaning& meaning = fact.meaning;
  if (meaning.kind == SymbolKind::kVariable) {
    fact.shape = layout_.variables()[static_cast<size_t>(meaning.index)].shape();
  } else if (meaning.kind == SymbolKind::kParameter) {
    fact.shape = meaning.parameter->shape();
  } else if (meaning.kind == SymbolKind::kLocal) {
    const Fact& root = analysis_.At(meaning.index);
    fact.shape = root.shape;
    fact.faulty = root.faulty;
    fact.loops = root.loops;
    // What depends on no loop is computed before anything that uses it, not inside.
    if (root.loops != 0) fact.reductions = root.reductions;
  }
}

/// The shape of an elementwise operation: NumPy's broadcasting.
Shape ShapeInference::Common(int32_t index, std::span<const int32_t> operands) {
  Shape shape;
  int32_t first = -1;
  for (const int32_t operand : operands) {
    const Shape& of = analysis_.At(operand).shape;
    const auto common = Broadcast(shape, of);
    if (!common) {
      Fault(index, Reason::kWrongShape,
            absl::StrFormat("%s has shape %s, %s has shape %s; lengths must be equal or 1, "
                            "counted from the last axis",
                            Describe(first), shape.Text(), Describe(operand), of.Text()));
      return {};
    }
    if (of.rank() > 0 && *common != shape) first = operand;
    shape = *common;
  }
  return shape;
}

bool ShapeInference::MustBeNumber(int32_t index, int32_t operand, const std::string& what) {
  const Fact& fact = analysis_.At(operand);
  if (!fact.array()) return true;
  analysis_.At(index).faulty = true;
  Fault(operand, Reason::kWrongShape,
        absl::StrFormat("%s must be a number; %s has shape %s", what, Describe(operand),
                        fact.shape.Text()));
  return false;
}

bool ShapeInference::MustBeArray(int32_t index, int32_t operand, const std::string& what) {
  if (analysis_.At(operand).array()) return true;
  analysis_.At(index).faulty = true;
  Fault(operand, Reason::kWrongShape,
        absl::StrFormat("%s must be a vector or matrix; %s is a number", what, Describe(operand)));
  return false;
}

bool ShapeInference::MustBeVector(int32_t index, int32_t operand, const std::string& what) {
  const Shape& shape = analysis_.At(operand).shape;
  if (shape.rank() == 1) return true;
  analysis_.At(index).faulty = true;
  Fault(operand, Reason::kWrongShape,
        absl::StrFormat("%s must be a vector; %s has shape %s", what, Describe(operand),
                        shape.Text()));
  return false;
}

bool ShapeInference::MustBeMatrix(int32_t index, int32_t operand, const std::string& what) {
  const Shape& shape = analysis_.At(operand).shape;
  if (shape.rank() == 2) return true;
  analysis_.At(index).faulty = true;
  Fault(operand, Reason::kWrongShape,
        absl::StrFormat("%s must be a matrix; %s has shape %s", what, Describe(operand),
                        shape.Text()));
  return false;
}

void ShapeInference::InferConditional(int32_t index, const Node& node, Fact& fact) {
  const auto children = tree_.Children(node);
  if (analysis_.At(children[0]).array()) {
    analysis_.At(index).faulty = true;
    return Fault(children[0], Reason::kWrongShape,
                 "the condition of 'if' must be a number; where(c, a, b) chooses elementwise");
  }
  fact.shape = Common(index, children);
}

/// a @ b: the last axis of a meets the first of a vector b, the rows of a matrix b.
void ShapeInference::InferProduct(int32_t index, int32_t left, int32_t right, Fact& fact) {
  const Shape a = analysis_.At(left).shape;
  const Shape b = analysis_.At(right).shape;
  for (const int32_t operand : {left, right}) {
    if (analysis_.At(operand).array()) continue;
    return Fault(index, Reason::kWrongShape,
                 absl::StrFormat("@ multiplies vectors and matrices; %s is a number, write *",
                                 Describe(operand)));
  }
  if (a[a.rank() - 1] != b[0]) {
    return Fault(index, Reason::kWrongShape,
                 absl::StrFormat("%s has shape %s, %s has shape %s; a product needs %d == %d",
                                 Describe(left), a.Text(), Describe(right), b.Text(),
                                 a[a.rank() - 1], b[0]));
  }
  if (a.rank() == 2 && b.rank() == 2) {
    if (!NotTooLarge(index, static_cast<double>(a[0]) * static_cast<double>(b[1]))) return;
    fact.shape = Shape::Matrix(a[0], b[1]);
  } else if (a.rank() == 2) {
    fact.shape = Shape::Vector(a[0]);
  } else if (b.rank() == 2) {
    fact.shape = Shape::Vector(b[1]);
  }
  Deepen(index, fact);
}

/// Numbers make a vector, vectors of one length a matrix.
void ShapeInference::InferList(int32_t index, const Node& node, Fact& fact) {
  const auto children = tree_.Children(node);
  const Shape& row = analysis_.At(children[0]).shape;
  if (row.rank() == 2) {
    return Fault(index, Reason::kWrongShape, "a list of matrices has three axes; two are allowed");
  }
  for (const int32_t child : children) {
    if (analysis_.At(child).shape == row) continue;
    return Fault(child, Reason::kWrongShape,
                 absl::StrFormat("%s has shape %s, but the first of this list has %s",
                                 Describe(child), analysis_.At(child).shape.Text(), row.Text()));
  }
  const auto count = static_cast<int64_t>(children.size());
  fact.shape = row.rank() == 0 ? Shape::Vector(count) : Shape::Matrix(count, row[0]);
  if (row.rank() == 1) Deepen(index, fact);
}

void ShapeInference::InferComprehension(int32_t index, const Node& node, Fact& fact) {
  const auto children = tree_.Children(node);
  MustBeNumber(index, children[0], "the value summed over a range");
  for (size_t i = 1; i < children.size(); ++i) {
    MustBeNumber(index, children[i], "what a range is made of");
  }
  Deepen(index, fact);
  ForgetOwnLoops(node, fact);
}

void ShapeInference::Deepen(int32_t index, Fact& fact) {
  if (++fact.reductions <= kMaxReductions) return;
  Fault(index, Reason::kExpressionTooDeep,
        absl::StrFormat("reductions nest deeper than %d, the limit", kMaxReductions));
}

/// Outside a comprehension nothing depends on its variables.
void ShapeInference::ForgetOwnLoops(const Node& node, Fact& fact) {
  for (int32_t g = 0; g < (node.kind == NodeKind::kComprehension ? node.generators : 0); ++g) {
    const auto generator = static_cast<size_t>(node.first_generator + g);
    fact.loops &= ~(1U << std::min(analysis_.loops[generator].depth, 31));
  }
}

void InferShapes(const Source& source, const Layout& layout, const Tree& tree, const Limits& limits,
                 Complaints& complaints, Analysis& analysis) {
  ShapeInference(source, layout, tree, limits, complaints, analysis).Run();
}

}  // namespace thalweg::expression
