// A service compiles strangers' formulas for months: what one objective took must come back when
// it is dropped. THALWEG_PROGRAMS=10 makes 100 000 objectives of the 10 000 here.

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <fstream>

#include "tests/differential/random_program.h"
#include "tests/support/engines.h"

namespace thalweg::testing {
namespace {

/// Resident memory of this process, after the allocator has returned what it can; bytes.
int64_t Resident() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  file >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

void CompileEvaluateAndDrop(const Engine& engine, unsigned seed) {
  const RandomProgram program = MakeRandomProgram(seed, Style::kAnything);
  const auto compiled = expression::Compile(program.source);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  const auto objective = engine.make(*compiled);
  const Vector& x = program.points[0];
  double value = 0;
  Vector gradient(x.size());
  ASSERT_TRUE(objective->ValueAndGradient(x, value, gradient).ok());
}

TEST(Memory, ReturnsToItsLevelAfterManyDifferentObjectives) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer keeps what is freed";
#endif
  for (const Engine& engine : Engines()) {
    const Share share = ProgramsToTry(engine.objectives_per_second > 1000 ? 10'000 : 200);
    const unsigned warm_up = share.count / 10;
    for (unsigned i = 0; i < warm_up; ++i) CompileEvaluateAndDrop(engine, share.first + i);
    const int64_t before = Resident();

    for (unsigned i = warm_up; i < share.count; ++i) {
      CompileEvaluateAndDrop(engine, share.first + i);
    }

    // Fragments that the allocator cannot return: measured 0 to 1 MB, whatever the count. A leak of
    // one page an objective would be 35 MB.
    const int64_t grown = Resident() - before;
    RecordProperty(engine.name, static_cast<int>(grown / 1024));
    EXPECT_LT(grown, int64_t{4} << 20)
        << engine.name << ": " << before << " bytes before, " << grown << " more after "
        << share.count - warm_up << " objectives";
  }
}

}  // namespace
}  // namespace thalweg::testing
