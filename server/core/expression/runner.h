#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "server/core/expression/code.h"
#include "server/core/expression/code_maker.h"
#include "server/core/expression/machine.h"
#include "server/core/expression/program.h"

namespace thalweg::expression {

/// Runs one program: with the interpreter at first, with machine code once that is worth its
/// making and made. Both give the same bits, so nobody can tell but by the time.
class Runner {
 public:
  /// `owner` keeps `program` and `code` alive; `maker` may be null and must outlive the runner.
  Runner(std::shared_ptr<const void> owner, const Program& program, const MachineCode& code,
         CodeMaker* maker);

  /// The value at x; sets the outputs that the program has.
  double Run(const Arguments& arguments) {
    if (native_ == nullptr) return RunSlowly(arguments);
    return native_->Run(arguments,
                        arguments.parameters != nullptr ? arguments.parameters : parameters_.data(),
                        scratch_);
  }

  /// The values at `count` points and, where the program makes them and `gradients` is not null,
  /// gradients: both by columns of n coordinates. Every point has the bits of a run of its own.
  /// `parameters` as in Arguments.
  void RunPoints(const double* points, int64_t count, const double* const* parameters,
                 double* values, double* gradients);

  /// For explanations.
  Machine& interpreter();

 private:
  double RunSlowly(const Arguments& arguments);
  bool FindNative();
  bool FindPoints(int64_t count);
  void OwnParameters();
  void RunEight(const double* points, int64_t count, const double* const* parameters,
                double* values, double* gradients);

  std::shared_ptr<const void> owner_;
  const Program& program_;
  const MachineCode& code_;
  CodeMaker* maker_;
  std::optional<Machine> interpreter_;
  std::shared_ptr<const PendingCode> pending_;
  double interpreted_ = 0;  // operations

  const NativeCode* native_ = nullptr;
  std::vector<const double*> parameters_;  // the program's own
  std::vector<double> storage_;
  double* scratch_ = nullptr;  // storage_, aligned

  std::shared_ptr<const PendingCode> pending_points_;
  const NativeCode* native_points_ = nullptr;
  double interpreted_points_ = 0;  // operations
  std::vector<double> points_storage_;
  double* points_scratch_ = nullptr;
};

}  // namespace thalweg::expression
