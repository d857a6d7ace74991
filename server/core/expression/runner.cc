#include "server/core/expression/runner.h"

#include <cstdint>
#include <utility>

namespace thalweg::expression {

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
  if (pending_ == nullptr) pending_ = maker_->Request(owner_, program_);
  native_ = pending_->Ready();
  if (native_ == nullptr) return false;
  for (const auto& values : program_.parameters) parameters_.push_back(values.data());
  constexpr size_t kAligned = 64 / sizeof(double);
  storage_.assign(static_cast<size_t>(native_->scratch_doubles()) + kAligned, 0.0);
  const size_t past = reinterpret_cast<uintptr_t>(storage_.data()) % 64 / sizeof(double);
  scratch_ = storage_.data() + (past == 0 ? 0 : kAligned - past);
  interpreter_.reset();
  return true;
}

}  // namespace thalweg::expression
