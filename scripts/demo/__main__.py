# SPDX-License-Identifier: Apache-2.0
"""
Thefts of a model on real parts: agent, collector with all lanes, Prometheus with all alert rules.

Exit code 0: each act was counted to the byte, found by its lanes and by no other, and its alert fires.
"""

import argparse
import contextlib
import fcntl
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import telling

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from acts import FINDING, USER, Play  # noqa: E402
from evidence import PROGRAM, RULE, WORKLOAD  # noqa: E402
from programs import REPOSITORY, DemoError, wait_for  # noqa: E402
from stage import MODEL, Stage  # noqa: E402

LOCK = "/run/lock/modelwarden-demo"
PREFIX = "modelwarden-demo."


class Show:
    """Plays the acts and holds what was seen against what was done."""

    def __init__(self, stage):
        self.stage = stage
        self.truths = {}

    def play(self, acts):
        for number, act in enumerate(acts, 1):
            telling.title(f"{number}. {act.story}")
            truth = act.do()
            self.truths[act] = truth
            telling.line("did", f"{act.program}: " + ", ".join(telling.bytes_of(*each) for each in truth.items()))
            for measure, count in truth.items():
                self._await_count(act, measure, count)
            telling.line("counted", "the same on metrics and on spans, to the byte")
            self._await_findings(act)

    def _await_count(self, act, measure, count):
        """By metrics and by spans. The next act begins after it: a span has the totals of its container by then."""
        ways = {
            "metrics": lambda: self.stage.prometheus.counted(measure, act.program, MODEL),
            "spans": lambda: self.stage.collected.bytes_on_spans(measure, act.program),
        }
        for way, counted in ways.items():
            with contextlib.suppress(DemoError):
                wait_for("the count", lambda counted=counted: counted() >= count)
            if counted() != count:
                raise DemoError(f"{act.program}: {count} bytes {measure}, but {counted()} by {way}")

    def _await_findings(self, act):
        wait_for(
            f"the findings {', '.join(act.alerts)} of {act.program}",
            lambda: set(act.alerts) <= set(self._found(act)),
        )
        telling.findings([self._found(act)[rule] for rule in act.alerts])

    def _found(self, act):
        """The newest finding of each rule."""
        return {telling.short(span[RULE]): span for span in self.stage.collected.findings(act.program)}

    def show_audit(self):
        events = wait_for("both audit events", lambda: self._audit_events(2))
        exported = 'modelwarden_audit_records_total{modelwarden_audit_outcome="exported"}'
        wait_for("the count of audit events", lambda: self.stage.prometheus.total(exported) == 2)
        first = events[0]
        pod = f"{first['k8s.namespace.name']}/{first['k8s.pod.name']}"
        telling.title("Who was in the exec session? The API server's audit events say it.")
        telling.line("audit", f"{first['user.name']} from {first['client.address']}: exec of {pod}, begin and end")
        if first["user.name"] != USER:
            raise DemoError(f"the audit events name {first['user.name']}, not {USER}")

    def _audit_events(self, count):
        events = self.stage.collected.audit_events()
        return events if len(events) == count else None

    def show_trace(self, act):
        trace = self.stage.collected.findings(act.program)[0].fields["traceId"]

        def members():
            spans = [span for span in self.stage.collected.spans() if span.fields["traceId"] == trace]
            return spans if any(not span.fields.get("parentSpanId") for span in spans) else None

        telling.title(f"The theft of {act.program} as a trace")
        telling.tree(wait_for("the root span", members))

    def await_alerts(self):
        """Those of all findings: labels and description, of the first finding that each one is about."""
        spans = [(name, self._found(act)[rule]) for act in self.truths for rule, name in act.alerts.items()]
        for name, span in spans:
            wait_for(f"the alert {name} of {span[PROGRAM]}", lambda name=name, span=span: self._alert(name, span), 40)
        told = {}
        for name, span in spans:
            told.setdefault(name, self._alert(name, span))
        return list(told.values())

    def _alert(self, name, span):
        for labels, description in self.stage.prometheus.firing():
            if labels["alertname"] != name or labels.get("modelwarden_workload_name") != span[WORKLOAD]:
                continue
            if name != FINDING or labels["security_rule_name"] == span[RULE]:
                return labels, description
        return None

    def judge(self):
        """Nothing may have been found or counted that was not done."""
        for act, truth in self.truths.items():
            found = set(self._found(act))
            if found != set(act.alerts):
                raise DemoError(f"{act.program}: found {sorted(found)}, expected {sorted(act.alerts)}")
            for measure, count in truth.items():
                self._await_count(act, measure, count)
        backup = [labels for labels, _ in self.stage.prometheus.firing() if labels.get("modelwarden_workload_name") == "backup"]
        if backup:
            raise DemoError(f"the allowed backup has an alert: {backup}")

    def rows(self):
        for act, truth in self.truths.items():
            first = [act.title, f"{next(iter(truth.values())):,}"]
            if not act.alerts:
                yield [*first, "none", "", "none"]
            for rule, name in act.alerts.items():
                yield [*first, rule, self._found(act)[rule]["modelwarden.finding.severity"], name]
                first = ["", ""]
            if act.program == "dd":
                yield ["… by whom?", "2 events", "audit.exec", "", USER]


def set_stage(stage):
    telling.title("The stage")
    for label, text in stage.described().items():
        telling.line(label, text)


def play(stage):
    show = Show(stage)
    acts = Play(stage).acts()
    show.play(acts)
    show.show_audit()
    show.show_trace(next(act for act in acts if act.program == "llm-plugin"))
    telling.title("Alerts of Prometheus")
    for labels, description in show.await_alerts():
        print(f"  {labels['alertname']} ({labels['severity']})")
        telling.line("", description)
    show.judge()
    telling.table(show.rows())
    print("Bytes: what the act says it did, and, to the byte, what the kernel side counted.")


def hold(stage):
    """Leaves all of it running for whoever wants to look."""
    telling.title("All of it runs until you press Enter")
    telling.line("Prometheus", f"{stage.prometheus.address}/alerts")
    telling.line("readers", f"exporter/bin/modelwarden top --socket {stage.folder}/run/agent.sock")
    telling.line("spans", f"{stage.folder}/out/spans.jsonl, findings.jsonl, logs.jsonl")
    telling.line("policy", f"{stage.folder}/policy.yaml")
    sys.stdin.readline()


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_by_signal(number, _):
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)  # a second one must not end the clearing of the stage
    raise SystemExit(128 + number)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--collector", required=True, type=pathlib.Path, help="path of the collector")
    arguments.add_argument("--prometheus", required=True, type=pathlib.Path, help="path of Prometheus")
    arguments.add_argument("--hold", action="store_true", help="leave all of it running until Enter")
    options = arguments.parse_args()
    for ending in ENDINGS:
        signal.signal(ending, end_by_signal)
    lock = open(LOCK, "w", encoding="ascii")  # noqa: SIM115: held until the end
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("error: another demo runs on this machine: wait for its end")
    for killed in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        shutil.rmtree(killed)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            with Stage(pathlib.Path(folder), options.collector, options.prometheus) as stage:
                set_stage(stage)
                play(stage)
                if options.hold:
                    hold(stage)
    except DemoError as error:
        sys.exit(f"error: {error}")
    print(f"All of it in {time.monotonic() - began:.0f} s; nothing of it is left on this machine.")
    telling.title("Look next")
    telling.line("live", "make demo HOLD=yes leaves it running: Prometheus, modelwarden top, all files")
    telling.line("lanes", "docs/detections.md: what each sees, and how it can be fooled")
    telling.line("alerts", "docs/runbooks/: what each means and what to do")
    telling.line("boards", "docs/dashboards.md: the same kind of theft in Grafana")
    telling.line("yours", "exporter/bin/modelwarden run --config docs/examples/modelwarden.yaml")


main()
