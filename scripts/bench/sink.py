# SPDX-License-Identifier: Apache-2.0
"""
A back end that counts each span and each finding that it gets, by number: python3 sink.py PORT SPANS LANE…

GET tells what has come. Spans are not unpacked, so that it is not what is measured.
"""

import gzip
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import otlp

RULE = b"security_rule.name"


class Arrivals:
    """Of numbers from 1 to most: how many have come, how many again, how many are none of them."""

    def __init__(self, most):
        self.seen = bytearray(most + 1)
        self.distinct = self.repeated = self.foreign = 0

    def add(self, number):
        if not 0 < number < len(self.seen):
            self.foreign += 1
        elif self.seen[number]:
            self.repeated += 1
        else:
            self.seen[number] = 1
            self.distinct += 1

    def told(self):
        return {"distinct": self.distinct, "repeated": self.repeated, "foreign": self.foreign}


class Counts:
    def __init__(self, most, lanes):
        self.most = most
        self.lanes = {lane: otlp.any_value("modelwarden." + lane) for lane in lanes}
        self.spans = Arrivals(most)
        self.findings = {}
        self.lock = threading.Lock()

    def take(self, request):
        with_findings = RULE in request
        with self.lock:
            for begin, end in otlp.span_places(request):
                lane = self._lane(request, begin, end) if with_findings else None
                if lane:
                    # A finding stands below the span that it is about.
                    about = otlp.parent_number(request, begin, end)
                    self.findings.setdefault(lane, Arrivals(self.most)).add(about)
                else:
                    self.spans.add(otlp.span_number(request, begin, end))

    def _lane(self, request, begin, end):
        """The lane whose name is a value in this span."""
        return next((lane for lane, text in self.lanes.items() if request.find(text, begin, end) >= 0), None)

    def told(self):
        with self.lock:
            findings = {lane: arrivals.told() for lane, arrivals in self.findings.items()}
            return {"spans": self.spans.told(), "findings": findings}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            self.server.counts.take(gzip.decompress(content) if self.headers["Content-Encoding"] else content)
        self._answer(b"", "application/x-protobuf")

    def do_GET(self):
        self._answer(json.dumps(self.server.counts.told()).encode(), "application/json")

    def _answer(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.counts = Counts(int(sys.argv[2]), sys.argv[3:])
    server.serve_forever()
