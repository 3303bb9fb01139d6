# SPDX-License-Identifier: Apache-2.0
"""How many spans a second pass through all lanes of a collector on one processor, none refused, none lost."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request

from collector import CONFIGURATION
from programs import LOAD, REPOSITORY, BenchError, end, free_port, run, start, wait_for
from sender import Sender
from spans import Load, readers, rules

LANES = sorted(path.stem for path in (CONFIGURATION / "detection").glob("*.yaml"))
# Of otel-collector-config/README.md: fewer collections of garbage, below what memory_limiter allows.
COLLECTOR_MEMORY = {"GOGC": "400", "GOMEMLIMIT": "280MiB"}
# Refused, dropped, not counted: each has to be zero in the collector's own words.
LOSSES = tuple(f"otelcol_{what}_" for what in ("receiver_refused", "receiver_failed", "exporter_send_failed", "exporter_enqueue_failed"))


def rendered(folder):
    """The policy and the set of readers as the packaged program writes them for a collector."""
    manifest, known = folder / "manifest.yaml", folder / "readers.yaml"
    manifest.write_text(rules(), encoding="utf-8")
    known.write_text(readers(), encoding="utf-8")
    command = [REPOSITORY / "exporter/bin/modelwarden", "policy"]
    run(command + ["render", manifest, "--collector", folder / "policy.yaml", "--rules", folder / "policy.rules.yaml"])
    run(command + ["learn", "--set", known, "--collector", folder / "learned.yaml"])
    return [folder / "policy.yaml", folder / "learned.yaml"]


def fetch(port, path=""):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
        return answer.read().decode()


def answers(port):
    try:
        return fetch(port) is not None
    except OSError:
        return False


class Memory(threading.Thread):
    """The most that a process has had resident, twenty times a second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.most = 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            with open(f"/proc/{self.pid}/statm", encoding="ascii") as sizes:
                self.most = max(self.most, int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))


def cpu_seconds(process):
    return time.clock_gettime(~process.pid << 3 | 2)


class OneCore:
    """The collector with every lane on a processor of its own, and a back end that counts, on the other."""

    def __init__(self, binary, folder, lists, spans):
        self.binary, self.folder, self.lists, self.spans = binary, folder, lists, spans

    def __enter__(self):
        self.port, health, self.metrics, self.counts = (free_port() for _ in range(4))
        sink = [sys.executable, "-B", REPOSITORY / "scripts/bench/sink.py", self.counts, self.spans]
        self.sink = start(sink + [lane.replace("-", "_") for lane in LANES])
        self.processes = [self.sink]
        try:
            wait_for("the sink", lambda: answers(self.counts))
            self.collector = self._collector(health)
            self.processes.append(self.collector)
            wait_for("the collector", lambda: self.collector.poll() is not None or answers(health))
            if self.collector.poll() is not None:
                raise BenchError("the collector did not start: " + self.log.read_text(encoding="utf-8")[-500:])
        except BaseException:
            self.__exit__()
            raise
        return self

    def _collector(self, health):
        environment = dict(
            os.environ,
            GOMAXPROCS="1",
            **COLLECTOR_MEMORY,
            MODELWARDEN_RULE_COLLECTOR_ID="bench",
            MODELWARDEN_RULE_OTLP_ENDPOINT=f"http://127.0.0.1:{self.counts}",
            MODELWARDEN_RULE_STORAGE=str(self.folder / "queues"),
            MODELWARDEN_RULE_LISTEN=f"127.0.0.1:{self.port}",
            MODELWARDEN_RULE_HEALTH=f"127.0.0.1:{health}",
            MODELWARDEN_RULE_METRICS_PORT=str(self.metrics),
        )
        files = [CONFIGURATION / "base.yaml", *self.lists]
        files += [CONFIGURATION / f"detection/{lane}.yaml" for lane in LANES]
        files.append(REPOSITORY / "scripts/bench/counting.yaml")
        command = [self.binary]
        for file in files:
            command += ["--config", file]
        self.log = self.folder / "collector.log"
        with open(self.log, "w", encoding="utf-8") as log:
            return start(command, on=LOAD, env=environment, stdout=log, stderr=subprocess.STDOUT)

    def __exit__(self, *_):
        for process in reversed(self.processes):
            end(process)

    def arrived(self):
        return json.loads(fetch(self.counts))

    def losses(self):
        """What the collector says it has not taken, delivered or counted."""
        lost = {}
        for line in fetch(self.metrics, "metrics").splitlines():
            name, _, count = line.rpartition(" ")
            errors = name.startswith("otelcol_deltatocumulative_datapoints_total") and "error=" in name
            if (name.startswith(LOSSES) or errors) and float(count):
                lost[name] = float(count)
        return lost


def all_arrived(arrived, load):
    return arrived["spans"]["distinct"] >= load.spans and sum(
        findings["distinct"] for findings in arrived["findings"].values()
    ) >= sum(load.found.values())


def check(arrived, load, losses, sent):
    """To the span: each once, and each finding of each lane once."""
    once = lambda count: {"distinct": count, "repeated": 0, "foreign": 0}
    expected = {"spans": once(load.spans), "findings": {lane: once(count) for lane, count in load.found.items()}}
    if arrived != expected:
        raise BenchError(f"arrived {arrived}, expected {expected}")
    if losses or sent.refused or sent.problems:
        raise BenchError(f"lost {losses}, {sent.refused} requests refused, the sender met {sent.problems}")


def measure_load(binary, folder, lists, load, plan):
    with OneCore(binary, folder, lists, load.spans) as core:
        memory = Memory(core.collector.pid)
        memory.start()
        used, served, own = cpu_seconds(core.collector), cpu_seconds(core.sink), time.process_time()
        sent = Sender(core.port, load.bodies, plan.connections).send()
        try:
            wait_for("the last span in the sink", lambda: all_arrived(core.arrived(), load), step=0.05)
        except BenchError as late:
            expected = f"of {load.spans} and {load.found}; lost {core.losses()}"
            raise BenchError(f"{late}: {core.arrived()}, {expected}") from late
        took = time.monotonic() - sent.began
        memory.ended.set()
        used = cpu_seconds(core.collector) - used
        others = cpu_seconds(core.sink) - served + time.process_time() - own
        check(core.arrived(), load, core.losses(), sent)
    return {
        "spans": load.spans,
        "findings": load.found,
        "seconds": took,
        "spans_per_second": load.spans / took,
        "collector_cpu_microseconds_per_span": used / load.spans * 1e6,
        "collector_core_percent": 100 * used / took,
        "generator_and_sink_core_percent": 100 * others / took,
        "rss_mebibytes": memory.most / (1 << 20),
        "bytes_per_span": load.uncompressed / load.spans,
        "bytes_per_span_gzip": load.compressed / load.spans,
    }


def measure_lanes(binary, folder, plan):
    lists = rendered(folder)
    loads = {"ordinary": Load(plan.ordinary_requests), "flood": Load(plan.flood_requests, flood=True)}
    results = {}
    for name, load in loads.items():
        turns = []
        for turn in range(plan.turns):
            own = folder / f"{name}-{turn}"
            own.mkdir()
            turns.append(measure_load(binary, own, lists, load, plan))
            plan.say(f"{name} load, {turns[-1]['spans_per_second']:,.0f} spans/s")
        results[name] = turns
    return results
