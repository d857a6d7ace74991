#include "server/runs/codec.h"

#include <cmath>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "server/core/state.h"
#include "server/runs/crc32c.h"

namespace thalweg::runs {
namespace {

// Every member set to something else than its default.
RunRecord FullRecord() {
  RunRecord record;
  record.retention = {256, 32};
  Run& run = record.run;
  run.id = "abc";
  run.spec.display_name = "a name";
  run.spec.labels = {{"team", "x"}, {"kind", ""}};
  run.spec.objective = {.expression = "a*x**2",
                        .function = "",
                        .variables = {{"x", false, 3}, {"b", true, 1}, {"W", false, 6, 2}},
                        .parameters = {{"a", {false, {1, -0.0, std::nan("5")}}},
                                       {"s", {true, {7}}},
                                       {"M", {false, {1, 2, 3, 4, 5, 6}, 3}},
                                       {"row", {false, {4}, 1}}},
                        .dimension = 3,
                        .lower = {{"x", {0}}},
                        .upper = {{"x", {1, INFINITY, 3}}},
                        .constraints = {{"c", "x[0]", 1, {}}, {"", "x[1] <= 2", {}, {}}},
                        .feasibility_tolerance = 1e-5};
  run.spec.direction = Direction::kMaximize;
  run.spec.start = {{"x", {1, 2, 3}}, {"b", {0.1}}};
  run.spec.optimizer.kind = "adam";
  run.spec.optimizer.settings = {
      {"flag", true},
      {"text", std::string("t")},
      {"list", std::vector<double>{1, 2}},
      {"rate", std::vector<Part>{{"cosine", {{"steps", 10.0}}}}},
  };
  run.spec.stopping = {{"iterations", {{"threshold", 5.0}}}};
  run.spec.seed = 0xFFFFFFFFFFFFFFFFU;
  run.spec.traced_coordinates = 4;
  run.spec.changes = {{3, run.spec.optimizer, run.spec.stopping, 17}, {4, {"adam", {}}, {}, {}}};
  run.spec.first_iteration = 2;
  run.spec.pace = 12.5;
  run.spec.batches = {"shuffled", {{"size", 16.0}}};
  run.spec.objective.model = models::ModelSpec{.dataset = "s0",
                                               .target = "y",
                                               .features = {"a", "b"},
                                               .weights = "w",
                                               .model = {"linear", {{"degree", 2.0}}},
                                               .loss = {"huber", {}},
                                               .penalty = {"l2", {{"strength", 0.5}}},
                                               .scaling = models::Scaling::kRobust,
                                               .missing = models::Missing::kFill,
                                               .split = {0.25, 0.125, 5, 2, 9, true},
                                               .sum = true};
  run.pause_at = 9;
  run.parent = "other";
  run.variables = run.spec.objective.variables;
  run.state = RunState::kFinished;
  run.created = WallTime(std::chrono::seconds(1'700'000'000));
  run.started = run.created + std::chrono::milliseconds(1);
  run.ended = run.created + std::chrono::milliseconds(2);
  run.elapsed_seconds = 0.5;
  run.iterations = 5;
  run.evaluations = {7, 6, 3};
  run.value = 1.5;
  run.best_value = 0.5;
  run.best_iteration = 4;
  run.gradient_norm = 2;
  run.learning_rate = 0.1;
  run.oldest_iteration = 1;
  run.best = FullIterate{4, 0.5, 1, run.spec.start};
  run.last = FullIterate{5, 1.5, 2, run.spec.start};
  run.stop_reason = StopReason{Termination::kLimit,
                               "iterations",
                               5,
                               5,
                               "the limit",
                               {{"code", "text", "evidence", {{"learning_rate", 0.01}}}}};
  Finding& finding = run.stop_reason->findings[0];
  finding.informational = true;
  finding.suggested_optimizer = run.spec.optimizer;
  finding.suggested_stopping = run.spec.stopping;
  finding.suggested_start = run.spec.start;
  Certificate& certificate = run.stop_reason->certificate.emplace();
  certificate = {Verdict::kSaddle, "a saddle", 4, 1e-9, 1e-10, {}, {}, 1, 0.5, 0.25, {}};
  certificate.curvature = Curvature{-1, 2, 2, 1e-12, true};
  certificate.active_bounds = {{"x[1]", true, 3, 0.5}};
  certificate.fit = Fit{10, 8, 0.1, {1, 2}, {1, 0, 0, 4}, {1, 0, 0, 1}, 2};
  return record;
}

TEST(Codec, ReadsBackARecordBitForBit) {
  const std::string bytes = Encode(FullRecord());

  const auto read = DecodeRunRecord(bytes);

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Encode(*read), bytes);
  EXPECT_EQ(read->run.spec.optimizer, FullRecord().run.spec.optimizer);
  EXPECT_EQ(read->run.spec.seed, 0xFFFFFFFFFFFFFFFFU);
  EXPECT_EQ(read->run.spec.changes, FullRecord().run.spec.changes);
  EXPECT_EQ(read->run.spec.pace, 12.5);
  EXPECT_EQ(read->run.spec.batches, FullRecord().run.spec.batches);
  EXPECT_EQ(read->run.spec.objective.model, FullRecord().run.spec.objective.model);
  EXPECT_EQ(read->run.pause_at, 9);
  EXPECT_EQ(read->run.evaluations, FullRecord().run.evaluations);
  EXPECT_EQ(read->run.started, FullRecord().run.started);
  EXPECT_EQ(read->run.stop_reason->findings.at(0).suggested_settings.size(), 1U);
  EXPECT_EQ(read->run.stop_reason->findings[0].suggested_start, FullRecord().run.spec.start);
  EXPECT_EQ(read->run.stop_reason->certificate->fit->covariance[3], 4);
  EXPECT_EQ(read->retention, FullRecord().retention);
}

TEST(Codec, ReadsBackARecordWithNothingSet) {
  const std::string bytes = Encode(RunRecord());

  const auto read = DecodeRunRecord(bytes);

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->run.spec.seed || read->run.started || read->run.best);
  EXPECT_EQ(Encode(*read), bytes);
}

/// What `keep` writes into a state.
template <typename Keep>
std::string Bytes(Keep keep) {
  State state = State::Writer();
  keep(state);
  return state.TakeBytes();
}

void Replace(const std::string& part, const std::string& with, std::string& bytes) {
  const size_t at = bytes.find(part);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, part.size(), with);
}

RunRecord RecordWithoutModel() {
  RunRecord record = FullRecord();
  record.run.spec.objective.model.reset();
  record.run.spec.batches = {};
  return record;
}

/// Of a record without a model: what says so.
void DropModel(std::string& bytes) {
  Replace(Bytes([none = false](State& state) mutable { state.Keep("of_model", none); }), "", bytes);
  Replace(Bytes([kind = std::string(), count = int64_t{0}](State& state) mutable {
            state.Keep("kind", kind);
            state.Keep("settings", count);
          }),
          "", bytes);
}

TEST(Codec, ReadsARecordFromBeforeThereWereModels) {
  const RunRecord record = RecordWithoutModel();
  std::string bytes = Encode(record);
  bytes.resize(bytes.size() - sizeof(uint32_t));
  const auto version = [](int64_t n) {
    return Bytes([n](State& state) mutable { state.Keep("version", n); });
  };
  Replace(version(9), version(8), bytes);
  DropModel(bytes);
  const uint32_t checksum = Crc32c(bytes);
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));

  const auto read = DecodeRunRecord(bytes);

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Encode(*read), Encode(record));
}

TEST(Codec, DigestsTellModelsAndBatchesApart) {
  const RunSpec one = FullRecord().run.spec;
  RunSpec other = one;
  other.batches.settings["size"] = 32.0;
  RunSpec third = one;
  third.objective.model->split.fold = 3;

  EXPECT_NE(DigestOf(one), DigestOf(other));
  EXPECT_NE(DigestOf(one), DigestOf(third));
}

TEST(Codec, ReadsARecordFromBeforeRunsHadAPace) {
  RunRecord record = RecordWithoutModel();
  record.run.spec.pace = 0;
  record.run.pause_at.reset();
  std::string bytes = Encode(record);
  bytes.resize(bytes.size() - sizeof(uint32_t));
  const auto version = [](int64_t n) {
    return Bytes([n](State& state) mutable { state.Keep("version", n); });
  };
  Replace(version(9), version(6), bytes);
  DropModel(bytes);
  Replace(Bytes([nobody = std::string()](State& state) mutable { state.Keep("tenant", nobody); }),
          "", bytes);
  Replace(Bytes([pace = 0.0](State& state) mutable { state.Keep("pace", pace); }), "", bytes);
  Replace(Bytes([set = false](State& state) mutable { state.Keep("stepped", set); }), "", bytes);
  const uint32_t checksum = Crc32c(bytes);
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));

  const auto read = DecodeRunRecord(bytes);

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Encode(*read), Encode(record));
}

TEST(Codec, ReadsARecordFromBeforeThereWereTenantsAsNobodys) {
  RunRecord record = RecordWithoutModel();
  record.run.spec.tenant = "vision";
  std::string bytes = Encode(record);
  EXPECT_EQ(DecodeRunRecord(bytes)->run.spec.tenant, "vision");
  bytes.resize(bytes.size() - sizeof(uint32_t));
  const auto version = [](int64_t n) {
    return Bytes([n](State& state) mutable { state.Keep("version", n); });
  };
  Replace(version(9), version(7), bytes);
  DropModel(bytes);
  Replace(Bytes([of = record.run.spec.tenant](State& state) mutable { state.Keep("tenant", of); }),
          "", bytes);
  const uint32_t checksum = Crc32c(bytes);
  bytes.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));

  const auto read = DecodeRunRecord(bytes);

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->run.spec.tenant, "");
}

TEST(Codec, ReadsBackACheckpoint) {
  const Checkpoint checkpoint{12, 3.5, 9, std::string("bytes\0more", 10)};

  const auto read = DecodeCheckpoint(Encode(checkpoint));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->iteration, 12);
  EXPECT_EQ(read->elapsed_seconds, 3.5);
  EXPECT_EQ(read->best_iteration, 9);
  EXPECT_EQ(read->descent, checkpoint.descent);
}

TEST(Codec, RefusesEveryBitThatIsFlippedAndEveryTruncation) {
  const std::string bytes = Encode(FullRecord());
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_TRUE(absl::IsDataLoss(DecodeRunRecord(damaged).status())) << "bit " << bit;
  }
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeRunRecord(bytes.substr(0, length)).status())) << length;
  }
}

TEST(Codec, DigestsOfSpecsAreStableAndTellAnyTwoApart) {
  const RunSpec spec = FullRecord().run.spec;
  RunSpec other = spec;
  other.start["b"] = {std::nextafter(0.1, 1)};

  EXPECT_EQ(DigestOf(spec), DigestOf(FullRecord().run.spec));
  EXPECT_NE(DigestOf(spec), DigestOf(other));
  other = spec;
  other.changes.back().stopping = {{"stall", {}}};
  EXPECT_NE(DigestOf(spec), DigestOf(other));
  other = spec;
  other.pace = 12;
  EXPECT_NE(DigestOf(spec), DigestOf(other));
  EXPECT_NE(DigestOf("a", ForkRequest()), DigestOf("a", {.overrides = {.pace = 0}}));
  EXPECT_NE(DigestOf("a", ForkRequest()), DigestOf("b", ForkRequest()));
  EXPECT_NE(DigestOf("a", ForkRequest()), DigestOf("a", {.iteration = 0}));
  // Digests are stored: a change of this number breaks the retries of clients over an upgrade.
  EXPECT_EQ(DigestOf(RunSpec()), 0x3FDB181133EEF96FU);
}

}  // namespace
}  // namespace thalweg::runs
