#include "server/core/expression/analysis.h"

#include "absl/strings/str_cat.h"

namespace thalweg::expression {

void Complain(Complaints& complaints, std::string_view text, const Tree& tree, int32_t node,
              uint32_t offset, Reason reason, const std::string& what) {
  constexpr int kMostCalls = 3;
  std::string where;
  int shown = 0;
  for (int32_t i = tree.At(node).instance; i >= 0 && shown < kMostCalls; ++shown) {
    const Instance& instance = tree.instances[static_cast<size_t>(i)];
    absl::StrAppend(
        &where, shown == 0 ? " (in " : ", in ",
        Quoted(text.substr(instance.name.begin, instance.name.end - instance.name.begin)),
        " as called at ", PlaceOf(text, instance.call));
    i = instance.outer;
  }
  complaints.Add(reason, offset, absl::StrCat(what, where, where.empty() ? "" : ")"));
}

void Complain(Complaints& complaints, std::string_view text, const Tree& tree, int32_t node,
              Reason reason, const std::string& what) {
  Complain(complaints, text, tree, node, tree.At(node).begin, reason, what);
}

int32_t Underlying(const Tree& tree, const Analysis& analysis, int32_t node) {
  while (true) {
    const Node& of = tree.At(node);
    if (of.kind == NodeKind::kInline) {
      node = tree.Children(of).back();
    } else if (of.kind == NodeKind::kName && analysis.At(node).meaning.kind == SymbolKind::kLocal) {
      node = analysis.At(node).meaning.index;
    } else {
      return node;
    }
  }
}

}  // namespace thalweg::expression
