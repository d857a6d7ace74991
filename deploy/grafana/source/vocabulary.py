"""Words in which a dashboard is described; `dashboard` makes Grafana's JSON of it.

    dashboard("thalweg-fleet", "Thalweg: fleet", "...", variables=[...], rows=[
        row("Load", [
            series("Calls", "RPCs ended, by method.", "reqps", {"{{grpc_method}}": "sum by ..."}),
        ]),
    ])

Panels are laid out in the order given, left to right, 24 columns wide, so that none overlap.
"""

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
RUNBOOK = "${runbook}#"

GREEN, YELLOW, RED, BLUE = "green", "yellow", "red", "blue"


def _panel(kind, title, description, width, height, queries, options, defaults, alerts):
    """`queries`: {legend: PromQL}; `alerts`: names of alerts whose runbook sections are linked."""
    instant = kind in ("stat", "bargauge", "table")
    heat = kind == "heatmap"
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": SOURCE,
        "gridPos": {"w": width, "h": height},
        "targets": [
            {"refId": chr(ord("A") + i), "datasource": SOURCE, "expr": expr,
             "legendFormat": legend, "instant": instant, "range": not instant,
             "format": "heatmap" if heat else "table" if kind == "table" else "time_series"}
            for i, (legend, expr) in enumerate(queries.items())
        ],
        "links": [
            {"title": "Runbook: " + alert, "type": "link", "url": RUNBOOK + alert.lower(),
             "targetBlank": True, "icon": "doc", "tooltip": "What to do when it fires",
             "tags": [], "asDropdown": False, "includeVars": False, "keepTime": False}
            for alert in alerts
        ],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
    }


def _thresholds(steps):
    """`steps`: [(from, color)], beginning with the color of what is below all: (None, color)."""
    return {"mode": "absolute",
            "steps": [{"value": value, "color": color} for value, color in steps]}


def series(title, description, unit, queries, width=8, stack=False, log=False, limit=None, alerts=(),
           points=False):
    """Lines over time. `limit`: a value to stay below, drawn as a dashed line."""
    custom = {
        "drawStyle": "line", "lineWidth": 1, "fillOpacity": 30 if stack else 8,
        "showPoints": "always" if points else "never", "spanNulls": False,
        "stacking": {"mode": "normal" if stack else "none", "group": "A"},
        # Values of either sign, over many decades: linear close to zero, logarithmic beyond.
        "scaleDistribution": {"type": "symlog", "log": 10, "linearThreshold": 1e-12} if log
        else {"type": "linear"},
        "thresholdsStyle": {"mode": "off" if limit is None else "dashed"},
    }
    steps = [(None, GREEN)] + ([] if limit is None else [(limit, RED)])
    defaults = {"unit": unit, "custom": custom, "color": {"mode": "palette-classic"},
                "thresholds": _thresholds(steps)}
    if unit == "percentunit":
        defaults["min"] = 0
    options = {
        "legend": {"showLegend": True, "displayMode": "table" if len(queries) > 2 else "list",
                   "placement": "bottom", "calcs": ["lastNotNull"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return _panel("timeseries", title, description, width, 8, queries, options, defaults, alerts)


def stat(title, description, unit, expr, steps=((None, BLUE),), width=4, decimals=None, alerts=(),
         legend=""):
    """One figure: what it is now, coloured by `steps`."""
    defaults = {"unit": unit, "thresholds": _thresholds(steps), "color": {"mode": "thresholds"},
                "noValue": "none"}
    if decimals is not None:
        defaults["decimals"] = decimals
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "orientation": "auto", "colorMode": "value", "graphMode": "none", "justifyMode": "auto",
        "textMode": "auto", "wideLayout": True, "showPercentChange": False,
        "percentChangeColorMode": "standard",
    }
    return _panel("stat", title, description, width, 4, {legend: expr}, options, defaults, alerts)


def heat(title, description, unit, buckets, width=8, alerts=()):
    """How a histogram's observations spread, over time. `buckets`: PromQL, by le."""
    options = {
        "calculate": False,
        "color": {"mode": "scheme", "scheme": "Oranges", "fill": "dark-orange", "exponent": 0.5,
                  "steps": 64, "reverse": False, "scale": "exponential"},
        "yAxis": {"unit": unit, "axisPlacement": "left"},
        "cellGap": 1, "filterValues": {"le": 1e-9}, "rowsFrame": {"layout": "auto"},
        "legend": {"show": True}, "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "showValue": "never", "tooltip": {"mode": "single", "yHistogram": True},
    }
    defaults = {"custom": {"scaleDistribution": {"type": "linear"}}}
    return _panel("heatmap", title, description, width, 8, {"{{le}}": buckets}, options, defaults,
                  alerts)


def bars(title, description, unit, queries, width=8, height=8, steps=((None, BLUE),), alerts=()):
    """One bar per series: what it is now."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "orientation": "horizontal", "displayMode": "basic", "valueMode": "color",
        "namePlacement": "auto", "showUnfilled": True, "sizing": "auto", "minVizWidth": 8,
        "minVizHeight": 16, "maxVizHeight": 300,
        "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
    }
    defaults = {"unit": unit, "min": 0, "thresholds": _thresholds(steps),
                "color": {"mode": "thresholds"}}
    return _panel("bargauge", title, description, width, height, queries, options, defaults, alerts)


def table(title, description, unit, expr, columns, rename, width=24, height=8, alerts=()):
    """`expr`'s series as rows; with `columns`, one column per value of that label."""
    options = {"showHeader": True, "frameIndex": 0, "cellHeight": "sm",
               "footer": {"show": False, "reducer": ["sum"], "countRows": False}}
    defaults = {"unit": unit, "custom": {"align": "auto", "cellOptions": {"type": "auto"},
                                         "inspect": False},
                "thresholds": _thresholds([(None, BLUE)]), "color": {"mode": "thresholds"}}
    panel = _panel("table", title, description, width, height, {"": expr}, options, defaults, alerts)
    panel["transformations"] = (
        [{"id": "groupingToMatrix", "options": columns}] if columns else
        [{"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": rename}}])
    return panel


def text(title, description, markdown, width=24, height=3):
    panel = _panel("text", title, description, width, height, {}, {"mode": "markdown",
                   "content": markdown}, {}, ())
    return panel


def row(title, panels, folded=False):
    return {"title": title, "panels": panels, "folded": folded}


def _laid_out(rows):
    """Panels with their places: a row's title is one high, its panels follow, line by line."""
    panels, y = [], 0
    for each in rows:
        head = {"type": "row", "title": each["title"], "collapsed": each["folded"], "panels": [],
                "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}}
        panels.append(head)
        x, y, line = 0, y + 1, 0
        for panel in each["panels"]:
            if x + panel["gridPos"]["w"] > 24:
                x, y, line = 0, y + line, 0
            panel["gridPos"].update(x=x, y=y)
            x, line = x + panel["gridPos"]["w"], max(line, panel["gridPos"]["h"])
            (head["panels"] if each["folded"] else panels).append(panel)
        y += line
    flat = [p for panel in panels for p in [panel, *panel.get("panels", [])]]
    for number, panel in enumerate(flat, start=1):
        panel["id"] = number
    return panels


def asked(name, label, query, multi=True):
    """A variable whose values are asked of Prometheus; `query`: label_values(...)."""
    variable = {"type": "query", "name": name, "label": label, "datasource": SOURCE,
                "query": {"query": query, "refId": name}, "refresh": 2, "sort": 1, "multi": multi,
                "includeAll": multi, "hide": 0}
    if multi:
        variable.update(allValue=".*", current={"text": ["All"], "value": ["$__all"]})
    return variable


def typed(name, label, value, description):
    return {"type": "textbox", "name": name, "label": label, "description": description,
            "query": value, "current": {"text": value, "value": value}, "hide": 0}


def _annotation(name, color, expr, title, by_value=False):
    return {"name": name, "enable": True, "iconColor": color, "datasource": SOURCE, "expr": expr,
            "titleFormat": title, "textFormat": "{{instance}}", "step": "15s",
            "useValueForTime": by_value}


def dashboard(uid, title, description, variables, rows):
    chosen = '{instance=~"$instance"}'
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["thalweg"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "links": [
            {"title": "Thalweg", "type": "dashboards", "tags": ["thalweg"], "asDropdown": False,
             "icon": "external link", "includeVars": True, "keepTime": True, "targetBlank": False,
             "tooltip": "The other dashboards"},
            {"title": "Server", "type": "link", "url": "${thalweg}", "tags": [], "asDropdown": False,
             "icon": "dashboard", "includeVars": False, "keepTime": False, "targetBlank": True,
             "tooltip": "The server's own dashboard"},
            {"title": "Runbook", "type": "link", "url": "${runbook}", "tags": [], "asDropdown": False,
             "icon": "doc", "includeVars": False, "keepTime": False, "targetBlank": True,
             "tooltip": "What to do when an alert fires"},
        ],
        "annotations": {"list": [
            _annotation("Alerts", RED, 'ALERTS{alertname=~"Thalweg.+",alertstate="firing",'
                        'instance=~"$instance"}', "{{alertname}}"),
            _annotation("Restarts", BLUE, f"thalweg_start_time_seconds{chosen} * 1000", "started",
                        by_value=True),
        ]},
        "templating": {"list": [
            {"type": "datasource", "name": "datasource", "label": "Source", "query": "prometheus",
             "current": {"text": "Prometheus", "value": "prometheus"}, "hide": 0},
            asked("instance", "Server", "label_values(thalweg_build_info, instance)"),
            *variables,
            typed("thalweg", "Server's page", "http://localhost:8080",
                  "Where browsers reach the server"),
            typed("runbook", "Runbook", "deploy/RUNBOOK.md", "Where browsers reach the runbook"),
        ]},
        "panels": _laid_out(rows),
    }
