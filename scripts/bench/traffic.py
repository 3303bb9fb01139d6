# SPDX-License-Identifier: Apache-2.0
"""
What one node sends to its collector: bytes of OTLP on the wire, series, spans and log events, each minute.

The node has pods whose servers read three files of a model, map a fourth and answer on a connection that they
accepted. Agent and collector are real; between them stands a relay that counts.
"""

import argparse
import collections
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from agent import Agent
from api_server import ApiServer
from churn import Node
from collector import Collector
from pods import NODE, replica_set
from programs import BUILT, REPOSITORY, BenchError, end, pairs, run, start

PODS = 8
FILES = 4
FILE_BYTES = 20_000_000
CHUNK_BYTES = 1 << 20
ANSWERS_A_SECOND = 200
REPLACED_SECONDS = 10
SETTLE_SECONDS = 40
WINDOW_SECONDS = 60
OWN = ("modelwarden.agent.", "process.")


class Relay(ThreadingHTTPServer):
    """Hands every request on as it is, and adds up what its body weighs."""

    def __init__(self, collector):
        super().__init__(("127.0.0.1", 0), RelayedRequest)
        self.endpoint = f"http://127.0.0.1:{self.server_address[1]}"
        self.collector = collector.endpoint.removeprefix("http://")
        self.sent = {}
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, path, size):
        with self.lock:
            self.sent[path] = self.sent.get(path, 0) + size

    def weighed(self):
        with self.lock:
            return dict(self.sent)


class RelayedRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.take(self.path, len(body))
        onward = http.client.HTTPConnection(self.server.collector)
        onward.request("POST", self.path, body, dict(self.headers))
        answer = onward.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "application/x-protobuf"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        onward.close()

    def log_message(self, *_):
        pass


class Server:
    """One container: it loads, then holds and answers until it is ended."""

    def __init__(self, cgroup, files):
        inside = [BUILT / "acts/in_cgroup", cgroup]
        for file in files[:-1]:
            run([*inside, BUILT / "acts/read_file", "read", file, CHUNK_BYTES])
        self.process = start(
            [*inside, BUILT / "acts/hold_model", files[-1], "--port", "0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.port = int(pairs(self.process.stdout.readline())["port"])

    def ask(self):
        """As fast as one client that waits for each answer and pauses."""
        try:
            with socket.create_connection(("127.0.0.1", self.port)) as client:
                while True:
                    client.sendall(b"prompt\n")
                    if not client.recv(4096):
                        return
                    time.sleep(1 / ANSWERS_A_SECOND)
        except OSError:
            pass

    def close(self):
        end(self.process)


class ServingNode(Node):
    """Its pods' first containers serve a model."""

    def __init__(self, api, files):
        super().__init__(api, None)
        self.files = files
        self.servers = {}
        self.added = 0

    def __exit__(self, *_):
        for server in self.servers.values():
            server.close()
        super().__exit__()

    def add(self):
        self.truth[self.added] = None  # the number that names the next pod
        self.added += 1
        return super().add()

    def start(self, pod):
        self.api.put(pod.running(ready=False))
        self.servers[pod] = Server(pod.containers["containers"][0].cgroup, self.files)
        self.api.put(pod.running(ready=True))

    def remove_oldest(self):
        self.servers.pop(self.pods[0]).close()
        super().remove_oldest()

    def answer(self):
        for server in self.servers.values():
            threading.Thread(target=server.ask, daemon=True).start()

    def replace(self, seconds):
        """One pod after another."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.remove_oldest()
            self.start(self.add())
            time.sleep(REPLACED_SECONDS)


def series(folder, since):
    """Distinct series by metric, among the requests that the collector has written since a place in its file."""
    found = collections.defaultdict(set)
    with open(folder / "metrics.jsonl", "rb") as lines:
        lines.seek(since)
        for line in lines.read().splitlines():
            for resource in json.loads(line).get("resourceMetrics", []):
                owner = json.dumps(resource["resource"], sort_keys=True)
                for scope in resource["scopeMetrics"]:
                    for metric in scope["metrics"]:
                        kind = next(metric[kind] for kind in ("sum", "gauge") if kind in metric)
                        found[metric["name"]].update(
                            owner + json.dumps(point.get("attributes", []), sort_keys=True)
                            for point in kind["dataPoints"]
                        )
    return {metric: len(those) for metric, those in sorted(found.items())}


def log_events(folder, since):
    with open(folder / "logs.jsonl", "rb") as lines:
        lines.seek(since)
        return sum(
            len(scope["logRecords"])
            for line in lines.read().splitlines()
            for resource in json.loads(line).get("resourceLogs", [])
            for scope in resource["scopeLogs"]
        )


def size(file):
    return file.stat().st_size if file.exists() else 0


def measure(folder, relay, collector, act):
    before = relay.weighed()
    spans = len(collector.look())
    places = {name: size(folder / name) for name in ("metrics.jsonl", "logs.jsonl")}
    began = time.monotonic()
    act(WINDOW_SECONDS)
    minutes = (time.monotonic() - began) / 60
    time.sleep(1.5)  # the collector's file has it a second later
    by_metric = series(folder, places["metrics.jsonl"])
    told = {
        f"{path.removeprefix('/v1/')} bytes a minute": round((weight - before.get(path, 0)) / minutes)
        for path, weight in sorted(relay.weighed().items())
    }
    told["spans a minute"] = round((len(collector.look()) - spans) / minutes, 1)
    if (folder / "logs.jsonl").exists():
        told["log events a minute"] = round(log_events(folder, places["logs.jsonl"]) / minutes, 1)
    own = {metric: count for metric, count in by_metric.items() if metric.startswith(OWN)}
    told["series of workloads"] = sum(by_metric.values()) - sum(own.values())
    told["series of the agent"] = sum(own.values())
    told["of these"] = {metric: count for metric, count in by_metric.items() if metric not in own}
    return told


def make_files(folder):
    models = folder / "acme-7b"
    models.mkdir()
    files = [models / f"model-{number:05}-of-{FILES:05}.safetensors" for number in range(1, FILES + 1)]
    for file in files:
        run([BUILT / "acts/make_model", file, FILE_BYTES])
    return files


def scene(folder, collector, what, file_paths):
    relay = Relay(collector)
    with ApiServer(replica_set) as api, ServingNode(api, make_files(folder)) as node:
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(api.kubeconfig(), encoding="utf-8")
        # What else this machine does is none of the node's.
        settings = f"""
            kubernetes: {{kubeconfig: {kubeconfig}}}
            metrics: {{file-paths: {str(file_paths).lower()}}}
            workloads: {{include: [{{host: false}}]}}
            """
        with Agent(folder, relay, settings, {"K8S_NODE_NAME": NODE}):
            for pod in [node.add() for _ in range(PODS)]:
                if what != "nobody":
                    node.start(pod)
            if what == "answering":
                node.answer()
            time.sleep(SETTLE_SECONDS)
            return measure(folder, relay, collector, node.replace if what == "replaced" else time.sleep)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collector", help="its binary, as scripts/collector.sh prints it")
    parser.add_argument("what", choices=["nobody", "resting", "answering", "replaced"])
    parser.add_argument("--no-file-paths", action="store_true", help="with metrics.file-paths: false")
    chosen = parser.parse_args()
    (REPOSITORY / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=REPOSITORY / "build") as name:
        folder = pathlib.Path(name)
        with Collector(chosen.collector, folder) as collector:
            print(json.dumps(scene(folder, collector, chosen.what, not chosen.no_file_paths), indent=1))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except BenchError as problem:
        sys.exit(f"error: {problem}")
