#pragma once

#include "server/rpc/executor.h"

namespace thalweg::rpc {

/// Which threads answer a call. Lanes are apart so that a formula that takes long to evaluate never
/// stands before a question that takes microseconds.
enum class Lane {
  kRead,     ///< Looks something up.
  kWrite,    ///< Waits for a commit to the disk; CreateRun compiles its formula first.
  kCompute,  ///< Compiles and evaluates for as long as its cost limit allows.
};

struct LaneOptions {
  int read_threads = 4;
  int write_threads = 16;  ///< They mostly wait: commits of several calls are made together.
  int compute_threads = 2;
  size_t most_waiting = 1024;  ///< Per lane; calls beyond are refused (UNAVAILABLE, retry later).
};

class Lanes {
 public:
  explicit Lanes(const LaneOptions& options)
      : read_(options.read_threads, options.most_waiting),
        write_(options.write_threads, options.most_waiting),
        compute_(options.compute_threads, options.most_waiting) {}

  Executor& operator[](Lane lane) {
    return lane == Lane::kRead ? read_ : lane == Lane::kWrite ? write_ : compute_;
  }

 private:
  Executor read_;
  Executor write_;
  Executor compute_;
};

}  // namespace thalweg::rpc
