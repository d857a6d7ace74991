#include "server/core/state.h"

#include <bit>
#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace thalweg {
namespace {

using ::testing::HasSubstr;

// One field of every type.
struct Memory {
  double number = 0;
  int64_t integer = 0;
  uint64_t bits = 0;
  bool flag = false;
  std::string text;
  Vector vector;
  std::vector<double> numbers;
  std::vector<int64_t> integers;

  void Remember(State& state) {
    state.Keep("number", number);
    state.Keep("integer", integer);
    state.Keep("bits", bits);
    state.Keep("flag", flag);
    state.Keep("text", text);
    state.Keep("vector", vector);
    state.Keep("numbers", numbers);
    state.Keep("integers", integers);
  }
};

std::string BytesOf(Memory memory) {
  State state = State::Writer();
  memory.Remember(state);
  EXPECT_TRUE(state.Finish().ok());
  return state.TakeBytes();
}

Memory Something() {
  Memory memory{-0.0, -5, ~uint64_t{0}, true, std::string("a\0b", 3), Vector::Ones(3), {}, {7}};
  memory.vector[1] = 5e-324;
  memory.numbers = {std::nan(""), -std::numeric_limits<double>::infinity()};
  return memory;
}

TEST(State, PutsBackEveryBitOfWhatItCollected) {
  const Memory before = Something();
  State state = State::Reader(BytesOf(before));
  Memory after;
  after.vector = Vector::Zero(50);

  after.Remember(state);

  EXPECT_TRUE(state.Finish().ok()) << state.Finish();
  EXPECT_TRUE(std::signbit(after.number));
  EXPECT_EQ(after.integer, -5);
  EXPECT_EQ(after.bits, ~uint64_t{0});
  EXPECT_TRUE(after.flag);
  EXPECT_EQ(after.text, before.text);
  EXPECT_EQ(after.vector, before.vector);
  EXPECT_EQ(std::bit_cast<uint64_t>(after.numbers[0]), std::bit_cast<uint64_t>(before.numbers[0]));
  EXPECT_EQ(after.numbers[1], before.numbers[1]);
  EXPECT_EQ(after.integers, before.integers);
  EXPECT_EQ(BytesOf(after), BytesOf(before));
}

TEST(State, NamesTheFirstFieldThatIsNotItsOwn) {
  State writer = State::Writer();
  double m = 1;
  writer.Keep("m", m);
  State reader = State::Reader(writer.TakeBytes());
  double v = 2;

  reader.Keep("v", v);

  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(reader.Finish().message()), HasSubstr("'v'"));
  EXPECT_EQ(v, 2);
}

TEST(State, RefusesAFieldOfAnotherType) {
  State writer = State::Writer();
  double m = 1;
  writer.Keep("m", m);
  State reader = State::Reader(writer.TakeBytes());
  int64_t other = 3;

  reader.Keep("m", other);

  EXPECT_FALSE(reader.status().ok());
  EXPECT_EQ(other, 3);
}

TEST(State, RefusesBytesCutShortAnywhere) {
  const std::string bytes = BytesOf(Something());
  for (size_t length = 0; length < bytes.size(); ++length) {
    State reader = State::Reader(bytes.substr(0, length));
    Memory memory;
    memory.Remember(reader);
    EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kDataLoss) << length;
  }
}

TEST(State, RefusesBytesLeftOver) {
  State reader = State::Reader(BytesOf(Something()) + "x");
  Memory memory;

  memory.Remember(reader);

  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kDataLoss);
}

TEST(State, SurvivesAnyByteBeingWrong) {
  const std::string bytes = BytesOf(Something());
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string broken = bytes;
    broken[at] = static_cast<char>(broken[at] ^ 0xFF);
    State reader = State::Reader(broken);
    Memory memory;
    memory.Remember(reader);  // may or may not be noticed, but is never more than the bytes hold
    EXPECT_LE(memory.vector.size(), static_cast<Index>(bytes.size()));
  }
}

TEST(State, KeepsTheFirstFailureOfItsOwner) {
  State reader = State::Reader("");
  reader.Fail("first");
  reader.Fail("second");

  EXPECT_THAT(std::string(reader.Finish().message()), HasSubstr("first"));
}

}  // namespace
}  // namespace thalweg
