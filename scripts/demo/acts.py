# SPDX-License-Identifier: Apache-2.0
"""What happens on the stage: each act is done for real and tells its own truth."""

import datetime
import json
import urllib.request
from dataclasses import dataclass
from typing import Callable

from programs import DemoError, facts, wait_for
from stage import MODEL_BYTES, OUTSIDE, STORE_PORT, THIEF_PORT

MEGABYTE = 1_000_000
USER = "mallory@acme.example"
FINDING = "ModelwardenFinding"


@dataclass(frozen=True, eq=False)
class Act:
    """
    One act.

    title is for the table, story for the reader, program is what the kernel calls who does it. do() does it and
    returns the truth: bytes by measure. alerts has the alert of each lane that has to find it: more or fewer is an error.
    """

    title: str
    story: str
    program: str
    do: Callable
    alerts: dict


class Play:
    """The acts, in their order: what a container has read in all counts for its next act."""

    def __init__(self, stage):
        self.stage = stage
        self.first = None
        self.address = None

    def acts(self):
        return [
            Act(
                "server serves",
                "An inference server maps the model and serves. That is its job.",
                "llm-server",
                self._serve,
                {},
            ),
            Act(
                "backup",
                f"The backup reads the model and sends it to the store at {OUTSIDE}, as the policy allows.",
                "nightly-backup",
                lambda: self._send_from(self.stage.backup, "nightly-backup", STORE_PORT, MODEL_BYTES),
                {},
            ),
            Act(
                "notebook",
                "A notebook in another pod reads the model. No rule of the policy allows it.",
                "notebook",
                self._read_in_notebook,
                {"unauthorised_reader": FINDING, "new_reader": FINDING},
            ),
            Act(
                "converter",
                "A program that the policy allows reads the model, which it never did while readers were learned.",
                "llm-converter",
                lambda: self._in_server("llm-converter", "read", self.stage.model, MEGABYTE, "--limit", 5 * MEGABYTE),
                {"new_reader": FINDING},
            ),
            Act(
                "plug-in sends",
                f"A plug-in of the server reads the model in small pieces and sends each to {OUTSIDE}.",
                "llm-plugin",
                self._send_in_server,
                {"read_then_egress": "ModelEgressBudgetWarning"},
            ),
            Act(
                "worker reads",
                "A worker of the server reads the whole model again, though the server has long loaded it.",
                "llm-worker",
                lambda: self._in_server("llm-worker", "read", self.stage.model, MEGABYTE),
                {"read_after_load": "ModelReadExceedsSize"},
            ),
            Act(
                "exec session",
                "Somebody enters the server's container and prints some of the model, as kubectl cp and exec do.",
                "dd",
                self._copy_by_exec,
                {"exec_copy": "ModelExecCopy", "unauthorised_reader": FINDING, "new_reader": FINDING},
            ),
            Act(
                "memory copied",
                "A program of the node copies the memory of the server, and touches no file.",
                "memory-dumper",
                self._copy_memory,
                {"memory_read": "ModelMemoryRead"},
            ),
            Act(
                "shell on node",
                "A root shell on the node reads the model's file, past every container.",
                "node-shell",
                self._read_on_node,
                {"host_reader": "ModelHostReader", "unauthorised_reader": FINDING, "new_reader": FINDING},
            ),
        ]

    def _serve(self):
        stage = self.stage
        requests, told = stage.folder / "requests", stage.folder / "server.log"
        # The first process of the container: starts the server, then whatever an act of its container wants.
        script = 'mkfifo "$1" && exec 8<>"$1" && "$2" "$3" <&8 >"$4" & while read -r line; do $line; done'
        first = ["/bin/sh", "-c", script, "sh", requests, stage.part("llm-server"), stage.model, told]
        self.first = stage.first_process(*first).process
        truth = facts(wait_for("the server", lambda: told.exists() and told.read_text(encoding="ascii")))
        self.address = truth["address"]
        with open(requests, "w", encoding="ascii") as prompts:
            prompts.write("prompt\n")
        return {"mapped": int(truth["bytes"])}

    def _in_server(self, part, *arguments):
        """By a process that the container's first one has started."""
        command = [self.stage.part(part), *arguments]
        self.first.stdin.write((" ".join(str(word) for word in command) + "\n").encode())
        self.first.stdin.flush()
        line = self.first.stdout.readline().decode()
        if not line:
            raise DemoError(f"{part} has said nothing: {(self.stage.folder / 'llm.log').read_text(encoding='utf-8')}")
        return {"read": int(facts(line)["bytes"])}

    def _send_in_server(self):
        sent = ["tcp", self.stage.model, OUTSIDE, THIEF_PORT, MEGABYTE // 2, 60 * MEGABYTE, 20]
        truth = self._in_server("llm-plugin", *sent)
        return {**truth, "sent": truth["read"]}

    def _send_from(self, pod, part, port, limit):
        command = [self.stage.part(part), "tcp", self.stage.model, OUTSIDE, port, MEGABYTE, limit, 0]
        count = int(facts(self.stage.container(pod, *command))["bytes"])
        return {"read": count, "sent": count}

    def _read_in_notebook(self):
        command = [self.stage.part("notebook"), "pread64", self.stage.model, MEGABYTE, "--limit", 120 * MEGABYTE]
        return {"read": int(facts(self.stage.container(self.stage.notebook, *command))["bytes"])}

    def _copy_by_exec(self):
        self._audit("ResponseStarted")
        command = ["/bin/dd", f"if={self.stage.model}", "bs=1M", "count=16", "status=none"]
        arrived = len(self.stage.enter(self.stage.llm, *command))
        self._audit("ResponseComplete")
        return {"read": arrived, "sent": arrived}

    def _copy_memory(self):
        server = next(pid for pid, name in self.stage.processes(self.stage.llm).items() if name == "llm-server")
        command = [self.stage.part("memory-dumper"), "process_vm_readv", server, self.address, 150 * MEGABYTE]
        return {"copied from memory": int(facts(self.stage.tool(*command))["bytes"])}

    def _read_on_node(self):
        command = [self.stage.part("node-shell"), "read", self.stage.model, MEGABYTE, "--limit", 40 * MEGABYTE]
        return {"read": int(facts(self.stage.tool(*command))["bytes"])}

    def _audit(self, stage):
        """What an API server posts of an exec session; there is none here."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        pod = self.stage.llm
        event = {
            "level": "Metadata",
            "auditID": pod.uid,
            "stage": stage,
            "requestURI": f"/api/v1/namespaces/models/pods/{pod.name}/exec?command=dd&container=server&stdout=true",
            "verb": "get",
            "user": {"username": USER, "groups": ["ml-ops"]},
            "sourceIPs": ["192.0.2.10"],
            "userAgent": "kubectl/v1.36.3",
            "objectRef": {"resource": "pods", "namespace": "models", "name": pod.name, "subresource": "exec"},
            "responseStatus": {"code": 101},
            "requestReceivedTimestamp": now,
            "stageTimestamp": now,
        }
        body = json.dumps({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [event]}).encode()
        request = urllib.request.Request(self.stage.audit, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10):
            pass
