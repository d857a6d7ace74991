"""What rules, runbook, dashboards and the table of metrics say, read for comparison."""

import collections
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/prometheus/rules"
DASHBOARDS = ROOT / "deploy/grafana/dashboards"
RUNBOOK = ROOT / "deploy/RUNBOOK.md"
METRICS = ROOT / "server/metrics/README.md"
LOG = ROOT / "server/log/README.md"
SETTINGS = ROOT / "server/settings.md"


def _blocks(text, key):
    """The rules `- key: name` of a rule file: {name: its lines}. There is no YAML in Python's library."""
    parts = re.split(rf"^ *- {key}: (\S+)\n", text, flags=re.MULTILINE)
    ends = re.compile(r"^ *(- |#)", re.MULTILINE)
    return {name: ends.split(body, maxsplit=1)[0] for name, body in zip(parts[1::2], parts[2::2])}


def _all_rules(key):
    rules = {}
    for file in sorted(RULES.glob("*.yml")):
        rules.update(_blocks(file.read_text(), key))
    return rules


def alerts():
    return _all_rules("alert")


def records():
    return _all_rules("record")


def rule_tests():
    """{alert: the test groups that ask for it}."""
    tests = collections.defaultdict(list)
    for file in sorted((ROOT / "tests/monitoring/rules").glob("*.yml")):
        for group in re.split(r"^  - name: ", file.read_text(), flags=re.MULTILINE)[1:]:
            for alert in re.findall(r"alertname: (\w+)", group):
                tests[alert].append(group)
    return tests


def runbook_sections():
    parts = re.split(r"^## (\S+)\n", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def metrics():
    """{series name: its labels}, by the table of metrics; a histogram has three."""
    series = {}
    row = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|", re.MULTILINE)
    for name, kind, labels in row.findall(METRICS.read_text()):
        names = set(re.findall(r"`(\w+)`", labels))
        if kind == "histogram":
            series.update({name + "_sum": names, name + "_count": names, name + "_bucket": names | {"le"}})
        else:
            series[name] = names
    return series


def log_events():
    return set(re.findall(r"^\| `(\w+)` \|", LOG.read_text(), flags=re.MULTILINE))


def dashboards():
    return {file.name: json.loads(file.read_text()) for file in sorted(DASHBOARDS.glob("*.json"))}


def panels(dashboard):
    """The panels that show something, those of folded rows too."""
    for panel in dashboard["panels"]:
        yield from panel.get("panels", [])
        if panel["type"] != "row":
            yield panel


def queries(dashboard):
    """(where, PromQL) of every panel, variable and annotation."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield "variable " + variable["name"], variable["query"]["query"]
    for annotation in dashboard["annotations"]["list"]:
        if "expr" in annotation:
            yield "annotation " + annotation["name"], annotation["expr"]


def expressions(dashboard, **values):
    """(where, the PromQL that Grafana would send), with `values` for the variables, or whatever fits."""
    for where, query in queries(dashboard):
        if query.startswith("label_values("):
            query = query.removeprefix("label_values(").rsplit(",", 1)[0]
        spans = {"__range": "1h", "__rate_interval": "1m"}
        yield where, re.sub(r"\$\{?(\w+)}?", lambda match: values.get(match[1], spans.get(match[1], ".*")), query)


_METRIC = re.compile(r"\b((?:thalweg_|grpc_server_|process_)\w+)(?:\{([^}]*)\})?")


def named_metrics(text):
    """(name, labels of its selector) of every metric that a text names."""
    for name, selector in _METRIC.findall(text):
        yield name, set(re.findall(r"(\w+) *(?:=~|!~|!=|=)", selector or ""))


def named_records(text):
    return set(re.findall(r"\bthalweg:\w+:\w+", text))
