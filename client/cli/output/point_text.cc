#include "client/cli/output/point_text.h"

#include <map>

#include "client/cli/output/number_text.h"

namespace thalweg::cli {

Variables VariablesOf(const v1::Point& point) {
  const std::map<std::string, v1::Array> values(point.values().begin(), point.values().end());
  Variables variables;
  for (const auto& [name, array] : values) {
    v1::Variable& variable = *variables.Add();
    variable.set_name(name);
    *variable.mutable_shape() = array.shape();
    if (array.shape().empty() && array.values_size() != 1) variable.add_shape(array.values_size());
  }
  return variables;
}

std::string ArrayText(const v1::Array& array, int digits) {
  const auto& numbers = array.values();
  if (array.shape().empty() && numbers.size() == 1) return NumberText(numbers.Get(0));
  return VectorText({numbers.data(), static_cast<size_t>(numbers.size())}, digits);
}

}  // namespace thalweg::cli
