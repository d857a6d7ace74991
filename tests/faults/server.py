"""A thalwegd of a test's own, on ports of its own."""

import resource
import shutil
import subprocess
import tempfile
import urllib.request


class Server:
    def __init__(self, binary, *flags, files=None):
        def limit_files():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        self.folder = tempfile.mkdtemp(prefix="thalweg-faults-")
        self.log = open(self.folder + "/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [binary, "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0",
             "--data-dir", self.folder + "/data", "--log-format", "json", *flags],
            stdout=subprocess.PIPE, stderr=self.log, text=True, preexec_fn=limit_files)
        ready = self.process.stdout.readline().split()
        where = dict(word.split("=", 1) for word in ready if "=" in word)
        self.port = int(where["grpc"].rsplit(":", 1)[1])
        self.http = where["http"]

    def stop(self):
        """Ends it; how it ended."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.log.close()
        shutil.rmtree(self.folder)
        return code

    def is_alive(self):
        return self.process.poll() is None

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def metric(self, series):
        """The value of a series, named as it is exposed."""
        with urllib.request.urlopen(f"http://{self.http}/metrics", timeout=20) as page:
            for line in page.read().decode().splitlines():
                if line.startswith(series + " "):
                    return float(line.rsplit(" ", 1)[1])
        raise KeyError(series)

    def logged(self):
        with open(self.folder + "/log", encoding="utf-8") as log:
            return log.read()
