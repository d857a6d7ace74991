#include "server/tls/identity.h"

#include <utility>

namespace thalweg::tls {
namespace {

CertificateLoaded Loaded(const Material& material) {
  return {
      .subject = material.subject, .valid_from = material.valid_from, .expires = material.expires};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Identity>> Identity::Open(IdentityOptions options,
                                                         EventSink& events) {
  auto texts = Read(options.files);
  if (!texts.ok()) return texts.status();
  auto material = Check(options.files, *std::move(texts));
  if (!material.ok()) return material.status();
  return std::unique_ptr<Identity>(new Identity(std::move(options), events, *std::move(material)));
}

Identity::Identity(IdentityOptions options, EventSink& events,
                   std::shared_ptr<const Material> material)
    : options_(std::move(options)), events_(events), current_(std::move(material)) {
  events_.On(Loaded(*current_));
  watcher_ = std::jthread([this](const std::stop_token& stop) { Watch(stop); });
}

std::shared_ptr<const Material> Identity::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void Identity::Watch(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      stopped_.wait_for(lock, stop, options_.look_every, [] { return false; });
    }
    if (!stop.stop_requested()) Look();
  }
}

/// By content, not by time: a mounted secret is a chain of links that are swapped.
void Identity::Look() {
  auto texts = Read(options_.files);
  if (!texts.ok()) return Refuse(texts.status());
  if (*texts == Current()->texts) return told_.clear();
  auto material = Check(options_.files, *std::move(texts));
  if (!material.ok()) return Refuse(material.status());
  told_.clear();
  {
    const std::lock_guard lock(mutex_);
    current_ = *material;
  }
  events_.On(Loaded(**material));
}

void Identity::Refuse(const absl::Status& status) {
  const std::string why(status.message());
  if (std::exchange(told_, why) != why) events_.On(CertificateRefused{.why = why});
}

}  // namespace thalweg::tls
