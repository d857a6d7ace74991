#pragma once

#include "server/core/models/catalogue.h"

namespace thalweg::models {

CatalogEntry<ModelKind> LinearEntry();
CatalogEntry<ModelKind> LogisticEntry();
CatalogEntry<ModelKind> SoftmaxEntry();
CatalogEntry<ModelKind> SvmEntry();
CatalogEntry<ModelKind> PerceptronEntry();

CatalogEntry<Loss> SquaredEntry();
CatalogEntry<Loss> AbsoluteEntry();
CatalogEntry<Loss> HuberEntry();
CatalogEntry<Loss> QuantileEntry();
CatalogEntry<Loss> PoissonEntry();
CatalogEntry<Loss> CrossEntropyEntry();
CatalogEntry<Loss> SquaredProbabilityEntry();
CatalogEntry<Loss> HingeEntry();
CatalogEntry<Loss> SquaredHingeEntry();
CatalogEntry<Loss> PerceptronLossEntry();

CatalogEntry<PenaltyKind> NoPenaltyEntry();
CatalogEntry<PenaltyKind> L2Entry();
CatalogEntry<PenaltyKind> L1Entry();
CatalogEntry<PenaltyKind> ElasticNetEntry();
CatalogEntry<PenaltyKind> GroupEntry();

}  // namespace thalweg::models
