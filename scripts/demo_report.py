#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints in plain words what the collector and Prometheus of the demo have seen."""

import json
import sys
import urllib.request


def value(any_value):
    for kind, content in any_value.items():
        if kind == "arrayValue":
            return [value(item) for item in content.get("values", [])]
        return int(content) if kind == "intValue" else content
    return None


def attributes(span):
    return {pair["key"]: value(pair["value"]) for pair in span.get("attributes", [])}


def spans(folder, name):
    try:
        with open(f"{folder}/{name}.jsonl", encoding="utf-8") as lines:
            for line in lines:
                for resource in json.loads(line).get("resourceSpans", []):
                    for scope in resource["scopeSpans"]:
                        yield from scope["spans"]
    except (FileNotFoundError, json.JSONDecodeError):
        return


def size(count):
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count} B"


def sentence(span):
    facts = attributes(span)
    operation = facts.get("modelwarden.operation.name")
    if operation == "egress":
        return (
            f"{size(facts.get('modelwarden.network.transmit.size', 0))} to "
            f"{facts.get('network.peer.address')}:{facts.get('network.peer.port')} "
            f"({facts.get('modelwarden.network.peer.scope')}), "
            f"{size(facts.get('modelwarden.transmit.total', 0))} so far, holding "
            f"{size(facts.get('modelwarden.process.model_data.size', 0))} of the model"
        )
    if operation == "read_memory":
        return (
            f"{size(facts.get('modelwarden.memory.read.size', 0))} of the memory of "
            f"{facts.get('modelwarden.memory.target.executable.name')} "
            f"by {facts.get('modelwarden.memory.read.method')}"
        )
    if operation in ("read", "mmap", "write"):
        taken = facts.get("modelwarden.file.read.size", facts.get("modelwarden.file.mapped.size", 0))
        return f"{size(taken)} of {facts.get('file.path')} ({facts.get('modelwarden.model.name')})"
    return f"{facts.get('process.executable.name')}, pid {facts.get('process.pid')}"


def line(span):
    seconds = (int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])) / 1e9
    return f"{span['name']:<20} {seconds:5.1f} s  {sentence(span)}"


def show_spans(folder, executable):
    for span in spans(folder, "spans"):
        if attributes(span).get("process.executable.name") == executable and span.get("parentSpanId"):
            print(f"  span             {line(span)}")


def findings(folder, rule=None):
    return [
        span
        for span in spans(folder, "findings")
        if rule in (None, attributes(span).get("security_rule.name"))
    ]


def show_finding(folder, rule):
    newest = attributes(findings(folder, rule)[-1])
    print(f"  finding          {newest['security_rule.name']} ({newest['modelwarden.finding.severity']})")
    print(f"                   {newest.get('modelwarden.finding.reason')}")


def show_alert(port, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/alerts", timeout=5) as answer:
        alerts = json.load(answer)["data"]["alerts"]
    firing = [a for a in alerts if a["labels"]["alertname"] == name and a["state"] == "firing"]
    if not firing:
        sys.exit(1)
    print(f"  alert            {name} ({firing[0]['labels']['severity']}) fires in Prometheus")
    print(f"                   {firing[0]['annotations']['description']}")


def show_tree(folder, rule):
    trace = findings(folder, rule)[0]["traceId"]
    members = [span for span in spans(folder, "spans") if span["traceId"] == trace]
    roots = [span for span in members if not span.get("parentSpanId")]
    if not roots:
        sys.exit(1)
    print(f"  trace {trace}")
    for root in roots:
        print(f"  {line(root)}")
        children = [span for span in members if span.get("parentSpanId") == root["spanId"]]
        children.sort(key=lambda span: int(span["startTimeUnixNano"]))
        for i, child in enumerate(children):
            print(f"  {'└─' if i + 1 == len(children) else '├─'} {line(child)}")


def main():
    what, *rest = sys.argv[1:]
    if what == "spans":
        show_spans(*rest)
    elif what == "findings":
        folder, executable = rest
        for span in findings(folder):
            if attributes(span).get("process.executable.name") == executable:
                print(f"  finding          {attributes(span).get('modelwarden.finding.reason')}")
    elif what == "finding":
        show_finding(*rest)
    elif what == "alert":
        show_alert(*rest)
    else:
        show_tree(*rest)


if __name__ == "__main__":
    main()
