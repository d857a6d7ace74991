#pragma once

#include <optional>

#include "server/core/diagnosis/certify.h"

namespace thalweg {

/// The certificate of `best` where there are constraints: whether the gradient is a sum of those of
/// the constraints and bounds that hold x, with multipliers of the right signs (Karush, Kuhn and
/// Tucker's conditions). Its gradient norm is what is left, its active bounds are constraints too.
/// Curvature is not looked at, so that no minimum is claimed. Nothing where there are too many.
std::optional<Certified> CertifyConstrained(Probe& probe, const Best& best);

}  // namespace thalweg
