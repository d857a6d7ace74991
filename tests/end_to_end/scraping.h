#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "tests/end_to_end/server_process.h"
#include "tests/metrics/exposition.h"
#include "tests/web/support/raw_client.h"

namespace thalweg::testing {

/// What Prometheus would read of the server now.
inline std::string ScrapeText(const ServerProcess& server) {
  RawClient client(server.ready().http);
  client.Send("GET /metrics HTTP/1.1\r\nHost: t\r\n\r\n");
  const std::string answer = client.ReadAnswer();
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

inline Exposition Scrape(const ServerProcess& server) { return Exposition(ScrapeText(server)); }

/// Figures follow what they count by moments: asks again until they are as wanted, or too long.
inline Exposition ScrapeUntil(const ServerProcess& server,
                              const std::function<bool(const Exposition&)>& wanted) {
  for (int i = 0; i < 500; ++i) {
    Exposition exposition = Scrape(server);
    if (wanted(exposition)) return exposition;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return Scrape(server);
}

}  // namespace thalweg::testing
