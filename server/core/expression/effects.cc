#include "server/core/expression/effects.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace thalweg::expression {
namespace {

const Address& AddressOf(const Program& program, const Op& op) {
  return program.addresses[static_cast<size_t>(op.aux)];
}

bool Addressed(Code code) {
  return code == Code::kLoad || code == Code::kGather || code == Code::kStore ||
         code == Code::kScatter || code == Code::kScatterAt || IsRunningSum(code);
}

int32_t ArrayIndex(const Program& program, const Op& op) {
  return Addressed(op.code) ? AddressOf(program, op).array : op.aux;
}

/// What one turn of `loop` adds to an address.
int64_t StepIn(const Address& address, int32_t loop) {
  for (const auto& [index, coefficient] : address.terms) {
    if (index == loop) return coefficient;
  }
  return 0;
}

/// Scatters that differ in their base alone and move with the loop: one family.
bool SameWalk(const Program& program, const Op& a, const Op& b, int32_t loop) {
  if (a.code != Code::kScatter || b.code != Code::kScatter) return false;
  const Address& of_a = AddressOf(program, a);
  const Address& of_b = AddressOf(program, b);
  return of_a.array == of_b.array && of_a.terms == of_b.terms && StepIn(of_a, loop) != 0;
}

bool IsReadIn(const Program& program, const Region& region, int32_t array) {
  return std::any_of(region.items.begin(), region.items.end(), [&](const Item& item) {
    const Op& op = program.At(item.index);
    return (op.code == Code::kLoad || op.code == Code::kGather) && ArrayIndex(program, op) == array;
  });
}

}  // namespace

Cells CellsOf(const Program& program, const Op& op) {
  const int64_t length = program.arrays[static_cast<size_t>(ArrayIndex(program, op))].length;
  const bool anywhere = !Addressed(op.code) || op.code == Code::kGather ||
                        op.code == Code::kScatterAt || IsRunningSum(op.code);
  if (anywhere) return {0, length - 1};
  const Address& address = AddressOf(program, op);
  Cells cells{address.base, address.base};
  for (const auto& [loop, coefficient] : address.terms) {
    const int64_t reach = coefficient * std::max<int64_t>(program.LoopAt(loop).most - 1, 0);
    (reach > 0 ? cells.last : cells.first) += reach;
  }
  return cells;
}

bool MayMeet(const Program& program, const Op& a, const Op& b) {
  if (ArrayIndex(program, a) != ArrayIndex(program, b)) return false;
  const Cells of_a = CellsOf(program, a);
  const Cells of_b = CellsOf(program, b);
  return of_a.first <= of_b.last && of_b.first <= of_a.last;
}

void OrderScatters(const Program& program, Region& region) {
  auto& items = region.items;
  const bool innermost =
      std::none_of(items.begin(), items.end(), [](const Item& item) { return item.loop; });
  if (!innermost) return;  // its turns are run one by one, and loops in them may read scatters
  std::vector<Item> ordered;
  std::vector<std::vector<Item>> families;
  for (const Item& item : items) {
    if (item.loop || program.At(item.index).code != Code::kScatter) {
      ordered.push_back(item);
      continue;
    }
    const Op& op = program.At(item.index);
    if (IsReadIn(program, region, ArrayIndex(program, op))) {
      ordered.push_back(item);
      continue;
    }
    auto family = std::find_if(families.begin(), families.end(), [&](const auto& of) {
      return SameWalk(program, program.At(of.front().index), op, region.loop);
    });
    if (family == families.end()) family = families.emplace(families.end());
    family->push_back(item);
  }
  // Nothing here reads what these scatter, so they may wait for the turn's end.
  for (auto& family : families) {
    const Address& walk = AddressOf(program, program.At(family.front().index));
    const bool upwards = StepIn(walk, region.loop) > 0;
    std::stable_sort(family.begin(), family.end(), [&](const Item& a, const Item& b) {
      const int64_t base_a = AddressOf(program, program.At(a.index)).base;
      const int64_t base_b = AddressOf(program, program.At(b.index)).base;
      return upwards ? base_a > base_b : base_a < base_b;
    });
    ordered.insert(ordered.end(), family.begin(), family.end());
  }
  items = std::move(ordered);
}

bool MustRunTurnByTurn(const Program& program, int32_t region) {
  constexpr size_t kMost = 64;  // pairs are compared; more than this and the answer is yes
  const Region& of = program.RegionAt(region);
  std::map<int32_t, std::vector<const Op*>> touching;  // effects, by array
  for (const Item& item : of.items) {
    const Op& op = program.At(item.index);
    if (!item.loop && IsRunningSum(op.code)) return true;
    if (!item.loop && IsEffect(op.code)) touching[ArrayIndex(program, op)].push_back(&op);
  }
  for (const Item& item : of.items) {
    const Op& op = program.At(item.index);
    if (item.loop || (op.code != Code::kLoad && op.code != Code::kGather)) continue;
    const auto effects = touching.find(ArrayIndex(program, op));
    if (effects != touching.end()) return true;
  }
  for (const auto& [array, effects] : touching) {
    for (size_t i = 0; i < effects.size(); ++i) {
      const bool family = SameWalk(program, *effects.front(), *effects[i], of.loop);
      if (family || effects.size() == 1) continue;
      if (effects.size() > kMost) return true;
      for (const Op* const other : effects) {
        if (other != effects[i] && MayMeet(program, *other, *effects[i]) &&
            !SameWalk(program, *other, *effects[i], of.loop)) {
          return true;
        }
      }
    }
  }
  return false;
}

}  // namespace thalweg::expression
