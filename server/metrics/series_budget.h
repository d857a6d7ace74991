#pragma once

#include <atomic>
#include <cstdint>

namespace thalweg::metrics {

/// How many series may still be made. Whatever is made when first needed takes its part, so that
/// all together stay within a bound whatever clients do.
class SeriesBudget {
 public:
  void Set(int64_t left) { left_ = left; }

  /// False, with nothing taken, where there is not that much left.
  bool Take(int64_t series) {
    int64_t left = left_;
    while (left >= series) {
      if (left_.compare_exchange_weak(left, left - series)) return true;
    }
    return false;
  }

 private:
  std::atomic<int64_t> left_{0};
};

}  // namespace thalweg::metrics
