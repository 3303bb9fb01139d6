# SPDX-License-Identifier: Apache-2.0
"""What is attached while a load runs: nothing, an empty program, the agent, a bpftrace script."""

import os
import pathlib
import re
import subprocess
import sys
import time

from agent import Agent
from programs import BUILT, LOAD, BenchError, end, run, start, wait_for

SCRIPT = pathlib.Path(__file__).with_name("bytes_read.bt")
FOREIGN_SECONDS = 300


def links():
    """Ids of what traces on this machine, by whomever."""
    return set(run([BUILT / "bench/attached"]).split())


def undisturbed(own, measure):
    """Repeats a measurement until no program of anybody else was attached before or after it."""
    deadline = time.monotonic() + FOREIGN_SECONDS
    told = False
    while time.monotonic() < deadline:
        if links() == own:
            result = measure()
            if links() == own:
                return result
        if not told:
            print("  other BPF programs trace on this machine: waiting for their end", file=sys.stderr)
            told = True
        time.sleep(0.2)
    raise BenchError("other BPF programs trace on this machine (bpftool link list): stop them")


class Nothing:
    name = "nothing"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def measures(self, _row):
        return True

    def verify(self, truths):
        """Nothing counts nothing."""


class Empty(Nothing):
    """A program at sys_exit that returns at once."""

    name = "empty"
    programs = "empty.bpf.o"

    def __enter__(self):
        self.process = start(
            [BUILT / "bench/attach", BUILT / "test" / self.programs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if not self.process.stdout.readline():
            raise BenchError("the empty program could not be attached: see above")
        return self

    def __exit__(self, *_):
        end(self.process)


class EmptySend(Empty):
    """The same at sys_exit and at the two tracepoints that a send and its receipt pass."""

    name = "empty_send"
    programs = "empty_send.bpf.o"

    def measures(self, row):
        return row.startswith("send")


class Ours(Agent):
    """The agent; what it counted is in the spans that it delivers at its end."""

    name = "ours"

    def measures(self, row):
        return not row.endswith(("left_out", "witness"))

    def verify(self, truths):
        for pid, wanted in truths.items():
            # The agent has delivered; the collector may still be writing.
            wait_for("the last spans", lambda: self._counted(pid) >= wanted)
            require(self.name, self._counted(pid), wanted)

    def _counted(self, pid):
        return sum(
            span.attributes.get("modelwarden.file.read.size", 0)
            for span in self.collector.look()
            if span.pid == pid and not span.is_root
        )


class Witness(Ours):
    """The agent, told to ask the page cache what each call has read."""

    def __init__(self, folder, collector):
        super().__init__(folder, collector, "kernel: {race-witness: true}")

    def measures(self, row):
        return row.endswith("witness")


class LeftOut(Ours):
    """The agent, told to leave out every cgroup."""

    def __init__(self, folder, collector, model):
        super().__init__(folder, collector, "workloads: {exclude: [{host: true}, {host: false}]}")
        self.model = model

    def __enter__(self):
        super().__enter__()
        # The first read of a cgroup is counted until it is decided on.
        run([BUILT / "bench/calls", "pread", 1, 1, self.model], LOAD)
        time.sleep(1)
        return self

    def measures(self, row):
        return row.endswith("left_out")

    def verify(self, truths):
        time.sleep(1)
        for pid in truths:
            require(self.name, self._counted(pid), 0)


class Bpftrace(Nothing):
    """The script; it prints its sums at its end."""

    name = "bpftrace"
    rows = {"getppid", "read", "pread_model", "pread_other", "pread_small", "load"}

    def measures(self, row):
        """What it counts, and what it cannot help to slow down; elsewhere it would be another empty program."""
        return row in self.rows

    def __enter__(self):
        # bpftrace looks for tracefs where nobody may have mounted it. It starts cat once all probes are
        # attached: when cat answers, they are; when cat's input ends, so does bpftrace.
        # Whatever reads on the machine has a key in its map: the default has room for 4096.
        self.process = start(
            ["unshare", "--mount", "sh", "-c", 'mount -t tracefs none /sys/kernel/tracing; exec "$@"', "sh"]
            + ["bpftrace", "-c", "/bin/cat", SCRIPT],
            env=dict(os.environ, BPFTRACE_MAP_KEYS_MAX="65536"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.process.stdin.write("attached\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line == "attached\n":
                return self
        raise BenchError("bpftrace did not start: " + self.process.stderr.read().strip())

    def __exit__(self, *_):
        output, _ = self.process.communicate()
        found = re.findall(r"^@bytes\[(\d+), \d+\]: (\d+)$", output, re.MULTILINE)
        self.sums = {int(pid): int(count) for pid, count in found}

    def verify(self, truths):
        for pid, wanted in truths.items():
            require(self.name, self.sums.get(pid, 0), wanted)


def require(name, counted, wanted):
    """A variant that does not count is no measure of what counting costs."""
    if counted != wanted:
        raise BenchError(f"{name} counted {counted} of {wanted} bytes: the figures would mean nothing")
