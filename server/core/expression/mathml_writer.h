#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/core/expression/markup.h"
#include "server/core/expression/tree.h"

namespace thalweg::expression {

/// Writes the nodes of one parsed formula as markup: mathml.cc what operators make, mathml_calls.cc
/// calls by their names.
class MathMlWriter {
 public:
  /// Both must outlive the writer.
  MathMlWriter(std::string_view text, const Tree& tree) : text_(text), tree_(tree) {}

  /// All statements: one element; empty where the formula nests too deeply.
  std::string Write();

 private:
  std::string_view NameOf(const Node& node) const {
    return text_.substr(node.name_begin, node.name_end - node.name_begin);
  }
  const Node& Child(const Node& node, int32_t k) const {
    return tree_.At(tree_.Children(node)[static_cast<size_t>(k)]);
  }
  bool IsNumber(const Node& node) const { return node.kind == NodeKind::kNumber; }

  std::string Line(const Statement& statement);
  Markup Write(const Node& node);
  Markup Dispatch(const Node& node);
  Markup Sum(const Node& node, size_t terms);
  Markup Product(const Node& node);
  Markup MatrixProduct(const Node& node);
  Markup PowerOf(const Node& node);
  Markup Chain(const Node& node, std::string_view symbol, Hold hold);
  Markup Comparison(const Node& node);
  Markup Cases(const Node& condition, const Node& value, const Node& other);
  Markup Subscripted(const Node& node);
  std::string Slice(const Node& node);
  std::string Commas(const Node& node, int32_t from = 0);

  // mathml_calls.cc
  Markup Call(const Node& node);
  Markup Function(std::string_view name, const Node& node);
  Markup FunctionOf(const std::string& head, const std::string& arguments) const;
  bool IsTrigonometric(const Node& node) const;
  bool IsLocal(std::string_view name) const;
  Markup Comprehension(const Node& node);
  Markup BigOperator(std::string_view name, const std::vector<std::string>& signs,
                     const Node& body);
  std::string SignOver(const std::string& sign, const Generator& generator);
  std::string Turns(const Generator& generator);
  std::vector<std::string> Conditions(const Generator& generator);
  Markup OneLess(const Node& node);

  const std::string_view text_;
  const Tree& tree_;
  int depth_ = 0;
  bool too_deep_ = false;
};

}  // namespace thalweg::expression
