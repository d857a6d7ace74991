"""Breaks servers in different ways at once, and sees of each exactly the right alerts fire, and clear.

The shipped rules are used, with their time passing thirty times as fast (faster.py).
"""

import shutil
import time
import unittest

import live
import troubles


@unittest.skipUnless(shutil.which("prometheus"), "Prometheus is not installed")
class Alerts(unittest.TestCase):
    def setUp(self):
        self.troubles = troubles.all_troubles()
        for trouble in self.troubles:
            self.addCleanup(trouble.close)
        self.prometheus = live.Prometheus([trouble.server for trouble in self.troubles], times=30)
        self.addCleanup(self.prometheus.close)
        self.began = time.time()

    def firing(self):
        return {trouble.server.name: self.prometheus.firing(trouble.server) for trouble in self.troubles}

    def test_fire_when_something_breaks_and_clear_when_it_is_put_right(self):
        live.wait_until(lambda: self.prometheus.value("count(up == 1)") == len(self.troubles), 60)
        time.sleep(5)
        self.assertEqual(self.firing(), {trouble.server.name: set() for trouble in self.troubles})

        for trouble in self.troubles:
            trouble.begin()
        expected = {trouble.server.name: trouble.alerts for trouble in self.troubles}
        missing = dict(expected)  # a surge is over before a hanging disk is noticed

        def all_seen():
            for name, firing in self.firing().items():
                if firing == expected[name]:
                    missing.pop(name, None)
            return not missing

        live.wait_until(all_seen, 120, lambda: f"not seen: {missing}; firing: {self.firing()}")

        for trouble in self.troubles:
            trouble.end()
        live.wait_until(lambda: not any(self.firing().values()), 120, lambda: f"still firing: {self.firing()}")
        self.assertEqual(self.ever_fired(), expected)

    def ever_fired(self):
        fired = {trouble.server.name: set() for trouble in self.troubles}
        now = time.time()
        for series in self.prometheus.ask("query_range", query='ALERTS{alertstate="firing"}', start=self.began,
                                          end=now, step=0.5)["result"]:
            fired[series["metric"]["instance"]].add(series["metric"]["alertname"])
        return fired


if __name__ == "__main__":
    unittest.main()
