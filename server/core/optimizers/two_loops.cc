#include "server/core/optimizers/two_loops.h"

namespace thalweg {

// In the first loop q = g - sum of alpha*y; in the second r = scale*q + sum of (alpha - beta)*s.
void TwoLoops(const PairProducts& products, double scale, const Vector& sg, const Vector& yg,
              Vector& of_s, Vector& of_y) {
  const auto& [sy, yy, pairs, newest] = products;
  for (Index age = 0; age < pairs; ++age) {
    const Index i = products.Column(age);
    double sq = sg[i];
    for (Index younger = 0; younger < age; ++younger) {
      const Index j = products.Column(younger);
      sq -= of_y[j] * sy(i, j);
    }
    of_y[i] = sq / sy(i, i);  // alpha
  }
  for (Index age = pairs - 1; age >= 0; --age) {
    const Index i = products.Column(age);
    double yr = yg[i] - of_y.head(pairs).dot(yy.col(i).head(pairs));
    yr *= scale;
    for (Index older = age + 1; older < pairs; ++older) {
      const Index j = products.Column(older);
      yr -= of_s[j] * sy(j, i);
    }
    of_s[i] = yr / sy(i, i) - of_y[i];  // beta - alpha
  }
  of_y.head(pairs) *= scale;
}

}  // namespace thalweg
