#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace thalweg::web {

/// What a browser must know to be safe with our pages: they load nothing from elsewhere, are shown
/// in no one's frame, and are what their type says. Plotting libraries set styles in line, and
/// pictures to save are made as data: and blob: addresses.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSecurityHeaders = {{
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
     "connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; worker-src 'self' blob:; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
}};

}  // namespace thalweg::web
