#include "server/core/models/design.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/models.h"

namespace thalweg::models {
namespace {

using ::testing::AllOf;
using testing::CategoryColumn;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kNoValue;
using testing::NumberColumn;
using testing::NumbersTable;
using testing::Refusal;
using testing::TableOf;

std::shared_ptr<const Design> Made(const std::shared_ptr<const data::Table>& table,
                                   const ModelSpec& spec, Task task = Task::kRegression,
                                   Encoding encoding = Encoding::kNumbers) {
  auto design = Design::Make(spec, *table, task, encoding);
  EXPECT_TRUE(design.ok()) << design.status();
  return design.ok() ? *design : nullptr;
}

std::vector<std::string> NamesOf(const Design& design) {
  std::vector<std::string> names;
  for (const Feature& feature : design.features()) names.push_back(feature.name);
  return names;
}

/// Four animals.
std::shared_ptr<const data::Table> Animals() {
  return TableOf(
      {NumberColumn("weight"), CategoryColumn("kind", {"cat", "cow", "dog"}), NumberColumn("age")},
      {{4, 600, 20, 5}, {0, 1, 2, 0}, {3, 5, 7, 2}});
}

TEST(Design, MakesZerosAndOnesOfCategoriesButTheFirst) {
  const auto design =
      Made(Animals(), {.dataset = "data", .target = "age", .scaling = Scaling::kNone});
  EXPECT_THAT(NamesOf(*design), ElementsAre("weight", "kind=cow", "kind=dog"));
  EXPECT_THAT(design->training().features, ElementsAre(4, 0, 0, 600, 1, 0, 20, 0, 1, 5, 0, 0));
  EXPECT_THAT(design->training().targets, ElementsAre(3, 5, 7, 2));
}

TEST(Design, LeavesCodesAsTheyAreWhereTheyAreWanted) {
  const auto design =
      Made(Animals(), {.dataset = "data", .target = "age"}, Task::kRegression, Encoding::kCodes);
  EXPECT_THAT(NamesOf(*design), ElementsAre("weight", "kind"));
  EXPECT_THAT(design->training().features, ElementsAre(4, 0, 600, 1, 20, 2, 5, 0));
}

TEST(Design, TakesTheColumnsThatAreNamedInTheirOrder) {
  const auto design =
      Made(Animals(), {.dataset = "data", .target = "age", .features = {"kind", "weight"}});
  EXPECT_THAT(NamesOf(*design), ElementsAre("kind=cow", "kind=dog", "weight"));
}

TEST(Design, ScalesByFiguresOfTheTrainingRows) {
  const auto table = NumbersTable({{"x", {0, 2, 4, 10, 4}}, {"y", {1, 2, 3, 4, 5}}});
  const auto scaled = [&](Scaling scaling) {
    const Feature feature =
        Made(table, {.dataset = "data", .target = "y", .scaling = scaling})->features()[0];
    return std::pair(feature.shift, feature.scale);
  };
  EXPECT_EQ(scaled(Scaling::kNone), std::pair(0.0, 1.0));
  EXPECT_EQ(scaled(Scaling::kMinMax), std::pair(0.0, 10.0));
  EXPECT_EQ(scaled(Scaling::kRobust), std::pair(4.0, 2.0));
  EXPECT_EQ(scaled(Scaling::kStandard), std::pair(4.0, std::sqrt(11.2)));
}

TEST(Design, LeavesHeldOutRowsOutOfTheFigures) {
  const auto table = NumbersTable({{"x", {1, 3, 5, 7, 1000}}, {"y", {1, 2, 3, 4, 5}}});
  const auto design = Made(table, {.dataset = "data",
                                   .target = "y",
                                   .scaling = Scaling::kMinMax,
                                   .split = {.test = 0.2, .in_order = true}});
  EXPECT_EQ(design->features()[0].scale, 6);
  EXPECT_THAT(design->test().features, ElementsAre((1000 - 1) / 6.0));
}

TEST(Design, MakesNothingOfAConstantColumnAndSaysSo) {
  const auto table = NumbersTable({{"x", {1, 2, 3}}, {"c", {0.1, 0.1, 0.1}}, {"y", {1, 2, 4}}});
  const auto design = Made(table, {.dataset = "data", .target = "y"});
  EXPECT_EQ(design->training().features[1], 0);
  EXPECT_THAT(design->remarks(), ElementsAre(HasSubstr("column 'c' holds 0.1 in every")));
}

TEST(Design, DropsOrFillsRowsWithoutAValue) {
  const auto table =
      TableOf({NumberColumn("x"), CategoryColumn("k", {"a", "b"}), NumberColumn("y")},
              {{1, kNoValue, 5, 3}, {0, 1, kNoValue, 1}, {1, 2, 3, 5}});
  ModelSpec spec{
      .dataset = "data", .target = "y", .scaling = Scaling::kNone, .missing = Missing::kDrop};
  EXPECT_THAT(Made(table, spec)->training().table_rows, ElementsAre(0, 3));

  spec.missing = Missing::kFill;
  const auto filled = Made(table, spec);
  EXPECT_THAT(NamesOf(*filled), ElementsAre("x", "k=b", "k="));
  EXPECT_THAT(filled->training().features, ElementsAre(1, 0, 0, 3, 1, 0, 5, 0, 1, 3, 1, 0));
}

TEST(Design, NeverLearnsFromRowsWithoutATarget) {
  const auto table = NumbersTable({{"x", {1, 2, 3}}, {"y", {1, kNoValue, 3}}});
  EXPECT_THAT(Made(table, {.dataset = "data", .target = "y"})->training().table_rows,
              ElementsAre(0, 2));
}

TEST(Design, MakesClassesOfCategoriesAndOfWholeNumbers) {
  const auto animals =
      Made(Animals(), {.dataset = "data", .target = "kind"}, Task::kClassification);
  EXPECT_THAT(animals->classes(), ElementsAre("cat", "cow", "dog"));
  const auto table = NumbersTable({{"x", {1, 2, 3}}, {"y", {10, -2, 10}}});
  const auto numbers = Made(table, {.dataset = "data", .target = "y"}, Task::kClassification);
  EXPECT_THAT(numbers->classes(), ElementsAre("-2", "10"));
  EXPECT_THAT(numbers->training().targets, ElementsAre(1, 0, 1));
}

TEST(Design, KeepsWeights) {
  const auto table = NumbersTable({{"x", {1, 2, 3}}, {"w", {2, 0, 3}}, {"y", {1, 2, 4}}});
  const auto design = Made(table, {.dataset = "data", .target = "y", .weights = "w"});
  EXPECT_THAT(NamesOf(*design), ElementsAre("x"));
  EXPECT_EQ(design->training().total_weight, 5);
}

// ---- Other tables

TEST(DesignEncode, FindsColumnsByNameAndCategoriesByText) {
  const auto design =
      Made(Animals(), {.dataset = "data", .target = "age", .scaling = Scaling::kNone});
  const auto others = TableOf({CategoryColumn("kind", {"dog", "unicorn"}), NumberColumn("weight")},
                              {{0, 1}, {30, 500}});
  const auto rows = design->Encode(*others, 0, 2);
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((*rows)[0], 30);
  EXPECT_EQ((*rows)[1], 0);
  EXPECT_EQ((*rows)[2], 1);
  EXPECT_TRUE(std::isnan((*rows)[4])) << "nobody has seen a unicorn";
}

TEST(DesignEncode, GivesTheRowsItWasMadeFrom) {
  const auto table = Animals();
  const auto design = Made(table, {.dataset = "data", .target = "age"});
  const auto rows = design->Encode(*table, 1, 3);
  ASSERT_TRUE(rows.ok());
  const auto& own = design->training().features;
  EXPECT_EQ(*rows, std::vector<double>(own.begin() + 3, own.end()));
}

TEST(DesignEncode, RefusesATableWithoutAColumn) {
  const auto design = Made(Animals(), {.dataset = "data", .target = "age"});
  const auto other = NumbersTable({{"weight", {1}}});
  EXPECT_THAT(std::string(design->Encode(*other, 0, 1).status().message()),
              HasSubstr("features[kind]: the table has no column 'kind'"));
  EXPECT_FALSE(design->Encode(*Animals(), 3, 2).ok());
}

// ---- What is refused, with row and column

TEST(DesignRefuses, WrongNames) {
  EXPECT_THAT(Refusal(Animals(), {.dataset = "data", .target = "knd"}),
              AllOf(HasSubstr("target: "), HasSubstr("did you mean 'kind'")));
  EXPECT_THAT(Refusal(Animals(), {.dataset = "data"}), HasSubstr("target: name the column"));
  EXPECT_THAT(Refusal(Animals(), {.dataset = "data", .target = "age", .features = {"kin"}}),
              HasSubstr("features[kin]: "));
  EXPECT_THAT(Refusal(Animals(), {.dataset = "data", .target = "age", .features = {"age"}}),
              HasSubstr("features[age]: the target cannot be a feature"));
  EXPECT_THAT(
      Refusal(Animals(), {.dataset = "data", .target = "age", .features = {"kind", "kind"}}),
      HasSubstr("features[kind]: named twice"));
  EXPECT_THAT(Refusal(Animals(), {.dataset = "data", .target = "age", .weights = "kind"}),
              HasSubstr("weights: column 'kind' holds categories"));
}

TEST(DesignRefuses, TargetsThatNothingCanBeLearntFrom) {
  const auto constant = NumbersTable({{"x", {1, 2, 3}}, {"y", {7, 7, 7}}});
  EXPECT_THAT(Refusal(constant, {.dataset = "data", .target = "y"}),
              HasSubstr("target: column 'y' is 7 in all 3 training rows; there is nothing to "
                        "predict"));
  EXPECT_THAT(Refusal(constant, {.dataset = "data", .target = "y", .model = {"logistic", {}}}),
              HasSubstr("nothing to tell apart"));
  const auto empty = NumbersTable({{"x", {1, 2}}, {"y", {kNoValue, kNoValue}}});
  EXPECT_THAT(Refusal(empty, {.dataset = "data", .target = "y"}),
              HasSubstr("has no value in any of the 2 rows"));
  EXPECT_THAT(Refusal(Animals(), {.dataset = "data", .target = "kind"}),
              HasSubstr("column 'kind' holds categories ('cat', ...), and this model predicts "
                        "numbers"));
  const auto fractions = NumbersTable({{"x", {1, 2, 3}}, {"y", {1, 0, 0.5}}});
  EXPECT_THAT(Refusal(fractions, {.dataset = "data", .target = "y", .model = {"logistic", {}}}),
              HasSubstr("row 3, column 'y': 0.5 is no class"));
  std::vector<double> many(1001);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_THAT(Refusal(NumbersTable({{"x", many}, {"y", many}}),
                      {.dataset = "data", .target = "y", .model = {"logistic", {}}}),
              HasSubstr("more than 1000 different values"));
}

TEST(DesignRefuses, MissingValuesWithRowAndColumn) {
  const auto table =
      NumbersTable({{"a", {1, 2, 3, kNoValue}}, {"b", {1, 2, kNoValue, 4}}, {"y", {1, 2, 3, 4}}});
  EXPECT_THAT(Refusal(table, {.dataset = "data", .target = "y"}),
              HasSubstr("features[b]: row 3, column 'b': no value; leave such rows out"));
  const auto hollow = NumbersTable({{"a", {kNoValue, kNoValue}}, {"y", {1, 2}}});
  EXPECT_THAT(Refusal(hollow, {.dataset = "data", .target = "y", .missing = Missing::kFill}),
              HasSubstr("features[a]: column 'a' has no value in any of the 2 rows"));
  EXPECT_THAT(Refusal(table, {.dataset = "data", .target = "y", .features = {"a"}, .weights = "b"}),
              HasSubstr("weights: row 3, column 'b': no value"));
}

TEST(DesignRefuses, BadWeights) {
  const auto weighted = [](std::vector<double> weights) {
    return Refusal(NumbersTable({{"x", {1, 2, 3}}, {"w", std::move(weights)}, {"y", {1, 2, 4}}}),
                   {.dataset = "data", .target = "y", .weights = "w"});
  };
  EXPECT_THAT(weighted({1, -2, 3}), HasSubstr("weights: row 2, column 'w': -2; a weight is"));
  EXPECT_THAT(weighted({0, 0, 0}), HasSubstr("all 3 rows to learn from weigh 0"));
}

TEST(DesignRefuses, SplitsThatLeaveNothing) {
  const auto table = NumbersTable({{"x", {1, 2, 3, 4}}, {"y", {1, 2, 3, 4}}});
  const auto refusal = [&](const Split& split) {
    return Refusal(table, {.dataset = "data", .target = "y", .split = split});
  };
  EXPECT_THAT(refusal({.validation = 0.95}), HasSubstr("split.validation: 0.95; a share"));
  EXPECT_THAT(refusal({.validation = 0.5, .test = 0.5}), HasSubstr("less than a tenth"));
  EXPECT_THAT(refusal({.validation = 0.1}), HasSubstr("4 usable rows make 4 to learn from, 0 to"));
  EXPECT_THAT(refusal({.folds = 1}), HasSubstr("split.folds: 1; 2 to 100"));
  EXPECT_THAT(refusal({.folds = 3, .fold = 3}), HasSubstr("split.fold: 3; folds are 0 to 2"));
  EXPECT_THAT(refusal({.fold = 1}), HasSubstr("there are no folds"));
  EXPECT_THAT(refusal({.validation = 0.2, .folds = 2}), HasSubstr("given beside folds"));
  EXPECT_THAT(refusal({.validation = kNoValue}), HasSubstr("split.validation"));
}

TEST(DesignRefuses, TooManyCategories) {
  std::vector<std::string> names;
  std::vector<double> codes, y;
  for (int i = 0; i < 1001; ++i) {
    names.push_back("c" + std::to_string(i));
    codes.push_back(i);
    y.push_back(i % 2);
  }
  EXPECT_THAT(Refusal(TableOf({CategoryColumn("id", names), NumberColumn("y")}, {codes, y}),
                      {.dataset = "data", .target = "y"}),
              HasSubstr("features[id]: column 'id' has 1001 categories"));
}

// ---- Splits

/// 100 rows, of which a tenth are of the second class.
std::shared_ptr<const data::Table> Rare() {
  std::vector<double> x(100), y(100, 0);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  for (size_t i = 0; i < 100; i += 10) y[i] = 1;
  return NumbersTable({{"x", x}, {"y", y}});
}

TEST(DesignSplit, DealsEveryRowOnceAndEachClassEvenly) {
  const auto design =
      Made(Rare(), {.dataset = "data", .target = "y", .split = {.validation = 0.3, .test = 0.2}},
           Task::kClassification);
  const auto rare = [](const DesignRows& rows) {
    return std::count(rows.targets.begin(), rows.targets.end(), 1.0);
  };
  EXPECT_EQ(design->training().count, 50);
  EXPECT_EQ(design->validation().count, 30);
  EXPECT_EQ(design->test().count, 20);
  EXPECT_EQ(rare(design->training()), 5);
  EXPECT_EQ(rare(design->validation()), 3);
  EXPECT_EQ(rare(design->test()), 2);
  std::set<int64_t> all;
  for (const auto* rows : {&design->training(), &design->validation(), &design->test()}) {
    all.insert(rows->table_rows.begin(), rows->table_rows.end());
  }
  EXPECT_EQ(all.size(), 100);
}

TEST(DesignSplit, IsAFunctionOfItsSeed) {
  const auto held_out = [](uint64_t seed) {
    return Made(Rare(),
                {.dataset = "data", .target = "y", .split = {.validation = 0.3, .seed = seed}},
                Task::kClassification)
        ->validation()
        .table_rows;
  };
  EXPECT_EQ(held_out(1), held_out(1));
  EXPECT_NE(held_out(1), held_out(2));
}

TEST(DesignSplit, ValidatesWithEachRowInOneFold) {
  std::multiset<int64_t> all;
  for (int64_t fold = 0; fold < 7; ++fold) {
    const auto design =
        Made(Rare(), {.dataset = "data", .target = "y", .split = {.folds = 7, .fold = fold}},
             Task::kClassification);
    const auto& rows = design->validation().table_rows;
    EXPECT_GE(rows.size(), 14);
    EXPECT_LE(rows.size(), 15);
    all.insert(rows.begin(), rows.end());
  }
  EXPECT_EQ(all.size(), 100);
  EXPECT_EQ(std::set<int64_t>(all.begin(), all.end()).size(), 100);
}

TEST(DesignSplit, KeepsTheLastRowsInOrder) {
  const auto table = NumbersTable(
      {{"x", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}, {"y", {1, 2, 3, 4, 5, 6, 7, 8, 9, 11}}});
  const auto design = Made(table, {.dataset = "data",
                                   .target = "y",
                                   .split = {.validation = 0.2, .test = 0.1, .in_order = true}});
  EXPECT_THAT(design->test().table_rows, ElementsAre(9));
  EXPECT_THAT(design->validation().table_rows, ElementsAre(7, 8));
}

}  // namespace
}  // namespace thalweg::models
