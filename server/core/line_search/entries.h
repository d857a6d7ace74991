#pragma once

#include "server/core/line_search.h"

namespace thalweg {

LineSearchEntry BacktrackingEntry();
LineSearchEntry ExactEntry();
LineSearchEntry HagerZhangEntry();
LineSearchEntry MoreThuenteEntry();

}  // namespace thalweg
