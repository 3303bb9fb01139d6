# SPDX-License-Identifier: Apache-2.0
"""
What Modelwarden costs, side by side with nothing, an empty program and a bpftrace script.

Exit code 0: every limit holds. 1: one is missed, or something could not be measured; the last lines say which.
"""

import argparse
import json
import pathlib
import signal
import sys
import tempfile
from dataclasses import asdict, dataclass

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from arrival import measure_arrival
from calls import make_files, run_rounds
from churn import measure_churn
from collector import Collector
from footprint import first_start, measure_footprint
from limits import limits
from machine import describe
from programs import REPOSITORY, BenchError
from report import page, tables
from ring import measure_ring


@dataclass
class Plan:
    """How much of everything; --quick has little of it and judges nothing."""

    rounds: int = 9
    strict: bool = True
    passes: int = 4
    chunks: int = 8
    chunk_milliseconds: int = 5
    loads: int = 10
    settle_seconds: int = 15
    idle_seconds: int = 60
    crowd_processes: int = 2000
    crowd_files: int = 100
    crowd_holders: int = 20
    node_pods: int = 500
    node_containers: int = 5000
    churn_seconds: int = 180
    arrivals: int = 5
    slices: int = 2
    ring_rounds: int = 300

    @staticmethod
    def say(done):
        print(f"  measured: {done}", file=sys.stderr, flush=True)


QUICK = Plan(
    rounds=1,
    strict=False,
    passes=2,
    chunks=3,
    chunk_milliseconds=1,
    loads=1,
    settle_seconds=1,
    idle_seconds=1,
    crowd_processes=20,
    crowd_files=10,
    crowd_holders=2,
    node_pods=20,
    node_containers=90,
    churn_seconds=1,
    arrivals=1,
    slices=1,
    ring_rounds=5,
)


def measure(binary, plan):
    build = REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix="bench-") as name:
        folder = pathlib.Path(name)
        files = make_files(folder)
        with Collector(binary, folder) as collector:
            results = {"machine": describe(folder), "plan": asdict(plan)}
            results["first_start_seconds"] = first_start(folder, collector)
            results["calls"], results["starts"] = run_rounds(folder, files, collector, plan)
            results["arrival"] = measure_arrival(folder, files, collector, plan)
            results["footprint"] = measure_footprint(folder, files, collector, plan)
            results["churn"] = measure_churn(folder, files, collector, plan)
        results["ring"] = measure_ring(plan)
    return results


def judge(results):
    missed = [limit for limit in limits(results) if not limit.holds]
    for limit in missed:
        print(
            f"missed: {limit.name}: {limit.reached:.2f} {limit.unit}, at most {limit.most:g} {limit.unit}",
            file=sys.stderr,
        )
    return 1 if missed else 0


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rounds: give 1 or more")
    return int(text)


def arguments():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=positive, default=Plan.rounds, help="of all variants (default %(default)s)")
    parser.add_argument("--collector", help="its binary, as scripts/collector.sh prints it")
    parser.add_argument("--quick", metavar="FOLDER", help="a trial of all parts; results go there and are not judged")
    parser.add_argument("--judge", metavar="FILE", help="only judge the results of an earlier run")
    return parser.parse_args()


def main():
    chosen = arguments()
    if chosen.judge:
        results = json.loads(pathlib.Path(chosen.judge).read_text(encoding="utf-8"))
        print(tables(results))
        return judge(results)
    plan = QUICK if chosen.quick else Plan(rounds=chosen.rounds)
    results = measure(chosen.collector, plan)
    data = pathlib.Path(chosen.quick) if chosen.quick else REPOSITORY / "build"
    pages = data if chosen.quick else REPOSITORY / "docs"
    (data / "performance.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (pages / "performance.md").write_text(page(results), encoding="utf-8")
    print(tables(results))
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
