# SPDX-License-Identifier: Apache-2.0
"""Pods of a node: as the API server tells them, and as cgroups like those that the kubelet makes."""

import copy
import json
import pathlib
import uuid

from programs import REPOSITORY

OBJECTS = REPOSITORY / "exporter/src/test/resources/kubernetes"
NODE = "node-1"
DEPLOYMENTS = 50
KINDS = {"initContainers": "initContainerStatuses", "containers": "containerStatuses"}


def read(name):
    return json.loads((OBJECTS / f"{name}.json").read_text(encoding="utf-8"))


def replica_set(path):
    """The object at a path that is not of pods."""
    if path == "/api/v1/namespaces/kube-system":
        return read("kube-system")
    prefix = "/apis/apps/v1/namespaces/models/replicasets/"
    if not path.startswith(prefix):
        return None
    found = read("replicaset")
    name = path[len(prefix) :]
    found["metadata"].update(name=name)
    found["metadata"]["ownerReferences"][0].update(name=name.rpartition("-")[0])
    return found


def managed(value):
    """Which fields somebody has set, as the API server keeps it: it is a good part of every real object."""
    if isinstance(value, dict):
        return {f"f:{key}": managed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return {f"k:{json.dumps({'name': each['name']})}": managed(each) for each in value if "name" in each}
    return {}


class Container:
    def __init__(self, name, folder):
        self.name = name
        self.id = uuid.uuid4().hex + uuid.uuid4().hex
        self.cgroup = folder / self.id


class Pod:
    """It is pending until it is told to run; its object is what the API server tells next."""

    def __init__(self, number, kubepods):
        self.uid = str(uuid.uuid4())
        self.deployment = f"llm-{number % DEPLOYMENTS}"
        self.name = f"{self.deployment}-7d9c8b6f5-{number:05x}"
        self.cgroup = kubepods / "burstable" / f"pod{self.uid}"
        self.template = read("deployment-pod")
        del self.template["spec"]["ephemeralContainers"]
        self.containers = {
            kind: [Container(each["name"], self.cgroup) for each in self.template["spec"][kind]] for kind in KINDS
        }
        metadata = self.template["metadata"]
        metadata.update(name=self.name, uid=self.uid, generateName=f"{self.deployment}-7d9c8b6f5-")
        metadata["ownerReferences"][0].update(name=f"{self.deployment}-7d9c8b6f5")

    def all_containers(self):
        return [each for kind in KINDS for each in self.containers[kind]]

    def pending(self):
        told = self._object({"phase": "Pending"})
        for statuses in KINDS.values():
            del told["status"][statuses]
        return told

    def running(self, ready):
        conditions = [
            {"type": kind, "status": str(ready), "lastProbeTime": None, "lastTransitionTime": "2026-11-24T10:00:00Z"}
            for kind in ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
        ]
        told = self._object({"phase": "Running", "conditions": conditions})
        for kind, statuses in KINDS.items():
            ids = {each.name: f"containerd://{each.id}" for each in self.containers[kind]}
            for status in told["status"][statuses]:
                status.update(ready=ready, lastState={}, containerID=ids[status["name"]])
                if "terminated" in status["state"]:
                    status["state"]["terminated"].update(containerID=ids[status["name"]])
        return told

    def _object(self, status):
        told = copy.deepcopy(self.template)
        del told["status"]["ephemeralContainerStatuses"]
        told["status"].update(status)
        told["metadata"]["managedFields"] = [
            {
                "manager": manager,
                "operation": "Update",
                "apiVersion": "v1",
                "time": "2026-11-24T10:00:00Z",
                "fieldsType": "FieldsV1",
                "fieldsV1": managed(part),
            }
            for manager, part in (
                ("kube-controller-manager", {key: told[key] for key in ("metadata", "spec")}),
                ("kubelet", {"status": told["status"]}),
            )
        ]
        return told

    def make_cgroups(self):
        for container in self.all_containers():
            container.cgroup.mkdir(parents=True)

    def remove_cgroups(self):
        for container in self.all_containers():
            container.cgroup.rmdir()
        self.cgroup.rmdir()


def kubepods_root(name):
    """In the hierarchy of the pids controller, as the kernel's side of the agent looks at it."""
    v1 = pathlib.Path("/sys/fs/cgroup/pids")
    return (v1 if v1.is_dir() else v1.parent) / name / "kubepods"
