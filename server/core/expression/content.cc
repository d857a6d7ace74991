#include "server/core/expression/content.h"

#include <type_traits>
#include <utility>

namespace thalweg::expression {
namespace {

class Bytes {
 public:
  template <typename T>
  void Add(const T& value) {
    static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace

std::string ContentOf(const Program& program) {
  Bytes bytes;
  bytes.Add(program.ops.size());
  for (const Op& op : program.ops) {
    bytes.Add(op.code);
    for (const int32_t part : {op.a, op.b, op.c, op.aux, op.region}) bytes.Add(part);
    if (op.code == Code::kConstant) bytes.Add(op.value);
  }
  bytes.Add(program.regions.size());
  for (const Region& region : program.regions) {
    bytes.Add(region.parent);
    bytes.Add(region.items.size());
    for (const Item& item : region.items) {
      bytes.Add(item.loop);
      bytes.Add(item.index);
    }
  }
  bytes.Add(program.loops.size());
  for (const Loop& loop : program.loops) {
    bytes.Add(loop.body);
    bytes.Add(loop.count);
    bytes.Add(loop.most);
    bytes.Add(loop.accumulators.size());
    for (const Accumulator& of : loop.accumulators) {
      bytes.Add(of.fold);
      bytes.Add(of.value);
      bytes.Add(of.result);
    }
  }
  bytes.Add(program.arrays.size());
  for (const Array& array : program.arrays) {
    bytes.Add(array.kind);
    bytes.Add(array.length);
    for (const int32_t part : {array.parameter, array.home, array.tangent_of}) bytes.Add(part);
  }
  bytes.Add(program.addresses.size());
  for (const Address& address : program.addresses) {
    bytes.Add(address.array);
    bytes.Add(address.base);
    bytes.Add(address.terms.size());
    for (const auto& [loop, coefficient] : address.terms) {
      bytes.Add(loop);
      bytes.Add(coefficient);
    }
  }
  bytes.Add(program.result);
  return bytes.Take();
}

}  // namespace thalweg::expression
