#!/usr/bin/env python3
"""Descriptor exhaustion (CVE-2023-4785): gRPC 1.51 by itself goes deaf for ever; thalwegd does not.

  descriptors_test.py path/to/thalwegd path/to/plain_grpc
"""

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
import unittest

from http2 import Connection
from server import Server

BINARY = sys.argv.pop(1)
PLAIN = sys.argv.pop(1)


def hoard(port, count):
    """Opens so many connections, and says nothing on them."""
    sockets = []
    for _ in range(count):
        try:
            sockets.append(socket.create_connection(("127.0.0.1", port), timeout=2))
        except OSError:
            pass
    return sockets


def is_answered(port, patience):
    """Whether a new connection is answered within so many seconds."""
    try:
        Connection(port, timeout=patience).socket.close()
        return True
    except OSError:
        return False


class DescriptorExhaustion(unittest.TestCase):
    def setUp(self):
        # The hoard is this process' as well.
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def test_thalwegd_serves_again_within_5_seconds_without_a_restart(self):
        server = Server(BINARY, files=300)
        try:
            sockets = hoard(server.port, 600)
            rejected = 'thalweg_grpc_connections_rejected_total{reason="descriptors"}'
            deadline = time.monotonic() + 20
            while server.metric(rejected) == 0 and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertGreater(server.metric(rejected), 0)
            self.assertGreater(server.metric("thalweg_grpc_connections"), 100)
            for each in sockets:
                each.close()

            began = time.monotonic()
            while not is_answered(server.port, 1) and time.monotonic() < began + 5:
                time.sleep(0.1)
            with Connection(server.port) as connection:
                self.assertTrue(connection.is_served())
            self.assertIn("connection_rejected", server.logged())
        finally:
            self.assertEqual(server.stop(), 0)

    def test_connections_beyond_a_limit_are_closed_at_once(self):
        server = Server(BINARY, "--max-connections", "10")
        try:
            sockets = hoard(server.port, 30)
            for each in sockets[15:]:
                each.settimeout(10)
                self.assertEqual(each.recv(1), b"")
            for each in sockets:
                each.close()
            deadline = time.monotonic() + 5
            while not is_answered(server.port, 1) and time.monotonic() < deadline:
                time.sleep(0.1)
            with Connection(server.port) as connection:
                self.assertTrue(connection.is_served())
        finally:
            self.assertEqual(server.stop(), 0)

    def test_there_is_one_connection_to_the_database(self):
        """SQLite 3.7.0 to 3.51.2 can corrupt a database that has a write-ahead log and more than one
        connection: thalwegd has neither."""
        server = Server(BINARY)
        try:
            descriptors = f"/proc/{server.process.pid}/fd/"
            data = os.path.realpath(server.folder + "/data")
            files = []
            for descriptor in os.listdir(descriptors):
                with contextlib.suppress(FileNotFoundError):  # closed in the meantime
                    files.append(os.readlink(descriptors + descriptor))
            files = [name for name in files if name.startswith(data)]
            self.assertEqual(len(files), len(set(files)), files)
            self.assertIn(".db", "".join(files))
            self.assertFalse([name for name in os.listdir(data) if name.endswith("-wal")])
        finally:
            server.stop()

    def test_the_premise_a_plain_server_of_grpc_1_51_goes_deaf(self):
        with subprocess.Popen([PLAIN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as process:
            try:
                port = int(process.stdout.readline())
                self.assertTrue(is_answered(port, 5))
                for each in hoard(port, 150):
                    each.close()
                time.sleep(2)
                self.assertFalse(is_answered(port, 3))
                self.assertIsNone(process.poll())
            finally:
                process.kill()


if __name__ == "__main__":
    unittest.main(verbosity=2)
