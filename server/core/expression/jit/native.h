#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/expression/program.h"

namespace thalweg::expression {

/// Which vector instructions machine code uses. All give the same bits.
enum class Instructions : uint8_t {
  kScalar,  ///< One double at a time, two where the baseline of x86-64 allows.
  kAvx2,    ///< x86-64-v3
  kAvx512,  ///< x86-64-v4
};

/// The best that this machine runs.
Instructions BestInstructions();

/// What the lanes of machine code are.
enum class Points : uint8_t {
  kOne,    ///< Turns of loops: one evaluation.
  kEight,  ///< Eight points, each with the bits it would have alone.
};
inline constexpr int64_t kPointsAtOnce = 8;

/// The machine code of one program. Immutable; any number of threads may run it at once, each with
/// arrays and scratch memory of its own. Its memory is freed with its last owner.
class NativeCode {
 public:
  NativeCode() = default;
  NativeCode(const NativeCode&) = delete;
  NativeCode& operator=(const NativeCode&) = delete;
  virtual ~NativeCode() = default;

  /// The value; outputs are set. `parameters`: by number, never null (Arguments::parameters is not
  /// looked at). `scratch`: scratch_doubles() doubles, aligned to 64 bytes, with any contents.
  double Run(const Arguments& arguments, const double* const* parameters, double* scratch) const {
    return function_(&arguments, parameters, scratch);
  }
  int64_t scratch_doubles() const { return scratch_doubles_; }

  // Code for eight points takes them from scratch and leaves its results there, coordinate by
  // coordinate: of the point p, x[i] is at scratch[8 * i + p].
  static constexpr int64_t kPointsAt = 0;
  int64_t gradients_at() const { return 8 * coordinates_; }
  int64_t values_at() const { return 16 * coordinates_; }

 protected:
  using Function = double (*)(const Arguments*, const double* const* parameters, double* scratch);
  Function function_ = nullptr;
  int64_t scratch_doubles_ = 0;
  int64_t coordinates_ = 0;
};

/// Beyond this many operations a program stays interpreted: compiling takes about 20 microseconds
/// for each, and more than that where many values wait for their use.
inline constexpr size_t kMostNativeOperations = 2500;

/// Compiles a scheduled program with LLVM. Fails, saying why, where the program is larger than
/// machine code is made for (the interpreter runs it then) or LLVM cannot be used. Thread-safe.
absl::StatusOr<std::shared_ptr<const NativeCode>> CompileNative(
    const Program& program, Points points = Points::kOne,
    Instructions instructions = BestInstructions());

}  // namespace thalweg::expression
