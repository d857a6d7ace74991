// Files compiled into the binary, as they are served.

#include "server/web/assets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "server/web/pages.h"

namespace thalweg::web {

/// The files of tests/web/embedded, by thalweg_embed.
std::span<const Asset> TestAssets();
/// Those of a directory that there is not.
std::span<const Asset> NoAssets();

namespace {

using ::testing::Contains;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr char kScript[] = "/assets/main-1a2b3c.js";

std::string ReadSource(const std::string& path) {
  std::ifstream in(THALWEG_SOURCE_DIR "/tests/web/embedded/" + path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// What gzip makes of compressed bytes.
std::string Unzipped(const std::string& bytes) {
  const std::string file = ::testing::TempDir() + "/unzipped.gz";
  std::ofstream(file, std::ios::binary) << bytes;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("gzip -dc " + file).c_str(), "r"),
                                                   pclose);
  std::string text(1 << 16, '\0');
  text.resize(fread(text.data(), 1, text.size(), pipe.get()));
  return text;
}

class Assets : public ::testing::Test {
 protected:
  Assets() { AddAssets(TestAssets(), router_); }

  Response Get(std::string_view path, const Fields& headers = {}) {
    Request request{.method = "GET", .path = path, .query = ""};
    for (const auto& [name, value] : headers) request.headers.emplace_back(name, value);
    return router_.Answer(request);
  }
  static std::string Field(const Response& response, const std::string& name) {
    for (const auto& [field, value] : response.headers) {
      if (field == name) return value;
    }
    return "";
  }

  Router router_;
};

TEST_F(Assets, AreTheFilesOfTheDirectory) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const Asset& asset : TestAssets()) {
    files.emplace_back(std::string(asset.path), std::string(asset.bytes));
  }
  EXPECT_THAT(files, UnorderedElementsAre(
                         Pair("index.html", ReadSource("index.html")),
                         Pair("assets/main-1a2b3c.js", ReadSource("assets/main-1a2b3c.js")),
                         Pair("assets/tiny-4d5e6f.bin", std::string("\0\1\2", 3))));
  EXPECT_TRUE(NoAssets().empty());
}

TEST_F(Assets, ServeTheIndexAtTheRootAndHaveItAskedForAnew) {
  const Response page = Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, ReadSource("index.html"));
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(Field(page, "Cache-Control"), "no-cache");
  EXPECT_EQ(Get("/index.html").status, 404);
}

TEST_F(Assets, TakeThePlaceOfTheWelcomePageButNotOfTheOthers) {
  Router router = MakeRouter({.version = "1",
                              .grpc_address = "a:1",
                              .metrics = [] { return std::string("m 1\n"); },
                              .why_not_ready = [] { return std::string(); }});
  AddAssets(TestAssets(), router);
  router_ = std::move(router);
  EXPECT_EQ(Get("/").body, ReadSource("index.html"));
  EXPECT_EQ(Get("/metrics").body, "m 1\n");
  EXPECT_EQ(Get("/healthz").body, "ok\n");
}

TEST_F(Assets, KeepFilesWithAHashInTheirNameForEver) {
  const Response script = Get(kScript);
  EXPECT_EQ(script.body, ReadSource("assets/main-1a2b3c.js"));
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(Field(script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(Get("/assets/main-000000.js").status, 404);
  EXPECT_EQ(Get("/assets/").status, 404);
  EXPECT_EQ(Get("/assets/../index.html").status, 404);
}

TEST_F(Assets, CompressForThoseWhoTakeIt) {
  for (const char* taken : {"gzip", "br, gzip;q=0.5", "deflate,gzip"}) {
    const Response page = Get("/", {{"accept-encoding", taken}});
    EXPECT_EQ(Field(page, "Content-Encoding"), "gzip") << taken;
    EXPECT_EQ(Unzipped(page.body), ReadSource("index.html"));
    EXPECT_LT(page.body.size(), Get("/").body.size());
    EXPECT_EQ(Field(page, "Vary"), "Accept-Encoding");
  }
  for (const char* not_taken : {"", "br", "gzip;q=0", "xgzip"}) {
    const Response page = Get("/", {{"Accept-Encoding", not_taken}});
    EXPECT_EQ(Field(page, "Content-Encoding"), "") << not_taken;
    EXPECT_EQ(page.body, ReadSource("index.html"));
  }
}

TEST_F(Assets, StayPlainWhereCompressingGainsNothing) {
  const Response tiny = Get("/assets/tiny-4d5e6f.bin", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(tiny.body, std::string("\0\1\2", 3));
  EXPECT_EQ(tiny.content_type, "application/octet-stream");
  EXPECT_EQ(Field(tiny, "Content-Encoding"), "");
}

TEST_F(Assets, AreNotSentAgainToThoseWhoHaveThem) {
  const Response plain = Get("/");
  const Response packed = Get("/", {{"Accept-Encoding", "gzip"}});
  const std::string etag = Field(plain, "ETag");
  EXPECT_THAT(etag, StartsWith("\""));
  EXPECT_NE(etag, Field(packed, "ETag"));
  for (const std::string& had : {etag, "W/" + etag, "\"other\", " + etag, std::string("*")}) {
    const Response again = Get("/", {{"If-None-Match", had}});
    EXPECT_EQ(again.status, 304) << had;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(Field(again, "ETag"), etag);
  }
  EXPECT_EQ(Get("/", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(Get("/", {{"If-None-Match", etag}, {"Accept-Encoding", "gzip"}}).status, 200);
}

}  // namespace
}  // namespace thalweg::web
