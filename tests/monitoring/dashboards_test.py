"""Grafana's dashboards: what types cannot say."""

import itertools
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import documents

# Grafana's names of units, as far as they are used here.
UNITS = {"none", "short", "percentunit", "s", "bytes", "Bps", "cps", "cpm", "reqps", "dateTimeFromNow"}
BUILT_IN = {"__all", "__range", "__rate_interval"}


class Dashboards(unittest.TestCase):
    def setUp(self):
        self.dashboards = documents.dashboards()
        self.panels = [(f"{name}: {panel['title']}", panel)
                       for name, dashboard in self.dashboards.items() for panel in documents.panels(dashboard)]

    def test_are_the_three_that_are_promised_and_what_their_source_says(self):
        self.assertEqual(sorted(self.dashboards), ["convergence.json", "fleet.json", "run.json"])
        subprocess.run([sys.executable, documents.ROOT / "deploy/grafana/generate.py", "--check"], check=True)

    def test_have_a_title_and_an_id_of_their_own(self):
        for key in ("uid", "title"):
            self.assertEqual(len({dashboard[key] for dashboard in self.dashboards.values()}), len(self.dashboards))
        for name, dashboard in self.dashboards.items():
            panels = dashboard["panels"] + [p for row in dashboard["panels"] for p in row.get("panels", [])]
            self.assertEqual(len({panel["id"] for panel in panels}), len(panels), name)

    def test_have_no_panels_that_overlap_or_leave_the_page(self):
        for name, dashboard in self.dashboards.items():
            places = [(panel["title"], panel["gridPos"]) for panel in dashboard["panels"]]
            for title, at in places:
                self.assertTrue(0 <= at["x"] and at["x"] + at["w"] <= 24, f"{name}: {title}")
            for (one, a), (other, b) in itertools.combinations(places, 2):
                apart = (a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"] or
                         a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"])
                self.assertTrue(apart, f"{name}: {one} and {other}")

    def test_say_on_each_panel_what_it_shows_in_which_unit(self):
        for where, panel in self.panels:
            self.assertRegex(panel["description"], r"\w.*\.$", where)
            if panel["type"] == "text":
                continue
            field = panel["options"]["yAxis"] if panel["type"] == "heatmap" else panel["fieldConfig"]["defaults"]
            self.assertIn(field["unit"], UNITS, where)

    def test_lead_from_a_panel_to_the_runbook_and_leave_no_alert_out(self):
        linked = set(re.findall(r"\$\{runbook}#(\w+)", json.dumps(self.panels)))
        known = {name.lower() for name in documents.alerts()}
        self.assertEqual(linked - known, set(), "links to no section")
        # Of certificates no panel shows anything over time.
        self.assertEqual(known - linked, {"thalwegcertificateexpiry", "thalwegcertificaterefused"})

    def test_use_variables_that_they_have(self):
        for name, dashboard in self.dashboards.items():
            used = {name for pair in re.findall(r"\$(?:\{(\w+)\}|(\w+))", json.dumps(dashboard))
                    for name in pair if name}
            has = {variable["name"] for variable in dashboard["templating"]["list"]}
            self.assertEqual(used - has - BUILT_IN, set(), name + " uses")
            self.assertEqual(has - used, set(), name + " does not use")

    def test_ask_what_prometheus_understands(self):
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed")
        rules = [{"record": "a:query", "expr": expr}
                 for dashboard in self.dashboards.values()
                 for _, expr in documents.expressions(dashboard)]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            # promtool compares rules by name and labels.
            json.dump({"groups": [{"name": "queries", "rules": [
                dict(rule, labels={"number": str(i)}) for i, rule in enumerate(rules)]}]}, file)
            file.flush()
            told = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)


if __name__ == "__main__":
    unittest.main()
