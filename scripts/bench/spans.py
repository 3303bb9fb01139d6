# SPDX-License-Identifier: Apache-2.0
"""Spans as agents send them, from workloads that a policy of a thousand rules allows; a few are thefts."""

import gzip
from dataclasses import dataclass

import otlp

NAMESPACES, WORKLOADS, MODELS = 20, 10, 5  # workloads of a namespace, models of a workload
SPANS_A_REQUEST, CONTAINERS_A_REQUEST = 512, 8
GIB = 1 << 30
SERVER, THIEF = "/usr/bin/python3.11", "/usr/bin/rsync"
NODES = NAMESPACES * WORKLOADS * MODELS // CONTAINERS_A_REQUEST  # each model on one of them
BEGAN = 1_760_000_000_000_000_000


def places():
    """Namespace, workload and model of everything that the policy knows."""
    return [
        (f"team-{n:02}", f"server-{w}", f"llama-{w}-{m}")
        for n in range(NAMESPACES)
        for w in range(WORKLOADS)
        for m in range(MODELS)
    ]


def rules():
    """The manifest of `modelwarden policy render`: what each server may read, and a few load again and send."""
    lists = {"read": [], "reload": [], "egress": []}
    for namespace, workload, model in places():
        head = f"  - namespace: {namespace}\n    workload: deployment/{workload}\n"
        files = f'    executables: [{SERVER}]\n    paths: ["/models/{model}/**"]\n'
        lists["read"].append(head + files)
        if model.endswith("-0-0"):
            lists["reload"].append(head + files.replace("/**", "/adapters/**"))
            lists["egress"].append(head + "    scope: public\n    cidrs: [198.51.100.0/24]\n    bytes-a-day: 300GB\n")
    return "".join(f"{name}:\n" + "".join(entries) for name, entries in lists.items())


def readers():
    """The set of `modelwarden policy learn`."""
    return "readers:\n" + "".join(
        f"  - {{namespace: {namespace}, workload: deployment/{workload}, model: {model}, "
        f"executable: {SERVER}, origin: entrypoint}}\n"
        for namespace, workload, model in places()
    )


@dataclass(frozen=True)
class Kind:
    """Spans of one sort: how many in a hundred of the ordinary load, and the lanes that find them."""

    share: int
    name: str
    number: int  # SpanKind
    facts: dict
    lanes: tuple = ()
    on_host: bool = False


def read(size, phase="loading", origin="entrypoint", executable=SERVER, operation="read"):
    return {
        "modelwarden.operation.name": operation,
        "process.executable.path": executable,
        "modelwarden.process.origin": origin,
        "modelwarden.container.phase": phase,
        "file.path": "/models/{model}/model-00001-of-00002.safetensors",
        "file.size": 8 * GIB,
        "file.inode": "1835025",
        "modelwarden.file.read.size": 512 << 20,
        "modelwarden.read.total": size,
    }


def holding(operation, executable=SERVER):
    return {
        "modelwarden.operation.name": operation,
        "process.executable.path": executable,
        "modelwarden.process.origin": "entrypoint",
        "modelwarden.container.phase": "serving",
        "modelwarden.process.model_data.size": 16 * GIB,
        "modelwarden.process.model_data.age": 0.0,
        "modelwarden.process.model_data.files": 2,
        "modelwarden.process.model_data.via": "self",
    }


def egress(role, scope, address, total):
    return holding("egress") | {
        "network.peer.address": address,
        "network.transport": "tcp",
        "network.type": "ipv4",
        "modelwarden.network.role": role,
        "modelwarden.network.peer.scope": scope,
        "modelwarden.network.transmit.size": 1 << 20,
        "modelwarden.transmit.total": total,
    }


def memory(same_container):
    return holding("read_memory") | {
        "modelwarden.memory.read.method": "process_vm_readv",
        "modelwarden.memory.read.size": 1 << 16,
        "modelwarden.memory.read.total": 1 << 20,
        "modelwarden.memory.target.process.pid": 4243,
        "modelwarden.memory.target.executable.name": "python3.11",
        "modelwarden.memory.target.holds_model": True,
        "modelwarden.memory.target.same_container": same_container,
    }


READERS = ("unauthorised_reader", "new_reader")
AFTER_LOAD = READERS + ("read_after_load",)

KINDS = [
    Kind(10, "model_access", 1, {"process.executable.path": SERVER, "modelwarden.process.origin": "entrypoint"}),
    Kind(30, "read safetensors", 1, read(8 * GIB)),
    Kind(14, "mmap safetensors", 1, read(8 * GIB, operation="mmap")),
    Kind(4, "read safetensors", 1, read(32 << 20, "serving")),
    Kind(22, "send tcp", 3, egress("accepted", "pod", "10.0.7.0", 60 * GIB)),
    Kind(10, "send tcp", 3, egress("initiated", "cluster", "10.96.0.17", 2 * GIB)),
    Kind(4, "send tcp", 3, egress("initiated", "public", "203.0.113.9", GIB)),
    Kind(5, "read_memory process", 1, memory(True)),
    Kind(0, "read safetensors", 1, read(GIB, executable=THIEF), READERS),
    Kind(0, "read safetensors", 1, read(8 * GIB, "serving"), ("read_after_load",)),
    Kind(0, "read safetensors", 1, read(GIB, "serving", "exec", THIEF), AFTER_LOAD[:2] + ("exec_copy",)),
    Kind(0, "read safetensors", 1, read(8 * GIB, "serving", "host", THIEF), AFTER_LOAD + ("host_reader",), True),
    Kind(0, "send tcp", 3, egress("initiated", "public", "203.0.113.9", 12 * GIB), ("read_then_egress",)),
    Kind(0, "read_memory process", 1, memory(False), ("memory_read",)),
]
THEFTS = [kind for kind in KINDS if kind.lanes]
# Of a hundred spans one is a theft, each sort in its turn.
ORDINARY = [kind for kind in KINDS for _ in range(kind.share)]


def sorts(flood):
    """The sort of each span, without end."""
    turn = 0
    while True:
        if not flood:
            # Spread, so that no request holds one sort only.
            yield from (ORDINARY[37 * at % len(ORDINARY)] for at in range(len(ORDINARY)))
        yield THEFTS[turn % len(THEFTS)]
        turn += 1


def resource(namespace, workload, number):
    return {
        "host.id": f"{number:032x}",
        "host.name": f"node-{number:05}",
        "k8s.cluster.name": "bench",
        "k8s.node.name": f"node-{number:05}",
        "modelwarden.workload.kind": "deployment",
        "modelwarden.workload.name": workload,
        "k8s.pod.uid": f"00000000-0000-4000-8000-{number:012x}",
        "k8s.cluster.uid": "00000000-0000-4000-9000-000000000000",
        "k8s.namespace.name": namespace,
        "k8s.pod.name": f"{workload}-7d4b9c6f5-{number:05x}",
        "k8s.container.name": "server",
        "container.image.name": "registry.example/inference/server",
        "k8s.deployment.name": workload,
        "k8s.replicaset.name": f"{workload}-7d4b9c6f5",
        "service.name": workload,
        "service.namespace": namespace,
        "service.version": "1.4.2",
        "service.instance.id": f"{namespace}.{workload}-7d4b9c6f5-{number:05x}.server",
    }


def host_resource(number):
    return {
        "host.id": f"{number:032x}",
        "host.name": f"node-{number:05}",
        "k8s.cluster.name": "bench",
        "k8s.node.name": f"node-{number:05}",
        "service.name": "host",
        "service.instance.id": f"{number:032x}/sshd.service",
        "modelwarden.workload.kind": "systemd_unit",
        "modelwarden.workload.name": "sshd.service",
    }


def facts_of(kind, model):
    about = {"process.pid": 4242, "process.parent_pid": 4100, "process.user.id": 1000}
    about |= {"process.creation.time": "2025-10-09T08:53:20.123456789Z", "process.executable.name": "python3.11"}
    about |= {"modelwarden.model.name": model, "modelwarden.model.size": 16 * GIB, "container.id": "4f" * 32}
    if kind.on_host:
        del about["container.id"]
    about |= kind.facts
    if "file.path" in about:
        about["file.path"] = about["file.path"].format(model=model)
    return about


class Load:
    """Requests whose spans are numbered from 1 on, compressed as agents compress, and what has to be found."""

    def __init__(self, requests, flood=False):
        self.spans = 0
        self.found = {}
        self._cache = {}
        self._sorts = sorts(flood)
        self._places = places()
        self.uncompressed = 0
        self.bodies = [self._request(number) for number in range(requests)]
        self.compressed = sum(map(len, self.bodies))

    def _request(self, number):
        trace = (number + 1).to_bytes(16, "big")
        body = []
        for container in range(CONTAINERS_A_REQUEST):
            node = number % NODES
            body += self._container(trace, node, *self._places[node * CONTAINERS_A_REQUEST + container])
        content = b"".join(body)
        self.uncompressed += len(content)
        return gzip.compress(content, compresslevel=6, mtime=0)

    def _container(self, trace, node, namespace, workload, model):
        inside, outside = [], []
        for _ in range(SPANS_A_REQUEST // CONTAINERS_A_REQUEST):
            kind = next(self._sorts)
            self.spans += 1
            for lane in kind.lanes:
                self.found[lane] = self.found.get(lane, 0) + 1
            (outside if kind.on_host else inside).append(self._span(trace, kind, model))
        yield otlp.resource_spans(resource(namespace, workload, node), inside)
        if outside:
            yield otlp.resource_spans(host_resource(node), outside)

    def _span(self, trace, kind, model):
        """Like the last one of its sort, but for its ids, which stand first."""
        key = id(kind), model
        if key not in self._cache:
            times = BEGAN, BEGAN + 10**10
            self._cache[key] = otlp.span(bytes(16), bytes(8), kind.name, kind.number, *times, facts_of(kind, model))
        return otlp.give_ids(self._cache[key], trace, self.spans)
