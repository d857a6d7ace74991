#include "server/runs/trace_reader.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace thalweg::runs {
namespace {

constexpr size_t kPieceBytes = 1 << 20;  // of the store, held by one reader
constexpr size_t kPieceBlocks = 64;      // of memory

}  // namespace

absl::StatusOr<Trace::Block> TraceReader::Read(int64_t from, int64_t to, size_t max_bytes) {
  std::shared_ptr<IterateBlock> rows;
  while (from <= to) {
    absl::StatusOr<Trace::Block> found = BlockAt(from, to);
    if (!found.ok()) return found.status();
    const Trace::Block& block = *found;
    if (block == nullptr) break;
    const size_t begin = block->RowAt(from);
    size_t end = to == INT64_MAX ? block->rows() : block->RowAt(to + 1);
    if (begin == end) break;
    const size_t room = std::max<size_t>(max_bytes / block->bytes_per_row(), 1);
    const bool whole = begin == 0 && end == block->rows();
    // A good part of what is asked for: not worth a copy.
    if (!rows && whole && end <= room && end > room / 2) return block;
    if (!rows) rows = std::make_shared<IterateBlock>();
    end = std::min(end, begin + room - rows->rows());
    rows->AppendRows(*block, begin, end);
    if (rows->rows() >= room) break;
    from = rows->last() + 1;
  }
  return rows;
}

absl::StatusOr<Trace::Block> TraceReader::BlockAt(int64_t from, int64_t to) {
  // Blocks read before may serve still; those for other places do not.
  while (!ahead_.empty() && ahead_.front()->last() < from) ahead_.pop_front();
  if (!ahead_.empty() && ahead_.front()->first() > from) ahead_.clear();
  if (ahead_.empty()) {
    if (absl::Status status = Load(from, to); !status.ok()) return status;
  }
  return ahead_.empty() ? nullptr : ahead_.front();
}

absl::Status TraceReader::Load(int64_t from, int64_t to) {
  for (Trace::Block& block : trace_->ResidentFrom(from, kPieceBlocks)) {
    ahead_.push_back(std::move(block));
  }
  if (!ahead_.empty()) return absl::OkStatus();
  auto stored = store_.Blocks(trace_->id(), from, to, kPieceBytes);
  if (!stored.ok()) return stored.status();
  for (const StoredBlock& piece : *stored) {
    absl::StatusOr<IterateBlock> block = DecodeIterateBlock(piece.bytes);
    if (!block.ok() || block->empty()) {
      return absl::DataLossError(absl::StrCat("iterates ", piece.first, " to ", piece.last,
                                              " of run '", trace_->id(), "' are damaged"));
    }
    ahead_.push_back(std::make_shared<IterateBlock>(*std::move(block)));
  }
  return absl::OkStatus();
}

}  // namespace thalweg::runs
