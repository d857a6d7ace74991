#include "server/core/models/catalogue.h"

#include "server/core/models/entries.h"
#include "server/core/models/factorization.h"
#include "server/core/models/formula.h"
#include "server/core/models/mlp.h"

namespace thalweg::models {

std::span<const CatalogEntry<ModelKind>> Models() {
  static const std::vector<CatalogEntry<ModelKind>> entries{
      LinearEntry(),     LogisticEntry(), SoftmaxEntry(),       SvmEntry(),
      PerceptronEntry(), MlpEntry(),      FactorizationEntry(), FormulaEntry(),
  };
  return entries;
}

std::span<const CatalogEntry<Loss>> Losses() {
  static const std::vector<CatalogEntry<Loss>> entries{
      SquaredEntry(),        AbsoluteEntry(),           HuberEntry(), QuantileEntry(),
      PoissonEntry(),        CrossEntropyEntry(),       HingeEntry(), SquaredHingeEntry(),
      PerceptronLossEntry(), SquaredProbabilityEntry(),
  };
  return entries;
}

std::span<const CatalogEntry<PenaltyKind>> Penalties() {
  static const std::vector<CatalogEntry<PenaltyKind>> entries{
      NoPenaltyEntry(), L2Entry(), L1Entry(), ElasticNetEntry(), GroupEntry(),
  };
  return entries;
}

}  // namespace thalweg::models
