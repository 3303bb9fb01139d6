# SPDX-License-Identifier: Apache-2.0
"""The real collector with the committed configuration, and the spans that it has written down."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request

from programs import REPOSITORY, end, free_port, start, wait_for

CONFIGURATION = REPOSITORY / "otel-collector-config"
# The committed value would be measured instead of the agent.
AT_ONCE = "yaml:exporters::file/spans::flush_interval: 5ms"


def value(any_value):
    kind, content = next(iter(any_value.items()))
    return int(content) if kind == "intValue" else content


def pairs(fields):
    return {pair["key"]: value(pair["value"]) for pair in fields.get("attributes", [])}


class Span:
    """One span and when it was in the collector's hands, in seconds of Unix time."""

    def __init__(self, fields, resource, arrived):
        self.name = fields["name"]
        self.resource = resource
        self.is_root = not fields.get("parentSpanId")
        self.end = int(fields["endTimeUnixNano"]) / 1e9
        self.arrived = arrived
        self.attributes = pairs(fields)

    @property
    def pid(self):
        return self.attributes.get("process.pid")


class Collector:
    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self.spans = []
        self.read_bytes = 0

    def __enter__(self):
        port, health = free_port(), free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        environment = dict(
            os.environ,
            MODELWARDEN_RULE_COLLECTOR_ID="bench",
            MODELWARDEN_RULE_OUTPUT=str(self.folder),
            MODELWARDEN_RULE_STORAGE=str(self.folder / "queues"),
            MODELWARDEN_RULE_LISTEN=f"127.0.0.1:{port}",
            MODELWARDEN_RULE_HEALTH=f"127.0.0.1:{health}",
            MODELWARDEN_RULE_METRICS_PORT=str(free_port()),
        )
        files = ["base.yaml", "policy.yaml", "detection/read-then-egress.yaml", "backends/file.yaml"]
        command = [self.binary]
        for source in [str(CONFIGURATION / file) for file in files] + [AT_ONCE]:
            command += ["--config", source]
        with open(self.folder / "collector.log", "w", encoding="utf-8") as log:
            self.process = start(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        wait_for("the collector", lambda: self._answers(health))
        return self

    def __exit__(self, *_):
        end(self.process)

    @staticmethod
    def _answers(port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False

    def look(self):
        """Takes the spans that have come since the last look; returns all."""
        file = self.folder / "spans.jsonl"
        if not file.exists():
            return self.spans
        with open(file, "rb") as lines:
            lines.seek(self.read_bytes)
            text = lines.read()
        now = time.time()
        whole = text[: text.rfind(b"\n") + 1]
        self.read_bytes += len(whole)
        for line in whole.splitlines():
            for resource in json.loads(line).get("resourceSpans", []):
                names = pairs(resource["resource"])
                for scope in resource["scopeSpans"]:
                    self.spans += [Span(fields, names, now) for fields in scope["spans"]]
        return self.spans
