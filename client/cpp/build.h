#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "thalweg/v1/objective.pb.h"
#include "thalweg/v1/run.pb.h"
#include "thalweg/v1/values.pb.h"

namespace thalweg::client {

v1::Array Scalar(double value);
v1::Array Vector(std::span<const double> values);
/// Rows of one length, one after the other.
v1::Array Matrix(std::span<const double> values, size_t columns);

/// Something chosen from a catalogue, with its settings:
///
///   Part("adam").Set("learning_rate", Part("cosine").Set("initial", 0.1).Set("steps", 100))
class Part {
 public:
  explicit Part(const std::string& kind) { part_.set_kind(kind); }

  Part& Set(const std::string& name, bool flag);
  template <typename Number>
  requires(std::is_arithmetic_v<Number> &&
           !std::same_as<Number, bool>) Part& Set(const std::string& name, Number number) {
    return SetNumber(name, static_cast<double>(number));
  }
  Part& Set(const std::string& name, const char* text) { return Set(name, std::string(text)); }
  Part& Set(const std::string& name, const std::string& text);
  Part& Set(const std::string& name, const std::vector<double>& numbers);
  Part& Set(const std::string& name, const Part& part);
  Part& Set(const std::string& name, const std::vector<Part>& parts);

  operator const v1::Part&() const { return part_; }  // NOLINT: it is one

 private:
  Part& SetNumber(const std::string& name, double number);
  v1::Setting& At(const std::string& name) { return (*part_.mutable_settings())[name]; }

  v1::Part part_;
};

/// A run to be made; passes for a v1::Run.
///
///   Minimize("a*(x-1)**2").Parameter("a", 3).Start("x", 0).StopWhen(Part("gradient_norm"))
class RunBuilder {
 public:
  RunBuilder(v1::Objective objective, v1::Direction direction);

  RunBuilder& Start(const std::string& variable, double value);
  RunBuilder& Start(const std::string& variable, std::span<const double> values);
  RunBuilder& Parameter(const std::string& name, double value);
  RunBuilder& Parameter(const std::string& name, std::span<const double> values);
  /// Bounds, which may be infinite; one number counts for every coordinate of the variable.
  RunBuilder& Lower(const std::string& variable, double bound);
  RunBuilder& Lower(const std::string& variable, std::span<const double> bounds);
  RunBuilder& Upper(const std::string& variable, double bound);
  RunBuilder& Upper(const std::string& variable, std::span<const double> bounds);
  RunBuilder& Constraint(const std::string& text);  ///< "x**2 + y**2 <= 1"; may be repeated.
  RunBuilder& Optimizer(const v1::Part& optimizer);
  RunBuilder& StopWhen(const v1::Part& rule);  ///< May be repeated; the first that is met ends.
  RunBuilder& Seed(uint64_t seed);
  RunBuilder& DisplayName(const std::string& name);
  RunBuilder& Label(const std::string& key, const std::string& value);
  RunBuilder& TracedCoordinates(int64_t count);
  RunBuilder& Pace(double iterations_per_second);  ///< 0: as fast as can be.

  operator const v1::Run&() const { return run_; }  // NOLINT: it is one
  const v1::Run& run() const { return run_; }

 private:
  v1::Run run_;
};

/// A run on a formula of the objective language.
RunBuilder Minimize(const std::string& expression);
RunBuilder Maximize(const std::string& expression);

/// A run on a test function of the catalogue; dimension 0: its usual one.
RunBuilder MinimizeFunction(const std::string& name, int64_t dimension = 0);

}  // namespace thalweg::client
