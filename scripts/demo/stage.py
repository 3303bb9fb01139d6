# SPDX-License-Identifier: Apache-2.0
"""
The stage: a model, the real parts that watch it, and a world outside.

The node of a cluster is played: cgroups as a kubelet makes them, and a stand-in of the API server that names the pods.
"""

import contextlib
import os
import shutil
import subprocess

from api_server import ApiServer
from evidence import Collected, Prometheus
from pods import NODE, OTHERS, Kubelet, Pod
from programs import ACTS, REPOSITORY, DemoError, Program, answers, free_port, run

MODEL = "acme-7b"
MODEL_BYTES = 200_000_000
OUTSIDE = "203.0.113.10"  # TEST-NET-3: a public address that belongs to nobody, in a namespace of our own
STORE_PORT, THIEF_PORT = 4443, 4433
NETWORK = "modelwarden-demo"
CONFIGURATION = REPOSITORY / "otel-collector-config"
LAUNCHER = REPOSITORY / "exporter/bin/modelwarden"
# Names under which acts of bpf/tests play their parts, so that each act of the demo has a program of its own.
PARTS = {
    "llm-server": "hold_model",
    "llm-worker": "read_file",
    "llm-plugin": "read_and_send",
    "llm-converter": "read_file",
    "nightly-backup": "read_and_send",
    "notebook": "read_file",
    "memory-dumper": "scrape_memory",
    "node-shell": "read_file",
}
SOON = {"OTEL_METRIC_EXPORT_INTERVAL": "1000", "OTEL_BSP_SCHEDULE_DELAY": "200", "OTEL_BLRP_SCHEDULE_DELAY": "200"}
SETTINGS = """\
session: {{quiet-period: 1s, slice: 2s}}
phase: {{grace-period: 2s}}
http: {{listen: "127.0.0.1:{port}"}}
top: {{socket: "{folder}/run/agent.sock"}}
kubernetes: {{kubeconfig: "{folder}/kubeconfig", cluster-name: demo}}
"""


class Stage:
    """`with Stage(folder, tools)`: all of it runs when entered, and nothing of it is left afterwards."""

    def __init__(self, folder, collector, prometheus):
        self.folder = folder
        self.programs = {"collector": collector, "prometheus": prometheus}
        self.kept = contextlib.ExitStack()
        self.llm = Pod("llm-0", "server", ("StatefulSet", "llm"))
        self.backup = Pod("backup-29400000-abcde", "copy", ("Job", "backup-29400000"))
        self.notebook = Pod("notebook", "jupyter", None)

    def __enter__(self):
        with contextlib.ExitStack() as made:
            self.kept = made
            self._set()
            self.kept = made.pop_all()
        return self

    def __exit__(self, *_):
        self.kept.close()

    def _set(self):
        self._make_model()
        self._open_the_world()
        self.kubelet = self.kept.enter_context(Kubelet())
        self.api = self.kept.enter_context(ApiServer(OTHERS.get))
        (self.folder / "kubeconfig").write_text(self.api.kubeconfig(), encoding="utf-8")
        self.cgroups = {}
        for pod in (self.llm, self.backup, self.notebook):
            self.api.put(pod.told())
            self.cgroups[pod] = self.kubelet.cgroup(pod)
        self._render_policy()
        own = free_port()
        self.prometheus = self._start_prometheus(own)
        self._start_collector(own)
        self.collected = Collected(self.folder)
        self._start_agent()
        self._start_audit()

    def _make_model(self):
        for part in ("bin", "rules", "data", "out", f"models/{MODEL}"):
            (self.folder / part).mkdir(parents=True)
        for part, act in PARTS.items():
            shutil.copy(ACTS / act, self.folder / "bin" / part)
        self.model = self.folder / f"models/{MODEL}/model.safetensors"
        self.tool(ACTS / "make_model", self.model, MODEL_BYTES)
        if self.model.stat().st_size != MODEL_BYTES:
            raise DemoError(f"{self.model} has {self.model.stat().st_size} bytes")

    def _open_the_world(self):
        self.kept.callback(self._namespace, "namespace_down")
        self._namespace("namespace_up")
        for port in (STORE_PORT, THIEF_PORT):
            command = ["nsenter", f"--net=/run/netns/{NETWORK}", ACTS / "sink", "tcp", OUTSIDE, port]
            sink = self._keep(f"sink-{port}", command)
            sink.wait_until(lambda sink=sink: "port=" in sink.said())

    @staticmethod
    def _namespace(function):
        script = f'. "$1/scripts/lib/namespace.sh" && {function} {NETWORK}'
        done = subprocess.run(["bash", "-c", script, "bash", REPOSITORY], capture_output=True, text=True, check=False)
        if done.returncode:
            raise DemoError(done.stderr.strip())

    def _render_policy(self):
        for name in ("policy.yaml", "readers.yaml"):
            text = (REPOSITORY / "scripts/demo" / name).read_text(encoding="utf-8")
            (self.folder / name).write_text(text.replace("FOLDER", str(self.folder)), encoding="utf-8")
        rules, rendered = self.folder / "rules", self.folder / "rules/policy.rules.yaml"
        self.tool(REPOSITORY / "scripts/render-demo-rules.sh", rules)
        policy = [LAUNCHER, "policy", "render", self.folder / "policy.yaml"]
        self.tool(*policy, "--collector", self.folder / "collector-policy.yaml", "--rules", rendered)
        rendered.write_text(rendered.read_text(encoding="utf-8").replace("interval: 1m", "interval: 1s"))
        learned = ["--set", self.folder / "readers.yaml", "--collector", self.folder / "learned.yaml"]
        self.tool(LAUNCHER, "policy", "learn", *learned)

    def _start_prometheus(self, collector_port):
        port = free_port()
        text = (CONFIGURATION / "prometheus.yaml").read_text(encoding="utf-8")
        for committed, here in {
            "../alert-rules/": f"{self.folder}/rules/",
            "evaluation_interval: 1m": "evaluation_interval: 1s\n  scrape_interval: 1s",
            "127.0.0.1:8888": f"127.0.0.1:{collector_port}",
            '"127.0.0.1:9093"': "",  # an Alertmanager of this machine is not to hear of it
        }.items():
            text = text.replace(committed, here)
        (self.folder / "prometheus.yaml").write_text(text, encoding="utf-8")
        command = [
            self.programs["prometheus"],
            f"--config.file={self.folder}/prometheus.yaml",
            f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            "--web.enable-otlp-receiver",
            "--enable-feature=created-timestamp-zero-ingestion",
        ]
        prometheus = Prometheus(f"http://127.0.0.1:{port}")
        self._keep("prometheus", command).wait_until(lambda: answers(f"{prometheus.address}/-/ready"))
        return prometheus

    def _start_collector(self, own):
        port, health = free_port(), free_port()
        lanes = sorted((CONFIGURATION / "detection").glob("*.yaml"))
        self.lanes = [lane.stem for lane in lanes]
        files = [CONFIGURATION / "base.yaml", self.folder / "collector-policy.yaml", self.folder / "learned.yaml", *lanes]
        files += [CONFIGURATION / "backends/prometheus-otlp.yaml", CONFIGURATION / "backends/file.yaml"]
        environment = {
            "MODELWARDEN_RULE_COLLECTOR_ID": "demo",
            "MODELWARDEN_RULE_OUTPUT": str(self.folder / "out"),
            "MODELWARDEN_RULE_STORAGE": str(self.folder / "queues"),
            "MODELWARDEN_RULE_LISTEN": f"127.0.0.1:{port}",
            "MODELWARDEN_RULE_HEALTH": f"127.0.0.1:{health}",
            "MODELWARDEN_RULE_METRICS_PORT": str(own),
            "MODELWARDEN_RULE_PROMETHEUS": self.prometheus.address,
        }
        command = [self.programs["collector"], *(f"--config={file}" for file in files)]
        collector = self._keep("collector", command, environment)
        collector.wait_until(lambda: answers(f"http://127.0.0.1:{health}"))
        self.export = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", **SOON}

    def _start_agent(self):
        port = free_port()
        settings = self.folder / "modelwarden.yaml"
        settings.write_text(SETTINGS.format(port=port, folder=self.folder), encoding="utf-8")
        command = [LAUNCHER, "run", "--config", settings]
        self.agent = self._keep("agent", command, {"K8S_NODE_NAME": NODE, **self.export})
        self.agent.wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))

    def _start_audit(self):
        port = free_port()
        command = [LAUNCHER, "audit", "--listen", f"127.0.0.1:{port}", "--cluster-name", "demo"]
        audit = self._keep("audit", command, self.export)
        audit.wait_until(lambda: "receiving audit events" in audit.said())
        self.audit = f"http://127.0.0.1:{port}/audit"

    def _keep(self, name, command, environment=None, **options):
        program = Program(command, self.folder / f"{name}.log", environment, **options)
        return self.kept.enter_context(program)

    def part(self, name):
        return self.folder / "bin" / name

    def tool(self, *command):
        """Runs a command on the machine to its good end; what it printed."""
        return run(command, self.folder / "tools.log").decode()

    def first_process(self, *command):
        """A program that is the first of the container of the llm pod: it stays, and its output is a pipe."""
        played = [ACTS / "play_container", "start", self.cgroups[self.llm], *command]
        return self._keep("llm", played, stdout=subprocess.PIPE)

    def container(self, pod, *command):
        """A container from its beginning to its end; what came out of it."""
        return self.tool(ACTS / "play_container", "start", self.cgroups[pod], *command)

    def enter(self, pod, *command):
        """An exec session; the bytes that came out of it."""
        first = next(iter(self.processes(pod)))
        played = [ACTS / "play_container", "enter", self.cgroups[pod], first, *command]
        return run(played, self.folder / "exec.log")

    def processes(self, pod):
        """Names of the processes of its container, by their ids on the machine, the first one first."""
        found = {}
        for pid in (self.cgroups[pod] / "cgroup.procs").read_text(encoding="ascii").split():
            with contextlib.suppress(FileNotFoundError):
                with open(f"/proc/{pid}/comm", encoding="ascii") as name:
                    found[int(pid)] = name.read().strip()
        return dict(sorted(found.items()))

    def described(self):
        """Lines of what stands on it."""
        probes = next((line for line in self.agent.said().splitlines() if "watching with" in line), "")
        return {
            "model": f"{MODEL}, {MODEL_BYTES:,} bytes of safetensors",
            "pods": f"llm-0 serves it; backup; notebook (played by cgroups on {os.uname().nodename})",
            "policy": "the server and the backup may read it, the backup may send it to one store",
            "collector": f"with all lanes: {', '.join(self.lanes)}",
            "Prometheus": "with all alert rules, evaluated each second",
            "agent": "watching with" + probes.rpartition("watching with")[2],
            "audit": "modelwarden audit, for what an API server tells of who enters pods",
        }
