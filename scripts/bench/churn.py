# SPDX-License-Identifier: Apache-2.0
"""A node of a cluster over a day, told in minutes: pods come and go, and every container reads a model."""

import collections
import os
import time

from agent import Agent
from api_server import ApiServer
from pods import NODE, Pod, kubepods_root, replica_set
from programs import BUILT, LOAD, BenchError, run, wait_for

LEAST_BYTES = 4096


class Node:
    """The kubelet's part: cgroups, processes in them, and what the API server is told of it."""

    def __init__(self, api, model):
        self.api = api
        self.model = model
        self.kubepods = kubepods_root(f"modelwarden-bench-{os.getpid()}")
        self.pods = collections.deque()
        self.truth = {}

    def __enter__(self):
        self.kubepods.mkdir(parents=True)
        return self

    def __exit__(self, *_):
        for pod in self.pods:
            pod.remove_cgroups()
        for folder in (self.kubepods / "burstable", self.kubepods, self.kubepods.parent):
            folder.rmdir()

    def add(self):
        """A new pod, whose containers are not running yet."""
        pod = Pod(len(self.truth), self.kubepods)
        self.pods.append(pod)
        pod.make_cgroups()
        self.api.put(pod.pending())
        return pod

    def start(self, pod):
        """Returns when the first process of its first container began; the API server learns of it afterwards."""
        first, *others = pod.all_containers()
        began = time.time()
        self._read(pod, first)
        self.api.put(pod.running(ready=False))
        for container in others:
            self._read(pod, container)
        self.api.put(pod.running(ready=True))
        return began

    def remove_oldest(self):
        pod = self.pods.popleft()
        going = pod.running(ready=False)
        going["metadata"]["deletionTimestamp"] = "2026-11-24T11:00:00Z"
        self.api.put(going)
        pod.remove_cgroups()
        self.api.delete(going)

    def _read(self, pod, container):
        count = LEAST_BYTES + len(self.truth)
        command = [BUILT / "acts/in_cgroup", container.cgroup, BUILT / "acts/read_file"]
        run([*command, "read", self.model, count, "--limit", count], LOAD)
        self.truth[pod.uid, container.name] = (pod.name, pod.deployment, container.id, count)


def reported(span):
    """What a span says of its container, in the words of Node.truth."""
    names = [span.resource.get(f"k8s.{kind}.name") for kind in ("pod", "deployment")]
    return (*names, span.attributes.get("container.id"), span.attributes["modelwarden.file.read.size"])


def reads(collector):
    return {
        (span.resource["k8s.pod.uid"], span.resource.get("k8s.container.name")): reported(span)
        for span in collector.look()
        if "k8s.pod.uid" in span.resource and "modelwarden.file.read.size" in span.attributes
    }


def first_resource(collector, pod):
    """Arrival of the first span under the pod's own names."""
    return lambda: next(
        (span.arrived for span in reversed(collector.look()) if span.resource.get("k8s.pod.name") == pod.name), None
    )


def churn(node, collector, plan):
    """Replaces the pods one by one; returns seconds from the start of some until their resource is there."""
    containers = len(node.pods[0].all_containers())
    steps = plan.node_containers // containers - plan.node_pods
    pause = plan.churn_seconds / steps
    delays = []
    for step in range(steps):
        began = time.monotonic()
        node.remove_oldest()
        pod = node.add()
        collector.look()  # else what has come before would delay the look at this one
        started = node.start(pod)
        if step % max(1, steps // plan.arrivals) == 0:
            delays.append(wait_for("the pod's resource", first_resource(collector, pod), step=0.005) - started)
        time.sleep(max(0, pause - (time.monotonic() - began)))
    return delays


def measure_churn(folder, files, collector, plan):
    kubeconfig = folder / "kubeconfig"
    with ApiServer(replica_set) as api, Node(api, files["model"]) as node:
        kubeconfig.write_text(api.kubeconfig(), encoding="utf-8")
        for _ in range(plan.node_pods):
            node.add()
        configuration = f"kubernetes: {{kubeconfig: {kubeconfig}}}"
        with Agent(folder, collector, configuration, {"K8S_NODE_NAME": NODE}) as agent:
            for pod in node.pods:
                node.start(pod)
            delays = churn(node, collector, plan)
            memory = agent.peak_mebibytes()
            compare(node.truth, collector)
        plan.say("node of a cluster")
        return {
            "peak_mebibytes": memory,
            "ready_seconds": agent.ready_seconds,
            "resource_seconds": delays,
            "containers": len(node.truth),
        }


def compare(truth, collector):
    """Every container's bytes are under its own names, or the figures would mean nothing."""
    wait_for("the reads of all containers", lambda: len(reads(collector)) >= len(truth))
    found = reads(collector)
    wrong = [each for each, expected in truth.items() if found.get(each) != expected]
    if wrong or len(found) != len(truth):
        raise BenchError(f"{len(wrong)} of {len(truth)} containers are not told as they were: {wrong[:1]}")
