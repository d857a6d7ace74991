#include "server/datasets/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace thalweg::datasets {

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->state.get(), EVP_sha256(), nullptr);
}

Sha256::~Sha256() = default;

void Sha256::Add(std::string_view bytes) {
  EVP_DigestUpdate(context_->state.get(), bytes.data(), bytes.size());
}

void Sha256::Add(uint64_t number) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  Add(std::string_view(bytes, sizeof(bytes)));
}

void Sha256::AddText(std::string_view text) {
  Add(static_cast<uint64_t>(text.size()));
  Add(text);
}

std::string Sha256::Hex() {
  std::array<unsigned char, 32> digest{};
  EVP_DigestFinal_ex(context_->state.get(), digest.data(), nullptr);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string ContentDigest(const std::vector<data::ColumnInfo>& columns, Index rows,
                          const double* cells) {
  Sha256 digest;
  digest.AddText("thalweg table 1");
  digest.Add(static_cast<uint64_t>(rows));
  digest.Add(static_cast<uint64_t>(columns.size()));
  for (const data::ColumnInfo& column : columns) {
    digest.AddText(column.name);
    digest.Add(static_cast<uint64_t>(column.type == data::ColumnType::kCategory));
    digest.Add(static_cast<uint64_t>(column.categories.size()));
    for (const std::string& category : column.categories) digest.AddText(category);
  }
  const size_t numbers = static_cast<size_t>(rows) * columns.size();
  digest.Add(std::string_view(reinterpret_cast<const char*>(cells), numbers * sizeof(double)));
  return digest.Hex();
}

std::string IdOf(std::string_view tenant, std::string_view content_digest) {
  Sha256 digest;
  digest.AddText("thalweg dataset 1");
  digest.AddText(tenant);
  digest.AddText(content_digest);
  return absl::StrCat("s", digest.Hex().substr(0, 20));
}

}  // namespace thalweg::datasets
