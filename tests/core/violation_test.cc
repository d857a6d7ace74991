#include "server/core/violation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace thalweg {
namespace {

using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Violation, TravelsInAStatusWithFieldReasonAndWords) {
  const absl::Status status = Refuse(
      {{"start", Reason::kWrongShape, "expected 2"}, {"", Reason::kMissingField, "no objective"}});

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()), "start: expected 2; no objective");
  const auto violations = ViolationsOf(status);
  ASSERT_THAT(violations, SizeIs(2));
  EXPECT_EQ(violations[0].field, "start");
  EXPECT_EQ(violations[0].reason, Reason::kWrongShape);
  EXPECT_EQ(violations[0].description, "expected 2");
  EXPECT_EQ(violations[1].field, "");
  EXPECT_EQ(violations[1].reason, Reason::kMissingField);
}

TEST(Violation, IsNotInAStatusMadeElsewhere) {
  EXPECT_THAT(ViolationsOf(absl::InternalError("oops")), SizeIs(0));
  EXPECT_THAT(ViolationsOf(absl::OkStatus()), SizeIs(0));
}

TEST(Violation, KeepsTheCodeItIsRefusedWith) {
  const absl::Status status =
      RefuseWith(absl::StatusCode::kNotFound, Reason::kRunNotFound, "no run 'a'");

  EXPECT_EQ(Under("run", status).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ViolationsOf(status)[0].reason, Reason::kRunNotFound);
}

TEST(Under, PutsThePathBeforeEachField) {
  const auto field = [](std::string inner) {
    return ViolationsOf(Under("run", Refuse(std::move(inner), Reason::kInvalidValue, "bad")))
        .front()
        .field;
  };

  EXPECT_EQ(field("start"), "run.start");
  EXPECT_EQ(field("[2].kind"), "run[2].kind");
  EXPECT_EQ(field(""), "run");
}

TEST(Under, GivesAPlainRefusalItsFirstField) {
  const auto violations = ViolationsOf(Under("run", absl::InvalidArgumentError("bad")));

  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_EQ(violations[0].field, "run");
}

TEST(Under, LeavesAloneWhatIsNoRefusal) {
  EXPECT_TRUE(Under("run", absl::OkStatus()).ok());
  EXPECT_EQ(Under("run", absl::InternalError("oops")), absl::InternalError("oops"));
}

TEST(Quoted, EscapesAndCutsWhatStrangersWrote) {
  EXPECT_EQ(Quoted("plain"), "'plain'");
  EXPECT_EQ(Quoted("a\nb"), "'a\\nb'");
  EXPECT_EQ(Quoted("abcdef", 3), "'abc...'");
  EXPECT_EQ(Quoted("a\xC3\xA9z", 2), "'a...'");  // never half a character
}

TEST(NearestName, FindsMisspellingsAndNothingElse) {
  const std::vector<std::string> known = {"adam", "adagrad", "momentum"};

  EXPECT_EQ(NearestName("adma", known), "adam");
  EXPECT_EQ(NearestName("momentun", known), "momentum");
  EXPECT_EQ(NearestName("cosine", known), "");
  EXPECT_EQ(NearestName("", known), "");
  EXPECT_EQ(NearestName(std::string(1000, 'a'), known), "");
}

TEST(UnknownName, ListsTheKnownOnes) {
  EXPECT_EQ(UnknownName("optimizer", "adma", {"adam", "sgd"}),
            "unknown optimizer 'adma'; did you mean 'adam'? known: adam, sgd");
  EXPECT_THAT(UnknownName("optimizer", "zebra", {"adam"}),
              StartsWith("unknown optimizer 'zebra'; known: adam"));
}

TEST(ReasonName, IsTheEnumeratorInCapitals) {
  EXPECT_EQ(ReasonName(Reason::kUnknownSymbol), "UNKNOWN_SYMBOL");
  EXPECT_EQ(ReasonName(Reason::kDataCorrupt), "DATA_CORRUPT");
}

}  // namespace
}  // namespace thalweg
