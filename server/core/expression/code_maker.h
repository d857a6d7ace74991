#pragma once

#include <cstdint>
#include <memory>

#include "server/core/expression/jit/native.h"
#include "server/core/expression/program.h"

namespace thalweg::expression {

/// Machine code that somebody is making, perhaps on another thread.
class PendingCode {
 public:
  PendingCode() = default;
  PendingCode(const PendingCode&) = delete;
  PendingCode& operator=(const PendingCode&) = delete;
  virtual ~PendingCode() = default;

  /// Null until it is made, and for ever if it cannot be. Never waits; what it gives lives as long
  /// as this.
  virtual const NativeCode* Ready() const = 0;
};

/// Who makes machine code for evaluators that run long enough to be worth it.
class CodeMaker {
 public:
  CodeMaker() = default;
  CodeMaker(const CodeMaker&) = delete;
  CodeMaker& operator=(const CodeMaker&) = delete;
  virtual ~CodeMaker() = default;

  /// Operations that an evaluator should have interpreted before it asks.
  virtual int64_t worthwhile() const = 0;

  /// `owner` keeps `program` alive. Thread-safe; never waits for a compiler.
  virtual std::shared_ptr<const PendingCode> Request(std::shared_ptr<const void> owner,
                                                     const Program& program, Points points) = 0;
};

}  // namespace thalweg::expression
