#include "server/rpc/translate/page.h"

#include <gtest/gtest.h>

#include <string>

#include "server/rpc/translate/run_name.h"
#include "tests/rpc/support/details.h"

namespace thalweg::rpc {
namespace {

TEST(Page, GoesThroughAListOnceWithoutGapOrRepeat) {
  std::string token;
  size_t seen = 0;
  int pages = 0;
  do {
    const auto page = PageOf("functions", 65, 20, token);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->first, seen);
    seen += page->count;
    token = page->next_page_token;
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(seen, 65);
  EXPECT_EQ(pages, 4);
}

TEST(Page, TakesItsUsualSizeForZeroAndItsLargestForMore) {
  EXPECT_EQ(PageOf("list", 5000, 0, "")->count, 100);
  EXPECT_EQ(PageOf("list", 5000, 1'000'000, "")->count, 1000);
  EXPECT_THAT(PageOf("list", 5000, -1, "").status(),
              ViolatesAt("page_size", Reason::kInvalidValue));
}

TEST(Page, RefusesTokensOfAnotherListAndForgedOnes) {
  const std::string token = PageOf("functions", 65, 20, "")->next_page_token;
  const auto refused = ViolatesAt("page_token", Reason::kPageTokenInvalid);
  EXPECT_TRUE(PageOf("functions", 65, 20, token).ok());
  EXPECT_THAT(PageOf("schedules", 65, 20, token).status(), refused);
  EXPECT_THAT(PageOf("functions", 10, 20, token).status(), refused);  // behind the end
  EXPECT_THAT(PageOf("functions", 65, 20, "40" + token.substr(2)).status(), refused);
  for (const char* forged :
       {"20", "-", "20-", "20-0", "x", "-1-0000000000000000", "\n", "20-20-20"}) {
    EXPECT_THAT(PageOf("functions", 65, 20, forged).status(), refused) << forged;
  }
}

TEST(RunName, ParsesWhatItPrints) {
  EXPECT_EQ(RunName::Parse("runs/a-1")->id(), "a-1");
  EXPECT_EQ(RunName::Of("a-1").Text(), "runs/a-1");
}

TEST(RunName, RefusesAllThatIsNoName) {
  EXPECT_THAT(RunName::Parse("").status(), ViolatesAt("name", Reason::kMissingField));
  for (const std::string& text :
       {std::string("a"), std::string("runs/"), std::string("runs/A"), std::string("runs/a/b"),
        std::string("runs/../x"), std::string("runs/a\0b", 8), std::string("RUNS/a"),
        "runs/" + std::string(64, 'a')}) {
    EXPECT_THAT(RunName::Parse(text).status(), ViolatesAt("name", Reason::kInvalidValue)) << text;
  }
}

}  // namespace
}  // namespace thalweg::rpc
