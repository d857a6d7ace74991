// thalweg: the command line.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "client/cli/cli.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);  // what it says is in our own messages
  // Never destroyed: joining its thread would hold up every command's end.
  static thalweg::cli::Interrupt& interrupt = *new thalweg::cli::Interrupt;
  interrupt.Listen();  // before gRPC starts its threads
  thalweg::cli::Context context{std::cout, std::cerr, thalweg::cli::FindTerminal(), interrupt};
  return thalweg::cli::RunCli(std::vector<std::string>(argv + 1, argv + argc), context);
}
