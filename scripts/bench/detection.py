# SPDX-License-Identifier: Apache-2.0
"""
How fast detection is: all lanes on one processor of a collector, and all rules over a fleet in Prometheus.

Exit code 0: every limit holds. 1: one is missed, or something could not be measured; the last lines say which.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass

from lanes import measure_lanes
from machine import first_match, read, said_by
from programs import REPOSITORY, TOOLS, BenchError
from report import table
from rules import measure_rules

PARTS = ("lanes", "rules")


@dataclass
class Plan:
    """How much of everything; --quick has little of it and judges nothing."""

    ordinary_requests: int = 1000
    flood_requests: int = 250
    turns: int = 3
    connections: int = 8
    pods: int = 10_000
    smaller_fleets: tuple = (1_000, 2_000)
    evaluations: int = 3

    @staticmethod
    def say(done):
        print(f"  measured: {done}", file=sys.stderr, flush=True)


QUICK = Plan(ordinary_requests=20, flood_requests=10, turns=1, pods=50, smaller_fleets=(), evaluations=1)

METHOD = """\
`make bench-detection` has written this page; run it to see your own machine. It exits with an error that names
the limit if one is missed. `--only lanes` and `--only rules` measure one half
and leave the other as it was.

"""

LANES_METHOD = """\
**Lanes.** The real collector with `base.yaml`, every file of `detection/`, and lists rendered by the packaged
`modelwarden policy` (1,000 `read` rules in 20 namespaces, 200 workloads; 1,000 learned readers), on one processor
(`GOMAXPROCS=1`, {memory}). {connections} connections send requests of 512 spans of 8 containers, gzip, each waiting
for its answer; what sends, and the server that counts, share another processor. All spans and all findings go by
OTLP to that server, which knows each by its number: every span has to arrive once, every theft in every lane that
it breaks once, nothing else, and the collector's own counters of losses have to be zero. The time ends when the
last one has arrived.

- *Ordinary*: of a hundred spans 10 are sessions, 48 reads and mappings that the policy allows, 36 egress, 5 memory
  reads within one container, and one is a theft, each kind in its turn.
- *Flood*: nothing but thefts, each a finding in one to four lanes; the collector has no limit to keep there.
- Queues are in memory. With those of `backends/` on disk, the disk is what is measured.
"""

RULES_METHOD = """\
**Rules.** A real Prometheus over the series of {pods:,} pods on {nodes:,} nodes, with the labels that its OTLP
receiver makes: {series:,} series, a sample each 30 s. History is written by remote write, as far back as any rule
looks, also for the series that rules record; then agents go on sending while each group is evaluated
{evaluations} times. A rule's time is Prometheus' own, the median; the whole set is the sum of all rules, as if one
processor did them in turn; with other work on the machine it is longer, because it is time and not work. The groups
of an hour and of ten minutes are evaluated each minute here, so that their cost is in the sum. Samples lie in the head of the database,
where a month of them would be in blocks. Prometheus has its own defaults, and both processors."""


@dataclass
class Limit:
    name: str
    unit: str
    bound: float
    reached: float
    at_least: bool = False

    @property
    def holds(self):
        return self.reached >= self.bound if self.at_least else self.reached <= self.bound

    @property
    def promise(self):
        return f"{'at least' if self.at_least else 'at most'} {self.bound:,g} {self.unit}"


def limits(results):
    found = []
    if "lanes" in results:
        ordinary, flood = results["lanes"]["ordinary"], results["lanes"]["flood"]
        rate = statistics.median(turn["spans_per_second"] for turn in ordinary)
        found.append(Limit("spans through all lanes of one processor", "/s", 50_000, rate, at_least=True))
        memory = max(turn["rss_mebibytes"] for turn in ordinary + flood)
        found.append(Limit("memory of the collector (RSS)", "MiB", 400, memory))
    if "rules" in results:
        found.append(Limit("all rules, evaluated once", "s", 1, results["rules"]["seconds"]))
    return found


def limits_table(results):
    rows = [
        [limit.name, limit.promise, f"{limit.reached:,.2f} {limit.unit}", "yes" if limit.holds else "**no**"]
        for limit in limits(results)
    ]
    return table(["limit", "promise", "measured", "holds"], rows)


def lanes_table(lanes):
    rows = []
    for name, turns in lanes.items():
        middle = lambda key: statistics.median(turn[key] for turn in turns)
        rates = [turn["spans_per_second"] for turn in turns]
        rows.append(
            [
                name,
                f"{statistics.median(rates):,.0f} ({min(rates):,.0f} … {max(rates):,.0f})",
                f"{middle('collector_cpu_microseconds_per_span'):.1f} µs",
                f"{middle('collector_core_percent'):.0f} %",
                f"{middle('generator_and_sink_core_percent'):.0f} %",
                f"{max(turn['rss_mebibytes'] for turn in turns):.0f} MiB",
                f"{turns[0]['spans']:,}",
                f"{sum(turns[0]['findings'].values()):,}",
            ]
        )
    head = ["load", "spans a second", "processor for a span", "collector's processor", "sender and counter"]
    return table(head + ["RSS at most", "spans sent and arrived", "findings made and arrived"], rows)


def fleets_table(fleets):
    rows = [
        [
            f"{fleet['pods']:,}",
            f"{fleet['series']:,}",
            f"{fleet['recorded_series']:,}",
            f"{fleet['seconds']:.2f} s",
            f"{fleet['seconds'] - fleet['hourly_seconds']:.2f} s",
            f"{fleet['seconds'] / fleet['series'] * 1e6:.1f} ms",
        ]
        for fleet in fleets
    ]
    head = ["pods", "series", "recorded series", "all rules once", "of them those of each minute"]
    return table(head + ["all rules, for 1,000 series"], rows)


def rules_table(rules):
    rows = [
        [f"`{rule['name']}`", rule["group"], f"{rule['seconds'] * 1000:,.0f} ms"]
        for rule in sorted(rules["rules"], key=lambda rule: -rule["seconds"])[:15]
    ]
    return table(["the slowest fifteen", "group", "time"], rows)


def page(results):
    machine = results["machine"]
    kind = "virtual, " if machine["virtual"] else ""
    parts = ["# Performance of detection"]
    parts.append(
        f"Measured on: {machine['processor']}, {kind}{machine['cores']} processors; Linux {machine['kernel']}; "
        f"collector {machine['collector']}, Prometheus {machine['prometheus']}."
    )
    parts += ["## Limits", limits_table(results)]
    if "lanes" in results:
        parts += ["## Lanes", lanes_table(results["lanes"])]
    if "rules" in results:
        parts += ["## Rules", fleets_table(results["rules"]["fleets"]), rules_table(results["rules"])]
    facts = results["plan"] | results.get("rules", {})
    facts["nodes"], facts["memory"] = facts["pods"] // 10, "`GOGC=400`, `GOMEMLIMIT=280MiB`"
    methods = {"lanes": LANES_METHOD, "rules": RULES_METHOD}
    told = [METHOD] + [method for part, method in methods.items() if part in results]
    return "\n\n".join(parts + ["## Method"] + [method.format(**facts).strip() for method in told]) + "\n"


def describe(collector, prometheus):
    cpu = read("/proc/cpuinfo")
    return {
        "processor": first_match(r"^model name\s*: (.*)$", cpu),
        "cores": os.cpu_count(),
        "virtual": "hypervisor" in cpu,
        "kernel": first_match(r"^(\d+\.\d+(?:\.\d+)?)", os.uname().release),
        "collector": first_match(r"(\d+\.\d+\.\d+)", said_by(collector, "--version").stdout),
        "prometheus": first_match(r"version (\d+\.\d+\.\d+)", said_by(prometheus / "prometheus", "--version").stdout),
    }


def measure(chosen, plan, known):
    build = REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    prometheus = pathlib.Path(chosen.prometheus)
    results = known | {"machine": describe(chosen.collector, prometheus), "plan": asdict(plan)}
    with tempfile.TemporaryDirectory(dir=build, prefix="bench-") as name:
        folder = pathlib.Path(name)
        if "lanes" in chosen.only:
            results["lanes"] = measure_lanes(chosen.collector, folder, plan)
        if "rules" in chosen.only:
            results["rules"] = measure_rules(prometheus, folder, plan)
    return results


def judge(results):
    missed = [limit for limit in limits(results) if not limit.holds]
    for limit in missed:
        print(f"missed: {limit.name}: {limit.reached:,.2f} {limit.unit}, {limit.promise}", file=sys.stderr)
    return 1 if missed else 0


def arguments():
    parser = argparse.ArgumentParser(prog="make bench-detection", description=__doc__)
    parser.add_argument("--collector", help="its binary, as scripts/collector.sh prints it")
    parser.add_argument("--prometheus", help="the folder that scripts/prometheus.sh prints")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; the others stay as they were measured")
    parser.add_argument("--quick", metavar="FOLDER", help="a trial of all parts; results go there and are not judged")
    parser.add_argument("--judge", metavar="FILE", help="only judge the results of an earlier run")
    chosen = parser.parse_args()
    chosen.only = chosen.only or PARTS
    return chosen


def load(file):
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def main():
    chosen = arguments()
    if chosen.judge:
        results = json.loads(pathlib.Path(chosen.judge).read_text(encoding="utf-8"))
        print(limits_table(results))
        return judge(results)
    # What sends is this process.
    os.sched_setaffinity(0, TOOLS)
    folder = pathlib.Path(chosen.quick) if chosen.quick else REPOSITORY / "docs"
    data = folder / "performance-detection.json"
    results = measure(chosen, QUICK if chosen.quick else Plan(), {} if chosen.quick else load(data))
    data.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (folder / "performance-detection.md").write_text(page(results), encoding="utf-8")
    print(limits_table(results))
    return 0 if chosen.quick else judge(results)


if __name__ == "__main__":
    # What was started ends with it, whoever ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except BenchError as problem:
        sys.exit(f"error: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
