#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "server/web/router.h"

namespace thalweg::web {

/// What the pages show. Functions are called on a web thread and must be quick.
struct Pages {
  std::string version;
  std::string grpc_address;                    ///< Where gRPC listens.
  std::function<std::string()> metrics;        ///< Prometheus' text format.
  std::function<std::string()> why_not_ready;  ///< Empty while all is ready: "draining".
  /// Whether who sent this value of Authorization may read the metrics. None: everyone may.
  std::function<bool(std::string_view authorization)> may_read_metrics = {};
};

/// Routes of /metrics, /healthz (this process answers), /readyz (it can take work) and the welcome
/// page at /.
Router MakeRouter(const Pages& pages);

/// /metrics, /healthz and /readyz alone: for an address that only Prometheus reaches.
Router MakeMonitoringRouter(const Pages& pages);

/// `text` with what HTML gives a meaning to escaped.
std::string EscapeHtml(const std::string& text);

}  // namespace thalweg::web
