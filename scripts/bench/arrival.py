# SPDX-License-Identifier: Apache-2.0
"""How long after the end of a slice or of a session its span is in the collector."""

import subprocess
import time

from agent import Agent
from programs import BUILT, LOAD, end, pairs, start, wait_for

QUIET_SECONDS = 3
SLICE_SECONDS = 5
CONFIGURATION = f"session: {{quiet-period: {QUIET_SECONDS}s, slice: {SLICE_SECONDS}s}}"
TOUCH = ["65536", "--limit", "1000000"]


def root_of(collector, pid):
    return lambda: next((s for s in collector.look() if s.pid == pid and s.is_root), None)


def after_exit(collector, model):
    """A process that reads and ends: its session ends with it."""
    act = start([BUILT / "acts/read_file", "read", model, *TOUCH], LOAD, stdout=subprocess.PIPE)
    pid = int(pairs(act.stdout.readline())["pid"])
    act.wait()
    ended = time.time()
    return wait_for("the span of a process", root_of(collector, pid)).arrived - ended


def after_quiet(collector, model):
    """A process that reads and lives on: its session ends after the quiet period."""
    act = start(
        [BUILT / "acts/read_file", "read", model, *TOUCH, "--wait-after"],
        LOAD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    pid = int(pairs(act.stdout.readline())["pid"])
    span = wait_for("the span of a session", root_of(collector, pid))
    end(act)
    return span.arrived - span.end - QUIET_SECONDS


def of_slices(collector, model, seconds):
    """A process that reads all the time: the spans of a slice come together, the last ends with the slice."""
    act = start([BUILT / "acts/read_again", model, 65536, seconds * 1000], LOAD, stdout=subprocess.PIPE)
    while act.poll() is None:  # each look is a time of arrival
        collector.look()
        time.sleep(0.01)
    pid = int(pairs(act.stdout.readline())["pid"])
    wait_for("the spans of slices", root_of(collector, pid))
    ends = {}
    for span in collector.look():
        if span.pid == pid and not span.is_root:
            ends[span.arrived] = max(span.end, ends.get(span.arrived, 0))
    return [arrived - ended for arrived, ended in ends.items()]


def measure_arrival(folder, files, collector, plan):
    """Seconds by kind of end."""
    with Agent(folder, collector, CONFIGURATION):
        collector.look()
        exits = [after_exit(collector, files["model"]) for _ in range(plan.arrivals)]
        quiet = [after_quiet(collector, files["model"])]
        slices = of_slices(collector, files["model"], plan.slices * SLICE_SECONDS + 1)
    plan.say("arrival of spans")
    return {"the_process_has_ended": exits, "the_quiet_period": quiet, "a_slice": slices}
