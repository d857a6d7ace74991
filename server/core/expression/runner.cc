#include "server/core/expression/runner.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "server/core/expression/transpose.h"

namespace thalweg::expression {
namespace {

/// Memory for `code`, kept in `storage`.
double* Scratch(const NativeCode& code, std::vector<double>& storage) {
  constexpr size_t kAligned = 64 / sizeof(double);
  storage.assign(static_cast<size_t>(code.scratch_doubles()) + kAligned, 0.0);
  const size_t past = reinterpret_cast<uintptr_t>(storage.data()) % 64 / sizeof(double);
  return storage.data() + (past == 0 ? 0 : kAligned - past);
}

}  // namespace

Runner::Runner(std::shared_ptr<const void> owner, const Program& program, const MachineCode& code,
               CodeMaker* maker)
    : owner_(std::move(owner)), program_(program), code_(code), maker_(maker) {}

Machine& Runner::interpreter() {
  if (!interpreter_) interpreter_.emplace(program_, code_);
  return *interpreter_;
}

double Runner::RunSlowly(const Arguments& arguments) {
  if (maker_ != nullptr && interpreted_ >= static_cast<double>(maker_->worthwhile()) &&
      FindNative()) {
    return Run(arguments);
  }
  interpreted_ += code_.operations;
  return interpreter().Run(arguments);
}

bool Runner::FindNative() {
  if (pending_ == nullptr) pending_ = maker_->Request(owner_, program_, Points::kOne);
  native_ = pending_->Ready();
  if (native_ == nullptr) return false;
  OwnParameters();
  scratch_ = Scratch(*native_, storage_);
  interpreter_.reset();
  return true;
}

void Runner::OwnParameters() {
  if (!parameters_.empty()) return;
  for (const auto& values : program_.parameters) parameters_.push_back(values.data());
}

// --- many points --------------------------------------------------------------------------------

bool Runner::FindPoints(int64_t count) {
  // Longer programs fill the lanes with the turns of their own loops.
  constexpr double kMostOperations = 4096;
  if (native_points_ != nullptr) return true;
  if (maker_ == nullptr || code_.operations > kMostOperations) return false;
  interpreted_points_ += code_.operations * static_cast<double>(count);
  if (interpreted_points_ < static_cast<double>(maker_->worthwhile())) return false;
  if (pending_points_ == nullptr) {
    pending_points_ = maker_->Request(owner_, program_, Points::kEight);
  }
  native_points_ = pending_points_->Ready();
  if (native_points_ == nullptr) return false;
  OwnParameters();
  points_scratch_ = Scratch(*native_points_, points_storage_);
  return true;
}

void Runner::RunPoints(const double* points, int64_t count, const double* const* parameters,
                       double* values, double* gradients) {
  const int64_t n = program_.arrays[kInputArray].length;
  int64_t done = 0;
  if (FindPoints(count)) {
    for (; done + 1 < count; done += kPointsAtOnce) {
      RunEight(points + done * n, std::min(kPointsAtOnce, count - done),
               parameters != nullptr ? parameters : parameters_.data(), values + done,
               gradients == nullptr ? nullptr : gradients + done * n);
    }
  }
  for (; done < count; ++done) {
    values[done] = Run({.x = points + done * n,
                        .gradient = gradients == nullptr ? nullptr : gradients + done * n,
                        .parameters = parameters});
  }
}

/// At most eight points; lanes without one repeat the last.
void Runner::RunEight(const double* points, int64_t count, const double* const* parameters,
                      double* values, double* gradients) {
  const int64_t n = program_.arrays[kInputArray].length;
  ToLanes(points, n, count, points_scratch_ + NativeCode::kPointsAt);
  native_points_->Run({}, parameters, points_scratch_);
  std::copy_n(points_scratch_ + native_points_->values_at(), count, values);
  if (gradients == nullptr) return;
  FromLanes(points_scratch_ + native_points_->gradients_at(), n, count, gradients);
}

}  // namespace thalweg::expression
