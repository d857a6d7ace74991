// thalweg: the command line.
#include <iostream>
#include <string>
#include <vector>

#include "client/cli/cli.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  // Never destroyed: joining its thread would hold up every command's end.
  static thalweg::cli::Interrupt& interrupt = *new thalweg::cli::Interrupt;
  interrupt.Listen();  // before gRPC starts its threads
  thalweg::cli::Context context{std::cout, std::cerr, thalweg::cli::FindTerminal(), interrupt};
  return thalweg::cli::RunCli(std::vector<std::string>(argv + 1, argv + argc), context);
}
