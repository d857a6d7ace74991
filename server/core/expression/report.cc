#include "server/core/expression/report.h"

#include <algorithm>

#include "server/core/expression/compiled.h"
#include "server/core/expression/findings.h"
#include "server/core/expression/order.h"

namespace thalweg::expression {
namespace {

constexpr size_t kMostKinks = 5;

std::vector<std::string> KinkTexts(const Machinery& machinery, const Structure& structure) {
  std::vector<std::string> texts;
  for (const int32_t op : structure.kinks) {
    const int32_t origin = machinery.value.At(op).origin;
    const Node& node =
        machinery.tree.At(origin < 0 ? machinery.tree.statements.back().root : origin);
    std::string text = Excerpt(machinery.source.text, node.begin, node.end);
    if (std::find(texts.begin(), texts.end(), text) != texts.end()) continue;
    texts.push_back(std::move(text));
    if (texts.size() == kMostKinks) break;
  }
  return texts;
}

int64_t SizeOf(const Program& program) { return static_cast<int64_t>(RunOrder(program).size()); }

Structure StructureOf(const Machinery& machinery) {
  std::vector<int64_t> offsets;
  for (size_t v = 0; v < machinery.layout.variables().size(); ++v) {
    offsets.push_back(machinery.layout.OffsetOf(v));
  }
  return FindStructure(machinery.value, offsets, machinery.layout.size());
}

}  // namespace

Traits TraitsOf(const Compiled& compiled) {
  const Machinery& machinery = compiled.machinery();
  const Structure structure = StructureOf(machinery);
  Traits traits;
  traits.smooth = structure.kinks.empty();
  if (!structure.kinks.empty()) traits.kink = KinkTexts(machinery, structure).front();
  traits.quadratic = structure.degree != Degree::kOther;
  return traits;
}

Report ReportOn(const Compiled& compiled, const Vector& lower, const Vector& upper) {
  const Machinery& machinery = compiled.machinery();
  Report report;
  report.structure = StructureOf(machinery);
  report.kinks = KinkTexts(machinery, report.structure);
  report.findings = compiled.findings();
  for (std::string& text : FindSurprises(machinery, report.structure, lower, upper)) {
    report.findings.push_back(std::move(text));
  }
  report.value_program = SizeOf(machinery.value);
  report.gradient_program = SizeOf(machinery.gradient);
  report.memory_bytes = (machinery.value_code.memory + machinery.gradient_code.memory) *
                        static_cast<int64_t>(sizeof(double));
  return report;
}

}  // namespace thalweg::expression
