#include "server/core/order_of_sums.h"

#include <Eigen/Core>

namespace thalweg {

void FixTheOrderOfSums() {
  [[maybe_unused]] static const bool done = [] {
    Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20);
    return true;
  }();
}

}  // namespace thalweg
