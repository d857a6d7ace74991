#include "server/core/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/core/violation.h"

namespace thalweg::data {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::NanSensitiveDoubleEq;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Read {
  CsvPlan plan;
  std::vector<ColumnInfo> columns;
  std::vector<double> cells;  // column after column

  std::vector<double> Cells(size_t column) const {
    const auto rows = static_cast<std::ptrdiff_t>(plan.rows);
    const auto begin = cells.begin() + rows * static_cast<std::ptrdiff_t>(column);
    return {begin, begin + rows};
  }
};

template <typename Reader>
absl::Status Feed(Reader& reader, std::string_view text, size_t piece) {
  for (size_t at = 0; at < text.size(); at += piece) {
    if (absl::Status status = reader.Read(text.substr(at, piece)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<Read> ReadCsv(std::string_view text, CsvFormat format = {}, size_t piece = 1 << 16) {
  CsvScan scan(std::move(format));
  if (absl::Status status = Feed(scan, text, piece); !status.ok()) return status;
  auto plan = scan.Finish();
  if (!plan.ok()) return plan.status();
  Read read{.plan = *plan, .columns = {}, .cells = {}};
  read.cells.resize(static_cast<size_t>(plan->rows) * plan->columns.size());
  CsvFill fill(*plan, read.cells.data());
  if (absl::Status status = Feed(fill, text, piece); !status.ok()) return status;
  auto columns = fill.Finish();
  if (!columns.ok()) return columns.status();
  read.columns = *columns;
  return read;
}

std::string ErrorOf(std::string_view text, CsvFormat format = {}) {
  const auto read = ReadCsv(text, std::move(format));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << read.status();
  return std::string(read.status().message());
}

std::vector<std::string> NamesOf(const Read& read) {
  std::vector<std::string> names;
  for (const ColumnInfo& column : read.columns) names.push_back(column.name);
  return names;
}

TEST(Csv, ReadsAHeaderNumbersAndCategories) {
  const auto read = ReadCsv("age,town\n31,Ulm\n27,Bonn\n40,Ulm\n");

  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(NamesOf(*read), ElementsAre("age", "town"));
  EXPECT_EQ(read->columns[0].type, ColumnType::kNumber);
  EXPECT_EQ(read->columns[1].type, ColumnType::kCategory);
  EXPECT_THAT(read->columns[1].categories, ElementsAre("Bonn", "Ulm"));
  EXPECT_THAT(read->Cells(0), ElementsAre(31, 27, 40));
  EXPECT_THAT(read->Cells(1), ElementsAre(1, 0, 1));
}

TEST(Csv, GivesTheSameHoweverTheBytesAreCut) {
  const std::string text =
      "\xEF\xBB\xBF\"na\"\"me\";b ;c\r\n\"x\r\n;y\" ; 1.5;-3e-2\r\n\n  z;NA ;\"7\"\r\"x\";;8";
  const auto whole = ReadCsv(text);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_THAT(NamesOf(*whole), ElementsAre("na\"me", "b", "c"));
  EXPECT_THAT(whole->columns[0].categories, ElementsAre("x", "x\r\n;y", "z"));
  EXPECT_THAT(whole->Cells(2), ElementsAre(-0.03, 7, 8));

  for (size_t piece = 1; piece <= text.size(); ++piece) {
    const auto cut = ReadCsv(text, {}, piece);
    ASSERT_TRUE(cut.ok()) << piece << ": " << cut.status();
    EXPECT_EQ(cut->columns, whole->columns) << piece;
    for (size_t i = 0; i < whole->cells.size(); ++i) {
      EXPECT_THAT(cut->cells[i], NanSensitiveDoubleEq(whole->cells[i])) << piece;
    }
  }
}

TEST(Csv, FindsTheDelimiterOfTheFirstLine) {
  for (const char delimiter : {',', ';', '\t', '|'}) {
    const std::string d(1, delimiter);
    const auto read = ReadCsv("\"a,,;;||\"" + d + "b" + d + "c\n1" + d + "2" + d + "3\n");
    ASSERT_TRUE(read.ok()) << d << read.status();
    EXPECT_EQ(read->plan.format.delimiter, delimiter);
    EXPECT_EQ(read->columns.size(), 3U);
  }
}

TEST(Csv, TakesALineOfNumbersForARow) {
  const auto read = ReadCsv("1,2\n3,4\n");
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(NamesOf(*read), ElementsAre("c1", "c2"));
  EXPECT_EQ(read->plan.rows, 2);

  const auto told = ReadCsv("1,2\n3,4\n", {.header = true});
  ASSERT_TRUE(told.ok());
  EXPECT_THAT(NamesOf(*told), ElementsAre("1", "2"));
}

TEST(Csv, KnowsTheUsualWordsForNoValue) {
  const auto read = ReadCsv("x,k\n1,a\n,NA\nNaN,b\nnull,\n\"\",?\n");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->Cells(0),
              ElementsAre(1, NanSensitiveDoubleEq(kNone), NanSensitiveDoubleEq(kNone),
                          NanSensitiveDoubleEq(kNone), NanSensitiveDoubleEq(kNone)));
  EXPECT_EQ(read->columns[0].statistics.missing, 4);
  EXPECT_EQ(read->columns[1].statistics.missing, 3);
  EXPECT_THAT(read->columns[1].categories, ElementsAre("a", "b"));
  EXPECT_THAT(read->columns[1].statistics.counts, ElementsAre(1, 1));

  const auto own = ReadCsv("x\n1\n-999\n", {.missing = {"-999"}});
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->columns[0].statistics.missing, 1);
}

TEST(Csv, OrdersCategoriesByNumberThenByBytes) {
  const auto read = ReadCsv("k\n10\n9\nb\nB\n-1\n1e1\n", {.types = {{"k", ColumnType::kCategory}}});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->columns[0].categories, ElementsAre("-1", "9", "10", "1e1", "B", "b"));
}

TEST(Csv, ReadsNumbersToTheLastBit) {
  std::mt19937_64 random(7);
  std::string text = "x\n";
  std::vector<double> wanted;
  while (wanted.size() < 2000) {
    const uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    wanted.push_back(value);
    char number[64];
    std::snprintf(number, sizeof(number), "%.17g\n", value);
    text += number;
  }
  const auto read = ReadCsv(text);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->Cells(0), wanted);
}

TEST(Csv, KnowsNumbersFromTexts) {
  double value = 0;
  for (const char* text : {"1", "-1", "+1.5", ".5", "5.", "1e-3", "1E5", "0001", "1e-999"}) {
    EXPECT_TRUE(ReadNumber(text, value) && std::isfinite(value)) << text;
  }
  for (const char* text : {"inf", "-inf", "Infinity", "1e999", "-1e400"}) {
    EXPECT_TRUE(ReadNumber(text, value) && std::isinf(value)) << text;
  }
  for (const char* text :
       {"", "-", "+", "+-1", "nan", "-nan", "NaN", "1,5", "1_000", "0x1p3", "1 2", "1e", "abc"}) {
    EXPECT_FALSE(ReadNumber(text, value)) << text;
  }
  EXPECT_TRUE(ReadNumber("1e-999", value));
  EXPECT_EQ(value, 0);
}

TEST(Csv, KeepsAnAllMissingColumn) {
  const auto read = ReadCsv("x,y\n,1\n,2\n");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->columns[0].type, ColumnType::kNumber);
  EXPECT_EQ(read->columns[0].statistics.missing, 2);
}

TEST(Csv, CountsAndMeasures) {
  const auto read = ReadCsv("x\n4\n1\n2\n3\n10\n");
  ASSERT_TRUE(read.ok());
  const ColumnStatistics& s = read->columns[0].statistics;
  EXPECT_THAT(s.mean, DoubleEq(4));
  EXPECT_THAT(s.deviation, DoubleEq(std::sqrt(10.0)));
  EXPECT_EQ(s.least, 1);
  EXPECT_EQ(s.greatest, 10);
  EXPECT_EQ(s.median, 3);
  EXPECT_EQ(s.lower_quartile, 2);
  EXPECT_EQ(s.upper_quartile, 4);
  EXPECT_EQ(s.distinct, 5);
}

TEST(Csv, MeasuresNumbersOfAnySize) {
  const auto read = ReadCsv(
      "x,y,z\n1e308,1e-300,1000000000000001\n-1e308,3e-300,1000000000000002\n"
      "1e308,1e-300,1000000000000003\n");
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(read->columns[0].statistics.mean, DoubleEq(1e308 / 3));
  EXPECT_THAT(read->columns[0].statistics.deviation, DoubleEq(1e308 * (std::sqrt(8.0) / 3)));
  EXPECT_THAT(read->columns[1].statistics.mean, DoubleEq(5e-300 / 3));
  EXPECT_THAT(read->columns[2].statistics.deviation, DoubleEq(std::sqrt(2.0 / 3)));
}

TEST(Csv, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(ErrorOf("name,age\nA,31\nB,abc\nC,40\n"),
            "row 3, column 'age': 'abc' is no number; the other cells are. If it means that there "
            "is no value, or if the column holds categories, say so");
  EXPECT_THAT(ErrorOf("x\n1\n2\na\nb\n3\n"),
              HasSubstr("row 4, column 'x': 'a' is no number; 3 of the 5 cells are"));
  EXPECT_THAT(ErrorOf("x\na\nb\n", {.types = {{"x", ColumnType::kNumber}}}),
              HasSubstr("row 2, column 'x': 'a' is no number; the column is said to hold numbers"));
  EXPECT_EQ(ErrorOf("a,b\n1,2\n3\n"), "row 3 has 1 cells; expected 2, as in the first row");
  EXPECT_EQ(ErrorOf("a,b\n1,2\n3,4,5\n"), "row 3 has 3 cells; expected 2, as in the first row");
  EXPECT_EQ(ErrorOf("a,b,a\n1,2,3\n"), "row 1, column 3: the name 'a' is that of column 1 as well");
  EXPECT_EQ(ErrorOf("a,,c\n1,2,3\n"), "row 1, column 2: the column has no name");
  EXPECT_EQ(ErrorOf("x,y\n1,2\n3,inf\n4,5\n"),
            "row 3, column 'y': 'inf' is not finite; leave the cell empty where there is no value");
  EXPECT_THAT(ErrorOf("x\n1e999\n2\n"), HasSubstr("row 2, column 'x': '1e999' is not finite"));
  EXPECT_EQ(ErrorOf(""), "the file is empty");
  EXPECT_EQ(ErrorOf("\n\n\r\n"), "the file is empty");
  EXPECT_EQ(ErrorOf("a,b\n"), "the file has a line of names and no row below it");
  EXPECT_EQ(ErrorOf("a,b\n1,\"2\n3,4\n"), "row 2, column 2: a quote is opened and never closed");
  EXPECT_THAT(ErrorOf("a,b\n1,x\"y\n"), HasSubstr("row 2, column 2: a quote within a cell"));
  EXPECT_THAT(ErrorOf("a,b\n1,\"x\"y\n"),
              HasSubstr("row 2, column 2: text follows the closing quote"));
  EXPECT_EQ(ErrorOf("a,b\n1,M\xFCller\n"),
            "row 2, column 2: 'M\\xfcller' is not UTF-8; convert the file, as with iconv");
  EXPECT_EQ(ErrorOf(std::string_view("a,b\n1,\0\n", 8)),
            "row 2, column 2: a NUL byte; is this a text file?");
  EXPECT_EQ(ErrorOf("\xFF\xFE"
                    "a"),
            "the file is UTF-16; UTF-8 is expected");
  EXPECT_THAT(ErrorOf("a,b\n1," + std::string(70'000, 'x')),
              HasSubstr("row 2, column 2: the cell is longer than 65536 bytes"));
  EXPECT_THAT(ErrorOf(std::string(129, 'n') + ",b\n1,2\n"),
              HasSubstr("row 1, column 1: a name of 129 bytes; at most 128 are allowed"));
  EXPECT_THAT(ErrorOf("age\n1\n", {.types = {{"agge", ColumnType::kNumber}}}),
              HasSubstr("types[agge]: unknown column 'agge'; did you mean 'age'?"));
}

TEST(Csv, CountsLinesOfTheFileWhateverIsInTheCells) {
  EXPECT_THAT(ErrorOf("a,b\r\n\"x\r\ny\r\nz\",1\r\n\r\n1,2,3\r\n"), HasSubstr("row 6 has 3 cells"));
  EXPECT_THAT(ErrorOf("a,b\n\"x\ny\nz\",1\n\n1,2,3\n"), HasSubstr("row 6 has 3 cells"));
}

TEST(Csv, BoundsColumnsAndCategories) {
  const std::string wide(20'000, ',');
  EXPECT_THAT(ErrorOf(wide), HasSubstr("row 1 has more than 10000 cells"));

  std::string ids = "id\n";
  for (int i = 0; i <= 100'000; ++i) absl::StrAppend(&ids, "id", i, "\n");
  EXPECT_THAT(ErrorOf(ids), HasSubstr("row 100002, column 'id': more than 100000 different texts"));
}

}  // namespace
}  // namespace thalweg::data
