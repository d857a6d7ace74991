#include "server/core/models/row_pass.h"

#include <algorithm>

#include "server/core/models/lanes.h"

namespace thalweg::models {
namespace {

// Multiplications that are worth a chunk of their own: some ten microseconds.
constexpr Index kWorthAChunk = 1 << 16;
constexpr Index kMostChunks = 128;
// Numbers that all chunks' gradients may take together: 256 MiB.
constexpr Index kMostNumbers = Index{1} << 25;

double SumOf(const double* values, Index count) {
  Lanes sum = AllLanes(0);
  Index i = 0;
  for (; i + kLanes <= count; i += kLanes) sum += Load(values + i);
  sum += LoadSome(values + i, count - i);
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

void Multiply(const double* weights, Index count, Index k, double* numbers) {
  for (Index i = 0; i < count; ++i) {
    for (Index j = 0; j < k; ++j) numbers[i * k + j] *= weights[i];
  }
}

bool Consecutive(std::span<const int64_t> rows) {
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i] != rows[i - 1] + 1) return false;
  }
  return true;
}

}  // namespace

/// Some rows, and where a pass puts what it finds out about them. For reuse by the same chunk.
struct RowPass::Chunk {
  Index first = 0, count = 0;  // among the rows of the pass
  double value = 0;            // the chunk's sum
  Vector gradient;             // n; likewise
  // Of a block of rows.
  std::vector<double> scores, slopes, directions;  // block rows * k
  std::vector<double> values, targets, weights;    // block rows
  std::vector<double> features;                    // block rows * d; empty until rows are gathered
  std::unique_ptr<Scratch> scratch;
};

struct RowPass::Block {
  RowBlock rows;
  const double* targets = nullptr;
  const double* weights = nullptr;  // with factors; null: all 1
};

RowPass::RowPass(const ScoreModel& model, const Loss& loss, Hands* hands)
    : model_(model), loss_(loss), hands_(hands) {}

RowPass::~RowPass() = default;

Index RowPass::ChunkRows(Index count) const {
  const Index n = model_.layout().size();
  const Index block = model_.block_rows();
  const Index most = std::clamp<Index>(kMostNumbers / std::max<Index>(n, 1), 1, kMostChunks);
  const Index worth = kWorthAChunk / std::max<Index>(n, 1);
  const Index rows = std::max((count + most - 1) / most, worth);
  return std::max<Index>((rows + block - 1) / block, 1) * block;
}

Index RowPass::ForEachChunk(const RowChoice& rows, const std::function<void(Chunk&)>& work) {
  const Index count = rows.count();
  const Index chunk_rows = ChunkRows(count);
  const Index chunks = (count + chunk_rows - 1) / chunk_rows;
  while (static_cast<Index>(chunks_.size()) < chunks) {
    auto chunk = std::make_unique<Chunk>();
    const auto block = static_cast<size_t>(model_.block_rows());
    const size_t scores = block * static_cast<size_t>(model_.scores());
    chunk->scores.resize(scores);
    chunk->slopes.resize(scores);
    for (auto* const of_rows : {&chunk->values, &chunk->targets, &chunk->weights}) {
      of_rows->resize(block);
    }
    chunk->scratch = model_.NewScratch();
    chunks_.push_back(std::move(chunk));
  }
  const auto do_one = [&](Index i) {
    Chunk& chunk = *chunks_[static_cast<size_t>(i)];
    chunk.first = i * chunk_rows;
    chunk.count = std::min(chunk_rows, count - chunk.first);
    work(chunk);
  };
  if (hands_ != nullptr && chunks > 1) {
    hands_->Do(chunks, do_one);
  } else {
    for (Index i = 0; i < chunks; ++i) do_one(i);
  }
  return chunks;
}

RowPass::Block RowPass::BlockAt(const RowChoice& rows, Index first, Index count,
                                Chunk& chunk) const {
  const DesignRows& design = *rows.design;
  const size_t d = design.features.size() / static_cast<size_t>(design.count);
  const auto some = static_cast<size_t>(count);
  const auto from = static_cast<size_t>(first);
  const auto in_place = [&](size_t row) -> Block {
    return {{design.features.data() + row * d, count},
            design.targets.data() + row,
            design.weights.empty() ? nullptr : design.weights.data() + row};
  };
  if (rows.all) return in_place(from);
  const std::span<const int64_t> chosen = rows.rows.subspan(from, some);
  const bool weighted = !design.weights.empty() || !rows.factors.empty();
  if (rows.factors.empty() && Consecutive(chosen)) return in_place(static_cast<size_t>(chosen[0]));
  chunk.features.resize(static_cast<size_t>(model_.block_rows()) * d);
  for (size_t i = 0; i < some; ++i) {
    const auto row = static_cast<size_t>(chosen[i]);
    std::copy_n(design.features.data() + row * d, d, chunk.features.data() + i * d);
    chunk.targets[i] = design.targets[row];
    chunk.weights[i] = (design.weights.empty() ? 1 : design.weights[row]) *
                       (rows.factors.empty() ? 1 : rows.factors[from + i]);
  }
  return {{chunk.features.data(), count},
          chunk.targets.data(),
          weighted ? chunk.weights.data() : nullptr};
}

template <typename Work>
void RowPass::ForEachBlockOf(const RowChoice& rows, Chunk& chunk, const Work& work) const {
  const Index block_rows = model_.block_rows();
  for (Index done = 0; done < chunk.count; done += block_rows) {
    const Index count = std::min(block_rows, chunk.count - done);
    work(BlockAt(rows, chunk.first + done, count, chunk));
  }
}

void RowPass::AddUp(Index chunks, Vector& sum) const {
  sum = chunks_.front()->gradient;
  for (Index i = 1; i < chunks; ++i) sum += chunks_[static_cast<size_t>(i)]->gradient;
}

double RowPass::Value(const RowChoice& rows, const Vector& x) {
  const Index k = model_.scores();
  const Index chunks = ForEachChunk(rows, [&](Chunk& chunk) {
    chunk.value = 0;
    ForEachBlockOf(rows, chunk, [&](const Block& block) {
      const Index count = block.rows.count;
      model_.Scores(x, block.rows, chunk.scores.data(), chunk.scratch.get());
      loss_.Evaluate(count, k, chunk.scores.data(), block.targets, chunk.values.data(), nullptr);
      if (block.weights != nullptr) Multiply(block.weights, count, 1, chunk.values.data());
      chunk.value += SumOf(chunk.values.data(), count);
    });
  });
  double sum = 0;
  for (Index i = 0; i < chunks; ++i) sum += chunks_[static_cast<size_t>(i)]->value;
  return sum;
}

double RowPass::ValueAndGradient(const RowChoice& rows, const Vector& x, Vector& gradient) {
  const Index k = model_.scores();
  const Index chunks = ForEachChunk(rows, [&](Chunk& chunk) {
    chunk.value = 0;
    chunk.gradient.setZero(x.size());
    double* const values = chunk.values.data();
    double* const slopes = chunk.slopes.data();
    ForEachBlockOf(rows, chunk, [&](const Block& block) {
      const Index count = block.rows.count;
      model_.Scores(x, block.rows, chunk.scores.data(), chunk.scratch.get());
      loss_.Evaluate(count, k, chunk.scores.data(), block.targets, values, slopes);
      if (block.weights != nullptr) {
        Multiply(block.weights, count, 1, values);
        Multiply(block.weights, count, k, slopes);
      }
      chunk.value += SumOf(values, count);
      model_.AddGradient(x, block.rows, slopes, chunk.gradient.data(), chunk.scratch.get());
    });
  });
  double sum = 0;
  for (Index i = 0; i < chunks; ++i) sum += chunks_[static_cast<size_t>(i)]->value;
  AddUp(chunks, gradient);
  return sum;
}

bool RowPass::CurvatureTimes(const RowChoice& rows, const Vector& x, const Vector& v,
                             Vector& product) {
  const Index k = model_.scores();
  if (!loss_.CurvatureTimes(0, k, nullptr, nullptr, nullptr, nullptr)) return false;
  const Index chunks = ForEachChunk(rows, [&](Chunk& chunk) {
    chunk.gradient.setZero(x.size());
    chunk.directions.resize(chunk.scores.size());
    ForEachBlockOf(rows, chunk, [&](const Block& block) {
      const Index count = block.rows.count;
      Scratch* const scratch = chunk.scratch.get();
      model_.Scores(x, block.rows, chunk.scores.data(), scratch);
      model_.Scores(v, block.rows, chunk.directions.data(), scratch);
      loss_.CurvatureTimes(count, k, chunk.scores.data(), block.targets, chunk.directions.data(),
                           chunk.slopes.data());
      if (block.weights != nullptr) Multiply(block.weights, count, k, chunk.slopes.data());
      model_.AddGradient(x, block.rows, chunk.slopes.data(), chunk.gradient.data(), scratch);
    });
  });
  AddUp(chunks, product);
  return true;
}

void RowPass::ForEachBlock(const RowChoice& rows, const Vector& x, const EachBlock& each) {
  const Index k = model_.scores();
  std::vector<double> scores(static_cast<size_t>(model_.block_rows() * k));
  std::vector<double> values(static_cast<size_t>(model_.block_rows()));
  Chunk chunk;
  chunk.count = rows.count();
  chunk.targets.resize(values.size());
  chunk.weights.resize(values.size());
  const auto scratch = model_.NewScratch();
  Index first = 0;
  ForEachBlockOf(rows, chunk, [&](const Block& block) {
    model_.Scores(x, block.rows, scores.data(), scratch.get());
    loss_.Evaluate(block.rows.count, k, scores.data(), block.targets, values.data(), nullptr);
    each(first, block.rows, block.targets, scores.data(), values.data());
    first += block.rows.count;
  });
}

}  // namespace thalweg::models
