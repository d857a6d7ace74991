#include "server/core/layout.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr Index kMostNumbers = Index{1} << 40;  // so that sums of lengths stay integers

bool IsIdentifier(const std::string& name) {
  if (name.empty() || name.size() > 64) return false;
  if (!absl::ascii_isalpha(static_cast<unsigned char>(name[0])) && name[0] != '_') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
}

}  // namespace

absl::StatusOr<Layout> Layout::Of(std::vector<Variable> variables) {
  Layout layout;
  std::set<std::string> seen;
  for (const Variable& variable : variables) {
    if (!IsIdentifier(variable.name)) {
      return Refuse(Quoted(variable.name), Reason::kInvalidValue,
                    "a variable's name is a letter or underscore, then letters, digits or "
                    "underscores, at most 64 characters");
    }
    if (!seen.insert(variable.name).second) {
      return Refuse(variable.name, Reason::kInvalidValue, "declared twice");
    }
    if (variable.length < 1 || (variable.scalar && variable.length != 1)) {
      return Refuse(variable.name, Reason::kWrongShape,
                    absl::StrFormat("length %d; a vector has at least 1 coordinate, a scalar one",
                                    variable.length));
    }
    if (variable.length > kMostNumbers - layout.size_) {
      return Refuse(variable.name, Reason::kWrongShape,
                    absl::StrFormat("length %d; all variables together have at most %d numbers",
                                    variable.length, kMostNumbers));
    }
    if (variable.columns < 0 || (variable.scalar && variable.columns != 0) ||
        (variable.columns > 0 && variable.length % variable.columns != 0)) {
      return Refuse(variable.name, Reason::kWrongShape,
                    absl::StrFormat("%d coordinates in rows of %d; only a matrix has rows, all of "
                                    "one length",
                                    variable.length, variable.columns));
    }
    layout.offsets_.push_back(layout.size_);
    layout.size_ += variable.length;
  }
  layout.variables_ = std::move(variables);
  return layout;
}

absl::StatusOr<Vector> Layout::Flatten(const NamedValues& values) const {
  std::vector<Violation> violations;
  Vector flat(size_);
  for (size_t v = 0; v < variables_.size(); ++v) {
    const Variable& variable = variables_[v];
    const auto given = values.find(variable.name);
    if (given == values.end()) {
      violations.push_back({variable.name, Reason::kMissingField,
                            absl::StrFormat("no value; expected %d", variable.length)});
      continue;
    }
    if (static_cast<Index>(given->second.size()) != variable.length) {
      violations.push_back(
          {variable.name, Reason::kWrongShape,
           absl::StrFormat("%d values; expected %d", given->second.size(), variable.length)});
      continue;
    }
    for (Index i = 0; i < variable.length; ++i) {
      const double value = given->second[static_cast<size_t>(i)];
      if (!std::isfinite(value)) {
        violations.push_back(
            {variable.scalar ? variable.name : absl::StrFormat("%s[%d]", variable.name, i),
             Reason::kInvalidValue, absl::StrFormat("%g; expected a finite number", value)});
      }
      flat[offsets_[v] + i] = value;
    }
  }
  for (const auto& entry : values) {
    const std::string& name = entry.first;
    const bool known = std::any_of(variables_.begin(), variables_.end(),
                                   [&](const Variable& v) { return v.name == name; });
    if (known) continue;
    std::vector<std::string> names;
    for (const Variable& variable : variables_) names.push_back(variable.name);
    violations.push_back({name, Reason::kUnknownName, UnknownName("variable", name, names)});
  }
  if (!violations.empty()) {
    if (violations.size() > 20) violations.resize(20);
    return Refuse(std::move(violations));
  }
  return flat;
}

NamedValues Layout::Unflatten(const Vector& x) const {
  NamedValues values;
  for (size_t v = 0; v < variables_.size(); ++v) {
    const double* first = x.data() + offsets_[v];
    values[variables_[v].name].assign(first, first + variables_[v].length);
  }
  return values;
}

std::string Layout::CoordinateName(Index index) const {
  for (size_t v = variables_.size(); v-- > 0;) {
    if (index < offsets_[v]) continue;
    if (variables_[v].scalar) return variables_[v].name;
    const Index place = index - offsets_[v];
    const Index columns = variables_[v].columns;
    if (columns > 0) {
      return absl::StrFormat("%s[%d, %d]", variables_[v].name, place / columns, place % columns);
    }
    return absl::StrFormat("%s[%d]", variables_[v].name, place);
  }
  return "";
}

}  // namespace thalweg
