#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "thalweg/v1/iterate.pb.h"

namespace thalweg::testing {

/// What a server has promised: kept by its clients, and compared when it is back.
class Ledger {
 public:
  /// Iterates that one watcher was sent. Each must come once, in order.
  class Watch {
   public:
    void Add(std::span<const int64_t> iterations, std::span<const double> values) {
      for (size_t i = 0; i < iterations.size(); ++i) {
        if (iterations[i] != next()) ++out_of_order_;
        values_.push_back(std::bit_cast<uint64_t>(values[i]));
      }
    }
    int64_t next() const { return static_cast<int64_t>(values_.size()); }

    /// `trace` is the run's whole one, as the server keeps it at the end.
    void CompareWith(const v1::IterateBatch& trace) const {
      EXPECT_EQ(out_of_order_, 0);
      ASSERT_EQ(static_cast<int64_t>(values_.size()), trace.iteration_size());
      for (size_t i = 0; i < values_.size(); ++i) {
        const auto at = static_cast<int>(i);
        ASSERT_EQ(values_[i], std::bit_cast<uint64_t>(trace.value(at))) << "iteration " << i;
        ASSERT_EQ(trace.iteration(at), at);
      }
    }

   private:
    int64_t out_of_order_ = 0;
    std::vector<uint64_t> values_;  // by iteration
  };

  void Created(const std::string& name) {
    const std::lock_guard lock(mutex_);
    created_.insert(name);
  }
  void Cancelled(const std::string& name) {
    const std::lock_guard lock(mutex_);
    cancelled_.insert(name);
  }
  /// A call or a stream has failed with `code`, of which only UNAVAILABLE (14) is right.
  void Failed(const std::string& what, int code, const std::string& why) {
    const std::lock_guard lock(mutex_);
    ++failures_[code];
    if (code != 14) ADD_FAILURE() << what << " ended with " << code << ": " << why;
  }
  void Hinted() {
    const std::lock_guard lock(mutex_);
    ++hints_;
  }

  std::set<std::string> created() const {
    const std::lock_guard lock(mutex_);
    return created_;
  }
  std::set<std::string> cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }
  int64_t hints() const {
    const std::lock_guard lock(mutex_);
    return hints_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> created_;  // runs and studies
  std::set<std::string> cancelled_;
  std::map<int, int64_t> failures_;
  int64_t hints_ = 0;
};

}  // namespace thalweg::testing
