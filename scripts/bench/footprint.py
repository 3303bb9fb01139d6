# SPDX-License-Identifier: Apache-2.0
"""What the agent costs while nobody reads a model: on an idle node, and on one that is full."""

import subprocess
import time

from agent import Agent
from programs import BUILT, BenchError, end, start


class Crowd:
    """Processes with many open files, some of which have a model mapped."""

    def __init__(self, files, plan):
        self.command = [BUILT / "bench/crowd", plan.crowd_processes, plan.crowd_files, plan.crowd_holders]
        self.command += [files["model"], files["other"], files["small"], "/dev/null"]

    def __enter__(self):
        self.process = start(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if not self.process.stdout.readline():
            raise BenchError("the crowd did not come together: see above")
        return self

    def __exit__(self, *_):
        end(self.process)


def first_start(folder, collector):
    """The start that finds no archive of classes and makes one."""
    with Agent(folder, collector) as agent:
        return agent.ready_seconds


def at_rest(folder, collector, plan):
    """Share of one processor over the window, from when its first sessions have ended."""
    with Agent(folder, collector) as agent:
        time.sleep(plan.settle_seconds)
        began, used = time.monotonic(), agent.cpu_seconds()
        time.sleep(plan.idle_seconds)
        share = (agent.cpu_seconds() - used) / (time.monotonic() - began)
        return {
            "cpu_percent": 100 * share,
            "rss_mebibytes": agent.rss_mebibytes(),
            "ready_seconds": agent.ready_seconds,
        }


def measure_footprint(folder, files, collector, plan):
    idle = at_rest(folder, collector, plan)
    plan.say("idle node")
    with Crowd(files, plan):
        crowd = at_rest(folder, collector, plan)
    plan.say("full node")
    crowd.update(
        processes=plan.crowd_processes,
        open_files=plan.crowd_processes * plan.crowd_files,
        holders=plan.crowd_holders,
    )
    return {"idle": idle, "crowd": crowd}
