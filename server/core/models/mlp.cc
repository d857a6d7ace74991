#include "server/core/models/mlp.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/order_of_sums.h"
#include "server/core/random.h"
#include "server/core/violation.h"

namespace thalweg::models {
namespace {

// Row after row, as tables of rows and weights lie in memory.
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Rows>;
using ConstMap = Eigen::Map<const Rows>;

/// Numbers of activations that a block of rows may have: a second-level cache's worth.
constexpr Index kBlockNumbers = 16'384;

const std::vector<std::string>& InitialisationNames() {
  static const std::vector<std::string> names{"glorot", "he", "lecun", "normal", "zero"};
  return names;
}

Initialisation InitialisationOf(const std::string& name) {
  const auto& names = InitialisationNames();
  return static_cast<Initialisation>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

/// Inputs z and outputs a of the hidden layers for the rows of a block, and what flows back.
struct Mlp::Memory final : Scratch {
  std::vector<Rows> z, a;
  Rows slopes, below;
};

OptionTable<Mlp::Options> Mlp::Table() {
  return {
      {"layers",
       &Options::layers,
       {1, static_cast<double>(kMostUnits), false, false},
       "units of each hidden layer, 1 to 8 whole numbers"},
      {"activation",
       &Options::activation,
       {},
       "what a hidden unit makes of its input",
       ActivationNames()},
      {"initialisation",
       &Options::initialisation,
       {},
       "how weights are drawn: so that signals keep their size through tanh (glorot), relu (he) or "
       "linear (lecun) layers, of deviation 1, or all 0",
       InitialisationNames()},
      {"scale", &Options::scale, kNonNegative, "factor of the weights that are drawn"},
  };
}

absl::Status Mlp::Check(const Options& options) {
  const auto& layers = options.layers;
  if (layers.empty() || layers.size() > static_cast<size_t>(kMostLayers)) {
    return Refuse("settings[layers]", Reason::kInvalidValue,
                  absl::StrFormat("%d layers; expected 1 to %d", layers.size(), kMostLayers));
  }
  for (const double units : layers) {
    if (units == std::floor(units) && units >= 1 && units <= kMostUnits) continue;
    return Refuse(
        "settings[layers]", Reason::kInvalidValue,
        absl::StrFormat("%g units; expected a whole number from 1 to %d", units, kMostUnits));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Mlp>> Mlp::Make(const Options& options, Index inputs, Index scores) {
  FixTheOrderOfSums();
  std::vector<Layer> layers;
  std::vector<Variable> variables;
  Index size = 0;
  const auto add = [&](Index units) {
    const Layer layer{layers.empty() ? inputs : layers.back().units, units, size};
    layers.push_back(layer);
    size = layer.biases() + units;
    const size_t number = layers.size();
    variables.push_back({.name = absl::StrCat("W", number),
                         .scalar = false,
                         .length = units * layer.inputs,
                         .columns = layer.inputs});
    variables.push_back({.name = absl::StrCat("b", number), .scalar = false, .length = units});
  };
  for (const double units : options.layers) add(static_cast<Index>(units));
  add(scores);
  if (size > kMostUnknowns) {
    return Refuse("settings[layers]", Reason::kInvalidValue,
                  absl::StrFormat("%d inputs, these layers and %d scores make %d weights and "
                                  "biases; at most %d are allowed",
                                  inputs, scores, size, kMostUnknowns));
  }
  auto layout = Layout::Of(std::move(variables));
  if (!layout.ok()) return layout.status();
  return std::unique_ptr<Mlp>(new Mlp(options, std::move(layers), *std::move(layout)));
}

Mlp::Mlp(const Options& options, std::vector<Layer> layers, Layout layout)
    : activation_(ActivationOf(options.activation)),
      initialisation_(InitialisationOf(options.initialisation)),
      scale_(options.scale),
      layers_(std::move(layers)),
      layout_(std::move(layout)) {
  Index numbers = layers_.front().inputs;
  for (const Layer& layer : layers_) numbers += 2 * layer.units;
  block_rows_ = std::clamp<Index>(kBlockNumbers / numbers, 16, 256);
}

std::unique_ptr<Scratch> Mlp::NewScratch() const {
  auto memory = std::make_unique<Memory>();
  memory->z.resize(layers_.size() - 1);
  memory->a.resize(layers_.size() - 1);
  return memory;
}

void Mlp::Scores(const Vector& x, const RowBlock& rows, double* scores, Scratch* scratch) const {
  auto& memory = static_cast<Memory&>(*scratch);
  const double* below = rows.features;
  for (size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const bool last = l + 1 == layers_.size();
    if (!last) {
      memory.z[l].resize(rows.count, layer.units);
      memory.a[l].resize(rows.count, layer.units);
    }
    Map z(last ? scores : memory.z[l].data(), rows.count, layer.units);
    const ConstMap weights(x.data() + layer.weights, layer.units, layer.inputs);
    z.noalias() = ConstMap(below, rows.count, layer.inputs) * weights.transpose();
    z.rowwise() += x.segment(layer.biases(), layer.units).transpose();
    if (last) return;
    Activate(activation_, z.size(), z.data(), memory.a[l].data());
    below = memory.a[l].data();
  }
}

// Backpropagation: slopes by a layer's output z give those by its weights, its biases and its
// inputs, from the last layer to the first.
void Mlp::AddGradient(const Vector& x, const RowBlock& rows, const double* slopes, double* gradient,
                      Scratch* scratch) const {
  auto& memory = static_cast<Memory&>(*scratch);
  memory.slopes = ConstMap(slopes, rows.count, layers_.back().units);
  for (size_t l = layers_.size(); l-- > 0;) {
    const Layer& layer = layers_[l];
    const double* below = l == 0 ? rows.features : memory.a[l - 1].data();
    Map(gradient + layer.weights, layer.units, layer.inputs).noalias() +=
        memory.slopes.transpose() * ConstMap(below, rows.count, layer.inputs);
    Eigen::Map<Eigen::RowVectorXd> biases(gradient + layer.biases(), layer.units);
    for (Index i = 0; i < rows.count; ++i) biases += memory.slopes.row(i);
    if (l == 0) return;
    const ConstMap weights(x.data() + layer.weights, layer.units, layer.inputs);
    memory.below.resize(rows.count, layer.inputs);
    memory.below.noalias() = memory.slopes * weights;
    TimesDerivative(activation_, memory.below.size(), memory.z[l - 1].data(),
                    memory.a[l - 1].data(), memory.below.data());
    memory.slopes.swap(memory.below);
  }
}

Vector Mlp::Start(uint64_t seed) const {
  Vector x = Vector::Zero(layout_.size());
  if (initialisation_ == Initialisation::kZero) return x;
  for (size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    // No step is at iteration -1, so that nobody else draws these numbers.
    Random random(seed, /*iteration=*/-1, static_cast<int64_t>(l));
    const auto fan_in = static_cast<double>(layer.inputs);
    const auto fan_out = static_cast<double>(layer.units);
    const auto draw = [&] {
      switch (initialisation_) {
        case Initialisation::kGlorot: {
          const double bound = std::sqrt(6 / (fan_in + fan_out));
          return random.Uniform(-bound, bound);
        }
        case Initialisation::kHe:
          return random.Normal() * std::sqrt(2 / fan_in);
        case Initialisation::kLecun:
          return random.Normal() * std::sqrt(1 / fan_in);
        default:
          return random.Normal();
      }
    };
    for (Index i = layer.weights; i < layer.biases(); ++i) x[i] = scale_ * draw();
  }
  return x;
}

std::vector<std::vector<Index>> Mlp::PenalisedGroups() const {
  std::vector<std::vector<Index>> groups;
  for (const Layer& layer : layers_) {
    auto& group = groups.emplace_back();
    for (Index i = layer.weights; i < layer.biases(); ++i) group.push_back(i);
  }
  return groups;
}

// --- its row of the catalogue ---

namespace {

class MlpKind final : public ModelKind {
 public:
  using Options = Mlp::Options;
  static OptionTable<Options> Table() { return Mlp::Table(); }
  static absl::Status Check(const Options& options) { return Mlp::Check(options); }
  explicit MlpKind(Options options) : options_(std::move(options)) {}

  std::string UsualLoss(Task task, Index /*classes*/) const override {
    return task == Task::kClassification ? "cross_entropy" : "squared";
  }
  absl::StatusOr<std::unique_ptr<ScoreModel>> Build(std::shared_ptr<const Design> design,
                                                    Index scores) const override {
    auto made = Mlp::Make(options_, design->width(), scores);
    if (!made.ok()) return made.status();
    return made;
  }

 private:
  const Options options_;
};

}  // namespace

CatalogEntry<ModelKind> MlpEntry() {
  return EntryOf<ModelKind, MlpKind>(
      {.name = "mlp",
       .title = "Multilayer perceptron",
       .summary = "A small neural network: layers of units, each a bent weighted sum of those "
                  "before it; for numbers and for classes.",
       .formula = "h = a(W1*x + b1); h = a(W2*h + b2) ...; scores = Wk*h + bk",
       .source = "Rumelhart, Hinton & Williams (1986), doi:10.1038/323533a0",
       .advice =
           "For what bends more than a linear model can: scale the features, hold rows out to "
           "validate with, and use adam or momentum on shuffled batches. The objective is not "
           "convex: another seed ends elsewhere. The gradients of deep sigmoid networks vanish "
           "towards the first layer, as the norms by layer show; relu or gelu with he do not.",
       .example = "thalweg fit iris.csv --target species --model mlp:layers=[10,10] "
                  "--batch 32 --optimizer adam"});
}

}  // namespace thalweg::models
