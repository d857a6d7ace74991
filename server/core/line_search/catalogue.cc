#include "server/core/line_search/entries.h"

namespace thalweg {

std::span<const LineSearchEntry> LineSearches() {
  static const std::vector<LineSearchEntry> entries{
      MoreThuenteEntry(),
      HagerZhangEntry(),
      BacktrackingEntry(),
      ExactEntry(),
  };
  return entries;
}

}  // namespace thalweg
