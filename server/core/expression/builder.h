#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// Writes a program. The same operation on the same operands exists once (hash-consing), is
/// computed in the outermost region that knows its operands (so loop invariants leave their loop)
/// and is folded when its operands are constants, by the very kernels that run it.
class Builder {
 public:
  explicit Builder(int64_t operation_limit) : limit_(operation_limit) {}

  /// Once more operations than the limit exist, nothing further is written.
  bool full() const { return static_cast<int64_t>(program_.ops.size()) > limit_; }

  /// For messages: what the operations written next belong to.
  void SetOrigin(int32_t node, bool derivative) {
    origin_ = node;
    derivative_ = derivative;
  }

  int32_t Constant(double value);
  int32_t Emit(Code code, int32_t a, int32_t b = -1, int32_t c = -1, int32_t aux = -1);
  int32_t Call(std::string_view name, int32_t a, int32_t b = -1);
  int32_t Call(int32_t function, int32_t a, int32_t b = -1);
  int32_t Counter(int32_t loop);
  int32_t Load(const Address& address);
  int32_t Gather(const Address& address, int32_t index);

  int32_t AddArray(const Array& array);
  void SetTangent(int32_t array, int32_t of) {
    program_.arrays[static_cast<size_t>(array)].tangent_of = of;
  }
  /// An effect, at the end of `region` as it stands.
  void Effect(int32_t region, Code code, int32_t a, int32_t b, int32_t aux);
  int32_t AddressOf(const Address& address);

  /// A loop is built body first; it takes its place in `parent` when it is closed, after whatever
  /// its body moved out there.
  int32_t OpenLoop(int32_t parent, int32_t count, int64_t most);
  void CloseLoop(int32_t loop);
  /// The result of folding `value` over the turns of `loop`.
  int32_t Accumulate(int32_t loop, Fold fold, int32_t value);

  const Program& program() const { return program_; }
  Program& program() { return program_; }
  bool IsConstant(int32_t op) const { return program_.At(op).code == Code::kConstant; }
  bool ConstantIs(int32_t op, double value) const {
    return IsConstant(op) && ConstantOf(op) == value;
  }
  int32_t BodyOf(int32_t loop) const { return program_.LoopAt(loop).body; }
  double ConstantOf(int32_t op) const { return program_.At(op).value; }

 private:
  struct Key {
    Code code;
    int32_t a, b, c, aux;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const;
  };

  int32_t Append(const Op& op);
  int32_t Deeper(int32_t region, int32_t other) const;
  int32_t Simplified(Code code, int32_t a, int32_t b, int32_t c);

  int64_t limit_;
  Program program_;
  std::unordered_map<Key, int32_t, KeyHash> known_;
  std::unordered_map<uint64_t, int32_t> constants_;  // by bits: -0 is not 0, NaN is itself
  std::map<Address, int32_t> address_ids_;
  int32_t origin_ = -1;
  bool derivative_ = false;
};

}  // namespace thalweg::expression
