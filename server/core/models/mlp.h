#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/core/catalog_entry.h"
#include "server/core/models/activation.h"
#include "server/core/models/score_model.h"
#include "server/core/option_table.h"

namespace thalweg::models {

/// How the weights of a network begin; biases begin with 0. Deviation of a layer's weights, of
/// fan_in inputs and fan_out outputs, all times `scale`:
enum class Initialisation {
  kGlorot,  ///< Uniform, of variance 2 / (fan_in + fan_out). Glorot & Bengio (2010), eq. 16.
  kHe,      ///< Normal, of variance 2 / fan_in. He et al. (2015), eq. 10.
  kLecun,   ///< Normal, of variance 1 / fan_in. LeCun et al. (1998), eq. 16.
  kNormal,  ///< Normal, of variance 1.
  kZero,    ///< All 0: units of a layer stay alike for ever.
};

/// A multilayer perceptron: h = a(W h + b) layer after layer, and scores W h + b. Its unknowns are
/// W1 (units x inputs), b1 (units), W2, b2 ...
class Mlp final : public ScoreModel {
 public:
  struct Options {
    std::vector<double> layers = {10};
    std::string activation = "tanh";
    std::string initialisation = "glorot";
    double scale = 1;
  };
  static OptionTable<Options> Table();
  static absl::Status Check(const Options& options);

  static constexpr Index kMostLayers = 8;  ///< Hidden ones.
  static constexpr Index kMostUnits = 4096;
  static constexpr Index kMostUnknowns = 1'000'000;

  /// `options` are checked. Refused where there are too many unknowns.
  static absl::StatusOr<std::unique_ptr<Mlp>> Make(const Options& options, Index inputs,
                                                   Index scores);

  const Layout& layout() const override { return layout_; }
  Index scores() const override { return layers_.back().units; }
  std::unique_ptr<Scratch> NewScratch() const override;
  Index block_rows() const override { return block_rows_; }
  void Scores(const Vector& x, const RowBlock& rows, double* scores,
              Scratch* scratch) const override;
  void AddGradient(const Vector& x, const RowBlock& rows, const double* slopes, double* gradient,
                   Scratch* scratch) const override;
  Vector Start(uint64_t seed) const override;
  std::vector<std::vector<Index>> PenalisedGroups() const override;
  bool layered() const override { return true; }

 private:
  struct Layer {
    Index inputs = 0;
    Index units = 0;
    Index weights = 0;  // where they begin in x; biases follow
    Index biases() const { return weights + units * inputs; }
  };
  struct Memory;

  Mlp(const Options& options, std::vector<Layer> layers, Layout layout);

  const Activation activation_;
  const Initialisation initialisation_;
  const double scale_;
  const std::vector<Layer> layers_;  // the last makes the scores
  const Layout layout_;
  Index block_rows_ = 0;
};

CatalogEntry<ModelKind> MlpEntry();

}  // namespace thalweg::models
