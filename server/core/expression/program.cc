#include "server/core/expression/program.h"

namespace thalweg::expression {

double* WhereIs(const Program& program, const Array& array, const Arguments& arguments) {
  switch (array.kind) {
    case ArrayKind::kInput:
      return const_cast<double*>(arguments.x);
    case ArrayKind::kGradient:
      return arguments.gradient;
    case ArrayKind::kDirection:
      return const_cast<double*>(arguments.direction);
    case ArrayKind::kHessianVector:
      return arguments.hessian_vector;
    case ArrayKind::kResiduals:
      return arguments.residuals;
    case ArrayKind::kJacobian:
      return arguments.jacobian;
    case ArrayKind::kParameter: {
      const auto parameter = static_cast<size_t>(array.parameter);
      return const_cast<double*>(arguments.parameters != nullptr
                                     ? arguments.parameters[parameter]
                                     : program.parameters[parameter].data());
    }
    case ArrayKind::kTemporary:
      break;
  }
  return nullptr;
}

}  // namespace thalweg::expression
