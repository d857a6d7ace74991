#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "tests/core/expression/formula.h"

namespace thalweg::expression {

inline Variable MatrixOf(std::string name, Index rows, Index columns) {
  return {.name = std::move(name), .scalar = false, .length = rows * columns, .columns = columns};
}

/// Quarters that jump about: exact in binary, without ties.
inline void Append(std::vector<double>& to, int count, int factor, int modulus, double shift) {
  for (int k = 0; k < count; ++k) {
    to.push_back(((k * factor) % modulus - modulus / 2) / 4.0 + shift);
  }
}

inline const std::vector<Variable>& Unknowns() {
  static const auto* const variables = new std::vector<Variable>{
      MatrixOf("A", 3, 4), MatrixOf("B", 4, 2), VectorOf("v", 4), VectorOf("u", 3), Scalar("s")};
  return *variables;
}
inline Vector Here() {
  std::vector<double> x;
  Append(x, 12, 7, 11, 0);
  Append(x, 8, 5, 9, 0);
  Append(x, 4, 3, 7, 0.125);
  Append(x, 3, 2, 5, 0.25);
  x.push_back(1.5);
  return Point(x);
}

/// Nearby, with no two numbers equal and none zero.
inline Vector OffEveryKink() {
  Vector x = Here();
  for (Index i = 0; i < x.size(); ++i) x[i] += 0.01 + 0.02 * std::sin(1.0 + static_cast<double>(i));
  return x;
}

struct Known {
  const char* text;
  double value;
};

// Values of NumPy 1.24 in double precision, at Here(); what SciPy or PyTorch name as written out
// with NumPy.
inline constexpr Known kNumPyArrays[] = {
    {"sum(A)", -1.25},
    {"mean(A)", -0.10416666666666667},
    {"prod(A + 3)", 206117.1661376953},
    {"min(A) + max(A)", 0.0},
    {"norm(A)", 2.9047375096555625},
    {"var(A)", 0.6922743055555557},
    {"std(A)", 0.8320302311548275},
    {"var(v, ddof=1) + std(A, ddof=1)", 1.259652233942259},
    {"sum(A, axis=0) @ v", 1.53125},
    {"sum(A, axis=1) @ u", -1.1875},
    {"sum(sum(A, axis=-1)**2)", 3.3125},
    {"sum(mean(A, axis=0)**2)", 0.47916666666666663},
    {"sum(min(A, axis=0) * max(A, axis=0))", -2.9375},
    {"sum(prod(A + 2, axis=1))", 29.625},
    {"sum(norm(A, axis=1) * u)", 1.1817207308348392},
    {"sum(norm(A, axis=0) * v)", -0.0845726774809521},
    {"sum(var(A, axis=0) * v)", 0.031250000000000056},
    {"sum(std(A, axis=1) * u)", 0.5018461340974747},
    {"sum((A - mean(A, axis=0))**2)", 6.999999999999999},
    {"sum((A - mean(A, axis=1, keepdims=True))**2 * A)", 0.1025390625},
    {"sum(A / sum(exp(A), axis=1, keepdims=True))", -0.4016024108732568},
    {"sum(A * sum(A, keepdims=True))", 1.5625},
    {"sum(A * v)", 1.53125},
    {"sum(A * u[:, None])", -1.1875},
    {"sum((v[:, None] - v[None, :])**2)", 9.375},
    {"sum(exp(v[:, None] * u[None, :]))", 12.636589700342974},
    {"sum(A + s)", 16.75},
    {"u @ A @ v", 0.5859375},
    {"A[0] @ v", 0.25},
    {"sum((A @ v)**2)", 0.8837890625},
    {"mean((A @ v - u)**2)", 0.13313802083333334},
    {"sum((u @ A)**2)", 1.80078125},
    {"v @ v", 1.1875},
    {"dot(v, v) + dot(A, v) @ u", 1.7734375},
    {"sum(A @ B)", 1.4375},
    {"sum(tanh(A @ B)**2)", 2.347678491685685},
    {"sum((A @ A.T)**2)", 31.08984375},
    {"sum(A.T @ A)", 3.3125},
    {"trace(A.T @ A)", 8.4375},
    {"trace(B @ B.T)", 3.75},
    {"sum(np.transpose(A) @ u)", -1.1875},
    {"sum(tanh(A @ B) @ B.T)", -2.429772415188002},
    {"sum(sin(A)) + sum(A**2, axis=0)[1]", 0.4260153806444137},
    {"A[1, 2] + A[-1, -2] * A[0][3]", 0.6875},
    {"sum(A[1])", 0.5},
    {"sum(A[:, 1] * u)", 0.25},
    {"sum(A[1, :] * v)", 0.625},
    {"sum(A[1:, :-1]**2)", 3.25},
    {"sum((A[1:] - A[:-1])**2)", 14.5625},
    {"sum((A[:, 1:] - A[:, :-1])**2)", 17.25},
    {"sum(A[::2, ::-1] * v)", 1.28125},
    {"sum(v[::-1] * v)", 0.375},
    {"sum(v[1:] * v[:-1])", -0.078125},
    {"sum(v[1:3]) + sum(v[-2:]) + sum(v[:100])", 2.0},
    {"sum(v[::2]) * sum(v[1::2])", 0.0},
    {"sum(A[:, [0, 2]] * [[1, 2], [3, 4], [5, 6]])", -4.0},
    {"sum(v[arange(3)] * u)", 0.84375},
    {"sum(A[arange(3), arange(3)]) + sum(A[0, arange(1, 3)])", -2.25},
    {"len(A) + len(v) + A.shape[0] * A.shape[1] + A.size + A.ndim", 33.0},
    {"A.sum() + A.mean() + v.dot(v) + A.T.sum(axis=0).max()", 0.33333333333333326},
    {"A.sum(axis=1).prod() + A.std() + v.var() + A.min() - A.max()", -1.3750010188451725},
    {"sum([1, 2, 3] * u)", 2.5},
    {"sum([s, s*s, 2] * u)", 1.6875},
    {"sum(sin([s, s*s, 2]) * u)", 0.627117622690228},
    {"sum(cumsum(v) * v)", 0.625},
    {"sum(cumsum(v)**2)", 0.84375},
    {"sum(cumsum(A, axis=0) * A)", 6.375},
    {"sum(cumsum(A, axis=1)**2)", 8.875},
    {"sum(np.outer(u, v) * A)", 0.5859375},
    {"sum(outer(u, v))", 0.1875},
    {"sum(diag(A))", -2.25},
    {"sum(diag(v) @ B)", 0.5625},
    {"sum(eye(4) * (B @ B.T))", 3.75},
    {"sum(ones((3, 4)) * A) + sum(zeros(3) + u)", -0.5},
    {"sum(arange(4) * v) + sum(arange(1, 2, 0.25) * v)", 2.125},
    {"sum(linspace(0, 1, 4) * v)", 0.4999999999999999},
    {"sum(A.reshape(4, 3) @ u)", -2.9375},
    {"sum(reshape(v, (2, 2)) @ [s, 1])", 0.375},
    {"sum(A.ravel()[::2])", -1.75},
    {"sum(A.reshape(2, -1)[1])", -0.75},
    {"sum(v.reshape(2, 2).T.ravel() * v)", 0.625},
    {"logsumexp(v)", 1.5993435509928022},
    {"logsumexp(A)", 2.7118402444947334},
    {"sum(logsumexp(A, axis=1) * u)", 0.9260091783418987},
    {"sum(logsumexp(A, axis=0) * v)", 0.8067583832018558},
    {"logsumexp(1000 * v)", 875.0},
    {"sum(softmax(v) * v)", 0.3628056558568418},
    {"sum(softmax(A, axis=1) * A)", 1.428632654207581},
    {"sum(softmax(A, axis=0) * A)", 1.6560617209116049},
    {"sum(softmax(A) * A)", 0.5232096271717032},
    {"sum(log_softmax(v) * v)", 0.7876641122517996},
    {"sum(log_softmax(A, axis=1)[:, 1])", -4.264227575615263},
    {"sum(softmax(A.T, axis=0) * A.T)", 1.428632654207581},
    {"sum(softmax(1000 * v) * v)", 0.875},
    {"sum(sigmoid(A) + softplus(A) + relu(A) + erf(A))", 17.24903263054906},
    {"sum(gelu(A) + silu(A) + leaky_relu(A) + elu(A) + log_sigmoid(A))", -2.2139608860538393},
    {"sum(huber(A, 0.8))", 3.875},
    {"sum(hypot(A, 1) + atan2(A, 2))", 14.869791777785883},
    {"sum(clip(A, -1, 1) + sign(A) + floor(A))", -8.0},
    {"sum(maximum(A, v) - minimum(A, u[:, None]))", 8.5},
    {"sum(where(A > 0, A**2, -A))", 8.4375},
    {"sum(logaddexp(A, v))", 9.128860693177092},
    {"sum(xlogy(A, exp(v)))", 1.53125},
    {"sum(log1p(A**2) + expm1(A))", 8.726313466369904},
    {"h = tanh(A @ B)\nsum(h**2) + mean(h) + sum(h, axis=0)[1]", 2.7998373355784247},
    {"y = A @ v\nsum(y) * sum(y**2) + y[1]", 1.978302001953125},
    {"r = A - mean(A, axis=0)\ncov = r.T @ r / 2\ntrace(cov) + sum(cov[0])", 4.020833333333334},
    {"w = softmax(v)\nw @ v + norm(w)", 0.9379301444033605},
    {"f = lambda a, b: a * b + 1\nsum(f(A, v)) + f(s, 2)", 17.53125},
    {"f = lambda a: sum(a**2)\ng = lambda a: f(a) + f(2 * a)\ng(v) + g(A)", 48.125},
    {"norm(A - u[:, None]) + norm(v - s)", 6.754781397525186},
    {"sum(A @ v > 0) + 0.0", 3.0},
    {"sum(-log_softmax(A @ B, axis=1)[arange(3), [0, 1, 0]])", 1.2281850988120677},
};

}  // namespace thalweg::expression
