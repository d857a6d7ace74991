#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/web/router.h"

namespace thalweg::web {

/// A file compiled into the binary (embed.cmake). Its bytes last as long as the program.
struct Asset {
  std::string_view path;  ///< Within its directory: "assets/main-4f2a.js".
  std::string_view etag;  ///< Of the content.
  std::string_view bytes;
  std::string_view gzip;  ///< The same, compressed; empty where that is not smaller.
};

/// The dashboard's files: none in a build without it (option THALWEG_WEB).
std::span<const Asset> DashboardAssets();

/// Adds a route for each file: "index.html" is "/" and is asked for anew each time (304 where it
/// has not changed); what lies in "assets/" has its content's hash in its name and is kept for
/// ever.
void AddAssets(std::span<const Asset> assets, Router& router);

}  // namespace thalweg::web
