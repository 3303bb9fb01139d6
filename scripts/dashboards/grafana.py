# SPDX-License-Identifier: Apache-2.0
"""Parts of Grafana dashboards (classic JSON, schema 42), with what all of ours have in common."""

SCHEMA_VERSION = 42
COLUMNS = 24
METRICS = {"type": "prometheus", "uid": "${datasource}"}
TRACES = {"type": "tempo", "uid": "${traces}"}
RUNBOOKS = "https://modelwarden.io/runbooks/"

# Rules are evaluated each minute: a shorter step would fall between two of their points.
STEP = "1m"


# Queries


def query(expr, legend="__auto"):
    """One that is drawn over time."""
    return {"datasource": METRICS, "expr": expr, "legendFormat": legend, "range": True}


def now(expr, legend="__auto"):
    """One value, at the end of the time range."""
    return {"datasource": METRICS, "expr": expr, "legendFormat": legend, "instant": True, "range": False}


def rows(expr):
    """For a table: one row of a table for each series, at the end of the time range."""
    return {"datasource": METRICS, "expr": expr, "format": "table", "instant": True, "range": False}


def spans(text):
    """For a table: one row for each span that a search in traces finds."""
    return {"datasource": TRACES, "query": text, "queryType": "traceql", "tableType": "spans", "limit": 50}


# Variables


def datasource(name, label, kind, description):
    return {
        "name": name,
        "label": label,
        "description": description,
        "type": "datasource",
        "query": kind,
        "refresh": 1,
        "multi": False,
        "includeAll": False,
    }


def variable(name, label, metric, attribute, description, several=True):
    """Values of a label. All matches series without the label too: not everything runs in a cluster."""
    values = {
        "name": name,
        "label": label,
        "description": description,
        "type": "query",
        "datasource": METRICS,
        "query": {"query": f"label_values({metric}, {attribute})", "refId": "values"},
        "refresh": 2,
        "sort": 1,
        "multi": several,
        "includeAll": several,
    }
    if several:
        values["allValue"] = ".*"
        values["current"] = {"text": "All", "value": "$__all"}
    return values


# Fields


def steps(*pairs):
    """Thresholds: the first colour has no bound."""
    first, *rest = pairs
    return {
        "mode": "absolute",
        "steps": [{"color": first, "value": None}]
        + [{"color": color, "value": bound} for color, bound in rest],
    }


def names(**texts_and_colors):
    """Words for numbers: _0=("quiet", "green")."""
    options = {
        number[1:]: {"text": text, "color": color, "index": index}
        for index, (number, (text, color)) in enumerate(texts_and_colors.items())
    }
    return [{"type": "value", "options": options}]


def column(name, title, **properties):
    """An override of one column of a table; `a__b` stands for the property a.b."""
    named = {"displayName": title, "noValue": "–", **properties}
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key.replace("__", "."), "value": value} for key, value in named.items()],
    }


def link(title, url):
    return {"title": title, "url": url}


def dashboard_link(title, **properties):
    """Of a board or a panel: with all that Grafana's type wants."""
    return {
        "asDropdown": False,
        "icon": "external link",
        "includeVars": False,
        "keepTime": False,
        "tags": [],
        "targetBlank": False,
        "title": title,
        "tooltip": "",
        "type": "link",
        **properties,
    }


# Panels


def panel(kind, title, description, runbook, targets, unit, empty, options, **field):
    """A panel without its place. empty: what stands there when the queries have no answer."""
    overrides = field.pop("overrides", [])
    transformations = field.pop("transformations", [])
    made = {
        "type": kind,
        "title": title,
        "description": description,
        "links": [dashboard_link(f"Runbook {runbook}", url=RUNBOOKS + runbook, targetBlank=True)],
        "datasource": targets[0]["datasource"],
        "targets": [{"refId": chr(ord("A") + index), **target} for index, target in enumerate(targets)],
        "fieldConfig": {"defaults": {"unit": unit, "noValue": empty, **field}, "overrides": overrides},
        "options": options,
    }
    if any(target.get("range") for target in targets):
        made["interval"] = STEP
    if transformations:
        made["transformations"] = transformations
    return made


def stat(title, description, runbook, expr, unit, empty, thresholds, **field):
    return panel(
        "stat",
        title,
        description,
        runbook,
        [now(expr)],
        unit,
        empty,
        {
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "showPercentChange": False,
            "textMode": "value",
            "wideLayout": True,
        },
        color={"mode": "thresholds"},
        thresholds=thresholds,
        **field,
    )


BELOW = {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True}


def beside(calculation, title):
    """A legend for many series of which most are zero: those that are not come first."""
    return {
        "calcs": [calculation],
        "displayMode": "table",
        "placement": "right",
        "showLegend": True,
        "sortBy": title,
        "sortDesc": True,
    }


def series(title, description, runbook, targets, unit, empty, bars=False, legend=None, **field):
    """Lines, or stacked bars for what was added in each step."""
    custom = {
        "drawStyle": "bars" if bars else "line",
        "fillOpacity": 80 if bars else 10,
        "lineWidth": 0 if bars else 2,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"mode": "normal" if bars else "none", "group": "A"},
        **field.pop("custom", {}),
    }
    return panel(
        "timeseries",
        title,
        description,
        runbook,
        targets,
        unit,
        empty,
        {
            "legend": legend or BELOW,
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        color={"mode": "palette-classic"},
        min=0,
        custom=custom,
        **field,
    )


def timeline(title, description, runbook, targets, empty, mappings, **field):
    """A row for each series, a colour for each state."""
    return panel(
        "state-timeline",
        title,
        description,
        runbook,
        targets,
        "none",
        empty,
        {
            "alignValue": "left",
            "legend": BELOW,
            "mergeValues": True,
            "rowHeight": 0.85,
            "showValue": "never",
            "tooltip": {"mode": "single", "sort": "none"},
        },
        color={"mode": "thresholds"},
        thresholds=steps("text"),
        mappings=mappings,
        custom={"fillOpacity": 85, "lineWidth": 0},
        **field,
    )


def heatmap(title, description, runbook, targets, unit, empty, **field):
    """A row for each series, a stronger colour for a larger value."""
    return panel(
        "heatmap",
        title,
        description,
        runbook,
        targets,
        unit,
        empty,
        {
            "calculate": False,
            "cellGap": 1,
            "cellValues": {"unit": unit},
            "color": {
                "exponent": 0.5,
                "fill": "dark-orange",
                "min": 0,
                "mode": "scheme",
                "reverse": False,
                "scale": "exponential",
                "scheme": "Oranges",
                "steps": 64,
            },
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "unknown"},
            "showValue": "never",
            "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
            "yAxis": {"axisPlacement": "left", "reverse": False},
        },
        **field,
    )


def bars(title, description, runbook, targets, unit, empty, thresholds, **field):
    """A bar for each series, with its name."""
    return panel(
        "bargauge",
        title,
        description,
        runbook,
        targets,
        unit,
        empty,
        {
            "displayMode": "basic",
            "legend": {**BELOW, "showLegend": False},
            "maxVizHeight": 40,
            "minVizHeight": 16,
            "minVizWidth": 8,
            "namePlacement": "top",
            "orientation": "horizontal",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "showUnfilled": True,
            "sizing": "auto",
            "valueMode": "color",
        },
        color={"mode": "thresholds"},
        min=0,
        thresholds=thresholds,
        **field,
    )


def table(title, description, runbook, targets, empty, columns, hidden=(), sort=None, descending=True):
    """
    Queries with the same labels become the columns of one table.

    columns: overrides in their order; hidden: labels that are left out
    """
    order = {override["matcher"]["options"]: index for index, override in enumerate(columns)}
    return panel(
        "table",
        title,
        description,
        runbook,
        targets,
        "string",
        empty,
        {
            "cellHeight": "sm",
            "frameIndex": 0,
            "showHeader": True,
            "sortBy": [{"displayName": sort, "desc": descending}] if sort else [],
        },
        color={"mode": "thresholds"},
        thresholds=steps("text"),
        custom={"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "minWidth": 70},
        overrides=columns,
        transformations=[
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {name: True for name in hidden},
                    "indexByName": order,
                    "renameByName": {},
                },
            },
        ],
    )


# Boards


def board(uid, title, description, variables, *lines, since="now-24h"):
    """lines: (height, (width, panel), …) from top to bottom; a string opens a section."""
    panels, top = [], 0
    for line in lines:
        if isinstance(line, str):
            placed = [(COLUMNS, {"type": "row", "title": line, "collapsed": False, "panels": []})]
            height = 1
        else:
            height, *placed = line
        left = 0
        for width, made in placed:
            place = {"h": height, "w": width, "x": left, "y": top}
            panels.append({"id": len(panels) + 1, **made, "gridPos": place})
            left += width
        if left != COLUMNS:
            raise ValueError(f"{title}: a line from {placed[0][1]['title']!r} on is {left} wide")
        top += height
    return {
        "uid": uid,
        "title": title,
        "description": description,
        "tags": ["modelwarden"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "time": {"from": since, "to": "now"},
        "timezone": "browser",
        "refresh": "1m",
        "links": [
            dashboard_link(
                "Modelwarden",
                type="dashboards",
                tags=["modelwarden"],
                asDropdown=True,
                includeVars=True,
                keepTime=True,
            )
        ],
        "templating": {"list": variables},
        "panels": panels,
    }
