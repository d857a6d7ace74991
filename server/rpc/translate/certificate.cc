#include "server/rpc/translate/certificate.h"

namespace thalweg::rpc {
namespace {

v1::Verdict ToWire(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNotStationary:
      return v1::VERDICT_NOT_STATIONARY;
    case Verdict::kStationary:
      return v1::VERDICT_STATIONARY;
    case Verdict::kLocalMinimum:
      return v1::VERDICT_LOCAL_MINIMUM;
    case Verdict::kLocalMaximum:
      return v1::VERDICT_LOCAL_MAXIMUM;
    case Verdict::kSaddle:
      return v1::VERDICT_SADDLE;
  }
  return v1::VERDICT_UNSPECIFIED;
}

void ToWire(const Curvature& curvature, v1::Curvature& wire) {
  wire.set_least(curvature.least);
  wire.set_greatest(curvature.greatest);
  wire.set_condition(curvature.condition);
  wire.set_resolution(curvature.resolution);
  wire.set_exact(curvature.exact);
}

void ToWire(const ActiveBound& active, v1::ActiveBound& wire) {
  wire.set_coordinate(active.coordinate);
  wire.set_upper(active.upper);
  wire.set_bound(active.bound);
  wire.set_multiplier(active.multiplier);
}

void ToWire(const Fit& fit, v1::Fit& wire) {
  wire.set_observations(fit.observations);
  wire.set_degrees_of_freedom(fit.degrees_of_freedom);
  wire.set_residual_deviation(fit.residual_deviation);
  wire.mutable_standard_errors()->Add(fit.standard_errors.begin(), fit.standard_errors.end());
  wire.mutable_covariance()->Add(fit.covariance.begin(), fit.covariance.end());
  wire.mutable_correlation()->Add(fit.correlation.begin(), fit.correlation.end());
  wire.set_rank(fit.rank);
}

}  // namespace

void ToWire(const Certificate& certificate, v1::Certificate& wire) {
  wire.set_verdict(ToWire(certificate.verdict));
  wire.set_text(certificate.text);
  wire.set_iteration(certificate.iteration);
  wire.set_gradient_norm(certificate.gradient_norm);
  wire.set_gradient_max(certificate.gradient_max);
  if (certificate.curvature) ToWire(*certificate.curvature, *wire.mutable_curvature());
  for (const ActiveBound& active : certificate.active_bounds) {
    ToWire(active, *wire.add_active_bounds());
  }
  wire.set_active_bound_count(certificate.active_bound_count);
  if (certificate.distance) wire.set_distance(*certificate.distance);
  if (certificate.gap) wire.set_gap(*certificate.gap);
  if (certificate.fit) ToWire(*certificate.fit, *wire.mutable_fit());
}

}  // namespace thalweg::rpc
