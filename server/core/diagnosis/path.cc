#include "server/core/diagnosis/path.h"

namespace thalweg {
namespace {

constexpr Index kNumbers = 5;

void Write(const Path::Place& place, double* to) {
  to[0] = static_cast<double>(place.iteration);
  to[1] = place.value;
  to[2] = place.gradient_norm;
  to[3] = place.step_norm;
  to[4] = place.turn;
}

Path::Place Read(const double* from) {
  return {static_cast<int64_t>(from[0]), from[1], from[2], from[3], from[4]};
}

}  // namespace

void Path::Remember(State& state) {
  Vector numbers(kNumbers * (kLength + 2));
  double* to = numbers.data();
  for (const Place& place : places_) Write(place, to), to += kNumbers;
  Write(milestone_, to);
  Write(before_milestone_, to + kNumbers);
  state.Keep("path", numbers);
  if (state.writing() || numbers.size() != kNumbers * (kLength + 2)) return;
  const double* from = numbers.data();
  for (Place& place : places_) place = Read(from), from += kNumbers;
  milestone_ = Read(from);
  before_milestone_ = Read(from + kNumbers);
}

}  // namespace thalweg
