#include "server/stop_signals.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace thalweg {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, number);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

int StopSignals::Wait() const {
  int number = 0;
  while (sigwait(&signals_, &number) != 0) {
  }
  return number;
}

int StopSignals::WaitFor(std::chrono::seconds patience) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    using std::chrono::nanoseconds;
    const nanoseconds left = std::max(nanoseconds(0), end - std::chrono::steady_clock::now());
    const timespec time{static_cast<time_t>(left.count() / 1'000'000'000),
                        static_cast<long>(left.count() % 1'000'000'000)};
    const int number = sigtimedwait(&signals_, nullptr, &time);
    if (number > 0) return number;
    if (errno != EINTR) return 0;  // EAGAIN: the time is up
  }
}

}  // namespace thalweg
