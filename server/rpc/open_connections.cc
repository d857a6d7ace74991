#include "server/rpc/open_connections.h"

#include <sys/stat.h>

namespace thalweg::rpc {

void OpenConnections::Add(int socket) {
  struct stat now {};
  if (fstat(socket, &now) == 0) sockets_.push_back({socket, now.st_dev, now.st_ino});
}

void OpenConnections::Sweep() {
  std::erase_if(sockets_, [](const Socket& socket) {
    struct stat now {};
    return fstat(socket.descriptor, &now) != 0 || now.st_dev != socket.device ||
           now.st_ino != socket.inode;
  });
}

}  // namespace thalweg::rpc
