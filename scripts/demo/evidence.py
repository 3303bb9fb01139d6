# SPDX-License-Identifier: Apache-2.0
"""What the collector has written down and what Prometheus answers."""

import json
import urllib.parse
import urllib.request

RULE = "security_rule.name"
PROGRAM = "process.executable.name"
WORKLOAD = "modelwarden.workload.name"
COUNTERS = {
    "read": 'modelwarden_file_io_bytes_total{disk_io_direction="read", modelwarden_io_method!="fault"',
    "mapped": "modelwarden_file_mapped_bytes_total{",
    "sent": "modelwarden_network_io_bytes_total{",
    "copied from memory": "modelwarden_memory_read_bytes_total{",
}


SIZES = {
    "read": "modelwarden.file.read.size",
    "mapped": "modelwarden.file.mapped.size",
    "sent": "modelwarden.network.transmit.size",
    "copied from memory": "modelwarden.memory.read.size",
}


def value(any_value):
    kind, content = next(iter(any_value.items()), (None, None))
    if kind == "arrayValue":
        return [value(item) for item in content.get("values", [])]
    return int(content) if kind == "intValue" else content


def pairs(fields):
    return {pair["key"]: value(pair["value"]) for pair in fields.get("attributes", [])}


class Record:
    """A span or a log event, with the names of the resource that it is of."""

    def __init__(self, fields, resource):
        self.fields = fields
        self.resource = resource
        self.attributes = pairs(fields)

    def __getitem__(self, name):
        return self.attributes.get(name, self.resource.get(name))

    def seconds(self):
        return (int(self.fields["endTimeUnixNano"]) - int(self.fields["startTimeUnixNano"])) / 1e9


class Collected:
    """The files of the collector's file back end."""

    def __init__(self, folder):
        self.folder = folder / "out"

    def spans(self):
        return self._records("spans", "resourceSpans", "scopeSpans", "spans")

    def bytes_on_spans(self, measure, program):
        """Of all slices: a span is told when its slice has ended."""
        return sum(span[SIZES[measure]] or 0 for span in self.spans() if span[PROGRAM] == program)

    def findings(self, program):
        found = self._records("findings", "resourceSpans", "scopeSpans", "spans")
        return [each for each in found if each[PROGRAM] == program]

    def audit_events(self):
        found = self._records("logs", "resourceLogs", "scopeLogs", "logRecords")
        return [each for each in found if each.fields.get("eventName") == "modelwarden.audit.exec"]

    def _records(self, name, resources, scopes, kind):
        try:
            text = (self.folder / f"{name}.jsonl").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        whole = text[: text.rfind("\n") + 1]
        return [
            Record(fields, pairs(resource["resource"]))
            for line in whole.splitlines()
            for resource in json.loads(line).get(resources, [])
            for scope in resource[scopes]
            for fields in scope[kind]
        ]


class Prometheus:
    def __init__(self, address):
        self.address = address

    def counted(self, measure, program, model):
        """Bytes that the kernel's side has counted for a program."""
        selector = f'{COUNTERS[measure]}, process_executable_name="{program}", modelwarden_model_name="{model}"}}'
        return self.total(selector.replace("{, ", "{"))

    def total(self, selector):
        result = self._ask("query", query=f"sum({selector})")["result"]
        return int(float(result[0]["value"][1])) if result else 0

    def firing(self):
        """Alerts: labels and what they say."""
        alerts = self._ask("alerts")["alerts"]
        return [(alert["labels"], alert["annotations"]["description"]) for alert in alerts if alert["state"] == "firing"]

    def _ask(self, path, **parameters):
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.address}/api/v1/{path}?{query}", timeout=10) as answer:
            return json.load(answer)["data"]
