#include "server/web/assets.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace thalweg::web {
namespace {

constexpr char kIndex[] = "index.html";
constexpr char kForEver[] = "public, max-age=31536000, immutable";
constexpr char kAskAnew[] = "no-cache";

std::string TypeOf(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, const char*>, 11> kTypes = {
      {{".html", "text/html; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".json", "application/json"},
       {".map", "application/json"},
       {".webmanifest", "application/manifest+json"},
       {".svg", "image/svg+xml"},
       {".png", "image/png"},
       {".ico", "image/x-icon"},
       {".woff2", "font/woff2"},
       {".txt", "text/plain; charset=utf-8"}}};
  const std::string_view ending = path.substr(std::min(path.size(), path.rfind('.')));
  const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const auto& each) { return each.first == ending; });
  return type == kTypes.end() ? "application/octet-stream" : type->second;
}

/// The entries of a field that is a list: "gzip, deflate;q=0.5".
std::vector<std::string> EntriesOf(std::string_view list) {
  const std::string text(list);
  std::vector<std::string> entries;
  for (const auto& entry : absl::StrSplit(text, ',')) {
    entries.emplace_back(absl::StripAsciiWhitespace(entry));
  }
  return entries;
}

bool TakesGzip(const Request& request) {
  const auto entries = EntriesOf(request.Header("Accept-Encoding"));
  return std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
    return entry == "gzip" || (absl::StartsWith(entry, "gzip;") && !absl::EndsWith(entry, "q=0"));
  });
}

/// Whether the browser has this very content already.
bool Has(const Request& request, const std::string& etag) {
  const auto entries = EntriesOf(request.Header("If-None-Match"));
  return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) {
    return entry == "*" || entry == etag || entry == "W/" + etag;
  });
}

Response Answer(const Asset& asset, const Request& request) {
  const bool gzip = !asset.gzip.empty() && TakesGzip(request);
  // An ETag is of one form of a content, so the compressed one has another.
  const std::string etag = absl::StrCat("\"", std::string(asset.etag), gzip ? "-gzip" : "", "\"");
  Response response{.content_type = TypeOf(asset.path)};
  const bool hashed = absl::StartsWith(std::string(asset.path), "assets/");
  response.headers = {
      {"Cache-Control", hashed ? kForEver : kAskAnew}, {"ETag", etag}, {"Vary", "Accept-Encoding"}};
  if (Has(request, etag)) {
    response.status = 304;
    return response;
  }
  response.body = gzip ? asset.gzip : asset.bytes;
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

}  // namespace

void AddAssets(std::span<const Asset> assets, Router& router) {
  for (const Asset& asset : assets) {
    const std::string path = "/" + (asset.path == kIndex ? "" : std::string(asset.path));
    router.Add("GET", path, [asset](const Request& request) { return Answer(asset, request); });
  }
}

}  // namespace thalweg::web
