// Epochs a second of single-row descent against scikit-learn's SGDClassifier and SGDRegressor on
// the same rows, rate and penalty, in the same run; both on one thread. An epoch of ours ends with
// the value and gradient of all rows, which theirs does not compute.
//
// Rows are printed as they come: case, who, milliseconds an epoch, the objective reached.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "server/core/descent.h"
#include "server/core/models/model_objective.h"
#include "server/core/random.h"
#include "tests/support/tables.h"

namespace thalweg {
namespace {

constexpr int kEpochs = 5;
constexpr double kRate = 0.001;
constexpr double kStrength = 1e-4;

class Discard final : public IterateSink {
 public:
  void Record(const IterateRecord& /*record*/) override {}
};

struct Data {
  std::vector<std::vector<double>> columns;  // the target last
  size_t rows() const { return columns.front().size(); }
};

/// Standard normal features and a target that follows from them.
Data MakeData(size_t rows, int features, bool classes) {
  Data data;
  std::vector<double> target(rows, 0);
  for (int j = 0; j < features; ++j) {
    Vector values(static_cast<Index>(rows));
    Random(3, j, 0).Normal(values);
    for (size_t i = 0; i < rows; ++i) {
      target[i] += (j % 3 - 1) * 0.3 * values[static_cast<Index>(i)];
    }
    data.columns.emplace_back(values.begin(), values.end());
  }
  Random random(3, features, 0);
  for (double& y : target) y = classes ? (y + random.Normal() > 0 ? 1 : 0) : y + random.Normal();
  data.columns.push_back(std::move(target));
  return data;
}

void Print(const std::string& name, const char* who, double seconds, double value) {
  std::printf("%-26s %-14s %9.1f ms an epoch  %8.2f epochs/s  objective %.9f\n", name.c_str(), who,
              1e3 * seconds, 1 / seconds, value);
  std::fflush(stdout);
}

double Ours(const std::string& name, const Data& data, bool classes) {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  for (size_t j = 0; j < data.columns.size(); ++j) {
    const bool last = j + 1 == data.columns.size();
    columns.emplace_back(last ? "y" : absl::StrFormat("x%d", j), data.columns[j]);
  }
  testing::Tables tables(testing::NumbersTable(columns));
  columns.clear();
  models::ModelSpec spec{.dataset = "data"};
  spec.target = "y";
  spec.model.kind = classes ? "logistic" : "linear";
  // scikit-learn's squared error is half of ours, and so is its rate's effect.
  spec.penalty = {"l2", {{"strength", classes ? kStrength : 2 * kStrength}}};
  spec.scaling = models::Scaling::kNone;
  models::Means means;
  means.tables = &tables;
  auto objective = models::MakeModelObjective(spec, means);
  if (!objective.ok()) std::exit(1);
  const Vector start = (*objective)->Start(1);
  const double rate = classes ? kRate : kRate / 2;
  auto descent = Descent::Create(*std::move(objective),
                                 {.optimizer = {"sgd", {{"learning_rate", rate}}}, .start = start});
  if (!descent.ok() || !(*descent)->Begin().ok()) std::exit(1);
  Discard sink;
  const auto begin = std::chrono::steady_clock::now();
  (*descent)->Advance(kEpochs, 0, nullptr, sink);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  Print(name, "ours", took.count() / kEpochs, (*descent)->at().value);
  return took.count() / kEpochs;
}

void Compare(size_t rows, int features, bool classes) {
  const std::string name =
      absl::StrFormat("%s %d x %d", classes ? "logistic" : "linear", rows, features);
  const Data data = MakeData(rows, features, classes);
  const std::string path = absl::StrFormat("/tmp/sgd_bench_%d.bin", getpid());
  {
    std::ofstream file(path, std::ios::binary);
    std::vector<double> row(data.columns.size());
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < row.size(); ++j) row[j] = data.columns[j][i];
      file.write(reinterpret_cast<const char*>(row.data()),
                 static_cast<std::streamsize>(row.size() * sizeof(double)));
    }
  }
  const double ours = Ours(name, data, classes);
  const std::string command = absl::StrFormat(
      "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 /usr/bin/python3 %s/tests/bench/sgd_peers.py %s %d "
      "%d %s %g %g %d",
      THALWEG_SOURCE_DIR, path, rows, data.columns.size(), classes ? "classes" : "numbers", kRate,
      kStrength, kEpochs);
  double theirs = 0, value = 0;
  if (FILE* const out = popen(command.c_str(), "r")) {
    if (std::fscanf(out, "%lf %lf", &theirs, &value) != 2) theirs = 0;
    pclose(out);
  }
  std::remove(path.c_str());
  if (theirs == 0) {
    std::printf("%-26s scikit-learn is not there\n", name.c_str());
    return;
  }
  Print(name, "scikit-learn", theirs, value);
  std::printf("%-26s ours is %.2f times as fast\n", name.c_str(), theirs / ours);
}

}  // namespace
}  // namespace thalweg

int main() {
  for (const bool classes : {false, true}) {
    thalweg::Compare(100'000, 100, classes);
    thalweg::Compare(1'000'000, 50, classes);
  }
}
