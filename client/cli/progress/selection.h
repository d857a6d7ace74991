#pragma once

#include <cstdint>
#include <optional>

namespace thalweg::cli {

/// Which iterates are printed: those whose number divides by `every`, or without it 0, 1, 2, 5, 10,
/// 20, 50, 100 ...: enough to follow any run. The first that comes is always printed; the last is
/// the caller's to see to.
class Selection {
 public:
  explicit Selection(std::optional<int64_t> every) : every_(every) {}

  bool Contains(int64_t iteration) {
    if (first_) {
      first_ = false;
      return true;
    }
    if (every_) return iteration % *every_ == 0;
    while (iteration > 0 && iteration % 10 == 0) iteration /= 10;
    return iteration == 1 || iteration == 2 || iteration == 5;
  }

 private:
  std::optional<int64_t> every_;
  bool first_ = true;
};

}  // namespace thalweg::cli
