#include "server/web/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace thalweg::web {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Handler Says(const std::string& text) {
  return [text](const Request&) { return Response{.body = text, .headers = {}}; };
}

Request Get(std::string_view path) {
  return {.method = "GET", .path = path, .query = "", .body = ""};
}

TEST(Router, AnswersByPath) {
  Router router;
  router.Add("GET", "/", Says("root")).Add("GET", "/metrics", Says("metrics"));

  EXPECT_EQ(router.Answer(Get("/")).body, "root");
  EXPECT_EQ(router.Answer(Get("/metrics")).body, "metrics");
}

TEST(Router, KnowsNothingOfOtherPaths) {
  Router router;
  router.Add("GET", "/", Says("root")).Add("GET", "/metrics", Says("metrics"));

  for (const char* path : {"", "metrics", "/metrics/", "/metrics/x", "/x", "//", "/../metrics"}) {
    EXPECT_EQ(router.Answer(Get(path)).status, 404) << path;
  }
}

TEST(Router, SaysWhichMethodsAreAllowed) {
  Router router;
  router.Add("GET", "/both", Says("")).Add("POST", "/both", Says(""));

  const Response response =
      router.Answer({.method = "DELETE", .path = "/both", .query = "", .body = ""});

  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(response.headers, ElementsAre(Pair("Allow", "GET, HEAD, POST")));
}

TEST(Router, GivesAllBelowAFolderToItsHandler) {
  Router router;
  router.Add("GET", "/app/", Says("folder")).Add("GET", "/app/exact", Says("exact"));

  EXPECT_EQ(router.Answer(Get("/app/")).body, "folder");
  EXPECT_EQ(router.Answer(Get("/app/a/b")).body, "folder");
  EXPECT_EQ(router.Answer(Get("/app/exact")).body, "exact");
  EXPECT_EQ(router.Answer(Get("/app")).status, 404);
}

TEST(Router, TellsNoOneWhatAHandlerThrew) {
  Router router;
  router.Add("GET", "/", [](const Request&) -> Response { throw std::runtime_error("secret"); });

  const Response response = router.Answer(Get("/"));

  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "internal error\n");
}

}  // namespace
}  // namespace thalweg::web
