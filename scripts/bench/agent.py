# SPDX-License-Identifier: Apache-2.0
"""The packaged agent, started by its launcher as on a node."""

import os
import subprocess
import time
import urllib.error
import urllib.request

from programs import REPOSITORY, BenchError, end, free_port, start, wait_for


class Agent:
    """`with Agent(...)`: ready when entered, its evidence delivered when left."""

    def __init__(self, folder, collector, configuration="{}", environment=None):
        self.folder = folder
        self.collector = collector
        self.configuration = configuration
        self.environment = environment or {}

    def __enter__(self):
        file = self.folder / "modelwarden.yaml"
        file.write_text(self.configuration, encoding="utf-8")
        self.log = self.folder / "agent.log"
        self.address = f"127.0.0.1:{free_port()}"
        environment = dict(
            os.environ,
            MODELWARDEN_HTTP_LISTEN=self.address,
            MODELWARDEN_TOP_SOCKET=str(self.folder / "run/agent.sock"),
            OTEL_EXPORTER_OTLP_ENDPOINT=self.collector.endpoint,
            # The archive of classes that the first start makes is the benchmark's own.
            XDG_CACHE_HOME=str(self.folder / "cache"),
            **self.environment,
        )
        began = time.monotonic()
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = start(
                [REPOSITORY / "exporter/bin/modelwarden", "run", "--config", file],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for("the agent", self._is_ready)
        except BaseException:
            end(self.process)
            raise
        self.ready_seconds = time.monotonic() - began
        return self

    def __exit__(self, *_):
        end(self.process)

    def _is_ready(self):
        if self.process.poll() is not None:
            raise BenchError("the agent did not start: " + self.log.read_text(encoding="utf-8")[-500:])
        try:
            with urllib.request.urlopen(f"http://{self.address}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def rss_mebibytes(self):
        return self._mebibytes("VmRSS:")

    def peak_mebibytes(self):
        """The most that was resident since the start."""
        return self._mebibytes("VmHWM:")

    def _mebibytes(self, kind):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(kind):
                    return int(line.split()[1]) / 1024
        raise BenchError("the agent has ended")

    def cpu_seconds(self):
        """Of all its threads, to the nanosecond: the clock that clock_getcpuclockid(3) names."""
        return time.clock_gettime(~self.process.pid << 3 | 2)
