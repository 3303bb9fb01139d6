# SPDX-License-Identifier: Apache-2.0
"""What must be reached, and whether it was."""

import statistics
from dataclasses import dataclass


def added(results, row, variant, base):
    """Nanoseconds per call, round by round: what lies between two variants of one round."""
    rounds = results["calls"][row]
    return [with_it - without for with_it, without in zip(rounds[variant], rounds[base])]


def median_added(results, row, variant="ours", base="nothing"):
    return statistics.median(added(results, row, variant, base))


@dataclass
class Limit:
    name: str
    most: float
    unit: str
    reached: float
    floor: float = 0  # of it, what empty programs add at the same tracepoints

    @property
    def holds(self):
        return self.reached <= self.most


def beyond_nothing(results, name, row):
    """Of what is added in all: a good part of it is the floor, and the processor's."""
    empty = "empty_send" if "empty_send" in results["calls"][row] else "empty"
    return Limit(name, 300, "ns", median_added(results, row), median_added(results, row, empty))


def limits(results):
    """What performance.md promises, in its order."""
    rest, arrival, starts = results["footprint"], results["arrival"], results["starts"]
    memory = starts["rss_mebibytes"] + [rest["idle"]["rss_mebibytes"], rest["crowd"]["rss_mebibytes"]]
    ready = starts["ready_seconds"] + [rest["idle"]["ready_seconds"], rest["crowd"]["ready_seconds"]]
    spans = [seconds for kind in arrival.values() for seconds in kind]
    unrelated = median_added(results, "getppid", base="empty")
    read = median_added(results, "pread_model", base="empty")
    churn = results["churn"]
    left_out = lambda row: median_added(results, row, base="empty")
    witness = median_added(results, "pread_witness", base="empty")
    return [
        Limit("unrelated call, beyond the empty program", 8, "ns", unrelated),
        Limit("model read, beyond the empty program", 160, "ns", read),
        Limit("model read with the race witness, beyond the empty program", 280, "ns", witness),
        beyond_nothing(results, "`open` and `close` of a model", "open_model"),
        beyond_nothing(results, "`open` and `close` of another file of 4 MiB", "open_other"),
        beyond_nothing(results, "`open` and `close` of a small file", "open_small"),
        beyond_nothing(results, "`send` and `recv`", "send"),
        beyond_nothing(results, "`send` and `recv` by a process that has a model open", "send_armed"),
        Limit("left out: 1 byte of /dev/zero, beyond the empty program", 15, "ns", left_out("read_left_out")),
        Limit("left out: 4 KiB of a model, beyond the empty program", 40, "ns", left_out("pread_left_out")),
        Limit("memory of the agent (RSS), at most", 80, "MiB", max(memory)),
        Limit("of one processor, idle node", 0.5, "%", rest["idle"]["cpu_percent"]),
        Limit("of one processor, full node", 0.5, "%", rest["crowd"]["cpu_percent"]),
        Limit("start until ready, at most", 2, "s", max(ready)),
        Limit("span in the collector, at most", 1, "s", max(spans)),
        Limit("memory in a cluster (RSS), at most", 128, "MiB", churn["peak_mebibytes"]),
        Limit("start until ready in a cluster", 3, "s", churn["ready_seconds"]),
        Limit("pod's start until its resource, at most", 1, "s", max(churn["resource_seconds"])),
        Limit("loader of 25,600 reads, in all", 7, "ms", median_added(results, "load") / 1e6),
    ]
