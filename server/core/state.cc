#include "server/core/state.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace thalweg {

// A field is: length of name (1 byte), name, type (1 byte), count (8 bytes), count elements.
// Little-endian throughout, as every machine we run on is.

void State::WriteHeader(std::string_view name, char type, uint64_t count) {
  bytes_.push_back(static_cast<char>(name.size()));
  bytes_.append(name);
  bytes_.push_back(type);
  bytes_.append(reinterpret_cast<const char*>(&count), sizeof(count));
}

bool State::ReadHeader(std::string_view name, char type, uint64_t& count) {
  if (!status_.ok()) return false;
  const size_t need = 1 + name.size() + 1 + sizeof(count);
  const std::string_view rest = std::string_view(bytes_).substr(at_);
  if (rest.size() < need || static_cast<size_t>(rest[0]) != name.size() ||
      rest.substr(1, name.size()) != name || rest[1 + name.size()] != type) {
    Fail(absl::StrCat("field '", std::string(name), "' is not where it should be"));
    return false;
  }
  std::memcpy(&count, rest.data() + 2 + name.size(), sizeof(count));
  at_ += need;
  return true;
}

void State::KeepArray(std::string_view name, char type, void* data, size_t count, size_t width) {
  if (writing_) {
    WriteHeader(name, type, count);
    bytes_.append(static_cast<const char*>(data), count * width);
    return;
  }
  uint64_t found = 0;
  if (!ReadHeader(name, type, found)) return;
  if (found != count || bytes_.size() - at_ < count * width) {
    Fail(absl::StrCat("field '", std::string(name), "' has the wrong length"));
    return;
  }
  std::memcpy(data, bytes_.data() + at_, count * width);
  at_ += count * width;
}

template <typename List>
void State::KeepList(std::string_view name, char type, List& list) {
  constexpr size_t kWidth = sizeof(*list.data());
  if (writing_) {
    WriteHeader(name, type, static_cast<uint64_t>(list.size()));
    bytes_.append(reinterpret_cast<const char*>(list.data()),
                  static_cast<size_t>(list.size()) * kWidth);
    return;
  }
  uint64_t count = 0;
  if (!ReadHeader(name, type, count)) return;
  if ((bytes_.size() - at_) / kWidth < count) {
    Fail(absl::StrCat("field '", std::string(name), "' is cut short"));
    return;
  }
  list.resize(static_cast<decltype(list.size())>(count));
  if (count > 0) std::memcpy(list.data(), bytes_.data() + at_, count * kWidth);
  at_ += count * kWidth;
}

void State::Keep(std::string_view name, double& value) { KeepArray(name, 'd', &value, 1, 8); }
void State::Keep(std::string_view name, int64_t& value) { KeepArray(name, 'i', &value, 1, 8); }
void State::Keep(std::string_view name, uint64_t& value) { KeepArray(name, 'u', &value, 1, 8); }
void State::Keep(std::string_view name, bool& value) {
  int64_t number = value ? 1 : 0;
  KeepArray(name, 'b', &number, 1, 8);
  value = number != 0;
}
void State::Keep(std::string_view name, std::string& value) { KeepList(name, 's', value); }
void State::Keep(std::string_view name, Vector& value) { KeepList(name, 'V', value); }
void State::Keep(std::string_view name, Matrix& value) {
  std::vector<int64_t> shape{value.rows(), value.cols()};
  Vector values = value.reshaped();
  Keep(name, shape);
  Keep(name, values);
  if (writing_ || !status_.ok()) return;
  if (shape.size() != 2 || shape[0] < 0 || shape[1] < 0 ||
      (shape[1] != 0 && shape[0] > values.size() / shape[1]) ||
      shape[0] * shape[1] != values.size()) {
    Fail(absl::StrCat("field '", std::string(name), "' has an impossible shape"));
    return;
  }
  value = values.reshaped(shape[0], shape[1]);
}
void State::Keep(std::string_view name, std::vector<double>& value) { KeepList(name, 'D', value); }
void State::Keep(std::string_view name, std::vector<int64_t>& value) { KeepList(name, 'I', value); }

absl::Status State::Finish() const {
  if (!status_.ok()) return status_;
  if (!writing_ && at_ != bytes_.size()) {
    return absl::DataLossError(
        absl::StrCat("stored state has ", bytes_.size() - at_, " bytes more than expected"));
  }
  return absl::OkStatus();
}

void State::Fail(std::string_view why) {
  if (status_.ok()) status_ = absl::DataLossError(absl::StrCat("stored state: ", std::string(why)));
}

}  // namespace thalweg
