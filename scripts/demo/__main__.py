# SPDX-License-Identifier: Apache-2.0
"""
Thefts of a model on real parts: agent, collector with all lanes, Prometheus with all alert rules.

Exit code 0: each act was counted to the byte, found by its lanes and by no other, and its alert fires.
"""

import argparse
import fcntl
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import telling

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from acts import Play
from programs import DemoError
from show import Show
from stage import Stage

LOCK = "/run/lock/modelwarden-demo"
PREFIX = "modelwarden-demo."
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
    lock = open(LOCK, "w", encoding="ascii")  # held until the end
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
