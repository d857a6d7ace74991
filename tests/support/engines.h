#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/core/expression/code_maker.h"
#include "server/core/expression/expression.h"

namespace thalweg::testing {

/// One way to run a compiled formula. Benchmarks time every engine, differential tests and fuzz
/// targets hold each to the bits of the first: the interpreter, the plainest.
struct Engine {
  std::string name;
  std::function<std::unique_ptr<Objective>(std::shared_ptr<const expression::Compiled>)> make;
  int objectives_per_second = 1;  ///< About how fast small ones are made: sets how many tests make.
};

/// Compiles at once, when first asked.
class InstantMaker final : public expression::CodeMaker {
 public:
  explicit InstantMaker(expression::Instructions instructions) : instructions_(instructions) {}

  int64_t worthwhile() const override { return 0; }
  std::shared_ptr<const expression::PendingCode> Request(std::shared_ptr<const void>,
                                                         const expression::Program& program,
                                                         expression::Points points) override {
    auto made = std::make_shared<Made>();
    auto code = expression::CompileNative(program, points, instructions_);
    if (code.ok()) made->code = *std::move(code);
    return made;
  }

 private:
  struct Made final : expression::PendingCode {
    const expression::NativeCode* Ready() const override { return code.get(); }
    std::shared_ptr<const expression::NativeCode> code;
  };
  expression::Instructions instructions_;
};

/// One for all that is compiled for `instructions`; never destroyed, for evaluators need it.
inline InstantMaker* MakerFor(expression::Instructions instructions) {
  static InstantMaker* const makers[] = {new InstantMaker(expression::Instructions::kScalar),
                                         new InstantMaker(expression::Instructions::kAvx2),
                                         new InstantMaker(expression::Instructions::kAvx512)};
  return makers[static_cast<int>(instructions)];
}

/// The interpreter, then machine code for every instruction set that this machine has.
inline std::vector<Engine> Engines() {
  using expression::Instructions;
  std::vector<Engine> engines = {
      {"interpreter", [](auto compiled) { return expression::MakeObjective(compiled); }, 10'000}};
  const std::pair<Instructions, const char*> sets[] = {{Instructions::kAvx512, "avx512"},
                                                       {Instructions::kAvx2, "avx2"},
                                                       {Instructions::kScalar, "scalar"}};
  for (const auto& [instructions, name] : sets) {
    if (instructions > expression::BestInstructions()) continue;
    engines.push_back({name, [maker = MakerFor(instructions)](auto compiled) {
                         return expression::MakeObjective(compiled, maker);
                       }});
  }
  return engines;
}

}  // namespace thalweg::testing
