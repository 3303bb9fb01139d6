# SPDX-License-Identifier: Apache-2.0
"""Plays the acts, and holds what was counted, found and fired against what was done."""

import contextlib

import telling
from acts import FINDING, USER
from evidence import PROGRAM, RULE, WORKLOAD
from programs import DemoError, wait_for
from stage import MODEL


class Show:
    """What was done so far, by act, is the truth that it compares with."""

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
