#pragma once

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/core/descent.h"

namespace thalweg::testing {

/// What an iterate says of an objective of data; figures that were not computed are alike.
struct OfData {
  double epoch = 0;
  double training_value = 0;
  double validation_value = 0;
  Vector variable_gradient_norms = {};

  friend bool operator==(const OfData& a, const OfData& b) {
    const auto same = [](double p, double q) {
      return std::bit_cast<uint64_t>(p) == std::bit_cast<uint64_t>(q);
    };
    return same(a.epoch, b.epoch) && same(a.training_value, b.training_value) &&
           same(a.validation_value, b.validation_value) &&
           a.variable_gradient_norms == b.variable_gradient_norms;
  }
};

/// An iterate as it was recorded.
struct Recorded {
  int64_t iteration = 0;
  Vector x;
  double value = 0;
  double best_value = 0;
  double gradient_norm = 0;
  double gradient_max = 0;
  double step_norm = 0;
  double learning_rate = 0;
  Evaluations evaluations;
  uint32_t flags = 0;
  double violation = 0;
  int64_t trials = 0;
  std::vector<Note> notes;
  OfData data = {};

  friend bool operator==(const Recorded&, const Recorded&) = default;  // by value: see SameBits
};

/// Whether two traces are the same bit for bit, NaN included.
inline bool SameBits(const std::vector<Recorded>& a, const std::vector<Recorded>& b) {
  const auto same = [](double p, double q) {
    return std::bit_cast<uint64_t>(p) == std::bit_cast<uint64_t>(q);
  };
  const auto same_row = [&](const Recorded& p, const Recorded& q) {
    return p.iteration == q.iteration && p.x == q.x && same(p.value, q.value) &&
           same(p.best_value, q.best_value) && same(p.gradient_norm, q.gradient_norm) &&
           same(p.gradient_max, q.gradient_max) && same(p.step_norm, q.step_norm) &&
           same(p.learning_rate, q.learning_rate) && same(p.violation, q.violation) &&
           p.trials == q.trials && p.evaluations == q.evaluations && p.flags == q.flags &&
           p.notes == q.notes && p.data == q.data;
  };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same_row);
}

/// Keeps all it is given.
class Recorder final : public IterateSink {
 public:
  void Record(const IterateRecord& record) override {
    const Iterate& at = record.at;
    iterates.push_back(
        {at.iteration,
         at.x,
         record.value,
         record.best_value,
         record.gradient_norm,
         record.gradient_max,
         at.step_norm,
         at.learning_rate,
         at.evaluations,
         at.flags,
         at.violation,
         at.trials,
         at.notes,
         {at.epoch, at.training_value, at.validation_value, at.variable_gradient_norms}});
  }
  std::vector<Recorded> iterates;
};

/// Keeps nothing.
class Discard final : public IterateSink {
 public:
  void Record(const IterateRecord& /*record*/) override {}
};

inline Vector Point(std::initializer_list<double> coordinates) {
  Vector x(static_cast<Index>(coordinates.size()));
  Index i = 0;
  for (const double coordinate : coordinates) x[i++] = coordinate;
  return x;
}

/// A rule that ends a run after `most` iterations.
inline Part After(int64_t most) {
  return {"iterations", {{"threshold", static_cast<double>(most)}}};
}

/// A descent that has begun. Fails the test where that is refused.
inline std::unique_ptr<Descent> Begun(std::unique_ptr<Objective> objective,
                                      DescentSettings settings) {
  auto descent = Descent::Create(std::move(objective), std::move(settings));
  EXPECT_TRUE(descent.ok()) << descent.status();
  if (!descent.ok()) return nullptr;
  const absl::Status status = (*descent)->Begin();
  EXPECT_TRUE(status.ok()) << status;
  return *std::move(descent);
}

/// Everything that came of a run.
struct Outcome {
  StopReason reason;
  std::vector<Recorded> iterates;
  Best best;
};

/// Advances to the end; gives up after a million iterations.
inline Outcome RunOf(Descent& descent) {
  Recorder recorder;
  const auto reason = descent.Advance(1'000'000, 0, nullptr, recorder);
  EXPECT_TRUE(reason) << "no rule ended the run";
  StopReason explained = descent.Explained(reason.value_or(StopReason{}));
  return {std::move(explained), std::move(recorder.iterates), descent.best()};
}

inline Outcome RunOf(std::unique_ptr<Objective> objective, DescentSettings settings) {
  return RunOf(*Begun(std::move(objective), std::move(settings)));
}

}  // namespace thalweg::testing
