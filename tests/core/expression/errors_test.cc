// Every refusal, in the words a person reads.

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string FirstLine(const absl::Status& status) {
  const std::string text(status.message());
  return text.substr(0, text.find('\n'));
}

struct Golden {
  const char* text;
  Reason reason;
  const char* message;  // the first line
};

class EveryError : public testing::TestWithParam<Golden> {};

TEST_P(EveryError, SaysWhatIsWrongAndWhere) {
  const absl::Status status =
      ErrorOf(GetParam().text, {Scalar("x"), VectorOf("v", 3)}, {{"w", {false, {1, 2, 3, 4}}}});

  ASSERT_FALSE(status.ok()) << GetParam().text;
  EXPECT_EQ(ReasonsOf(status).front(), GetParam().reason) << status;
  EXPECT_EQ(FirstLine(status), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, EveryError,
    testing::Values(
        Golden{"", Reason::kSyntaxError,
               "line 1, column 1: the formula is empty; expected an expression"},
        Golden{"x +", Reason::kSyntaxError,
               "line 1, column 4: unexpected end; expected a number, a name or '('"},
        Golden{"(x", Reason::kSyntaxError,
               "line 1, column 3: unexpected end; expected ')' or an operator"},
        Golden{"x)", Reason::kSyntaxError,
               "line 1, column 2: unexpected ')'; expected an operator or the end"},
        Golden{"v[0)", Reason::kSyntaxError, "line 1, column 4: unexpected ')'; expected ']'"},
        Golden{"2 x", Reason::kSyntaxError,
               "line 1, column 3: unexpected 'x'; expected an operator; write * for a product"},
        Golden{"2x", Reason::kSyntaxError,
               "line 1, column 2: unexpected 'x' after a number; write * for a product"},
        Golden{"1e", Reason::kSyntaxError,
               "line 1, column 1: the exponent of this number has no digits"},
        Golden{"0x1p-1074", Reason::kSyntaxError,
               "line 1, column 1: hexadecimal numbers are not part of the language"},
        Golden{".", Reason::kSyntaxError,
               "line 1, column 1: unexpected '.'; a name follows it, as in A.T or x.sum()"},
        Golden{"1,5", Reason::kSyntaxError,
               "line 1, column 2: unexpected ','; expected an operator or the end"},
        Golden{"x = 1", Reason::kSyntaxError,
               "line 1, column 1: the last line must be the value of the formula, not an "
               "assignment"},
        Golden{"x\n+ 1", Reason::kSyntaxError,
               "line 1, column 1: only the last line may be a value; expected 'name = ...' here "
               "(brackets continue a formula over several lines)"},
        Golden{"x if x > 0", Reason::kSyntaxError,
               "line 1, column 11: unexpected end; expected 'else' (a value if condition else "
               "another)"},
        Golden{"v[0:2:1:1]", Reason::kSyntaxError,
               "line 1, column 8: unexpected ':'; expected ',' or ']'; a slice is start:stop:step"},
        Golden{"x : 1", Reason::kSyntaxError,
               "line 1, column 3: unexpected ':'; expected an operator or the end"},
        Golden{"[]", Reason::kSyntaxError, "line 1, column 3: an empty list has no values"},
        Golden{"x + lambda a: a", Reason::kSyntaxError,
               "line 1, column 5: a function needs a line of its own: name = lambda a, b: value"},
        Golden{"1 + not x", Reason::kSyntaxError,
               "line 1, column 5: 'not' binds looser than the operator before it; put it in "
               "parentheses"},
        Golden{"sum(v[i] for i in v)", Reason::kSyntaxError,
               "line 1, column 19: unexpected 'v'; expected range(...); loops run over ranges: for "
               "i in "
               "range(len(v)), then v[i]"},
        Golden{"sin(v[i] for i in range(3))", Reason::kSyntaxError,
               "line 1, column 1: 'sin' does not run over a range; sum, mean, prod, min, max "
               "and least_squares do"}));

INSTANTIATE_TEST_SUITE_P(
    Characters, EveryError,
    testing::Values(
        Golden{"x \xC3\x97 2", Reason::kSyntaxError,
               "line 1, column 3: unexpected character U+00D7; did you mean *?"},
        Golden{"\xEF\xBB\xBFx", Reason::kSyntaxError,
               "line 1, column 1: unexpected character U+FEFF"},
        Golden{"x\xC2\xA0+ 1", Reason::kSyntaxError,
               "line 1, column 2: unexpected character U+00A0; did you mean a plain space?"},
        Golden{"x + \xE2\x80\xAE"
               "1",
               Reason::kSyntaxError, "line 1, column 5: unexpected character U+202E"},
        Golden{"x + \xFF", Reason::kSyntaxError, "line 1, column 5: this byte is not valid UTF-8"},
        Golden{"x # \xC3(", Reason::kSyntaxError,
               "line 1, column 5: this byte is not valid UTF-8"}));

INSTANTIATE_TEST_SUITE_P(
    Meaning, EveryError,
    testing::Values(
        Golden{"100 + x*x + sine(x)", Reason::kUnknownSymbol,
               "line 1, column 13: unknown function 'sine'; did you mean 'sin'?"},
        Golden{"foo + 1", Reason::kUnknownSymbol,
               "line 1, column 1: unknown name 'foo'; known: v, w, x"},
        Golden{"sin + 1", Reason::kUnknownSymbol,
               "line 1, column 1: 'sin' is a function; write sin(...)"},
        Golden{"x(2)", Reason::kUnknownSymbol,
               "line 1, column 1: 'x' is not a function; write * for a product, [ ] for an "
               "element"},
        Golden{"sum(v[i] for i in range(3)) + i", Reason::kUnknownSymbol,
               "line 1, column 31: unknown name 'i'; did you mean 'v'?"},
        Golden{"atan2(x)", Reason::kWrongArity,
               "line 1, column 1: 'atan2' takes 2 arguments, got 1"},
        Golden{"sum()", Reason::kWrongArity, "line 1, column 1: 'sum' takes 1 argument, got 0"},
        Golden{"sum(x for i in range())", Reason::kSyntaxError,
               "line 1, column 22: unexpected ')'; expected a number, a name or '('"},
        Golden{
            "v", Reason::kWrongShape,
            "line 1, column 1: the formula gives an array of shape (3,); it must give one number "
            "(sum, mean, norm ... make one)"},
        Golden{
            "sum(v*w)", Reason::kWrongShape,
            "line 1, column 5: 'v' has shape (3,), 'w' has shape (4,); lengths must be equal or 1, "
            "counted from the last axis"},
        Golden{
            "sum(x)", Reason::kWrongShape,
            "line 1, column 5: the argument of 'sum' must be a vector or matrix; 'x' is a number"},
        Golden{"x[0]", Reason::kWrongShape,
               "line 1, column 1: what is indexed must be a vector or matrix; 'x' is a number"},
        Golden{"v[3]", Reason::kIndexOutOfRange,
               "line 1, column 3: index 3 is outside 'v', whose length is 3"},
        Golden{"v[-4]", Reason::kIndexOutOfRange,
               "line 1, column 3: index -4 is outside 'v', whose length is 3"},
        Golden{"v[1e18]", Reason::kIndexOutOfRange,
               "line 1, column 3: index 1e+18 is outside 'v', whose length is 3"},
        Golden{"sum(v[i+1] for i in range(3))", Reason::kIndexOutOfRange,
               "line 1, column 7: index 3 is outside 'v', whose length is 3 at i = 2"},
        Golden{"v[x]", Reason::kInvalidValue,
               "line 1, column 3: an index must be an integer made of numbers, integer "
               "parameters, loop variables, len(), .shape and + - * // %; 'x' is not"},
        Golden{"sum(v[0] for i in range(3/2))", Reason::kInvalidValue,
               "line 1, column 25: a range's end must be an integer made of numbers, integer "
               "parameters, loop variables, len(), .shape and + - * // %; '3/2' is not; // "
               "divides integers"},
        Golden{"sum(v[0] for i in range(0, 3, 0))", Reason::kInvalidValue,
               "line 1, column 31: the step of a range must be a constant other than 0"},
        Golden{"1e400", Reason::kNumberOutOfRange,
               "line 1, column 1: no double holds '1e400'; the range is 5e-324 to 1.8e308"},
        Golden{"1e-400", Reason::kNumberOutOfRange,
               "line 1, column 1: no double holds '1e-400'; the range is 5e-324 to 1.8e308"}));

TEST(Error, ShowsTheLineWithACaretUnderThePlace) {
  const absl::Status status = ErrorOf("a = x\na + sine(y)");

  EXPECT_EQ(status.message(),
            "line 2, column 5: unknown function 'sine'; did you mean 'sin'?\n"
            "  a + sine(y)\n"
            "      ^");
}

TEST(Error, CutsALongLineAroundThePlace) {
  const absl::Status status = ErrorOf(
      absl::StrCat("x", std::string(200, '+'), "x + sine(y)", std::string(100, ' '), "+ 1"));

  EXPECT_EQ(status.message(),
            "line 1, column 206: unknown function 'sine'; did you mean 'sin'?\n"
            "  ..." +
                std::string(26, '+') + "x + sine(y)" + std::string(23, ' ') +
                "...\n"
                "  " +
                std::string(33, ' ') + "^");
}

TEST(Error, ComesWithAllOthers) {
  const absl::Status status = ErrorOf("foo + bar(x) + sin(x, y) + baz");

  EXPECT_THAT(ReasonsOf(status), ElementsAre(Reason::kUnknownSymbol, Reason::kUnknownSymbol,
                                             Reason::kWrongArity, Reason::kUnknownSymbol));
}

TEST(Error, IsOneOfTwentyAtMost) {
  std::string text = "x";
  for (int i = 0; i < 50; ++i) text += " + unknown" + std::to_string(i);

  EXPECT_EQ(ReasonsOf(ErrorOf(text)).size(), 20U);
}

TEST(Error, DoesNotRepeatItselfAroundAFault) {
  const absl::Status status = ErrorOf("sum(foo) + norm(foo*2)");

  EXPECT_EQ(ReasonsOf(status).size(), 2U) << "one for each foo, none for what contains it";
}

TEST(Error, FollowsANulByteRatherThanStoppingAtIt) {
  const absl::Status status = ErrorOf(std::string("x\0 + foo", 8));

  EXPECT_THAT(std::string(status.message()),
              StartsWith("line 1, column 2: unexpected character U+0000"));
}

TEST(Names, OfFunctionsAreNotForVariablesParametersOrLocals) {
  EXPECT_THAT(FirstLine(ErrorOf("sin", {Scalar("sin")})),
              HasSubstr("the variable 'sin' has the name of a function"));
  EXPECT_THAT(FirstLine(ErrorOf("x", {Scalar("x")}, {{"exp", {true, {1}}}})),
              HasSubstr("the parameter 'exp' has the name of a function"));
  EXPECT_THAT(FirstLine(ErrorOf("sum = 1\nx")), HasSubstr("'sum' is the name of a function"));
  EXPECT_THAT(FirstLine(ErrorOf("x = 1\nx")), HasSubstr("'x' is already a variable"));
  EXPECT_THAT(FirstLine(ErrorOf("x", {Scalar("x")}, {{"x", {true, {1}}}})),
              HasSubstr("'x' is both a variable and a parameter"));
  EXPECT_FALSE(ErrorOf("x", {Scalar("x"), Scalar("x")}).ok());
}

}  // namespace
}  // namespace thalweg::expression
