// write_seeds <folder>: the differential tests' random programs as inputs for the fuzzers.

#include <filesystem>
#include <fstream>

#include "tests/differential/random_program.h"
#include "tests/fuzz/input.h"

namespace {

// What the random programs do not write: M is 3 x 4, v is 10 long here and w 17.
constexpr const char* kArrays[] = {
    "sum((M @ v[:4] - w[:3])**2) + sum(M.T @ M)",
    "sum(tanh(M @ M.T) @ w[:3]) + trace(M @ M.T)",
    "sum(softmax(M, axis=1) * M) + sum(log_softmax(M, axis=0)[1:, ::-1])",
    "logsumexp(M) + sum(logsumexp(M, axis=0) * v[:4])",
    "sum(cumsum(M, axis=0) * cumsum(M, axis=1)) + sum(cumsum(v)**2)",
    "sum((v[:, None] - w[None, :])**2) + sum(outer(v, w))",
    "A = M - mean(M, axis=0)\nsum(A.T @ A / 3) + sum(std(A, axis=1))",
    "f = lambda a, b: a*b + 1\ng(a) = sum(f(a, a))\ng(M) + g(v)",
    "sum(M[i, j]*v[j] for i in range(3) for j in range(4) if M[i, j] > 0)",
    "sum(v[q[:1]]) + sum(M[[0, 2], [1, 3]]) + M[-1, -1] + sum(M[1])",
    "sum(reshape(v, (2, -1)) @ w[:5]) + sum(M.ravel()[::5]) + sum(diag(v) @ v)",
    "sum(eye(4) @ M.T) + sum(arange(4) * M) + sum(ones((3, 4)) + linspace(0, 1, 4))",
    "x = [s, 2*s, v[0]]\nsum(x @ M) + norm(M, axis=1) @ x + max(M, axis=0).sum()",
    "sum(M / sum(M, axis=1, keepdims=True)) + M.shape[0]*M.size + sum(prod(M, axis=0))"};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  unsigned number = 0;
  for (const char* text : kArrays) {
    std::ofstream file(folder / ("array" + std::to_string(number++)), std::ios::binary);
    file << char{9} << char{16} << char{9};
    for (size_t i = 0; i < thalweg::fuzz::kNumbers; ++i) {
      file << static_cast<char>(120 + (i * 5 + number) % 37);
    }
    file << text;
  }
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
