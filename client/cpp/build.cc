#include "client/cpp/build.h"

namespace thalweg::client {

v1::Array Scalar(double value) {
  v1::Array array;
  array.add_values(value);
  return array;
}

v1::Array Vector(std::span<const double> values) {
  v1::Array array;
  // Said even for one value: without a shape one value is a scalar.
  array.add_shape(static_cast<int64_t>(values.size()));
  array.mutable_values()->Add(values.begin(), values.end());
  return array;
}

v1::Array Matrix(std::span<const double> values, size_t columns) {
  v1::Array array;
  array.add_shape(static_cast<int64_t>(values.size() / columns));
  array.add_shape(static_cast<int64_t>(columns));
  array.mutable_values()->Add(values.begin(), values.end());
  return array;
}

Part& Part::SetNumber(const std::string& name, double number) {
  At(name).set_number(number);
  return *this;
}

Part& Part::Set(const std::string& name, bool flag) {
  At(name).set_flag(flag);
  return *this;
}

Part& Part::Set(const std::string& name, const std::string& text) {
  At(name).set_text(text);
  return *this;
}

Part& Part::Set(const std::string& name, const std::vector<double>& numbers) {
  At(name).mutable_numbers()->mutable_values()->Assign(numbers.begin(), numbers.end());
  return *this;
}

Part& Part::Set(const std::string& name, const Part& part) {
  *At(name).mutable_part() = part;
  return *this;
}

Part& Part::Set(const std::string& name, const std::vector<Part>& parts) {
  v1::PartList list;
  for (const Part& part : parts) *list.add_parts() = part;
  *At(name).mutable_parts() = std::move(list);
  return *this;
}

RunBuilder::RunBuilder(v1::Objective objective, v1::Direction direction) {
  objective.set_direction(direction);
  *run_.mutable_objective() = std::move(objective);
}

RunBuilder& RunBuilder::Start(const std::string& variable, double value) {
  (*run_.mutable_start()->mutable_values())[variable] = Scalar(value);
  return *this;
}

RunBuilder& RunBuilder::Start(const std::string& variable, std::span<const double> values) {
  (*run_.mutable_start()->mutable_values())[variable] = Vector(values);
  return *this;
}

RunBuilder& RunBuilder::Parameter(const std::string& name, double value) {
  (*run_.mutable_objective()->mutable_parameters())[name] = Scalar(value);
  return *this;
}

RunBuilder& RunBuilder::Parameter(const std::string& name, std::span<const double> values) {
  (*run_.mutable_objective()->mutable_parameters())[name] = Vector(values);
  return *this;
}

RunBuilder& RunBuilder::Lower(const std::string& variable, double bound) {
  (*run_.mutable_objective()->mutable_lower()->mutable_values())[variable] = Scalar(bound);
  return *this;
}

RunBuilder& RunBuilder::Lower(const std::string& variable, std::span<const double> bounds) {
  (*run_.mutable_objective()->mutable_lower()->mutable_values())[variable] = Vector(bounds);
  return *this;
}

RunBuilder& RunBuilder::Upper(const std::string& variable, double bound) {
  (*run_.mutable_objective()->mutable_upper()->mutable_values())[variable] = Scalar(bound);
  return *this;
}

RunBuilder& RunBuilder::Upper(const std::string& variable, std::span<const double> bounds) {
  (*run_.mutable_objective()->mutable_upper()->mutable_values())[variable] = Vector(bounds);
  return *this;
}

RunBuilder& RunBuilder::Constraint(const std::string& text) {
  run_.mutable_objective()->add_constraints()->set_expression(text);
  return *this;
}

RunBuilder& RunBuilder::Optimizer(const v1::Part& optimizer) {
  *run_.mutable_optimizer() = optimizer;
  return *this;
}

RunBuilder& RunBuilder::StopWhen(const v1::Part& rule) {
  *run_.add_stopping() = rule;
  return *this;
}

RunBuilder& RunBuilder::Seed(uint64_t seed) {
  run_.set_seed(seed);
  return *this;
}

RunBuilder& RunBuilder::DisplayName(const std::string& name) {
  run_.set_display_name(name);
  return *this;
}

RunBuilder& RunBuilder::Label(const std::string& key, const std::string& value) {
  (*run_.mutable_labels())[key] = value;
  return *this;
}

RunBuilder& RunBuilder::TracedCoordinates(int64_t count) {
  run_.set_traced_coordinates(count);
  return *this;
}

RunBuilder& RunBuilder::Pace(double iterations_per_second) {
  run_.set_pace(iterations_per_second);
  return *this;
}

RunBuilder Minimize(const std::string& expression) {
  v1::Objective objective;
  objective.set_expression(expression);
  return {std::move(objective), v1::DIRECTION_MINIMIZE};
}

RunBuilder Maximize(const std::string& expression) {
  v1::Objective objective;
  objective.set_expression(expression);
  return {std::move(objective), v1::DIRECTION_MAXIMIZE};
}

RunBuilder MinimizeFunction(const std::string& name, int64_t dimension) {
  v1::Objective objective;
  objective.set_function(name);
  objective.set_dimension(dimension);
  return {std::move(objective), v1::DIRECTION_MINIMIZE};
}

}  // namespace thalweg::client
