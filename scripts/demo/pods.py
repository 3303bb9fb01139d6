# SPDX-License-Identifier: Apache-2.0
"""The pods of the demo: objects that the stand-in of an API server tells, and cgroups like those of a kubelet."""

import pathlib
import time
import uuid

from programs import DemoError

NODE = "node-1"
NAMESPACE = "models"
# Of the jobs of a CronJob, as the API server tells whose they are.
OTHERS = {
    "/api/v1/namespaces/kube-system": {"kind": "Namespace", "metadata": {"name": "kube-system", "uid": "demo"}},
    f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs/backup-29400000": {
        "kind": "Job",
        "metadata": {
            "name": "backup-29400000",
            "namespace": NAMESPACE,
            "ownerReferences": [{"kind": "CronJob", "name": "backup", "controller": True}],
        },
    },
}


def _pids_root():
    """Of the hierarchy that the kernel's side of the agent looks at."""
    v1 = pathlib.Path("/sys/fs/cgroup/pids")
    return v1 if v1.is_dir() else v1.parent


class Pod:
    """A pod with one container; owner is kind and name, or None."""

    def __init__(self, name, container, owner):
        self.name = name
        self.container = container
        self.owner = owner
        self.uid = str(uuid.uuid4())
        self.container_id = uuid.uuid4().hex + uuid.uuid4().hex

    def told(self):
        owner = self.owner and {"kind": self.owner[0], "name": self.owner[1], "controller": True}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": self.name,
                "namespace": NAMESPACE,
                "uid": self.uid,
                "ownerReferences": [owner] if owner else [],
            },
            "spec": {"nodeName": NODE, "containers": [{"name": self.container, "image": "demo"}]},
            "status": {
                "phase": "Running",
                "containerStatuses": [
                    {"name": self.container, "ready": True, "containerID": f"containerd://{self.container_id}"}
                ],
            },
        }


class Kubelet:
    """`with Kubelet()`: its folder of cgroups, gone afterwards."""

    def __init__(self):
        self.folder = _pids_root() / "modelwarden-demo-kubepods.slice"

    def __enter__(self):
        self._remove()  # of a demo that was killed
        self.folder.mkdir()
        return self

    def __exit__(self, *_):
        self._remove()

    def cgroup(self, pod):
        folder = self.folder / f"pod{pod.uid}" / pod.container_id
        folder.mkdir(parents=True)
        return folder

    def _remove(self):
        """The last process of a cgroup may still be on its way out."""
        for _ in range(50):
            try:
                for folder in [*self.folder.glob("*/*/"), *self.folder.glob("*/"), self.folder]:
                    if folder.is_dir():
                        folder.rmdir()
                return
            except OSError as busy:
                last = busy
                time.sleep(0.1)
        raise DemoError(f"{self.folder} cannot be removed: {last}")
