"""Things that go wrong with a server, each with the alerts that it must cause, and how it is put right."""

import shutil
import socket
import subprocess
import tempfile
import time

import live


# What a client of HTTP/2 says first: the preface, and no settings.
HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


class Trouble:
    alerts = set()   # that must fire, and no others
    flags = ()       # of the server

    def __init__(self):
        self.server = live.Server(type(self).__name__, *self.flags)

    def begin(self):
        """Breaks something."""

    def end(self):
        """Puts it right."""

    def close(self):
        self.server.close()


class Calm(Trouble):
    """Nothing is wrong: runs come and go."""

    def begin(self):
        self.server.detach("--function", "rosenbrock", "--optimizer", "adam", "--stop", "iterations=100000",
                           "--pace", "100")
        for _ in range(20):
            self.server.minimize("x**2", "--start", "x=1", "--set", "learning_rate=0.4")


class BadRuns(Trouble):
    """Someone sends runs that go wrong, for some scrapes: what a counter had when first seen is no increase."""
    run = ()

    def begin(self):
        for _ in range(30):
            self.server.minimize(*self.run)
            time.sleep(0.1)


class RatesTooLarge(BadRuns):
    """Their learning rate is beyond what is stable."""
    alerts = {"ThalwegDivergingSurge"}
    run = ("x**2", "--start", "x=1", "--set", "learning_rate=1.1")


class DomainLeft(BadRuns):
    """They step out of the logarithm's domain."""
    alerts = {"ThalwegNonFiniteSurge"}
    run = ("log(x)", "--start", "x=0.5", "--set", "learning_rate=1")


class Disk(Trouble):
    """The disk takes its time: strace delays every sync."""
    delay = 0  # seconds
    strace = None

    def begin(self):
        self.server.detach("--function", "rosenbrock", "--optimizer", "adam", "--stop", "iterations=1000000000",
                           *self.pace)
        time.sleep(0.5)
        self.strace = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
             "-e", f"inject=fsync,fdatasync:delay_enter={self.delay}s", "-p", str(self.server.process.pid)])

    def end(self):
        self.strace.kill()  # its delays end only so
        self.strace.wait()

    def close(self):
        if self.strace is not None:
            self.end()  # else not even a killed server would be let go
        super().close()


class DiskSlow(Disk):
    alerts = {"ThalwegCommitSlow"}
    delay = 1
    pace = ("--pace", "100")


class DiskDead(Disk):
    """No sync ever ends; the run goes on until too much waits for the disk."""
    alerts = {"ThalwegCommitStalled", "ThalwegNoProgress"}
    flags = ("--max-pending-mib=1",)
    delay = 1000
    pace = ()


class DiskFull(Trouble):
    """Something else fills the disk that the runs are on: a small one, in a mount of the server's own."""
    alerts = {"ThalwegDiskNearlyFull", "ThalwegDiskFilling", "ThalwegNotReady", "ThalwegCommitStalled"}

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="thalweg-")
        self.server = live.Server(type(self).__name__, wrapper=(
            "unshare", "--mount", "sh", "-c", f'mkdir {self.folder}/data && mount -t tmpfs -o size=64m none '
            f'{self.folder}/data && exec "$@"', "-"), folder=self.folder)

    @property
    def filler(self):
        return f"/proc/{self.server.process.pid}/root{self.folder}/data/filler"

    def begin(self):
        try:
            with open(self.filler, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 16))
        except OSError:
            pass  # full

    def end(self):
        subprocess.run(["rm", self.filler], check=True)


class Killed(Trouble):
    """Killed again and again, and then not started again."""
    alerts = {"ThalwegDown", "ThalwegRestarting"}

    def begin(self):
        for _ in range(3):
            self.server.kill()
            self.server.start()
            time.sleep(1.5)  # to be seen
        self.server.kill()

    def end(self):
        self.server.start()


class TooManyConnections(Trouble):
    """A client opens connection after connection, and keeps them; the server may have 256 descriptors."""
    alerts = {"ThalwegDescriptorsNearLimit", "ThalwegConnectionsRejected", "ThalwegDeaf"}

    def __init__(self):
        self.server = live.Server(type(self).__name__, wrapper=("sh", "-c", 'ulimit -n 256 && exec "$@"', "-"))
        self.connections = []

    def begin(self):
        host, port = self.server.grpc.split(":")
        for _ in range(190):
            connection = socket.create_connection((host, int(port)))
            connection.sendall(HTTP2)  # without it the server lets go of them after a while
            self.connections.append(connection)

    def end(self):
        for connection in self.connections:
            connection.close()


def all_troubles():
    kinds = [Calm, RatesTooLarge, DomainLeft, Killed, TooManyConnections]
    if shutil.which("strace"):
        kinds += [DiskSlow, DiskDead]
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0:
        kinds += [DiskFull]
    return [kind() for kind in kinds]
