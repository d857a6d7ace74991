#include "server/core/certificate.h"

namespace thalweg {

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNotStationary:
      return "not_stationary";
    case Verdict::kStationary:
      return "stationary";
    case Verdict::kLocalMinimum:
      return "local_minimum";
    case Verdict::kLocalMaximum:
      return "local_maximum";
    case Verdict::kSaddle:
      return "saddle";
  }
  return "stationary";
}

}  // namespace thalweg
