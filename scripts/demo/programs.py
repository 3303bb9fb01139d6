# SPDX-License-Identifier: Apache-2.0
"""Programs that the demo starts: how they are waited for, and how they end whatever happens."""

import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ACTS = REPOSITORY / "bpf/build/acts"
END_SECONDS = 10
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class DemoError(Exception):
    """What keeps the demo from going on; its text is what the user reads."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_for(what, condition, seconds=20):
    """The first true answer of condition."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise DemoError(f"waited {seconds} s for {what}")
        time.sleep(0.1)


def facts(line):
    """key=value key=value, as acts tell their truth."""
    return dict(pair.split("=", 1) for pair in line.split())


class Program:
    """`with Program(...)`: in a session of its own, so that Ctrl-C ends the demo, and the demo ends the program."""

    def __init__(self, command, log, environment=None, stdout=None):
        self.command = [str(part) for part in command]
        self.log = log
        self.environment = {**os.environ, **(environment or {})}
        self.stdout = stdout

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=self.stdout or log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
                # A demo that is killed itself ends nothing.
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
            )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self._tell(signal.SIGTERM)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self._tell(signal.SIGKILL)  # the first process of a container does not hear SIGTERM
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def _tell(self, what):
        try:
            os.killpg(self.process.pid, what)
        except ProcessLookupError:
            pass

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, condition, seconds=20):
        """A program that ends instead is an error at once."""

        def look():
            if self.process.poll() is not None:
                raise DemoError(f"{self.command[0]} has ended: {self.said()[-800:]}")
            return condition()

        wait_for(f"the start of {self.command[0]}", look, seconds)

    def finish(self):
        """Waits for its good end; what it printed, where that goes to a pipe."""
        output, _ = self.process.communicate()
        if self.process.returncode:
            raise DemoError(f"{' '.join(self.command)} ended with {self.process.returncode}: {self.said()[-800:]}")
        return output


def run(command, log):
    """Runs a program to its good end; what it printed."""
    with Program(command, log, stdout=subprocess.PIPE) as program:
        return program.finish()
