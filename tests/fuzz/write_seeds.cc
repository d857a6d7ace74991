// write_seeds <folder>: the differential tests' random programs as inputs for the fuzzers.

#include <filesystem>
#include <fstream>

#include "tests/differential/random_program.h"
#include "tests/fuzz/input.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (unsigned seed = 0; seed < 300; ++seed) {
    using thalweg::testing::MakeRandomProgram;
    using thalweg::testing::Style;
    const auto program = MakeRandomProgram(seed, seed % 2 == 0 ? Style::kSmooth : Style::kAnything,
                                           /*most=*/17);
    std::ofstream file(folder / std::to_string(seed), std::ios::binary);
    const auto length = static_cast<char>(program.source.variables[0].length - 1);
    // w is always there and 17 long, which is as long as programs want it.
    file << length << char{16} << length;
    for (size_t i = 0; i < thalweg::fuzz::kNumbers; ++i) {
      file << static_cast<char>((seed * 7 + i * (i + 3) * 5) % 256);
    }
    file << program.source.text;
  }
}
