#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "server/studies/study.h"

namespace thalweg::studies {

/// A study as bytes, with a version and a checksum; reading anything else gives DATA_LOSS.
std::string Encode(const Study& study);
absl::StatusOr<Study> DecodeStudy(std::string bytes);

/// Tells a repeated request from another one with the same request_id.
uint64_t DigestOf(const StudySpec& spec);

}  // namespace thalweg::studies
