#pragma once

#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/core/functions/test_function.h"

/// The classic test functions: formulas in the objective language with known minima, to learn
/// from, to compare optimizers on and to test the server with. They see nothing but layout.h; they
/// are compiled like a caller's formula (objective_spec.h), by no other way.
///
/// One more: a function that returns its row, in the family it belongs to (bowls, valleys,
/// plates_and_saddles, few_minima, tabulated, many_minima, rugged_planes, one_dimensional), and one
/// line in catalogue.cc. tests/core/functions/ then checks its minimum, gradient and box.
namespace thalweg {

/// All of them, families one after the other, from the plain to the rugged.
std::span<const TestFunction> TestFunctions();

/// The one of this name; an UNKNOWN_NAME error with the nearest and all known names otherwise.
absl::StatusOr<const TestFunction*> FindTestFunction(std::string_view name);

}  // namespace thalweg
