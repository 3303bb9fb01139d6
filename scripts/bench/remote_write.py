# SPDX-License-Identifier: Apache-2.0
"""
Samples into Prometheus by remote write, written without a library.

Many series share a course, which is encoded once: sending is then joining bytes.
"""

import http.client
import struct

from otlp import message, varint

HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}
MOST_BYTES = 24 << 20  # of a request; Prometheus takes up to 32 MiB


def labels(pairs):
    """Repeated Label, in the order that Prometheus wants."""
    return b"".join(
        message(1, message(1, name.encode()) + message(2, value.encode())) for name, value in sorted(pairs.items())
    )


def course(samples):
    """Repeated Sample of pairs (milliseconds, value)."""
    return b"".join(
        message(2, struct.pack("<Bd", 1 << 3 | 1, value) + varint(2 << 3) + varint(milliseconds))
        for milliseconds, value in samples
    )


def snappy(content):
    """Snappy's block format with one literal: nothing is compressed."""
    return varint(len(content)) + struct.pack("<BI", 63 << 2, len(content) - 1) + content


class RemoteWrite:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.waiting, self.size = [], 0

    def add(self, encoded_labels, encoded_course):
        series = message(1, encoded_labels + encoded_course)
        self.waiting.append(series)
        self.size += len(series)
        if self.size > MOST_BYTES:
            self.flush()

    def flush(self):
        if not self.waiting:
            return
        self.connection.request("POST", "/api/v1/write", snappy(b"".join(self.waiting)), HEADERS)
        answer = self.connection.getresponse()
        said = answer.read().decode(errors="replace")
        if answer.status // 100 != 2:
            raise OSError(f"Prometheus answered {answer.status}: {said[:300]}")
        self.waiting, self.size = [], 0
