"""A real Prometheus that watches real servers."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import documents
import faster

BIN = pathlib.Path(os.environ.get("THALWEG_BIN", documents.ROOT / "build/release/bin"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fetch(url, patience=10):
    with urllib.request.urlopen(url, timeout=patience) as answer:
        return answer.read().decode()


def wait_until(claim, patience, told=lambda: ""):
    """Asks `claim` until it returns something true, which it returns."""
    end = time.monotonic() + patience
    while True:
        holds = claim()
        if holds:
            return holds
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain: {told()}")
        time.sleep(0.1)


class Server:
    """A thalwegd on ports that it keeps over restarts."""

    def __init__(self, name, *flags, folder=None, wrapper=()):
        self.name = name
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="thalweg-"))
        self.grpc, self.http = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.wrapper = wrapper
        self.flags = [f"--grpc-address={self.grpc}", f"--http-address={self.http}",
                      f"--data-dir={self.folder / 'data'}", "--workers=1", "--log-format=json", *flags]
        self.process = None
        self.start()

    def start(self):
        """Returns when it is ready."""
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*self.wrapper, BIN / "thalwegd", *self.flags],
                                            stdout=subprocess.PIPE, stderr=log)
        ready = self.process.stdout.readline().decode()
        if "ready" not in ready:
            raise AssertionError((self.folder / "log").read_text())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def thalweg(self, *arguments):
        """Runs the command line; returns what it printed."""
        return subprocess.run([BIN / "thalweg", *arguments], env={**os.environ, "THALWEG_SERVER": self.grpc},
                              capture_output=True, text=True, timeout=60).stdout

    def minimize(self, *arguments):
        """Descends, and returns the result."""
        lines = self.thalweg("minimize", *arguments, "--quiet", "--json").splitlines()
        return json.loads(lines[-1])

    def detach(self, *arguments):
        """Begins a run; returns its name."""
        return self.thalweg("minimize", *arguments, "--detach").split()[-1]

    def metrics(self):
        return fetch(f"http://{self.http}/metrics")


class Prometheus:
    """Scrapes `servers` twice a second, and judges them by the shipped rules, `times` as fast."""

    def __init__(self, servers, times):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="prometheus-"))
        (self.folder / "rules").mkdir()
        for file in documents.RULES.glob("*.yml"):
            (self.folder / "rules" / file.name).write_text(faster.faster(file.read_text(), times))
        targets = [{"targets": [server.http], "labels": {"instance": server.name}} for server in servers]
        # JSON is YAML.
        (self.folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms", "evaluation_interval": "500ms"},
            "rule_files": ["rules/*.yml"],
            "scrape_configs": [{"job_name": "thalweg", "static_configs": targets}]}))
        self.address = f"127.0.0.1:{free_port()}"
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={self.folder / 'prometheus.yml'}",
                 f"--storage.tsdb.path={self.folder / 'data'}", f"--web.listen-address={self.address}"],
                stdout=log, stderr=log)
        wait_until(self.is_ready, 30, lambda: (self.folder / "log").read_text())

    def is_ready(self):
        try:
            return "Ready" in fetch(f"http://{self.address}/-/ready")
        except (urllib.error.URLError, ConnectionError):
            return False

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        return json.loads(fetch(f"http://{self.address}/api/v1/{path}?{query}"))["data"]

    def query(self, expression):
        """[(labels, value)] now."""
        result = self.ask("query", query=expression)["result"]
        return [(sample["metric"], float(sample["value"][1])) for sample in result]

    def value(self, expression):
        """The only value, or nothing."""
        found = self.query(expression)
        return found[0][1] if len(found) == 1 else None

    def history(self, expression, seconds):
        """All values that are numbers of the last seconds, of all series."""
        now = time.time()
        series = self.ask("query_range", query=expression, start=now - seconds, end=now, step=1)["result"]
        values = [float(value) for each in series for _, value in each["values"]]
        return [value for value in values if value == value]

    def firing(self, server):
        """The names of the alerts that fire for a server."""
        return {alert["labels"]["alertname"] for alert in self.ask("alerts")["alerts"]
                if alert["state"] == "firing" and alert["labels"]["instance"] == server.name}
