#include "server/rpc/translate/time.h"

#include <chrono>

namespace thalweg::rpc {

void ToWire(runs::WallTime time, google::protobuf::Timestamp& wire) {
  using std::chrono::floor;
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  const auto whole = floor<seconds>(time.time_since_epoch());
  const auto rest = floor<nanoseconds>(time.time_since_epoch() - whole);
  wire.set_seconds(whole.count());
  wire.set_nanos(static_cast<int32_t>(rest.count()));
}

}  // namespace thalweg::rpc
