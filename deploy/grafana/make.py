#!/usr/bin/env python3
"""Makes the Grafana board newsfeed.json from the table of metrics, daemon/admin/METRICS.md.

  deploy/grafana/make.py           writes it
  deploy/grafana/make.py --check   exit 1 where it is out of date

Every metric of the table has a panel: counters as rates, histograms as quantiles, gauges as they are. Only the
first row, what one looks at first, is put together by hand.
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "daemon/admin/METRICS.md"
BOARD = HERE / "newsfeed.json"

SELECT = 'job="$job",instance=~"$instance"'
RATE = "[$__rate_interval]"

# Title, expression, unit, and from which value on it is not well (None: any value is).
GLANCE = [
    ("Instances ready", "sum(newsfeed_ready{%s})", "short", None),
    ("Articles read a second", 'sum(rate(newsfeed_records_read_total{%s,stage="prepare"}%s))', "short", None),
    ("Records that wait", "sum(newsfeed_consumer_lag{%s})", "short", 10000),
    ("Oldest of them", "max(newsfeed_consumer_age_seconds{%s})", "s", 900),
    ("Dead letters",
     'sum(rate(newsfeed_records_total{%s,outcome="dead_letter"}%s)) / sum(rate(newsfeed_records_total{%s}%s))',
     "percentunit", 0.05),
    ("From input to output, 95 %",
     'histogram_quantile(0.95, sum by (le) (rate(newsfeed_end_to_end_seconds_bucket{%s,stage="enrich"}%s)))',
     "s", 60),
    ("Judges in office", 'sum(newsfeed_judge_office{%s,office="owner"})', "short", 2),
    ("Outcomes that do not add up", "sum(newsfeed_accounting_mismatch_total{%s})", "short", 1),
]

# Rows of the board: the first whose pattern is found in a metric's name takes it.
ROWS = [
    ("The judge and its index", r"judge|index|internal|verdicts"),
    ("The process", r"^process_|build_info|newsfeed_ready|reload|config|fatal"),
    ("Partitions and workers", r"consumer_(lag|age|position)|worker|since_last"),
    ("Faults", r"replaced|fenced|errors|rebalances|dropped|skipped|mismatch"),
    ("Time", r"seconds|step"),
    ("Records", r""),
]
ORDER = ["Records", "Partitions and workers", "Time", "Faults", "The judge and its index", "The process"]


def metrics():
    """(name, type, labels, what) of each row of the table."""
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 4 and cells[0].strip().startswith("`"):
            yield cells[0].strip("`"), cells[1], re.findall(r"`(\w+)`", cells[2]), cells[3]


def row_of(name):
    return next(row for row, pattern in ROWS if re.search(pattern, name))


def unit_of(name, kind):
    if name.endswith("_bytes_total"):
        return "Bps"
    if name.endswith("_bytes"):
        return "bytes"
    if kind != "counter" and name.endswith("_seconds"):
        return "s"
    return "short"


def queries(name, kind, labels, what):
    """(expression, legend) of each line of a panel."""
    by = ", ".join(labels)
    legend = " ".join("{{%s}}" % label for label in labels)
    if kind == "counter":
        rate = "rate(%s{%s}%s)" % (name, SELECT, RATE)
        return [("sum by (%s) (%s)" % (by, rate) if labels else "sum(%s)" % rate, legend or "all")]
    if kind == "histogram":
        return [("histogram_quantile(%s, sum by (le, %s) (rate(%s_bucket{%s}%s)))" % (q, by, name, SELECT, RATE),
                 "%s %g %%" % (legend, float(q) * 100)) for q in ("0.5", "0.95", "0.99")]
    if name.endswith("_info"):
        return [("count by (version, config_digest) (%s{%s})" % (name, SELECT), "{{version}} {{config_digest}}")]
    expression = "max by (%s) (%s{%s})" % (", ".join(["instance", *labels]), name, SELECT)
    if "Unix time" in what:
        expression = "time() - (%s > 0)" % expression
    return [(expression, ("{{instance}} " + legend).strip())]


def title_of(name, kind, what):
    words = re.sub(r"^newsfeed_|_total$", "", name).replace("_", " ")
    if kind == "counter":
        words += " a second"
    if "Unix time" in what:
        words += ": seconds ago"
    return words[0].upper() + words[1:]


def panel(kind, title, what, targets, unit, place):
    x, y, width, height = place
    return {
        "type": kind,
        "title": title,
        "description": what,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "gridPos": {"x": x, "y": y, "w": width, "h": height},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [{"refId": chr(ord("A") + i), "expr": expression, "legendFormat": legend}
                    for i, (expression, legend) in enumerate(targets)],
    }


def glance_panel(i, entry):
    title, pattern, unit, bad_from = entry
    fill = [SELECT if i % 2 == 0 else RATE for i in range(pattern.count("%s"))]
    result = panel("stat", title, "", [(pattern % tuple(fill), "")], unit, (3 * i, 1, 3, 4))
    steps = [{"color": "green", "value": None}]
    if bad_from is not None:
        steps.append({"color": "red", "value": bad_from})
    result["fieldConfig"]["defaults"]["thresholds"] = {"mode": "absolute", "steps": steps}
    return result


def row(title, y):
    return {"type": "row", "title": title, "collapsed": False, "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}, "panels": []}


def panels():
    result = [row("At a glance", 0)] + [glance_panel(i, entry) for i, entry in enumerate(GLANCE)]
    y = 5
    rows = {title: [m for m in metrics() if row_of(m[0]) == title] for title in ORDER}
    for title, members in rows.items():
        result.append(row(title, y))
        y += 1
        for i, (name, kind, labels, what) in enumerate(members):
            place = (8 * (i % 3), y + 7 * (i // 3), 8, 7)
            shape = "state-timeline" if name == "newsfeed_judge_office" else "timeseries"
            result.append(panel(shape, title_of(name, kind, what), "`%s`: %s" % (name, what),
                                queries(name, kind, labels, what), unit_of(name, kind), place))
        y += 7 * ((len(members) + 2) // 3)
    return [dict(p, id=i + 1) for i, p in enumerate(result)]


def variable(name, label, query, multi):
    return {"type": "query", "name": name, "label": label, "query": query, "refresh": 2, "sort": 1,
            "datasource": {"type": "prometheus", "uid": "${datasource}"}, "multi": multi, "includeAll": multi}


def board():
    return {
        "uid": "newsfeed",
        "title": "newsfeed",
        "tags": ["newsfeed"],
        "schemaVersion": 38,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [
            {"type": "datasource", "name": "datasource", "label": "Prometheus", "query": "prometheus"},
            variable("job", "Application", "label_values(newsfeed_build_info, job)", False),
            variable("instance", "Instance", 'label_values(newsfeed_build_info{job="$job"}, instance)', True),
        ]},
        "annotations": {"list": [{
            "name": "Alerts", "enable": True, "iconColor": "red",
            "datasource": {"type": "prometheus", "uid": "${datasource}"},
            "expr": 'ALERTS{alertname=~"Newsfeed.*",alertstate="firing",job="$job"}',
            "titleFormat": "{{alertname}}", "textFormat": "{{instance}} {{stage}}",
        }]},
        "panels": panels(),
    }


def main():
    text = json.dumps(board(), indent=1, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["--check"]:
        if not BOARD.exists() or BOARD.read_text() != text:
            sys.exit("deploy/grafana/newsfeed.json is out of date: run deploy/grafana/make.py")
        return
    BOARD.write_text(text)


if __name__ == "__main__":
    main()
