"""A real Prometheus, a real server under load, and what each says of the other."""

import re
import shutil
import subprocess
import time
import unittest

import documents
import live

BOWL = ("x**2", "--start", "x=10", "--set", "learning_rate=0.25", "--stop", "gradient_norm=1e-6")
ROSENBROCK = ("--function", "rosenbrock", "--optimizer", "adam")


def busy(server):
    """Makes every kind of thing happen: ends of all kinds, refusals."""
    server.minimize(*ROSENBROCK[:2], "--optimizer", "bfgs")                                 # converges
    server.minimize(*ROSENBROCK, "--stop", "iterations=1000")
    server.minimize("x**2", "--start", "x=1", "--set", "learning_rate=1.1")                 # diverges
    server.minimize("log(x)", "--start", "x=0.5", "--set", "learning_rate=1")               # meets NaN
    server.minimize("x**2 + 1", "--start", "x=1", "--set", "learning_rate=1e-9", "--stop",
                    "stall(threshold=1e-6,window=20)")
    server.minimize("sin(x) + x**2", "--start", "x=3", "--set", "learning_rate=1e-6", "--stop",
                    "iterations=300000")                                               # worth machine code
    server.thalweg("runs", "cancel", server.detach(*ROSENBROCK, "--pace", "1"))
    server.thalweg("compile", "x**2 +")
    server.thalweg("runs", "show", "runs/none")


@unittest.skipUnless(shutil.which("prometheus"), "Prometheus is not installed")
class UnderLoad(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = live.Server("busy")
        cls.addClassCleanup(cls.server.close)
        gone = live.Server("gone")  # so that one alert fires
        gone.kill()
        cls.addClassCleanup(gone.close)
        cls.prometheus = live.Prometheus([cls.server, gone], times=30)
        cls.addClassCleanup(cls.prometheus.close)
        cls.began = time.time()

        cls.slow = cls.server.detach(*ROSENBROCK, "--stop", "iterations=1000000", "--pace", "20",
                                     "--label", "metrics=on")
        watchers = [subprocess.Popen(
            [live.BIN / "thalweg", "watch", cls.slow, "--server", cls.server.grpc, *how],
            stdout=subprocess.DEVNULL) for how in ([], ["--live", "5"])]
        for watcher in watchers:
            cls.addClassCleanup(watcher.wait)
            cls.addClassCleanup(watcher.kill)
        live.wait_until(lambda: cls.prometheus.value('up{instance="busy"}') == 1, 20)
        cls.known = cls.server.minimize(*BOWL)
        for _ in range(2):  # a series that begins with an event shows a rise with the second
            busy(cls.server)
            time.sleep(1.5)
        time.sleep(8)  # for windows of ten seconds to fill

    def until(self, expression, value):
        live.wait_until(lambda: self.prometheus.value(expression) == value, 15,
                        lambda: f"{expression} is {self.prometheus.query(expression)}, not {value}")

    def test_runs_are_counted_by_their_state(self):
        self.until('thalweg_runs{instance="busy",state="running"}', 1)
        self.server.thalweg("runs", "pause", self.slow)
        self.until('thalweg_runs{instance="busy",state="paused"}', 1)
        self.until('thalweg_runs{instance="busy",state="running"}', 0)
        self.server.thalweg("runs", "resume", self.slow)
        self.until('thalweg_runs{instance="busy",state="running"}', 1)

    def test_the_pace_of_a_run_is_the_rate_of_its_iterations(self):
        rate = self.prometheus.history('thalweg:iterations:rate5m{instance="busy",algorithm="adam"}', 3)[-1]
        self.assertAlmostEqual(rate, 20, delta=8)

    def test_a_known_run_is_found_with_how_it_ended_and_what_it_took(self):
        converged = 'instance="busy",algorithm="gradient_descent"'
        self.until(f'thalweg_runs_finished_total{{{converged},outcome="converged"}}', 1)
        for outcome in ("diverged", "non_finite", "stalled"):
            self.until(f'thalweg_runs_finished_total{{{converged},outcome="{outcome}"}}', 2)
        self.until(f"sum(thalweg_convergence_iterations_count{{{converged}}})", 1)
        self.until(f"sum(thalweg_convergence_iterations_sum{{{converged}}})", self.known["iterations"])

    def test_promtool_finds_nothing_to_say_about_the_metrics(self):
        told = subprocess.run(["promtool", "check", "metrics"], input=self.server.metrics(),
                              capture_output=True, text=True)
        self.assertEqual((told.returncode, told.stdout + told.stderr), (0, ""))

    def test_the_table_of_metrics_is_what_prometheus_got(self):
        got = {labels["__name__"] for labels, _ in self.prometheus.query('{job="thalweg",instance="busy"}')}
        got = {name for name in got if re.match("thalweg_|grpc_|process_", name)}
        self.assertEqual(got, set(documents.metrics()))

    def test_every_query_of_every_dashboard_gives_data(self):
        values = {"__rate_interval": "10s", "run": self.slow.removeprefix("runs/")}
        seconds = time.time() - self.began
        for name, dashboard in documents.dashboards().items():
            for where, query in documents.expressions(dashboard, **values):
                with self.subTest(dashboard=name, panel=where):
                    self.assertTrue(self.prometheus.history(query, seconds), query)

    def test_every_recording_rule_gives_data(self):
        seconds = time.time() - self.began
        for name in documents.records():
            with self.subTest(rule=name):
                self.assertTrue(self.prometheus.history(name, seconds))

    def test_load_alone_fires_no_alert_and_a_server_that_is_gone_fires_one(self):
        self.assertEqual(self.prometheus.firing(self.server), set())
        gone = [alert["labels"]["alertname"] for alert in self.prometheus.ask("alerts")["alerts"]
                if alert["labels"]["instance"] == "gone" and alert["state"] == "firing"]
        self.assertEqual(gone, ["ThalwegDown"])


if __name__ == "__main__":
    unittest.main()
