"""Rules, runbook, dashboards and the table of metrics agree."""

import re
import unittest

import documents

# What Prometheus adds to every series, and the labels that say what was built.
ALWAYS = {"job", "instance", "version", "revision"}


class Alerts(unittest.TestCase):
    def test_say_how_urgent_they_are_what_is_wrong_by_how_much_and_where_to_read_on(self):
        for name, rule in documents.alerts().items():
            with self.subTest(alert=name):
                self.assertRegex(rule, r"severity: (page|ticket)\b")
                self.assertRegex(rule, r"summary: .*\{\{ \$labels.instance }}")
                self.assertRegex(rule, r"description: .*\{\{ \$value")
                self.assertIn(f"runbook_url: deploy/RUNBOOK.md#{name.lower()}\n", rule)

    def test_have_each_a_section_of_the_runbook_and_no_section_has_no_alert(self):
        self.assertEqual(sorted(documents.alerts()), sorted(documents.runbook_sections()))

    def test_have_each_a_case_that_fires_and_one_that_does_not(self):
        tests = documents.rule_tests()
        self.assertEqual(sorted(documents.alerts()), sorted(tests))
        for name, groups in tests.items():
            with self.subTest(alert=name):
                text = "".join(groups)
                self.assertRegex(
                    text, rf"alertname: {name}\n *exp_alerts:\n *- exp_labels: .*instance: sick")
                self.assertIn('instance="well"', text)
                self.assertNotIn("instance: well", text)


class Runbook(unittest.TestCase):
    def test_says_of_each_alert_what_it_means_what_to_do_and_how_it_clears(self):
        for name, section in documents.runbook_sections().items():
            with self.subTest(alert=name):
                self.assertEqual(
                    re.findall(r"^- \*\*(.+?)\*\*: ", section, flags=re.MULTILINE),
                    ["Meaning", "Users notice", "Look", "Do", "Clears"])

    def test_names_lines_of_the_log_that_there_are(self):
        named = set(re.findall(r"`(\w+)`(?= lines?| and `\w+` lines)", documents.RUNBOOK.read_text()))
        self.assertTrue(named)
        self.assertEqual(named - documents.log_events(), set())

    def test_names_flags_that_there_are(self):
        named = set(re.findall(r"`(--[a-z-]+)", documents.RUNBOOK.read_text()))
        known = set(re.findall(r"^  (--[a-z-]+)", documents.SETTINGS.read_text(), flags=re.MULTILINE))
        self.assertEqual(named - known - {"--previous"}, set())

    def test_refers_to_sections_that_exist(self):
        anchors = {name.lower() for name in documents.runbook_sections()}
        named = set(re.findall(r"\(#(\w+)\)", documents.RUNBOOK.read_text()))
        self.assertEqual(named - anchors, set())


class Metrics(unittest.TestCase):
    def texts(self):
        for file in sorted(documents.RULES.glob("*.yml")):
            yield file.name, file.read_text()
        yield documents.RUNBOOK.name, documents.RUNBOOK.read_text()
        for name, dashboard in documents.dashboards().items():
            yield from ((f"{name}: {where}", query) for where, query in documents.queries(dashboard))

    def test_that_are_named_exist_with_the_labels_that_are_asked_for(self):
        exposed = documents.metrics()
        for where, text in self.texts():
            for name, labels in documents.named_metrics(text):
                with self.subTest(where=where, metric=name):
                    known = exposed.get(name, exposed.get(name + "_count"))
                    self.assertIsNotNone(known, "is not in the table of server/metrics/README.md")
                    self.assertEqual(labels - known - ALWAYS, set(), "labels that it does not have")

    def test_that_are_recorded_are_known_wherever_they_are_named(self):
        recorded = set(documents.records())
        for where, text in self.texts():
            with self.subTest(where=where):
                self.assertEqual(documents.named_records(text) - recorded, set())


if __name__ == "__main__":
    unittest.main()
