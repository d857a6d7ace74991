#pragma once

#include "server/core/expression/analysis.h"
#include "server/core/expression/builder.h"

namespace thalweg::expression {

/// The formula as a program. Vector expressions become loops over numbers; a vector local that
/// several loops need is kept in a temporary array, others are computed where they are used.
/// Needs a tree that every pass of analysis.h found sound.
void Lower(const Source& source, const Layout& layout, const Tree& tree, const Analysis& analysis,
           const Limits& limits, Complaints& complaints, Builder& builder);

}  // namespace thalweg::expression
