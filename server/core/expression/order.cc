#include "server/core/expression/order.h"

#include <algorithm>

namespace thalweg::expression {

std::vector<int32_t> RunOrder(const Program& program) {
  struct Place {
    int32_t region;
    size_t item;
  };
  std::vector<int32_t> order;
  std::vector<Place> stack = {{0, 0}};
  while (!stack.empty()) {
    auto& [region, next] = stack.back();
    const auto& items = program.RegionAt(region).items;
    if (next < items.size()) {
      const Item item = items[next++];
      if (item.loop) {
        stack.push_back({program.LoopAt(item.index).body, 0});
      } else {
        order.push_back(item.index);
      }
      continue;
    }
    const int32_t loop = program.RegionAt(region).loop;
    stack.pop_back();
    if (loop < 0) continue;
    for (const Accumulator& accumulator : program.LoopAt(loop).accumulators) {
      if (accumulator.result >= 0) order.push_back(accumulator.result);
    }
  }
  return order;
}

std::vector<int32_t> LoopsAround(const Program& program, int32_t region) {
  std::vector<int32_t> loops;
  for (; region > 0; region = program.RegionAt(region).parent) {
    loops.push_back(program.RegionAt(region).loop);
  }
  std::reverse(loops.begin(), loops.end());
  return loops;
}

int64_t FixedTurns(const Program& program, int32_t loop) {
  const Op& count = program.At(program.LoopAt(loop).count);
  if (count.code != Code::kConstant) return -1;
  return count.value > 0 ? static_cast<int64_t>(count.value) : 0;
}

}  // namespace thalweg::expression
