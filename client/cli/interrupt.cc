#include "client/cli/interrupt.h"

#include <csignal>
#include <ctime>
#include <utility>

#include <unistd.h>

#include "client/cli/exit_code.h"
#include "client/cli/terminal.h"

namespace thalweg::cli {

void Interrupt::Listen() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  listener_ = std::jthread([this, signals](const std::stop_token& stop) {
    const timespec kPatience{0, 100'000'000};  // how late the end of the program is noticed
    while (!stop.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &kPatience) < 0) continue;
      if (triggered()) {
        ShowCursorNow();
        _exit(kInterrupted);
      }
      // On a thread of its own: the callback may wait for the server, and the second must be heard.
      std::thread([this] { Trigger(); }).detach();
    }
  });
}

void Interrupt::OnFirst(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  callback_ = std::move(callback);
  if (triggered() && callback_) callback_();  // it came before
}

void Interrupt::Trigger() {
  const std::lock_guard lock(mutex_);
  if (!source_.request_stop()) return;
  if (callback_) callback_();
}

}  // namespace thalweg::cli
