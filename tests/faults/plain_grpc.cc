// A server of gRPC's own, with its own listener and few descriptors: descriptors_test.py checks
// that it still shows the fault that server/rpc/acceptor.h is there for. Prints its port.

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/resource.h>

#include <cstdio>

int main() {
  const rlimit few{64, 64};
  setrlimit(RLIMIT_NOFILE, &few);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  grpc::CallbackGenericService everything;  // gRPC starts no server without a service
  builder.RegisterCallbackGenericService(&everything);
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  server->Wait();
}
