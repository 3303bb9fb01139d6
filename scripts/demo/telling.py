# SPDX-License-Identifier: Apache-2.0
"""Says in plain words what was done and what each part saw of it, at 80 columns."""

import sys
import textwrap

from evidence import RULE

WIDTH = 79
LABEL = 11
BOLD = "\033[1m{}\033[0m" if sys.stdout.isatty() else "{}"


def title(text):
    print("\n" + "\n".join(BOLD.format(line) for line in textwrap.wrap(text, WIDTH)), flush=True)


def line(label, text):
    """Long text goes on below itself."""
    first, rest = f"  {label:<{LABEL}}", " " * (LABEL + 2)
    wrapped = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    print("\n".join(wrapped), flush=True)


def short(rule):
    return rule.removeprefix("modelwarden.")


def bytes_of(measure, count):
    return f"{count:,} bytes {measure}"


def named(span):
    return f"{short(span[RULE])} ({span['modelwarden.finding.severity']})"


def findings(spans):
    """The first one in its own words, the others by name."""
    if not spans:
        line("found", "nothing")
        return
    line("found", f"{named(spans[0])}: {spans[0]['modelwarden.finding.reason']}")
    if spans[1:]:
        line("", "also " + ", ".join(named(span) for span in spans[1:]))


def size(count):
    return f"{count / 1e6:.1f} MB"


def what(span):
    """What a span of a trace says, short enough for its line."""
    operation = span["modelwarden.operation.name"]
    if operation == "egress":
        peer = f"{span['network.peer.address']}:{span['network.peer.port']}"
        return f"{size(span['modelwarden.network.transmit.size'])} to {peer} ({span['modelwarden.network.peer.scope']})"
    if operation in ("read", "mmap"):
        taken = span["modelwarden.file.read.size"] or span["modelwarden.file.mapped.size"] or 0
        return f"{size(taken)} of {span['modelwarden.model.name']}"
    return f"{span['process.executable.name']}, pid {span['process.pid']}"


def tree(spans):
    """The trace of a root span and its children."""
    roots = [span for span in spans if not span.fields.get("parentSpanId")]
    for root in roots:
        print(f"  {root.fields['name']:<20} {root.seconds():5.1f} s  {what(root)}")
        children = [span for span in spans if span.fields.get("parentSpanId") == root.fields["spanId"]]
        children.sort(key=lambda span: int(span.fields["startTimeUnixNano"]))
        for child in children:
            branch = "└─" if child is children[-1] else "├─"
            print(f"  {branch} {child.fields['name']:<17} {child.seconds():5.1f} s  {what(child)}")


ROW = "{:<13} {:>11} {:<19} {:<8} {}"


def table(rows):
    title("What happened, what was counted, what was found, what fires")
    print(ROW.format("act", "bytes", "finding", "severity", "alert").rstrip())
    print("-" * WIDTH)
    for row in rows:
        print(ROW.format(*row).rstrip())
    print("-" * WIDTH, flush=True)
