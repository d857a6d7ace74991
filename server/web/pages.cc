#include "server/web/pages.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace thalweg::web {
namespace {

constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";
constexpr char kHtmlType[] = "text/html; charset=utf-8";

constexpr char kWelcome[] = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Thalweg</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }
  code { font: 14px/1.5 ui-monospace, monospace; }
  dt { font-weight: 600; }
  dd { margin: 0 0 .75rem; }
</style>
<h1>Thalweg</h1>
<p>This server descends functions: send it an objective and an optimizer over gRPC, and watch every
iterate as it is made.</p>
<dl>
  <dt>gRPC</dt>
  <dd><code>$GRPC</code>, services <code>thalweg.v1.*</code></dd>
  <dt><a href="/metrics">/metrics</a></dt><dd>figures for Prometheus</dd>
  <dt><a href="/readyz">/readyz</a></dt><dd>whether it takes work now: <strong>$STATE</strong></dd>
  <dt><a href="/healthz">/healthz</a></dt><dd>whether it lives</dd>
  <dt>Version</dt><dd>$VERSION</dd>
</dl>
<p>From here: <code>THALWEG_SERVER=host:port thalweg --help</code>. This build has no
dashboard (THALWEG_WEB).</p>
</html>
)";

Response Text(int status, std::string body) {
  return {.status = status, .body = std::move(body), .headers = {}};
}

Response Readiness(const Pages& pages) {
  const std::string why_not = pages.why_not_ready();
  return why_not.empty() ? Text(200, "ready\n") : Text(503, why_not + "\n");
}

Response Welcome(const Pages& pages) {
  const std::string why_not = pages.why_not_ready();
  return {.content_type = kHtmlType,
          .body = absl::StrReplaceAll(kWelcome,
                                      {{"$GRPC", EscapeHtml(pages.grpc_address)},
                                       {"$VERSION", EscapeHtml(pages.version)},
                                       {"$STATE", EscapeHtml(why_not.empty() ? "yes" : why_not)}}),
          .headers = {}};
}

}  // namespace

Router MakeMonitoringRouter(const Pages& pages) {
  Router router;
  router.Add("GET", "/metrics", [pages](const Request& request) {
    if (pages.may_read_metrics && !pages.may_read_metrics(request.Header("Authorization"))) {
      Response refusal = Text(401, "the metrics ask for a token: Authorization: Bearer <token>\n");
      refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
      return refusal;
    }
    return Response{.content_type = kMetricsType, .body = pages.metrics(), .headers = {}};
  });
  router.Add("GET", "/healthz", [](const Request&) { return Text(200, "ok\n"); });
  router.Add("GET", "/readyz", [pages](const Request&) { return Readiness(pages); });
  return router;
}

Router MakeRouter(const Pages& pages) {
  Router router = MakeMonitoringRouter(pages);
  router.Add("GET", "/", [pages](const Request&) { return Welcome(pages); });
  return router;
}

std::string EscapeHtml(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

}  // namespace thalweg::web
