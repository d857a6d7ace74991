#include "server/core/bounds_spec.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/functions/catalogue.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr size_t kMostViolations = 20;
constexpr double kInf = std::numeric_limits<double>::infinity();

/// One side of the box, `open` where nothing is said.
Vector SideOf(const NamedValues& given, const std::string& side, double open, const Layout& layout,
              std::vector<Violation>& violations) {
  Vector flat = Vector::Constant(layout.size(), open);
  std::vector<std::string> names;
  for (size_t v = 0; v < layout.variables().size(); ++v) {
    const Variable& variable = layout.variables()[v];
    names.push_back(variable.name);
    const auto found = given.find(variable.name);
    if (found == given.end()) continue;
    const std::vector<double>& values = found->second;
    const auto count = static_cast<Index>(values.size());
    if (count == 1) {
      flat.segment(layout.OffsetOf(v), variable.length).setConstant(values.front());
    } else if (count == variable.length) {
      flat.segment(layout.OffsetOf(v), count) = Eigen::Map<const Vector>(values.data(), count);
    } else {
      violations.push_back(
          {absl::StrCat(side, ".", variable.name), Reason::kWrongShape,
           absl::StrCat("expected 1 or ", variable.length, " values, got ", count)});
    }
  }
  for (const auto& [name, values] : given) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    violations.push_back({absl::StrCat(side, ".", name), Reason::kUnknownName,
                          UnknownName("variable", name, names)});
  }
  return flat;
}

void CheckSides(const Bounds& bounds, const Layout& layout, std::vector<Violation>& violations) {
  for (Index i = 0; i < layout.size() && violations.size() < kMostViolations; ++i) {
    const double lower = bounds.lower[i];
    const double upper = bounds.upper[i];
    if (std::isnan(lower) || lower == kInf) {
      violations.push_back({absl::StrCat("lower.", layout.CoordinateName(i)), Reason::kInvalidValue,
                            absl::StrCat("is ", NumberText(lower),
                                         "; must be a finite number, or -Infinity for none")});
    } else if (std::isnan(upper) || upper == -kInf) {
      violations.push_back({absl::StrCat("upper.", layout.CoordinateName(i)), Reason::kInvalidValue,
                            absl::StrCat("is ", NumberText(upper),
                                         "; must be a finite number, or Infinity for none")});
    } else if (lower > upper) {
      violations.push_back({absl::StrCat("upper.", layout.CoordinateName(i)), Reason::kInvalidValue,
                            absl::StrCat("is ", NumberText(upper), ", less than the lower bound ",
                                         NumberText(lower))});
    }
  }
}

}  // namespace

absl::StatusOr<Bounds> BoundsOf(const ObjectiveSpec& spec, const Layout& layout) {
  Bounds bounds;
  if (spec.lower.empty() && spec.upper.empty()) return bounds;
  std::vector<Violation> violations;
  bounds.lower = SideOf(spec.lower, "lower", -kInf, layout, violations);
  bounds.upper = SideOf(spec.upper, "upper", kInf, layout, violations);
  CheckSides(bounds, layout, violations);
  if (violations.empty()) return bounds;
  if (violations.size() > kMostViolations) violations.resize(kMostViolations);
  return Refuse(std::move(violations));
}

void TakeUsualBox(const Layout& layout, ObjectiveSpec& spec) {
  if (spec.function.empty()) return;
  const auto function = FindTestFunction(spec.function);
  if (!function.ok()) return;
  spec.lower = layout.Unflatten((*function)->lower(layout.size()));
  spec.upper = layout.Unflatten((*function)->upper(layout.size()));
}

}  // namespace thalweg
