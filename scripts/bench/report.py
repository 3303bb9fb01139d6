# SPDX-License-Identifier: Apache-2.0
"""Tables of the results in Markdown: what the terminal shows is what docs/performance.md says."""

import statistics

from calls import ROWS
from limits import added, limits

VARIANTS = {
    "empty": "empty",
    "empty_send": "empty at all three",
    "ours": "ours",
    "bpftrace": "bpftrace",
}

METHOD = """\
`make bench` has written this page; run it to see your own machine. It exits with an error that names the
limit if one is missed.

- Loads are C programs (`bpf/tests/bench`) on a processor of their own; agent, collector and bpftrace run on
  the others. Each of {rounds} rounds starts each variant anew, in turn, and goes {passes} times through
  all rows. Of each row it takes {chunks} chunks of {chunk_milliseconds} ms, of which the lower quartile counts, and of
  the passes the fastest: a disturbance lengthens and never shortens. A figure is the median over the rounds of
  what the variants of one round differ by.
- *Empty* is a program at `tp_btf/sys_exit` that returns at once: the floor for every tool that hooks all
  system calls; *empty at all three* has two more such programs, at the tracepoints that a send and its receipt
  pass. *Ours* is the packaged agent by its launcher with default settings and a real collector.
  *bpftrace* is [the script](../scripts/bench/bytes_read.bt) that sums bytes by process and file for two
  calls; it looks at no open, no send and no other call, and is measured where it counts and at an unrelated call.
  In the rows of a cgroup that is left out *ours* is told to leave out all of them; in those with the race
  witness it runs with `kernel.race-witness`.
- Limits of calls are of what is added to *nothing*, where they do not say that it is to *empty*. The empty program
  alone took 10 to 14 ns of a call on one processor and 86 to 106 on another, where returns and indirect jumps are
  slow: empty programs at all that a `send` and its `recv` pass took 413 ns there, more than the limit. Pipes and
  io_uring have no limits: the rows say what they cost.
- Programs print into files: whoever reads a holder's output counts as one that may hold a model, and so does what
  it starts.
- No other program traces meanwhile; what comes between is measured again. Every turn ends with a check
  that ours and bpftrace have counted the load's bytes, to the byte.
- The full node has {crowd_processes:,} processes with {crowd_files} open descriptors each, and {crowd_holders} of them have
  a model mapped. Time of processor is that of all threads of the agent over {idle_seconds} s, after its
  first sessions have ended.
- The node of a cluster has {node_pods:,} pods, which are replaced one by one within {churn_seconds} s until
  there were {node_containers:,} containers. Each reads a model, with its own number of bytes, in a cgroup like the
  kubelet's; the API server is played with whole objects. Every container's bytes must be under its own names
  in the collector. Memory is the most that was ever resident; a pod has its resource when the first span
  under its names has arrived, measured from its first process on.
- A span has arrived when the collector has written it to its file. It is measured from the process' exit,
  from the end of the quiet period, or from the slice's last read.
"""


def shown(nanoseconds, row, plus=""):
    """In the unit of its row: the loader's are milliseconds."""
    return f"{nanoseconds / 1e6:{plus},.2f}" if row == "load" else f"{nanoseconds:{plus},.0f}"


def difference(results, row, variant):
    if variant not in results["calls"][row]:
        return ""
    rounds = added(results, row, variant, "nothing")
    text = shown(statistics.median(rounds), row, "+")
    if len(rounds) < 2:
        return text
    low, _, high = statistics.quantiles(rounds, n=4, method="inclusive")
    return f"{text} ({shown(low, row, '+')} … {shown(high, row, '+')})"


def ratio(results, row, variant, base):
    rounds = results["calls"][row]
    if variant not in rounds:
        return ""
    return f"{statistics.median(rounds[variant]) / statistics.median(rounds[base]):.2f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def calls_table(results):
    rows = []
    for row, _, _, title in ROWS:
        base = shown(statistics.median(results["calls"][row]["nothing"]), row)
        cells = [difference(results, row, variant) for variant in VARIANTS]
        ratios = [ratio(results, row, "ours", "nothing"), ratio(results, row, "bpftrace", "ours")]
        rows.append([title, base, *cells, *ratios])
    return table(["", "nothing", *VARIANTS.values(), "ours : nothing", "bpftrace : ours"], rows)


def limits_table(results):
    rows = [
        [
            limit.name,
            f"{limit.most:g} {limit.unit}",
            f"{limit.reached:.2f} {limit.unit}" + (f", {limit.floor:.0f} of it empty programs" if limit.floor else ""),
            "yes" if limit.holds else "**no**",
        ]
        for limit in limits(results)
    ]
    return table(["limit", "at most", "measured", "holds"], rows)


def rest_row(name, rest):
    return [name, f"{rest['cpu_percent']:.2f} %", f"{rest['rss_mebibytes']:.0f} MiB", f"{rest['ready_seconds']:.2f} s"]


def agent_table(results):
    starts = results["starts"]
    memory, ready = max(starts["rss_mebibytes"]), statistics.median(starts["ready_seconds"])
    churn = results["churn"]
    rows = [
        rest_row("idle node", results["footprint"]["idle"]),
        rest_row("full node", results["footprint"]["crowd"]),
        ["under the loads above", "", f"{memory:.0f} MiB", f"{ready:.2f} s"],
        ["node of a cluster, pods coming and going", "", f"{churn['peak_mebibytes']:.0f} MiB", f"{churn['ready_seconds']:.2f} s"],
        ["its very first start, which makes an archive of classes", "", "", f"{results['first_start_seconds']:.2f} s"],
    ]
    return table(["agent", "of one processor", "RSS", "ready after"], rows)


def arrival_table(results):
    rows = [
        [f"after {kind.replace('_', ' ')}", f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"]
        for kind, seconds in results["arrival"].items()
    ]
    return table(["time until a span is in the collector", "median", "at most"], rows)


def ring_table(results):
    readers = {
        "java_mapped": "Java from mapped memory, as the agent reads",
        "java_callback": "Java by a callback from libbpf",
        "c": "libbpf in C",
    }
    return table(
        ["reader of the ring", "nanoseconds for each record of 128 bytes"],
        [[title, f"{results['ring'][reader]:.0f}"] for reader, title in readers.items()],
    )


def machine_line(machine):
    kind = "virtual, " if machine["virtual"] else ""
    return (
        f"{machine['processor']}, {kind}{machine['cores']} cores; Linux {machine['kernel']}, clock {machine['clock']}, "
        f"files on {machine['file_system']}; Java {machine['java']}, bpftrace {machine['bpftrace']}."
    )


CALLS = """\
Nanoseconds added to what the call takes with nothing attached, and the middle half of the rounds; the
loader's row in milliseconds."""


def tables(results):
    parts = [
        "## Limits",
        limits_table(results),
        "## What is added to a call",
        CALLS,
        calls_table(results),
        "## The agent itself",
        agent_table(results),
        arrival_table(results),
        ring_table(results),
    ]
    return "\n\n".join(parts) + "\n"


def page(results):
    """The whole of docs/performance.md."""
    method = METHOD.format(**results["plan"])
    machine = f"Measured on: {machine_line(results['machine'])}"
    return "\n\n".join(["# Performance", machine, tables(results), "## Method", method])
