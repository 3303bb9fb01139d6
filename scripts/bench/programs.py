# SPDX-License-Identifier: Apache-2.0
"""Programs that the benchmark starts: where they lie, on which processors they run, how they end."""

import os
import pathlib
import socket
import subprocess
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILT = REPOSITORY / "bpf" / "build"
PATIENCE_SECONDS = 60


class BenchError(Exception):
    """What keeps the benchmark from measuring; its text is what the user reads."""


def processors():
    """Those of the measured load (one) and of everything else."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        raise BenchError("one processor: the load needs one of its own, beside agent and collector: use two")
    return {allowed[-1]}, set(allowed[:-1])


LOAD, TOOLS = processors()


def start(command, on=TOOLS, **options):
    """A program in the background, text on its pipes."""
    return subprocess.Popen(
        [str(part) for part in command],
        preexec_fn=lambda: os.sched_setaffinity(0, on),
        text=True,
        **options,
    )


def run(command, on=TOOLS):
    """
    Runs a program to its end and returns what it printed. Not over a pipe: what reads from a holder of a model
    counts as one, with all that it starts, and nothing measured would be without one.
    """
    with tempfile.TemporaryFile("w+") as output:
        process = start(command, on, stdout=output)
        process.wait()
        output.seek(0)
        printed = output.read()
    if process.returncode:
        raise BenchError(f"{pathlib.Path(command[0]).name} ended with {process.returncode}: see above")
    return printed


def pairs(line):
    """key=value key=value, as acts and load programs tell their truth."""
    return dict(pair.split("=", 1) for pair in line.split())


def end(process):
    """Ends a program that reads its input to the end, or that takes SIGTERM."""
    if process.stdin:
        process.stdin.close()
    else:
        process.terminate()
    process.wait()


def wait_for(what, condition, seconds=PATIENCE_SECONDS, step=0.01):
    """The first true answer of condition."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise BenchError(f"waited {seconds} s for {what}")
        time.sleep(step)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
