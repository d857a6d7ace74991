#include "server/core/data/csv_cells.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/core/data/csv_format.h"
#include "server/core/data/utf8.h"
#include "server/core/violation.h"

namespace thalweg::data {
namespace {

constexpr size_t kLongestHead = 1 << 20;  // bytes of a first line that are looked at
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool IsSpace(char c) { return c == ' ' || c == '\t'; }

char MostOf(std::string_view line) {
  char most = kDelimiters.front();
  int64_t count = 0;
  for (const char candidate : kDelimiters) {
    bool quoted = false;
    int64_t times = 0;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) ++times;
    }
    if (times > count) {
      most = candidate;
      count = times;
    }
  }
  return most;
}

absl::Status Refused(const std::string& what) { return Refuse("", Reason::kCellInvalid, what); }

}  // namespace

absl::Status CsvCells::Wrong(std::string_view what) const {
  return Refused(
      absl::StrCat("row ", row_line_, ", column ", ends_.size() + 1, ": ", std::string(what)));
}

absl::Status CsvCells::Read(std::string_view bytes) {
  if (begun_) return Split(bytes);
  head_.append(bytes);
  for (; head_scanned_ < head_.size(); ++head_scanned_) {
    const char c = head_[head_scanned_];
    if (c == '"') head_quoted_ = !head_quoted_;
    if ((c == '\n' || c == '\r') && !head_quoted_) return Begin();
  }
  return head_.size() < kLongestHead ? absl::OkStatus() : Begin();
}

absl::Status CsvCells::Begin() {
  begun_ = true;
  const std::string head = std::move(head_);
  std::string_view text = head;
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
    return Refused("the file is UTF-16; UTF-8 is expected");
  }
  if (text.substr(0, kUtf8Mark.size()) == kUtf8Mark) text.remove_prefix(kUtf8Mark.size());
  const size_t mark = head.size() - text.size();
  const size_t line = head_scanned_ < mark ? 0 : head_scanned_ - mark;
  if (!delimiter_) delimiter_ = MostOf(text.substr(0, line));
  return Split(text);
}

absl::Status CsvCells::Split(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  const char delimiter = *delimiter_;
  while (at != end) {
    // What needs no thought is taken in one piece.
    const char* stop = at;
    if (state_ == State::kPlain) {
      while (stop != end && *stop != delimiter && *stop != '\n' && *stop != '\r' && *stop != '"') {
        ++stop;
      }
    } else if (state_ == State::kQuoted) {
      while (stop != end && *stop != '"' && *stop != '\n' && *stop != '\r') ++stop;
    }
    text_.append(at, static_cast<size_t>(stop - at));
    const size_t begin = ends_.empty() ? 0 : ends_.back();
    if (text_.size() - begin > kLongestCell) {
      return Wrong(absl::StrCat("the cell is longer than ", kLongestCell,
                                " bytes; is a quote never closed?"));
    }
    if (stop != at) after_return_ = false;
    at = stop;
    if (at == end) break;
    if (absl::Status status = Take(*at++); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CsvCells::Take(char c) {
  const bool second_of_two = std::exchange(after_return_, c == '\r') && c == '\n';
  const bool ends_line = c == '\n' || c == '\r';
  if (state_ == State::kQuoted) {
    if (c == '"') {
      state_ = State::kQuoteSeen;
      return absl::OkStatus();
    }
    if (ends_line && !second_of_two) ++line_;
    text_.push_back(c);
    return absl::OkStatus();
  }
  if (second_of_two) return absl::OkStatus();
  if (state_ == State::kQuoteSeen && c == '"') {
    text_.push_back(c);
    state_ = State::kQuoted;
    return absl::OkStatus();
  }
  if (ends_line) {
    ++line_;
    return EndRow();
  }
  if (c == *delimiter_) return EndCell();
  if (state_ == State::kQuoteSeen) {
    if (IsSpace(c)) return absl::OkStatus();
    return Wrong("text follows the closing quote; a quote within a cell is written twice");
  }
  if (c == '"') {
    if (state_ == State::kPlain) {
      return Wrong(
          "a quote within a cell that does not begin with one; write it twice and put the "
          "cell in quotes");
    }
    state_ = State::kQuoted;
    quoted_ = any_quoted_ = true;
    return absl::OkStatus();
  }
  if (state_ == State::kCellBegin && IsSpace(c)) return absl::OkStatus();
  state_ = State::kPlain;
  text_.push_back(c);
  return absl::OkStatus();
}

absl::Status CsvCells::EndCell() {
  const size_t begin = ends_.empty() ? 0 : ends_.back();
  while (!quoted_ && text_.size() > begin && IsSpace(text_.back())) text_.pop_back();
  ends_.push_back(text_.size());
  state_ = State::kCellBegin;
  quoted_ = false;
  if (ends_.size() > kMostColumns) {
    return Refused(absl::StrCat("row ", row_line_, " has more than ", kMostColumns, " cells"));
  }
  if (text_.size() > kLongestRow) {
    return Refused(absl::StrCat("row ", row_line_, " is longer than ", kLongestRow, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status CsvCells::EndRow() {
  absl::Status status = EndCell();
  const bool blank = ends_.size() == 1 && text_.empty() && !any_quoted_;
  if (status.ok() && !blank) {
    cells_.clear();
    size_t begin = 0;
    for (const size_t end : ends_) {
      cells_.push_back(std::string_view(text_).substr(begin, end - begin));
      begin = end;
    }
    status = CheckText();
    if (status.ok()) status = take_(row_line_, cells_);
  }
  text_.clear();
  ends_.clear();
  any_quoted_ = false;
  row_line_ = line_;
  return status;
}

absl::Status CsvCells::CheckText() const {
  if (IsPlainText(text_)) return absl::OkStatus();
  for (size_t i = 0; i < cells_.size(); ++i) {
    const std::string where = absl::StrCat("row ", row_line_, ", column ", i + 1, ": ");
    if (cells_[i].find('\0') != std::string_view::npos) {
      return Refused(where + "a NUL byte; is this a text file?");
    }
    if (!IsUtf8(cells_[i])) {
      return Refused(absl::StrCat(where, "'",
                                  absl::CHexEscape(std::string(cells_[i].substr(0, 32))),
                                  "' is not UTF-8; convert the file, as with iconv"));
    }
  }
  return absl::OkStatus();
}

absl::Status CsvCells::Finish() {
  if (!begun_) {
    if (absl::Status status = Begin(); !status.ok()) return status;
  }
  if (state_ == State::kQuoted) return Wrong("a quote is opened and never closed");
  return ends_.empty() && text_.empty() && !any_quoted_ ? absl::OkStatus() : EndRow();
}

}  // namespace thalweg::data
