#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg::metrics {

/// What stands in for every label value that is not in its closed set.
inline constexpr std::string_view kOther = "other";

/// Things, one for each name of a closed set and one for all other names. All are made at once, so
/// that nothing a client sends can add a series, and a lookup takes no lock and no memory.
template <typename Thing>
class ByName {
 public:
  /// `make` is called with each name once, and with "other".
  template <typename Make>
  ByName(const std::vector<std::string>& names, const Make& make) : other_(make(kOther)) {
    for (const std::string& name : names) {
      if (name != kOther && Find(name) == nullptr) things_.emplace_back(name, make(name));
    }
  }

  const Thing& operator[](std::string_view name) const {
    const Thing* found = Find(name);
    return found ? *found : other_;
  }

 private:
  const Thing* Find(std::string_view name) const {
    const auto at = std::find_if(things_.begin(), things_.end(),
                                 [&](const auto& entry) { return entry.first == name; });
    return at == things_.end() ? nullptr : &at->second;
  }

  Thing other_;
  std::vector<std::pair<std::string, Thing>> things_;  // few: a linear search is the fastest
};

/// Each name itself: whatever is not in the set becomes "other".
inline ByName<std::string> Itself(const std::vector<std::string>& names) {
  return {names, [](std::string_view name) { return std::string(name); }};
}

}  // namespace thalweg::metrics
