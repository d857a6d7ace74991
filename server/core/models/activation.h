#pragma once

#include <string>
#include <vector>

#include "server/core/vector.h"

namespace thalweg::models {

/// What a hidden unit makes of its input z. Same bits on every machine.
enum class Activation { kTanh, kRelu, kSigmoid, kGelu };

/// "tanh", "relu" ..., in the order of the enumeration.
const std::vector<std::string>& ActivationNames();
Activation ActivationOf(const std::string& name);  ///< `name` is one of them.

/// out[i] = a(z[i]) for i < count. NaN stays NaN.
void Activate(Activation activation, Index count, const double* z, double* out);

/// slopes[i] *= a'(z[i]), where a[i] = a(z[i]) is known. relu'(0) = 0, as PyTorch has it.
void TimesDerivative(Activation activation, Index count, const double* z, const double* a,
                     double* slopes);

}  // namespace thalweg::models
