#include "server/runs/iterate_block.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "server/runs/crc32c.h"

namespace thalweg::runs {
namespace {

// Rows as a descent makes them: most columns vary, some are constant, some count.
IterateBlock BlockOf(size_t rows, int64_t coordinates, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  IterateBlock block;
  Iterate at;
  at.x = Vector::Zero(coordinates);
  for (size_t row = 0; row < rows; ++row) {
    at.iteration = 100 + static_cast<int64_t>(row);
    for (double& value : at.x) value = std::bit_cast<double>(random());  // also NaN and infinity
    at.step_norm = std::bit_cast<double>(random());
    at.learning_rate = 0.001;
    at.evaluations = {2 * at.iteration, at.iteration / 3};
    at.flags = static_cast<uint32_t>(random() & 7U);
    block.Append({at, std::bit_cast<double>(random()), -0.0, std::nan("7"), 1.0 / 3.0},
                 coordinates);
  }
  block.elapsed_seconds = 1.25;
  return block;
}

TEST(IterateBlock, ReadsBackBitForBit) {
  for (const size_t rows : {0, 1, 2, 3, 8, 1000}) {
    for (const int64_t coordinates : {0, 1, 2, 17}) {
      const IterateBlock block = BlockOf(rows, coordinates);
      const std::string bytes = Encode(block);

      const auto read = DecodeIterateBlock(bytes);

      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->rows(), rows);
      EXPECT_EQ(read->elapsed_seconds, 1.25);
      EXPECT_EQ(Encode(*read), bytes) << rows << " rows of " << coordinates;
    }
  }
}

// Of a model with two layers; every third row has figures of a whole epoch.
IterateBlock BlockOfModel(size_t rows) {
  IterateBlock block;
  Iterate at;
  at.x = Vector::Zero(1);
  for (size_t row = 0; row < rows; ++row) {
    at.iteration = static_cast<int64_t>(row);
    at.epoch = static_cast<double>(row) / 3;
    const bool whole = row % 3 == 2;
    at.training_value = whole ? 1.0 / at.epoch : std::nan("");
    at.validation_value = whole ? 2.0 / at.epoch : std::nan("");
    at.variable_gradient_norms = Vector{{0.5, static_cast<double>(row)}};
    block.Append({at, 1, 1, 1, 1}, 1);
  }
  return block;
}

TEST(IterateBlock, KeepsWhatThereIsToKnowOfModels) {
  const IterateBlock block = BlockOfModel(8);
  const std::string bytes = Encode(block);

  const auto read = DecodeIterateBlock(bytes);

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->epoch, block.epoch);
  EXPECT_EQ(read->validation_value[5], 2.0 / (5.0 / 3));
  EXPECT_TRUE(std::isnan(read->validation_value[6]));
  EXPECT_EQ(read->variables, 2);
  EXPECT_EQ(read->variable_gradient_norm[11], 5);
  EXPECT_EQ(Encode(*read), bytes);
}

TEST(IterateBlock, CutsAndJoinsWhatThereIsToKnowOfModels) {
  const IterateBlock block = BlockOfModel(8);

  IterateBlock joined = block.Slice(0, 2);
  joined.AppendRows(block.Slice(3, 4), 0, 2);
  joined.AppendRows(block, 5, 8);

  EXPECT_EQ(Encode(joined), Encode(block));
  EXPECT_EQ(block.Slice(3, 4).variable_gradient_norm, (std::vector<double>{0.5, 3, 0.5, 4}));
}

TEST(IterateBlock, TellsMinusZeroFromZeroAndKeepsEveryNaN) {
  IterateBlock block = BlockOf(4, 1);
  block.value = {0.0, -0.0, 0.0, 0.0};
  block.x = {std::nan("1"), std::nan("1"), std::nan("1"), std::nan("2")};

  const auto read = DecodeIterateBlock(Encode(block));

  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(std::signbit(read->value[1]));
  EXPECT_NE(std::bit_cast<uint64_t>(read->x[3]), std::bit_cast<uint64_t>(read->x[2]));
}

TEST(IterateBlock, WritesConstantAndCountingColumnsAsTwoNumbers) {
  const IterateBlock block = BlockOf(1000, 0);

  const size_t bytes = Encode(block).size();

  // Left in full: value, step_norm, gradient evaluations (they do not step evenly), flags.
  EXPECT_LT(bytes, 1000 * (8 + 8 + 8 + 4) + 400);
}

// The first `sparse` rows have nothing in the columns that may be empty, the others have.
IterateBlock PartlySparse(size_t rows, size_t sparse) {
  IterateBlock block;
  Iterate at;
  for (size_t row = 0; row < rows; ++row) {
    at.iteration = static_cast<int64_t>(row);
    at.trials = row < sparse ? 0 : 3;
    at.violation = row < sparse ? 0 : 0.5 * static_cast<double>(row);
    at.evaluations.hessian_products = row < sparse ? 0 : at.iteration;
    block.Append({at, 1, 1, 1, 1}, 0);
  }
  return block;
}

TEST(IterateBlock, SpendsNothingOnColumnsThatAreZeroThroughout) {
  const IterateBlock block = BlockOf(1000, 2);
  IterateBlock zeros = block;
  zeros.trials.assign(1000, 0);
  zeros.violation.assign(1000, 0.0);

  EXPECT_TRUE(block.trials.empty() && block.hessian_products.empty() && block.violation.empty());
  EXPECT_EQ(block.bytes_per_row(), 9 * 8 + 4 + 2 * 8U);
  EXPECT_EQ(Encode(zeros), Encode(block));
  EXPECT_TRUE(DecodeIterateBlock(Encode(zeros))->trials.empty());
}

TEST(IterateBlock, KeepsColumnsThatBeginWithZeros) {
  const IterateBlock block = PartlySparse(100, 40);

  const auto read = DecodeIterateBlock(Encode(block));

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->trials, block.trials);
  EXPECT_EQ(read->violation, block.violation);
  EXPECT_EQ(read->hessian_products, block.hessian_products);
  EXPECT_EQ(block.trials.size(), 100U);
  EXPECT_EQ(EntryAt(block.trials, 39), 0);
  EXPECT_EQ(EntryAt(block.trials, 40), 3);
  EXPECT_EQ(block.evaluations(99).hessian_products, 99);
}

TEST(IterateBlock, JoinsBlocksWithAndWithoutTheColumnsThatMayBeEmpty) {
  const IterateBlock block = PartlySparse(100, 40);
  for (const size_t cut : {0, 1, 39, 40, 41, 99, 100}) {
    IterateBlock joined;
    joined.AppendRows(block.Slice(0, static_cast<int64_t>(cut) - 1), 0, cut);
    joined.AppendRows(block, cut, 100);
    IterateBlock backwards;  // what has entries first
    backwards.AppendRows(block, cut, 100);
    backwards.AppendRows(PartlySparse(cut, cut), 0, cut);

    EXPECT_EQ(Encode(joined), Encode(block)) << cut;
    EXPECT_EQ(EntryAt(backwards.trials, 99), cut > 0 ? 0 : 3) << cut;
    EXPECT_EQ(backwards.trials.empty() ? 100U : backwards.trials.size(), 100U) << cut;
  }
}

// A block of two rows as the version before wrote it: no bytes for the columns that may be empty.
TEST(IterateBlock, ReadsWhatTheVersionBeforeWrote) {
  const IterateBlock block = BlockOf(2, 1);
  std::string bytes = Encode(block);
  const size_t forms = bytes.size() - (1 + 2 * 8) - (1 + 2 * 4) - 3;  // x, flags: raw
  ASSERT_EQ(bytes.substr(forms, 3), std::string(3, '\3'));
  bytes.erase(forms, 3);
  bytes[0] = 1;
  const uint32_t checksum = Crc32c(std::string_view(bytes).substr(8));
  bytes.replace(4, 4, reinterpret_cast<const char*>(&checksum), 4);

  const auto read = DecodeIterateBlock(bytes);

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Encode(*read), Encode(block));
  bytes[0] = 4;
  EXPECT_EQ(DecodeIterateBlock(bytes).status().message(), "stored iterates: version 4 is unknown");
}

TEST(IterateBlock, RefusesEveryBitThatIsFlipped) {
  const std::string bytes = Encode(BlockOf(5, 2));
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));

    EXPECT_TRUE(absl::IsDataLoss(DecodeIterateBlock(damaged).status())) << "bit " << bit;
  }
}

TEST(IterateBlock, RefusesEveryTruncationAndExtension) {
  const std::string bytes = Encode(BlockOf(5, 2));
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_TRUE(absl::IsDataLoss(DecodeIterateBlock(bytes.substr(0, length)).status())) << length;
  }
  EXPECT_TRUE(absl::IsDataLoss(DecodeIterateBlock(bytes + '\0').status()));
}

// As a stranger would who knows the format: any header and columns under a checksum that fits.
TEST(IterateBlock, SurvivesRandomBytesUnderARightChecksum) {
  std::mt19937_64 random(3);
  const std::string bytes = Encode(BlockOf(6, 2));
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (int change = 0; change < 3; ++change) {
      damaged[8 + random() % (damaged.size() - 8)] = static_cast<char>(random());
    }
    if (random() % 2 == 0) damaged.resize(8 + random() % (damaged.size() - 8));
    const uint32_t checksum = Crc32c(std::string_view(damaged).substr(8));
    damaged.replace(4, 4, reinterpret_cast<const char*>(&checksum), 4);

    const auto read = DecodeIterateBlock(damaged);  // must not crash, nor take memory without end

    EXPECT_TRUE(read.ok() || absl::IsDataLoss(read.status()));
  }
}

TEST(IterateBlock, SlicesByIterationAlsoWhereItHasHoles) {
  IterateBlock block = BlockOf(10, 1);  // 100 to 109
  IterateBlock thinned;
  for (const size_t row : {0, 3, 4, 9}) thinned.AppendRow(block, row);

  EXPECT_EQ(block.Slice(103, 105).iteration, (std::vector<int64_t>{103, 104, 105}));
  EXPECT_EQ(block.Slice(0, 100).iteration, std::vector<int64_t>{100});
  EXPECT_TRUE(block.Slice(110, INT64_MAX).empty());
  EXPECT_EQ(thinned.Slice(101, 108).iteration, (std::vector<int64_t>{103, 104}));
  EXPECT_EQ(thinned.Slice(101, 108).x, (std::vector<double>{block.x[3], block.x[4]}));
}

TEST(Crc32c, GivesThePublishedCheckValueInBothForms) {
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283U);  // RFC 3720, B.4
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    bytes.push_back(static_cast<char>(i * 37));
    EXPECT_EQ(Crc32c(bytes), Crc32cPortable(bytes));
  }
}

}  // namespace
}  // namespace thalweg::runs
